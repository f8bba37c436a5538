"""Pools, limits of every kind, and what is known of an account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Callable

import pytest

import obligor
from conftest import POLICY
from obligor import Code, Engine, Kind, Level, Limit, Money, Outcome, Profile, Quantity, RemedyKind

Open = Callable[..., Engine]


def test_a_group_s_limit_holds_for_all_its_accounts(engine: Engine) -> None:
    assert engine.put_pool("NORD", kind="group", currency="EUR", rates={"DKK": Decimal("0.125")}) == "added"
    assert engine.put_pool("NORD", kind="group", currency="EUR", rates={"DKK": "0.125"}) == "same"
    engine.put_limit(pool="NORD", currency="EUR", limit="1000.00")
    for customer in ("10001", "10005"):
        engine.put_account(company="NW01", customer=customer, currency="DKK", pools=["NORD"])
    pool = engine.pool("NORD")
    assert (pool.kind, pool.currency, pool.rates) == ("group", "EUR", {"DKK": Decimal("0.125")})
    assert pool.exposure == Money(Decimal("250.00"), "EUR") and not pool.no_limit
    assert (pool.limit, pool.available) == (Money(Decimal("1000.00"), "EUR"), Money(Decimal("750.00"), "EUR"))
    assert sorted(pool.accounts) == [("NW01", "10001"), ("NW01", "10005")]
    assert [(limit.kind, limit.in_force) for limit in pool.limits] == [("base", True)]

    def ask(amount: str) -> obligor.Decision:
        return engine.check(company="NW01", customer="10001", amount=amount, currency="DKK")

    # 750.00 EUR are 6000.00 DKK: the own limit of 10,000.00 would allow more.
    assert ask("6000.00").granted
    over = ask("6000.80")
    assert over.outcome is Outcome.REFUSE and over.currency == "DKK"
    (reason,) = over.reasons
    assert (reason.code, reason.level, reason.pool) == (Code.OVER_LIMIT, Level.GROUP, "NORD")
    assert reason.measured == Quantity(Kind.MONEY, Money(Decimal("1000.10"), "EUR"))
    assert reason.threshold == Quantity(Kind.MONEY, Money(Decimal("1000.00"), "EUR"))
    assert reason.remedy == obligor.Remedy(RemedyKind.REDUCE_BY, Money(Decimal("0.10"), "EUR"))
    assert "NORD" in reason.sentence and "1,000.10 EUR" in reason.sentence and "1.000,10 EUR" in reason.tell("nl")
    with pytest.raises(obligor.NotFound, match="SYD"):
        engine.pool("SYD")


def test_a_pool_without_a_rate_cannot_be_compared(engine: Engine) -> None:
    engine.put_pool("NORD", kind="segment", currency="EUR")
    engine.put_limit(pool="NORD", currency="EUR", limit=None)
    engine.put_account(company="NW01", customer="10001", currency="DKK", pools=["NORD"])
    assert engine.pool("NORD").no_limit
    engine.put_limit(pool="NORD", currency="EUR", limit="10.00")
    asked = engine.check(company="NW01", customer="10001", amount="1.00", currency="DKK")
    assert (asked.reasons[0].code, asked.reasons[0].pool) == (Code.CURRENCY_MISMATCH, "NORD")
    assert asked.reasons[0].level is Level.SEGMENT


def test_an_account_leaves_its_pools_only_when_told(engine: Engine) -> None:
    engine.put_pool("NORD", kind="group", currency="DKK")
    who: Any = {"company": "NW01", "customer": "10001", "currency": "DKK"}
    assert engine.put_account(**who, pools=["NORD"]) == "changed"
    assert engine.put_account(**who) == "same"
    account = engine.account("NW01", "10001")
    assert account.standing().pools == ("NORD",)
    engine.put_account(**who, pools=[])
    assert account.standing().pools == () and engine.pool("NORD").accounts == ()


def test_limits_of_every_kind(engine: Engine) -> None:
    who: Any = {"company": "NW01", "customer": "10001", "currency": "DKK"}
    account = engine.account("NW01", "10001")
    year: Any = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31)}
    assert engine.put_limit(**who, limit="4000.00", kind="insured", share=9000, **year) == "added"
    assert account.read().limit == Decimal("13600.00")
    assert engine.check(company="NW01", customer="10001", amount=1, currency="DKK").limit == Decimal("13600.00")
    engine.put_limit(**who, limit="20000.00", kind="temporary", **year)
    assert account.read().limit == Decimal("23600.00")
    limits = {limit.kind: limit for limit in account.standing().limits}
    assert limits["insured"] == Limit(
        "insured", Money(Decimal("4000.00"), "DKK"), share_basis_points=9000, in_force=True, **year
    )
    assert account.standing().insured == Money(Decimal("3600.00"), "DKK")
    engine.put_limit(**who, limit=None, kind="temporary", valid_from=date(2026, 11, 22))
    assert account.read().limit is None
    for wrong in ({"share": 0}, {"share": 9000, "kind": "base"}, {"pool": "X"}, {"kind": "odd"}, {"limit": "0.001"}):
        with pytest.raises(obligor.ArgumentError):
            engine.put_limit(**{**who, "limit": 1, **wrong})


def test_a_larger_limit_waits_for_a_second_person(opened: Open, engine: Engine) -> None:
    engine.close()
    engine = opened(create=False, policy_text=POLICY + '[limits]\napproval_increase = "10 %"\n')
    who: Any = {"company": "NW01", "customer": "10001", "currency": "DKK", "user": "eva"}
    account = engine.account("NW01", "10001")
    assert engine.put_limit(**who, limit="11000.00") == "changed"
    assert engine.put_limit(**who, limit="20000.00") == "waiting"
    (waiting,) = engine.waiting_limits()
    assert (waiting.company, waiting.customer, waiting.pool, waiting.kind) == ("NW01", "10001", "", "base")
    assert (waiting.user, waiting.limit, waiting.valid_to) == ("eva", Money(Decimal("20000.00"), "DKK"), None)
    with pytest.raises(obligor.Forbidden):
        engine.decide_limit(waiting.id, user="eva", approve=True)
    assert account.read().limit == Decimal("11000.00")
    engine.decide_limit(waiting.id, user="per", approve=True)
    assert account.read().limit == Decimal("20000.00") and engine.waiting_limits() == ()
    assert engine.put_limit(**who, limit="90000.00") == "waiting"
    engine.decide_limit(engine.waiting_limits()[0].id, user="per", approve=False)
    assert account.read().limit == Decimal("20000.00") and engine.waiting_limits() == ()
    with pytest.raises(obligor.NotFound):
        engine.decide_limit(waiting.id, user="per", approve=True)


CLASSES = """
[[class]]
name = "A"
score_from = 70
proposed_limits = ["50000.00 DKK"]
[[class]]
name = "C"
score_from = 0
proposed_limits = ["5000.00 DKK"]
"""


def test_what_is_known_of_an_account(opened: Open, engine: Engine) -> None:
    engine.close()
    engine = opened(create=False, policy_text=POLICY + CLASSES)
    who: Any = {"company": "NW01", "customer": "10005", "currency": "DKK"}
    profile = Profile(score=80, customer_since=date(2020, 1, 31), next_review=date(2027, 1, 1), terms_days=30)
    engine.put_account(**who, profile=profile)
    engine.put_account(**who)
    standing = engine.account("NW01", "10005").standing()
    assert standing.profile == profile, "it stays when nothing is said"
    assert (standing.risk_class, standing.proposed_limit) == ("A", Money(Decimal("50000.00"), "DKK"))
    assert standing.utilisation == 400, "2,000.00 of 50,000.00"
    assert (standing.days_late, standing.pools) == (None, ())
    engine.put_account(**who, profile=Profile(score=80, risk_class="C", internal=True))
    standing = engine.standing(engine.account("NW01", "10005"))
    assert (standing.risk_class, standing.proposed_limit) == ("C", Money(Decimal("5000.00"), "DKK"))
    assert standing.profile == Profile(score=80, risk_class="C", internal=True)
    # Not asked about: it is one of the own group.
    asked = engine.check(company="NW01", customer="10005", amount="99999.00", currency="DKK")
    assert asked.outcome is Outcome.NOT_CHECKED and asked.reasons[0].code is Code.INTERNAL_CUSTOMER


def test_an_open_item_is_put_as_it_is_now(engine: Engine) -> None:
    said: Any = {
        "company": "NW01",
        "customer": "10001",
        "number": "INV-7",
        "amount": "300.00",
        "residual": "300.00",
        "currency": "DKK",
        "due": date(2026, 11, 2),
        "dunning_level": 3,
        "disputed": True,
        "delivered": date(2026, 10, 1),
    }
    account = engine.account("NW01", "10001")
    assert engine.put_item(**said) == "added" and engine.put_item(**said) == "same"
    standing = account.standing()
    assert (standing.dunning_level, standing.disputed) == (3, Money(Decimal("300.00"), "DKK"))
    assert standing.dispute_rate == 10_000
    blocked = {**said, "dunning_blocked": True, "disputed": False}
    assert engine.put_item(**blocked) == "changed"
    assert (account.standing().dunning_level, account.standing().disputed) == (0, Money(Decimal("0.00"), "DKK"))
    (item,) = engine.call("account.items", {"account": account.number})["answer"]
    assert (item["dunning_blocked"], item["delivered"]) == (True, "2026-10-01")
    engine.put_item(**{**blocked, "residual": "0"})
    assert account.read().exposure == 0
    assert account.standing().days_late == 20, "paid on the 22nd what was due on the 2nd"
