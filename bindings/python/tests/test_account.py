"""Accounts and where they stand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

import obligor
from obligor import AccountStatus, Engine


def test_an_account_is_a_small_number_that_stays(engine: Engine) -> None:
    account = engine.account("NW01", "10005")
    assert account == engine.account("NW01", "10005  ") or account.number == engine.account("NW01", "10005  ").number
    assert 0 < account.number < 1000
    with pytest.raises(obligor.NotFound, match="NW02"):
        engine.account("NW02", "10005")


def test_where_an_account_stands(engine: Engine) -> None:
    position = engine.account("NW01", "10005").read()
    assert position.currency == "DKK" and position.status is AccountStatus.OK
    assert (position.overdue, position.open, position.ordered) == (Decimal("2000.00"), Decimal("0.00"), Decimal("0.00"))
    assert (position.exposure, position.limit, position.available) == (
        Decimal("2000.00"),
        Decimal("50000.00"),
        Decimal("48000.00"),
    )
    assert position.oldest_overdue == date(2026, 10, 13)
    without = engine.account("NW01", "10006").read()
    assert without.limit is None and without.available is None and without.oldest_overdue is None
    assert engine.position(without.account) == without
    assert engine.account("NW01", "10007").read().limit == Decimal("1000000")
    with pytest.raises(obligor.NotFound):
        engine.position(4_000_000)
