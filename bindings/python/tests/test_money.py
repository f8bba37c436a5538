"""Amounts: exact, never a float, never rounded."""

from __future__ import annotations

import decimal
from decimal import Decimal

import pytest

from obligor import ArgumentError, Money
from obligor.money import decimal_out, minor_in


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (Decimal("1250.00"), "DKK", 125_000),
        (Decimal("1250"), "DKK", 125_000),
        (1250, "DKK", 125_000),
        ("1250.5", "DKK", 125_050),
        (Decimal("-0.01"), "EUR", -1),
        (Decimal("0"), "EUR", 0),
        (Decimal("-0.00"), "EUR", 0),
        (Decimal("0E+1000000"), "EUR", 0),
        (Decimal("1.0000000"), "EUR", 100),
        (Decimal("1." + "0" * 5000), "EUR", 100),
        (Decimal("1E+3"), "DKK", 100_000),
        (Decimal("500"), "JPY", 500),
        (Decimal("0.001"), "KWD", 1),
        (Decimal("0.0001"), "CLF", 1),
        (Decimal("92233720368547758.07"), "DKK", 2**63 - 1),
        (Decimal("-92233720368547758.08"), "DKK", -(2**63)),
    ],
)
def test_amounts_become_minor_units(amount: Decimal, currency: str, minor: int) -> None:
    # What a host set its own context to must not matter.
    with decimal.localcontext() as context:
        context.prec = 3
        context.traps[decimal.Inexact] = True
        assert minor_in("amount", amount, currency) == minor
        assert minor_in("amount", decimal_out(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "word"),
    [
        (Decimal("0.001"), "DKK", "2 decimals"),
        (Decimal("0.5"), "JPY", "0 decimals"),
        (Decimal("1E-1000000"), "DKK", "2 decimals"),
        (Decimal("92233720368547758.08"), "DKK", "too large"),
        (Decimal("-92233720368547758.09"), "DKK", "too large"),
        (Decimal("1E+1000000"), "DKK", "too large"),
        ("1.250,00", "DKK", "decimal number"),
        ("", "DKK", "decimal number"),
        (Decimal("NaN"), "DKK", "not an amount"),
        (Decimal("sNaN"), "DKK", "not an amount"),
        (Decimal("-Infinity"), "DKK", "not an amount"),
    ],
)
def test_what_is_not_an_amount_is_refused(amount: Decimal, currency: str, word: str) -> None:
    with pytest.raises(ArgumentError, match=word):
        minor_in("amount", amount, currency)


@pytest.mark.parametrize("amount", [1250.0, True, None, b"1250", [1250]])
def test_floats_and_others_are_a_type_error(amount: object) -> None:
    with pytest.raises(TypeError, match="Decimal"):
        minor_in("amount", amount, "DKK")  # type: ignore[arg-type]


def test_decimals_out_carry_the_currency_s_decimals() -> None:
    shown = [str(decimal_out(5, currency)) for currency in ("DKK", "JPY", "KWD", "CLF")]
    assert shown == ["0.05", "5", "0.005", "0.0005"]


def test_money_reads_what_it_writes() -> None:
    for text in ("1250.00 DKK", "-0.05 EUR", "500 JPY"):
        assert str(Money.parse(text)) == text
    with pytest.raises(ArgumentError):
        Money.parse("1250.00")
    with pytest.raises(ArgumentError):
        Money.parse("1250.00 kr.")
