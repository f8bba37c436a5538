"""What people do to orders, the list of those that wait for them, and the events that come of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Callable, Tuple

import pytest

import obligor
from conftest import NOW, POLICY
from obligor import AccountStatus, Code, Engine, Event, Money, OrderState, Outcome, RemedyKind

Open = Callable[..., Engine]

WHO: Any = {"company": "NW01", "customer": "10001", "user": "eva"}


def reserve(engine: Engine, document: str, amount: str, customer: str = "10001") -> obligor.Decision:
    return engine.reserve(
        company="NW01", customer=customer, document=document, key=f"{document}/new", amount=amount, currency="DKK"
    )


def exposure(engine: Engine, customer: str = "10001") -> Decimal:
    return engine.account("NW01", customer).read().exposure


def test_a_person_holds_an_order_and_no_rule_lifts_that(engine: Engine) -> None:
    reserve(engine, "SO-1", "700.00")
    held = engine.hold(document="SO-1", key="1", reason="they moved house", **WHO)
    assert (held.outcome, held.state, held.increase) == (Outcome.HOLD, OrderState.HELD, Money(Decimal("-700.00"), "DKK"))
    (reason,) = held.reasons
    assert reason.code is Code.FORCED_HOLD and reason.remedy == obligor.Remedy(RemedyKind.RELEASE)
    assert "on hold by hand" in reason.sentence and held.explain() and held.replay()
    assert exposure(engine) == 0
    again = engine.reevaluate(document="SO-1", key="2", **WHO)
    assert (again.state, again.reasons[0].code) == (OrderState.HELD, Code.FORCED_HOLD)
    for wrong in ({"reason": "  "}, {"user": ""}):
        with pytest.raises(obligor.ArgumentError, match=next(iter(wrong))):
            engine.hold(document="SO-1", key="3", **{**WHO, "reason": "why", **wrong})


def test_a_release_needs_the_role_and_covers_the_order_from_then_on(engine: Engine) -> None:
    refused = reserve(engine, "SO-1", "12000.00")
    assert refused.outcome is Outcome.REFUSE and refused.reasons[0].release_by == "credit_manager"
    with pytest.raises(obligor.Forbidden, match="clerk"):
        engine.release(document="SO-1", key="1", role="clerk", reason="a friend", **WHO)
    released = engine.release(
        document="SO-1", key="2", role="credit_manager", reason="bank guarantee", deviation=1000, valid_days=5, **WHO
    )
    assert released.granted and released.state is OrderState.ACTIVE and released.id is not None
    assert {reason.code for reason in released.reasons} >= {Code.OVER_LIMIT, Code.RELEASED}
    assert exposure(engine) == Decimal("12000.00")
    # Ten per cent more is covered, and not an øre above that.
    more: Any = {"document": "SO-1", "currency": "DKK", **WHO}
    assert engine.change(key="3", amount="13200.00", **more).granted
    assert not engine.change(key="4", amount="13200.01", **more).granted


def test_a_stop_is_lifted_only_by_a_release_that_says_so(engine: Engine) -> None:
    policy_says_nobody = reserve(engine, "SO-1", "10.00", "10003")
    assert [reason.code for reason in policy_says_nobody.reasons] == [Code.STATUS_STOP]
    with pytest.raises(obligor.Forbidden, match="status_stop"):
        engine.release(
            company="NW01", customer="10003", document="SO-1", key="1", role="credit_manager", reason="x", user="eva",
            lifts_stop=True,
        )


def test_a_rejected_order_stays_down(engine: Engine) -> None:
    reserve(engine, "SO-1", "700.00")
    with pytest.raises(obligor.StateError):
        engine.reject(document="SO-1", key="1", reason="no", **WHO)
    engine.hold(document="SO-1", key="2", reason="look at it", **WHO)
    rejected = engine.reject(document="SO-1", key="3", reason="no", **WHO)
    assert (rejected.outcome, rejected.state, rejected.reasons[0].code) == (
        Outcome.REFUSE,
        OrderState.DECLINED,
        Code.REJECTED,
    )
    assert exposure(engine) == 0


def test_an_overrule_in_the_same_call_is_recorded(engine: Engine) -> None:
    more: Any = {"document": "SO-1", "amount": "12000.00", "currency": "DKK", "reason": "cash on the table", **WHO}
    with pytest.raises(obligor.ArgumentError, match="user"):
        engine.reserve(key="1", overrule=True, role="credit_manager", **{**more, "user": ""})
    assert engine.reserve(key="2", overrule=True, role="clerk", **more).outcome is Outcome.REFUSE
    overruled = engine.reserve(key="3", overrule=True, role="credit_manager", **more)
    assert overruled.outcome is Outcome.APPROVE_WITH_ALERT and overruled.state is OrderState.ACTIVE
    assert Code.OVERRIDDEN in {reason.code for reason in overruled.reasons}


def test_the_payer_of_an_order_changes_in_one_step_or_not_at_all(engine: Engine) -> None:
    reserve(engine, "SO-1", "8000.00")
    to: Any = {"company": "NW01", "document": "SO-1", "amount": "8000.00", "currency": "DKK", "user": "eva"}
    stays = engine.transfer(customer="10002", key="1", **to)
    assert not stays.granted and exposure(engine) == Decimal("8000.00")
    assert exposure(engine, "10002") == Decimal("9000.00")
    moved = engine.transfer(customer="10006", key="2", **to)
    assert moved.granted and moved.state is OrderState.ACTIVE
    assert (exposure(engine), exposure(engine, "10006")) == (Decimal(0), Decimal("8000.00"))


def test_the_hold_list_says_why_an_order_waits_and_who_may_let_it_through(engine: Engine, opened: Open) -> None:
    reserve(engine, "SO-1", "700.00")
    engine.hold(document="SO-1", key="1", reason="look at it", **WHO)
    reserve(engine, "SO-2", "10.00", "10004")
    reserve(engine, "SO-3", "10.00", "10005")
    engine.close()
    later = opened(create=False, clock="2026-11-25T09:00:00Z")
    held = {order.document: order for order in later.work.held("NW01")}
    assert sorted(held) == ["SO-1", "SO-2", "SO-3"]
    forced, missing, overdue = held["SO-1"], held["SO-2"], held["SO-3"]
    assert forced.ready and forced.forced_hold == "look at it" and forced.amount == Money(Decimal("700.00"), "DKK")
    assert forced.age_days == 3 and forced.since == overdue.since and forced.state is OrderState.HELD
    assert (forced.company, forced.customer, forced.released_by) == ("NW01", "10001", "")
    assert not missing.ready and [reason.code for reason in missing.reasons] == [Code.LIMIT_MISSING]
    assert [reason.code for reason in overdue.reasons] == [Code.OVERDUE_AMOUNT, Code.OVERDUE_DAYS]
    assert "2,000.00 DKK" in overdue.reasons[0].sentence and "2.000,00 DKK" in overdue.reasons[0].tell("da")
    assert [order.document for order in later.work.held("NW01", customer="10004")] == ["SO-2"]
    assert len(later.work.held("NW01", most=2)) == 2 and later.work.held("NW02") == ()


def test_held_orders_go_through_oldest_first_until_the_room_is_used(engine: Engine, opened: Open) -> None:
    for at in range(4):
        engine.close()
        engine = opened(create=False, clock=f"2026-11-22T1{at}:00:00Z")
        assert reserve(engine, f"SO-{at}", "400.00", "10004").state is OrderState.HELD
    engine.put_limit(company="NW01", customer="10004", currency="DKK", limit="1000.00")
    done = engine.work.reevaluate("NW01")
    assert done.released[:2] == ("SO-0", "SO-1") and "SO-2" not in done.released
    assert done.held == () and not done.more and exposure(engine, "10004") == Decimal("800.00")
    # A person stops the customer: what holds credit and was not shipped is looked at again only when asked to.
    engine.put_account(company="NW01", customer="10004", currency="DKK", status=AccountStatus.HOLD)
    assert engine.work.reevaluate("NW01", customer="10004").held == ()
    active = engine.work.reevaluate("NW01", customer="10004", active=True)
    assert sorted(active.held) == ["SO-0", "SO-1"] and exposure(engine, "10004") == 0


def test_two_persons_release_where_the_policy_wants_them(opened: Open, engine: Engine) -> None:
    engine.close()
    release = '[release]\nranks = ["credit_manager", "credit_controller"]\nfour_eyes_above = ["10000.00 DKK"]\n'
    engine = opened(create=False, policy_text=POLICY + release)
    reserve(engine, "SO-1", "12000.00")
    say: Any = {"company": "NW01", "customer": "10001", "document": "SO-1", "role": "credit_manager", "reason": "ok"}
    first = engine.release(key="1", user="eva", **say)
    assert first.state is OrderState.HELD and Code.SECOND_PERSON in {reason.code for reason in first.reasons}
    (waiting,) = engine.work.held("NW01")
    assert (waiting.document, waiting.released_by, waiting.release_by) == ("SO-1", "eva", ("credit_manager",))
    with pytest.raises(obligor.Forbidden, match="same person"):
        engine.release(key="2", user="eva", **say)
    assert engine.release(key="3", user="per", **say).state is OrderState.ACTIVE
    assert engine.work.held("NW01") == ()


def kinds(events: Tuple[Event, ...], document: str) -> Tuple[str, ...]:
    return tuple(event.kind for event in events if event.document == document)


def test_events_come_at_least_once_and_in_order(engine: Engine, opened: Open) -> None:
    reserve(engine, "SO-1", "700.00")
    engine.hold(document="SO-1", key="1", reason="look at it", **WHO)
    engine.release(document="SO-1", key="2", role="credit_manager", reason="ok", **WHO)
    engine.hold(document="SO-1", key="3", reason="again", **WHO)
    engine.reject(document="SO-1", key="4", reason="no", **WHO)
    engine.put_account(company="NW01", customer="10001", currency="DKK", status=AccountStatus.WATCH)
    robot = engine.events("mail-robot")
    first = robot.next()
    assert kinds(first, "SO-1") == ("held", "released", "held", "rejected")
    assert [event.id for event in first] == sorted({event.id for event in first})
    assert "forced_hold" in next(event for event in first if event.kind == "held").reasons
    assert any(event.kind == "status_changed" for event in first)
    assert first[0].account is None or first[0].account > 0
    assert robot.next() == first and robot.next(most=1) == first[:1]
    robot.acknowledge(first[0])
    assert robot.next() == first[1:]
    # What was acknowledged is remembered by the store; another consumer reads for itself.
    engine.close()
    engine = opened(create=False)
    assert engine.events("mail-robot").next() == first[1:]
    assert engine.events("ledger").next() == first
    engine.events("mail-robot").acknowledge(first[-1].id)
    assert engine.events("mail-robot").next() == ()
    assert engine.list_events(after=first[0].id) == first[1:]


def test_what_time_alone_brings_is_told_once(opened: Open, engine: Engine) -> None:
    engine.put_limit(
        company="NW01", customer="10001", currency="DKK", limit="9000.00", kind="temporary",
        valid_from=date(2026, 11, 1), valid_to=date(2026, 12, 1),
    )
    profile = obligor.Profile(next_review=date(2026, 12, 5))
    engine.put_account(company="NW01", customer="10001", currency="DKK", profile=profile)
    engine.close()
    collection = "[collection]\nhand_over_days = 30\nremind_days = 14\n"
    engine = opened(create=False, policy_text=POLICY + collection, clock=NOW)
    queued = engine.work.sweep()
    told = {(event.kind, event.account) for event in engine.list_events()}
    mine, overdue = engine.account("NW01", "10001").number, engine.account("NW01", "10005").number
    assert {("limit_expiring", mine), ("review_due", mine), ("handed_over", overdue)} <= told
    assert queued == 3 and engine.work.sweep() == 0, "each thing is told once"
