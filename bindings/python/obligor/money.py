"""Amounts: ``Decimal`` outside, whole minor units at the library's edge. Never a float.

The library counts øre, cents, yen and fils as whole numbers; here an amount is a ``Decimal`` of kroner or euros with
its currency beside it. An amount that has more decimals than its currency is an error and is never rounded.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import NamedTuple, Union

from ._errors import ArgumentError

Amount = Union[Decimal, int, str]
"""What an amount may be given as. An ``int`` counts whole kroner or euros, not øre or cents."""

_DECIMALS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_MOST = (1 << 63) - 1
_EXACT = Context(prec=40, traps=[Inexact])
"""Room for every amount, whatever precision the host's own context has; what does not fit is never rounded."""


class Money(NamedTuple):
    """An amount and its currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    @classmethod
    def parse(cls, text: str) -> Money:
        """Reads ``1250.00 DKK``, as the library's JSON has amounts."""
        number, _, currency = text.partition(" ")
        return cls(decimal_in("the amount", number), currency_in("the currency", currency))


def currency_in(field: str, currency: str) -> str:
    """A currency code as the library takes it: three capital letters."""
    if not isinstance(currency, str):
        raise TypeError(f"{field} must be a str such as 'DKK', not {type(currency).__name__}")
    if not _is_code(currency):
        raise ArgumentError(f"{field} is {currency!r}; write the three capital letters of ISO 4217, such as DKK")
    return currency


@lru_cache
def _is_code(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def decimals_of(currency: str) -> int:
    """How many decimals an amount of this currency has (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DECIMALS.get(currency, 2)


def decimal_in(field: str, amount: Amount) -> Decimal:
    """An amount as a ``Decimal``. A float is refused."""
    if isinstance(amount, float):
        raise TypeError(f"{field} is a float, which cannot hold an amount exactly: use Decimal('1250.00')")
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int, str)):
        raise TypeError(f"{field} must be a Decimal, not {type(amount).__name__}")
    try:
        number = Decimal(amount)
    except InvalidOperation:
        raise ArgumentError(f"{field} is {amount!r}, which is not a decimal number such as 1250.00") from None
    if not number.is_finite():
        raise ArgumentError(f"{field} is {amount!r}, which is not an amount")
    return number


def minor_in(field: str, amount: Amount, currency: str) -> int:
    """An amount in whole minor units."""
    number = decimal_in(field, amount)
    if not number:
        return 0
    places = decimals_of(currency)
    minor = None
    if number.adjusted() + places < len(str(_MOST)):
        try:
            scaled = _EXACT.scaleb(number, places)
            minor = int(scaled)
            exact = minor == scaled
        except Inexact:
            exact = False
        if not exact:
            raise ArgumentError(f"{field} is {amount}; {currency} has {places} decimals")
    if minor is None or not -_MOST - 1 <= minor <= _MOST:
        raise ArgumentError(f"{field} is {amount}, which is too large: at most {_MOST} minor units of {currency}")
    return minor


def decimal_out(minor: int, currency: str) -> Decimal:
    """Whole minor units as a ``Decimal`` with the currency's decimals. Exact, whatever the context."""
    return _EXACT.scaleb(Decimal(minor), -decimals_of(currency))
