"""What credit departments do, end to end on the sample portfolio (``samples/cases``) through the binding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Callable, List

import pytest
from conftest import CHECKOUT

import obligor
from obligor import AccountStatus, Code, Outcome, Profile

SAMPLE = CHECKOUT / "samples" / "cases"
COMPANY = "NW01"

FRAME = CHECKOUT / "tests" / "conformance" / "policies" / "frame.toml"
"""What a policy has beside its facts and rules."""

POLICY = (
    FRAME.read_text(encoding="utf-8")
    + """
[facts]
grace_days = 0
unapplied_credits = "reduce"
rounding = "half_up"
memory_max_age = "5 s"
unknown_customer = "refuse"
limit_missing = "hold"
currency_mismatch = "hold"
disputed = "leave_out"
[collection]
hand_over_days = 14

[[rule]]
name = "over the limit"
when = "over_limit"
tolerance = "0 %"
then = "approve_with_alert"
classes = ["good"]
[[rule]]
name = "far over the limit"
when = "over_limit"
tolerance = "20 %"
then = "hold"
classes = ["good"]
release_by = "credit_controller"
[[rule]]
name = "over the limit, others"
when = "over_limit"
tolerance = "0 %"
then = "hold"
classes = ["fair", "weak"]
release_by = "credit_controller"
[[rule]]
name = "new customers pay up front"
when = "over_limit"
tolerance = "0 %"
then = "prepay"
younger_than_days = 180
[[rule]]
name = "security of weak customers"
when = "always"
then = "approve_with_alert"
classes = ["weak"]
deposit = "30 %"
[[rule]]
name = "disputes again and again"
when = "dispute_rate"
above = "30 %"
at_least = 2
then = "refuse"
[[rule]]
name = "thirty days overdue"
when = "overdue_days"
above = 29
then = "hold"
release_by = "credit_controller"
"""
)


class Desk:
    """The sample portfolio at an order desk."""

    def __init__(self, engine: obligor.Engine) -> None:
        self.engine = engine
        self.number = 0

    def is_(self, customer: str, risk_class: str, since: date = date(2015, 1, 1)) -> None:
        """What credit control says of a customer."""
        profile = Profile(risk_class=risk_class, customer_since=since)
        self.engine.put_account(company=COMPANY, customer=customer, currency="DKK", profile=profile)

    def order(self, customer: str, amount: str) -> obligor.Decision:
        self.number += 1
        name = f"S{self.number}"
        return self.engine.reserve(
            company=COMPANY, customer=customer, document=name, key=name, amount=amount, currency="DKK"
        )

    def item(self, customer: str, number: str, residual: str, due: date, disputed: bool = False) -> None:
        self.engine.put_item(
            company=COMPANY,
            customer=customer,
            number=number,
            amount="100.00",
            residual=residual,
            currency="DKK",
            due=due,
            disputed=disputed,
        )

    def events(self) -> List[str]:
        """What nobody has heard yet."""
        queue = self.engine.events("credit department")
        found = queue.next()
        if found:
            queue.acknowledge(found[-1])
        return [event.kind for event in found]


@pytest.fixture
def desk(opened: Callable[..., obligor.Engine]) -> Desk:
    engine = opened(policy_text=POLICY, clock="2026-11-22T09:00:00Z")
    for kind in ("customers", "limits", "open_items", "orders"):
        assert engine.import_file(kind, SAMPLE / f"{kind}.csv").rejected == 0
    desk = Desk(engine)
    while desk.events():
        pass
    return desk


def test_o5_the_department_is_told_when_a_customer_goes_over(desk: Desk) -> None:
    desk.engine.put_limit(company=COMPANY, customer="K01", limit="39999.99", currency="DKK")
    assert desk.events() == ["over_limit"], "40,000.00 are open: a lowered limit is enough"
    desk.engine.put_limit(company=COMPANY, customer="K01", limit="39000.00", currency="DKK")
    assert desk.events() == [], "it was over already"


def test_o6_a_good_payer_may_go_over_and_the_department_hears_of_it(desk: Desk) -> None:
    desk.is_("K01", "good")
    desk.events()
    within = desk.order("K01", "80000.00")
    assert (within.outcome, within.granted) == (Outcome.APPROVE_WITH_ALERT, True)
    assert desk.events() == ["over_limit", "alert"]
    beyond = desk.order("K01", "0.01")
    assert (beyond.outcome, beyond.reasons[0].release_by) == (Outcome.HOLD, "credit_controller")
    desk.is_("K02", "fair")
    assert desk.order("K02", "60000.01").outcome == Outcome.HOLD, "another is treated as another"


def test_o7_a_new_customer_who_does_not_fit_pays_up_front(desk: Desk) -> None:
    desk.is_("K03", "", since=date(2026, 10, 1))
    decision = desk.order("K03", "1000.00")
    assert decision.outcome == Outcome.PREPAY
    assert decision.prepay is not None and decision.prepay == Decimal("1000.00")
    paid = desk.engine.reserve(
        company=COMPANY, customer="K03", document="S-paid", key="S-paid", amount="1000.00", currency="DKK", secured="1000.00"
    )
    assert paid.granted, "what is paid in advance needs no credit"


def test_v5_who_disputes_again_and_again_gets_nothing_until_it_is_paid(desk: Desk) -> None:
    desk.is_("K04", "fair")
    for number, disputed in (("D1", True), ("D2", True), ("D3", False)):
        desk.item("K04", number, "100.00", date(2026, 12, 1), disputed=disputed)
    refused = desk.order("K04", "10.00")
    assert refused.outcome == Outcome.REFUSE
    assert [reason.code for reason in refused.reasons if reason.effect == Outcome.REFUSE] == [Code.DISPUTE_RATE]
    whose = {"company": COMPANY, "customer": "K04"}
    for row in desk.engine.call("account.items", {"account": whose})["answer"]:
        desk.engine.call("item.put", {**row, "residual": "0.00 DKK"})
    assert desk.order("K04", "10.00").granted, "everything is paid"


def test_a1_fourteen_days_hand_over_and_thirty_hold(desk: Desk) -> None:
    desk.is_("K01", "fair")
    desk.engine.work.sweep()
    desk.events()
    desk.item("K01", "L13", "100.00", date(2026, 11, 9))
    desk.item("K01", "L14", "100.00", date(2026, 11, 8))
    desk.engine.work.sweep()
    assert desk.events() == ["handed_over"]
    desk.engine.work.sweep()
    assert desk.events() == [], "nothing is handed over twice"
    assert desk.order("K01", "1.00").granted, "fourteen days are for collection, not for a hold"
    desk.item("K01", "L30", "100.00", date(2026, 10, 23))
    held = desk.order("K01", "1.00")
    assert (held.outcome, held.reasons[0].code) == (Outcome.HOLD, Code.OVERDUE_DAYS)
    desk.item("K01", "L30", "0.00", date(2026, 10, 23))
    assert [order.document for order in desk.engine.work.held(COMPANY)] == ["S2"]
    assert desk.engine.work.reevaluate(COMPANY).released == ("S2",), "paid: it goes out by itself"


def test_a2_complaints_and_credits_never_run_on_into_collection(desk: Desk) -> None:
    desk.engine.work.sweep()
    desk.events()
    desk.item("K01", "L1", "100.00", date(2026, 10, 1), disputed=True)
    desk.engine.work.sweep()
    assert desk.events() == []


def test_a3_an_overdue_item_stops_new_loss(desk: Desk, tmp_path: Path) -> None:
    """What would have been lost on the orders of bad payers is counted over the record, before a policy is switched on."""
    record = tmp_path / "last-year.csv"
    record.write_text(
        "company,customer,order,entered,amount,currency,invoiced,due,paid,written_off,limit\n"
        "NW01,B1,1,2025-01-10,1000.00,DKK,2025-01-12,2025-02-12,,2025-09-01,5000.00\n"
        "NW01,B1,2,2025-06-10,1000.00,DKK,2025-06-12,2025-07-12,,2025-09-01,5000.00\n"
        "NW01,G1,3,2025-06-10,1000.00,DKK,2025-06-12,2025-07-12,2025-07-10,,5000.00\n",
        encoding="utf-8",
    )
    told = desk.engine.try_policy(text=POLICY, orders_path=str(record), largest=5)
    assert "1000.00 DKK" in str(told), "the second order of the bad payer is the loss that is avoided"


def test_k4_a_loss_risk_comes_with_the_security_to_ask_for(desk: Desk) -> None:
    desk.is_("K04", "weak")
    decision = desk.order("K04", "10000.01")
    assert decision.granted
    assert decision.deposit is not None and decision.deposit == Decimal("3000.01"), "a share is rounded up"
    assert desk.engine.account(COMPANY, "K04").standing().risk_class == "weak"
    status = desk.engine.account(COMPANY, "K05").read().status
    assert status == AccountStatus.STOP
