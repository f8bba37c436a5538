"""Look-ups: for a purpose, by somebody, logged; unknown is never clear."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

import obligor
from obligor import Engine, LookupFor, Money
from test_customer import FOR, desk

__all__ = ["desk"]


def test_remarks_come_with_what_may_be_done_with_them(desk: Engine) -> None:
    answer = desk.lookup_debtor(FOR, country="DK", orgnr="20894148")
    assert answer.answer == "remarks" and not answer.clear and answer.because == ""
    (remark,) = answer.remarks
    assert (remark.number, remark.kind, remark.amount) == ("2", "dom", Money(Decimal("5000.00"), "DKK"))
    assert remark.registered == date(2025, 1, 5) and remark.delete_by > date(2026, 11, 22) and remark.rule
    assert answer.age == timedelta(hours=3) and answer.source == "remarks"
    assert desk.call("lookup.list")["answer"]


def test_what_is_not_lawful_is_unknown_and_names_the_rule(desk: Engine) -> None:
    answer = desk.lookup_debtor(LookupFor(purpose="lease", user="anna"), country="DK", orgnr="20894148")
    assert (answer.answer, answer.because) == ("unknown", "not_lawful") and answer.rules
    with pytest.raises(obligor.ObligorError, match="purpose"):
        desk.lookup_debtor(LookupFor(purpose="curiosity", user="anna"), country="DK", orgnr="20894148")
    with pytest.raises(obligor.ObligorError, match="user"):
        desk.lookup_debtor(LookupFor(purpose="credit_application", user=""), country="DK", orgnr="20894148")


def test_a_register_that_was_never_imported_is_unknown(engine: Engine) -> None:
    answer = engine.lookup_debtor(FOR, country="DK", orgnr="20894148")
    assert (answer.answer, answer.because, answer.remarks) == ("unknown", "never_imported", [])
    assert answer.as_of is None and answer.age is None
