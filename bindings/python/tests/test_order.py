"""Orders: what they get, and that amounts, days and moments arrive as they were sent."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, List, Union

import pytest

import obligor
from conftest import NOW, POLICY, Home
from obligor import Checkpoint, Code, Engine, Instalment, Kind, Money, Order, OrderState, Outcome, RemedyKind, Stage

Open = Callable[..., Engine]


def order(number: int, customer: str, amount: str, currency: str = "DKK", **more: Any) -> Order:
    name = f"SO-{number}"
    return Order(
        company="NW01", customer=customer, document=name, key=name, amount=Decimal(amount), currency=currency, **more
    )


def test_a_good_order_goes_through_and_holds_credit(engine: Engine) -> None:
    desk = engine.account("NW01", "10001")
    decision = engine.reserve(
        account=desk, document="SO-1", key="SO-1/1", amount=Decimal("1250.00"), currency="DKK", user="eva"
    )
    assert decision.granted and decision.outcome is Outcome.APPROVE
    assert decision.reasons == ()
    assert decision.increase == Money(Decimal("1250.00"), "DKK") and decision.currency == "DKK"
    assert (decision.exposure_before, decision.exposure_after) == (Decimal("0.00"), Decimal("1250.00"))
    assert decision.limit == Decimal("10000.00")
    assert (decision.available_before, decision.available_after) == (Decimal("10000.00"), Decimal("8750.00"))
    assert decision.prepay is None and not decision.repeated
    assert decision.state is OrderState.ACTIVE and decision.source is obligor.Source.STORE
    assert decision.facts_at == datetime(2026, 11, 22, 9, tzinfo=timezone.utc)
    assert desk.read().ordered == Decimal("1250.00")


def test_an_order_over_the_limit_is_stopped_with_everything_needed_to_act(engine: Engine) -> None:
    decision = engine.reserve(
        company="NW01", customer="10002", document="SO-1", key="SO-1/1", amount=Decimal("1000.01"), currency="DKK"
    )
    assert not decision.granted and decision.outcome is Outcome.REFUSE
    (reason,) = decision.reasons
    assert (reason.code, reason.level, reason.effect) == (Code.OVER_LIMIT, obligor.Level.OWN, Outcome.REFUSE)
    assert reason.measured == obligor.Quantity(Kind.MONEY, Money(Decimal("10000.01"), "DKK"))
    assert reason.threshold == obligor.Quantity(Kind.MONEY, Money(Decimal("10000.00"), "DKK"))
    assert reason.remedy == obligor.Remedy(RemedyKind.REDUCE_BY, Money(Decimal("0.01"), "DKK"))
    assert (reason.release_by, reason.rule) == ("credit_manager", "over the limit")
    assert str(reason.measured) == "10000.01 DKK" and str(reason.remedy) == "reduce by 0.01 DKK"
    assert "10,000.01 DKK" in reason.sentence and "10.000,01 DKK" in reason.tell("da")
    with pytest.raises(obligor.ArgumentError, match="language"):
        reason.tell("xx")
    assert decision.available_after == Decimal("1000.00")
    # Exactly up to the limit passes, and a check says what the reserve says.
    exact = {"company": "NW01", "customer": "10002", "amount": Decimal("1000.00"), "currency": "DKK"}
    assert engine.check(**exact).granted and engine.reserve(**exact, document="SO-2", key="SO-2/1").granted  # type: ignore[arg-type]


def test_outcomes_and_reasons_of_every_kind(engine: Engine) -> None:
    def ask(customer: str, amount: str = "10.00", currency: str = "DKK", rate: str = "") -> obligor.Decision:
        return engine.check(
            company="NW01", customer=customer, amount=Decimal(amount), currency=currency, rate=rate
        )

    stopped = ask("10003")
    assert [reason.code for reason in stopped.reasons] == [Code.STATUS_STOP]
    assert stopped.reasons[0].remedy == obligor.Remedy(RemedyKind.LIFT_STATUS)
    assert stopped.reasons[0].measured is None

    unlimited = ask("10004")
    assert (unlimited.outcome, unlimited.reasons[0].code) == (Outcome.HOLD, Code.LIMIT_MISSING)
    assert unlimited.limit is None and unlimited.available_before is None

    overdue = ask("10005")
    assert overdue.outcome is Outcome.HOLD and overdue.prepay is None
    assert [reason.code for reason in overdue.reasons] == [Code.OVERDUE_AMOUNT, Code.OVERDUE_DAYS]
    days = overdue.reasons[1]
    assert days.measured == obligor.Quantity(Kind.DAYS, 40) and str(days.measured) == "40 days"
    assert days.effect is Outcome.PREPAY and days.remedy == obligor.Remedy(
        RemedyKind.PREPAY, Money(Decimal("10.00"), "DKK")
    )

    assert [reason.code for reason in ask("10006").reasons] == [Code.NO_LIMIT]
    assert ask("10008").outcome is Outcome.APPROVE_WITH_ALERT
    assert ask("10003", "-10.00").granted

    unknown = ask("99999")
    assert (unknown.outcome, unknown.reasons[0].code) == (Outcome.REFUSE, Code.UNKNOWN_CUSTOMER)
    assert unknown.exposure_before is None and unknown.currency == ""
    assert unknown.increase == Money(Decimal("10.00"), "DKK")

    foreign = ask("10001", currency="EUR")
    assert foreign.reasons[0].measured == obligor.Quantity(Kind.CURRENCY, "EUR")
    assert foreign.reasons[0].remedy == obligor.Remedy(RemedyKind.USE_CURRENCY, "DKK")
    assert ask("10001", currency="EUR", rate="7.46").increase == Money(Decimal("74.60"), "DKK")

    yen = ask("10007", "1000001", "JPY")
    assert yen.reasons[0].measured == obligor.Quantity(Kind.MONEY, Money(Decimal("1000001"), "JPY"))


def test_the_decimals_of_every_currency_are_the_library_s(engine: Engine) -> None:
    from obligor.money import _DECIMALS, decimals_of

    for currency in [*_DECIMALS, "DKK", "NOK", "SEK", "EUR", "USD", "HUF", "CZK", "TWD", "IDR", "MGA", "MRU"]:
        decision = engine.check(company="NW01", customer="10001", amount=Decimal(1), currency=currency)
        assert decision.increase == Money(Decimal(1), currency)
        request = {"company": "NW01", "customer": "10001", "amount": f"1 {currency}"}
        told = engine.call("order.check", request)["decision"]["increase"]
        assert told == f"{Decimal(1):.{decimals_of(currency)}f} {currency}"


def test_the_same_key_gets_the_same_answer(engine: Engine) -> None:
    def ask() -> obligor.Decision:
        return engine.reserve(
            company="NW01", customer="10001", document="SO-1", key="SO-1/1", amount=Decimal("100.00"), currency="DKK"
        )

    first, second = ask(), ask()
    assert (first.repeated, second.repeated) == (False, True)
    assert first.id == second.id and first.exposure_after == second.exposure_after
    assert engine.account("NW01", "10001").read().ordered == Decimal("100.00")


def test_the_life_of_an_order(engine: Engine) -> None:
    desk = engine.account("NW01", "10001")
    key = iter(f"key-{at}" for at in range(100))
    who: Any = {"account": desk, "document": "SO-1", "user": "eva"}
    expires = datetime(2026, 12, 1, tzinfo=timezone.utc)
    engine.reserve(**who, key=next(key), amount=Decimal("6000.00"), currency="DKK", expires=expires)
    assert not engine.change(**who, key=next(key), amount=Decimal("10000.01"), currency="DKK").granted
    changed = engine.change(**who, key=next(key), amount=Decimal("8000.00"), currency="DKK")
    assert changed.increase == Money(Decimal("2000.00"), "DKK")
    engine.convert(**who, key=next(key), to=Stage.DELIVERED, amount=Decimal("5000.00"), currency="DKK")
    engine.convert(
        **who,
        key=next(key),
        source=Stage.DELIVERED,
        to=Stage.INVOICED,
        amount=Decimal("4000.00"),
        currency="DKK",
        item="INV-9",
        due=date(2026, 12, 22),
    )
    position = desk.read()
    assert (position.ordered, position.delivered, position.open) == (
        Decimal("3000.00"),
        Decimal("1000.00"),
        Decimal("4000.00"),
    )
    items = engine.call("account.items", {"account": desk.number})["answer"]
    assert [(item["number"], item["due"]) for item in items] == [("INV-9", "2026-12-22")]
    engine.convert(**who, key=next(key), to=Stage.SETTLED, item="INV-9")
    cancelled = engine.cancel(**who, key=next(key))
    assert cancelled.state is OrderState.CANCELLED
    assert desk.read().exposure == Decimal("1000.00")
    assert engine.reopen(**who, key=next(key), amount=Decimal("500.00"), currency="DKK").state is OrderState.ACTIVE


def test_reservations_run_out(engine: Engine, opened: Open) -> None:
    engine.reserve(
        company="NW01",
        customer="10001",
        document="SO-1",
        key="SO-1/1",
        amount=Decimal("100.00"),
        currency="DKK",
        expires=datetime(2026, 11, 23, tzinfo=timezone.utc),
    )
    assert engine.expire() == (0, False)
    engine.close()
    later = opened(create=False, clock=datetime(2026, 11, 24, tzinfo=timezone.utc))
    assert later.expire() == (1, False)
    assert later.account("NW01", "10001").read().exposure == Decimal("0.00")


def test_a_list_is_taken_in_order_with_accumulated_effect(engine: Engine) -> None:
    orders = [order(1, "10001", "6000.00"), order(2, "10001", "5000.00"), order(3, "10001", "4000.00")]
    checked = engine.check_list(orders)
    assert [decision.granted for decision in checked.decisions] == [True, False, True]
    refused = engine.reserve_list(orders, all_or_nothing=True)
    assert not refused.taken and [decision.id for decision in refused.decisions] == [None, None, None]
    assert engine.account("NW01", "10001").read().exposure == Decimal("0.00")
    taken = engine.reserve_list(orders)
    assert taken.taken and [decision.granted for decision in taken.decisions] == [True, False, True]
    assert taken.decisions[1].reasons[0].measured == obligor.Quantity(
        Kind.MONEY, Money(Decimal("11000.00"), "DKK")
    )
    assert engine.account("NW01", "10001").read().available == Decimal("0.00")
    assert engine.check_list([]).decisions == []


def test_a_list_says_which_order_could_not_be_asked_about(engine: Engine) -> None:
    engine.reserve_list([order(2, "10001", "1.00")])
    answers = engine.reserve_list([order(1, "10001", "1.00"), order(2, "10001", "2.00"), order(3, "10001", "1.00")])
    assert isinstance(answers[0], obligor.Decision) and answers[0].granted
    conflict = answers[1]
    assert type(conflict) is obligor.KeyConflict and "order 2 of 3" in str(conflict)
    assert [type(answer).__name__ for answer in answers] == ["Decision", "KeyConflict", "Decision"]
    with pytest.raises(obligor.KeyConflict):
        answers.decisions
    # What no order can say is the program's mistake, and of the whole list.
    with pytest.raises(obligor.ArgumentError, match="XXX"):
        engine.check_list([order(1, "10001", "1.00"), order(2, "10001", "1.00", "XXX")])
    with pytest.raises(obligor.ArgumentError, match="order 2 of 2: amount is 0.001"):
        engine.check_list([order(1, "10001", "1.00"), order(2, "10001", "0.001")])
    with pytest.raises(TypeError, match="order 1 of 1: amount is a float"):
        engine.check_list([Order(amount=1.5, currency="DKK")])  # type: ignore[arg-type]


def test_more_reasons_than_there_was_room_for_come_all_the_same(opened: Open, tmp_path: Path) -> None:
    from conftest import wholesaler
    from obligor.order import REASONS

    wanted = REASONS + 5
    rules = "".join(
        f'[[rule]]\nname = "overdue more than {days} days"\nwhen = "overdue_days"\nabove = {days}\nthen = "hold"\n'
        for days in range(wanted)
    )
    head, _, tail = POLICY.partition("[[rule]]")
    engine = opened(policy_text=head + rules + tail[tail.index("[customer]") :])
    wholesaler(engine, tmp_path)
    decision = engine.reserve(
        company="NW01", customer="10005", document="SO-1", key="SO-1/1", amount=Decimal("1.00"), currency="DKK"
    )
    assert len(decision.reasons) == wanted and not decision.repeated
    listed = engine.reserve_list([order(2, "10001", "1.00"), order(3, "10005", "1.00")])
    assert [len(answer.reasons) for answer in listed.decisions] == [0, wanted]
    assert not any(answer.repeated for answer in listed.decisions)


def test_typed_and_json_say_the_same(engine: Engine) -> None:
    for customer in ("10001", "10002", "10003", "10004", "10005", "10006", "10007", "10008", "99999"):
        typed = engine.check(company="NW01", customer=customer, amount=Decimal("1000.01"), currency="DKK")
        request = {"company": "NW01", "customer": customer, "amount": "1000.01 DKK", "language": "en"}
        told = engine.call("order.check", request)["decision"]
        assert told["outcome"] == str(typed.outcome) and told["granted"] == typed.granted
        assert [reason["code"] for reason in told["reasons"]] == [str(reason.code) for reason in typed.reasons]
        assert [reason["sentence"] for reason in told["reasons"]] == [reason.sentence for reason in typed.reasons]
        available = None if typed.available_before is None else str(Money(typed.available_before, typed.currency))
        assert told["available_before"] == available


def test_what_an_order_says_beside_its_amount_is_the_same_in_json(engine: Engine) -> None:
    """The key of a request keeps a digest of all of it: only the very same one gets the recorded answer again."""
    said: Any = {
        "company": "NW01",
        "customer": "10001",
        "rate": "1",
        "secured": Decimal("5000.00"),
        "ships": date(2026, 12, 24),
        "terms_days": 0,
        "discount": 1250,
        "checkpoint": Checkpoint.CONFIRM,
        "role": "credit_manager",
        "reason": "spoke to their bank",
        "overrule": True,
        "lifts_stop": True,
        "user": "eva",
    }
    decision = engine.reserve(document="SO-1", key="1", amount=Decimal("12000.00"), currency="DKK", **said)
    assert decision.granted and decision.increase == Money(Decimal("7000.00"), "DKK")
    (secured,) = decision.reasons
    assert (secured.code, str(secured.measured)) == (Code.SECURED, "5000.00 DKK")
    order = Order(document="SO-1", key="1", amount=Decimal("12000.00"), currency="DKK", **said)
    assert engine.call("order.reserve", order._request())["repeated"] is True
    again = engine._rich("order.reserve", order)
    assert again.id == decision.id and again.repeated
    for name, other in {
        "secured": Decimal("4999.99"),
        "ships": None,
        "terms_days": None,
        "discount": 0,
        "checkpoint": Checkpoint.PICK,
        "role": "clerk",
        "reason": "did not",
        "lifts_stop": False,
    }.items():
        with pytest.raises(obligor.KeyConflict):
            engine.reserve(document="SO-1", key="1", amount=Decimal("12000.00"), currency="DKK", **{**said, name: other})
    for wrong in ({"terms_days": 65536}, {"discount": -1}, {"secured": "0.001"}, {"reason": "x" * 129}):
        with pytest.raises(obligor.ArgumentError):
            engine.check(amount=1, currency="DKK", **{**said, **wrong})
    with pytest.raises(TypeError):
        engine.check(amount=1, currency="DKK", company="NW01", customer="10001", colour="red")  # type: ignore[call-arg]


def test_an_answer_in_json_becomes_the_same_decision(engine: Engine) -> None:
    for customer in ("10001", "10002", "10003", "10004", "10005", "10006", "10007", "10008", "99999"):
        asked = Order(company="NW01", customer=customer, document=customer, key=customer, amount="1000.01", currency="DKK")
        typed, told = engine._one("obligor_order_reserve", asked), engine._rich("order.reserve", asked)
        assert replace(told, repeated=False) == typed
        assert [reason.tell("fi") for reason in told.reasons] == [reason.tell("fi") for reason in typed.reasons]
        if typed.id is not None:
            assert told.explain() == typed.explain()


def test_the_lines_of_an_order_come_to_its_amount(engine: Engine) -> None:
    who: Any = {"company": "NW01", "customer": "10001", "currency": "DKK"}
    lines: List[Union[Decimal, int, str]] = [Decimal("0.10"), Decimal("0.20"), "999.70"]
    assert engine.reserve(document="SO-1", key="1", lines=lines, **who).increase == Money(Decimal("1000.00"), "DKK")
    assert engine.check(amount=Decimal("1000.00"), lines=lines, **who).granted
    with pytest.raises(obligor.ArgumentError, match="the lines come to 1000.00"):
        engine.check(amount=Decimal("1000.01"), lines=lines, **who)
    with pytest.raises(obligor.ArgumentError, match=r"lines\[1\] is 0.001"):
        engine.check(lines=["1", "0.001"], **who)
    with pytest.raises(obligor.ArgumentError, match="too large"):
        engine.check(lines=["92233720368547758.07", "0.01"], **who)
    with pytest.raises(obligor.ArgumentError, match="amount"):
        engine.check(**who)


def test_an_invoice_in_instalments_becomes_open_items(engine: Engine) -> None:
    desk = engine.account("NW01", "10001")
    who: Any = {"account": desk, "document": "SO-1"}
    engine.reserve(**who, key="1", amount=Decimal("900.00"), currency="DKK")
    parts = [Instalment(date(2026, 12, 1), "300.00"), Instalment(date(2027, 1, 1), Decimal("600.00"))]
    engine.convert(**who, key="2", to=Stage.INVOICED, item="INV-9", currency="DKK", instalments=parts)
    items = engine.call("account.items", {"account": desk.number})["answer"]
    assert [(item["number"], item["residual"], item["due"]) for item in items] == [
        ("INV-9/1", "300.00 DKK", "2026-12-01"),
        ("INV-9/2", "600.00 DKK", "2027-01-01"),
    ]
    assert desk.read().open == Decimal("900.00")


def test_a_delivery_without_an_order_begins_as_one(engine: Engine) -> None:
    desk = engine.account("NW01", "10001")
    engine.reserve(account=desk, document="DN-1", key="1", amount="250.00", currency="DKK", to=Stage.DELIVERED)
    position = desk.read()
    assert (position.ordered, position.delivered, position.later) == (Decimal(0), Decimal("250.00"), Decimal(0))


def test_an_order_passes_the_warehouse_or_stays_there(engine: Engine) -> None:
    desk = engine.account("NW01", "10001")
    engine.reserve(account=desk, document="SO-1", key="1", amount="700.00", currency="DKK")
    assert engine.pass_(account=desk, document="SO-1", key="2", checkpoint=Checkpoint.PICK).state is OrderState.ACTIVE
    with pytest.raises(obligor.ArgumentError, match="checkpoint"):
        engine.pass_(account=desk, document="SO-1", key="3", checkpoint=Checkpoint.NONE)
    engine.put_account(company="NW01", customer="10001", currency="DKK", status=obligor.AccountStatus.STOP)
    stopped = engine.pass_(account=desk, document="SO-1", key="4", checkpoint=Checkpoint.CONFIRM)
    assert (stopped.outcome, stopped.state) == (Outcome.REFUSE, OrderState.HELD)
    assert stopped.increase == Money(Decimal("-700.00"), "DKK") and desk.read().exposure == 0
    with pytest.raises(obligor.StateError):
        engine.pass_(account=desk, document="SO-1", key="5", checkpoint=Checkpoint.SHIP)


def race(settings: Any, name: str, start: Any, answers: Any) -> None:
    """One of two order desks."""
    with Engine.open(**settings, clock=NOW, policy_text=POLICY) as engine:
        for at in range(25):
            start.wait()
            document = f"SO-{name}-{at}"
            decision = engine.reserve(
                company="NW01",
                customer="10001",
                document=document,
                key=document,
                amount=Decimal("6000.00"),
                currency="DKK",
            )
            answers.put((at, name, decision.granted))
            start.wait()
            if decision.granted:
                engine.cancel(company="NW01", customer="10001", document=document, key=f"{document}/cancel")


def test_two_processes_race_and_one_wins(engine: Engine, home: Home) -> None:
    engine.close()
    processes = multiprocessing.get_context("spawn")
    start, answers = processes.Barrier(2), processes.Queue()
    desks = [processes.Process(target=race, args=(home.settings(), name, start, answers)) for name in "AB"]
    for desk in desks:
        desk.start()
    told = [answers.get(timeout=60) for _ in range(50)]
    for desk in desks:
        desk.join(60)
        assert desk.exitcode == 0
    for at in range(25):
        assert sorted(granted for number, _, granted in told if number == at) == [False, True], at
