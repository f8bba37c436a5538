"""New customers: verdict, checks with their sources, and the registers that were imported or are asked by the host."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict, List

import pytest

import obligor
from obligor import Engine, LookupFor, Money

AS_OF = "2026-11-22T06:00:00Z"
FOR = LookupFor(purpose="credit_application", user="anna", basis="legitimate_interest")


@pytest.fixture
def desk(engine: Engine) -> Engine:
    """With registers that were imported this morning."""
    companies = (
        "country;orgnr;name;state;legal_form;registered\nDK;29458073;Ørsted Maskinfabrik A/S;NORMAL;60;2001-05-01\n"
        "DK;25646185;Lukket ApS;UNDERKONKURS;80;2001-05-01\nDK;20894148;Ny Handel ApS;NORMAL;80;2001-03-01\n"
    )
    remarks = "number;country;orgnr;kind;amount;currency;registered\n2;DK;20894148;dom;5000,00;DKK;2025-01-05\n"
    for kind, text in (("companies", companies), ("remarks", remarks)):
        engine.call("import", {"kind": kind, "text": text, "source": kind, "as_of": AS_OF})
    return engine


def validate(desk: Engine, cvr: str, name: str, **more: Any) -> obligor.CustomerAnswer:
    settings: Dict[str, Any] = {"identifiers": {"dk.cvr": cvr}, "currency": "DKK", "lookup": FOR, **more}
    return desk.validate_customer(country="DK", name=name, **settings)


def test_a_good_company_is_accepted_and_taken_over_from_the_register(desk: Engine) -> None:
    answer = validate(desk, "29 45 80 73", "Oersted Maskinfabrik AS")
    assert (answer.verdict, answer.terms) == ("accept", "on_account")
    assert answer.limit == Money(Decimal("25000.00"), "DKK") and answer.subject == "organisation"
    assert {check.result for check in answer.checks} == {"pass"}
    existence = next(check for check in answer.checks if check.code == "register_existence")
    assert existence.source == "companies" and existence.as_of == datetime(2026, 11, 22, 6, tzinfo=timezone.utc)
    assert answer.from_register is not None and answer.from_register["name"] == "Ørsted Maskinfabrik A/S"
    assert answer.debtor is not None and answer.debtor.clear


def test_what_registers_say_and_do_not_say_decides(desk: Engine) -> None:
    bankrupt = validate(desk, "25646185", "Lukket ApS")
    assert bankrupt.verdict == "reject" and bankrupt.limit is None and bankrupt.terms == ""
    assert ("register_state", "fail", "bankrupt") in [
        (check.code, check.result, check.because) for check in bankrupt.checks
    ]
    remarked = validate(desk, "20894148", "Ny Handel ApS")
    assert (remarked.verdict, remarked.terms) == ("prepay", "prepayment")
    unasked = validate(desk, "29458073", "Ørsted Maskinfabrik A/S", lookup=None)
    assert unasked.verdict == "review" and unasked.debtor is None
    assert validate(desk, "29458074", "Ørsted Maskinfabrik A/S", legal_form="60").verdict == "reject"
    with pytest.raises(obligor.ArgumentError, match="country"):
        desk.validate_customer(country="Denmark", name="x")


def test_a_register_is_asked_by_the_host(desk: Engine) -> None:
    asked: List[Dict[str, Any]] = []
    failed: List[str] = []
    threads = set()

    def bureau(request: Dict[str, Any]) -> Dict[str, Any]:
        threads.add(threading.get_ident())
        asked.append(request)
        desk.call("stats")
        return {"answer": "clear", "as_of": datetime(2026, 11, 22, 8, tzinfo=timezone.utc)}

    desk.source("remarks", bureau)
    answer = desk.lookup_debtor(FOR, country="DK", orgnr="20894148")
    assert (answer.answer, answer.source, answer.clear) == ("clear", "remarks", True)
    assert answer.age == timedelta(hours=1)
    assert (asked[0]["ask"], asked[0]["number"], asked[0]["user"]) == ("debtor", "20894148", "anna")
    assert threads == {threading.get_ident()}

    def broken(request: Dict[str, Any]) -> Dict[str, Any]:
        raise OSError("no route to the bureau")

    desk.source("remarks", broken, failed=lambda name, error: failed.append(f"{name}: {error}"))
    unknown = desk.lookup_debtor(FOR, country="DK", orgnr="29458073")
    assert (unknown.answer, unknown.because, unknown.clear) == ("unknown", "source_failed", False)
    assert failed == ["remarks: no route to the bureau"]
    desk.source("remarks", None)
