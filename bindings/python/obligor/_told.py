"""What the library says in JSON, as the values that its structs become here, too."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Dict, Mapping, Optional, Tuple, Type, TypeVar, Union

from ._number import Number
from ._structs import ReasonStruct
from .money import Money, minor_in
from .when import day_in

_Some = TypeVar("_Some", bound=Number)


def number_of(kind: Type[_Some], name: str) -> _Some:
    """A member by the name it has in JSON. One that a newer library adds is unknown, and none of those there are."""
    found: Optional[_Some] = kind.__members__.get(name.upper())
    return kind(-1) if found is None else found


def money_of(text: Optional[str]) -> Optional[Money]:
    """``"1250.00 DKK"``, or nothing."""
    return None if text is None else Money.parse(text)


def day_of(text: Optional[str]) -> Optional[date]:
    """``"2026-11-22"``, or nothing."""
    return None if text is None else date.fromisoformat(text)


def reason_struct(
    told: Mapping[str, Any],
    *,
    code: int,
    level: int,
    effect: int,
    kinds: Mapping[str, int],
    remedies: Mapping[str, int],
) -> ReasonStruct:
    """A reason in JSON as the struct that the library makes sentences from."""
    struct = ReasonStruct()
    struct.code, struct.level, struct.effect = code, level, effect
    struct.measured_kind, struct.measured, of_measured = _value(told.get("measured"), kinds)
    struct.threshold_kind, struct.threshold, of_threshold = _value(told.get("threshold"), kinds)
    struct.currency = of_measured or of_threshold
    struct.remedy_kind, struct.remedy, struct.remedy_currency = _value(told.get("remedy"), remedies)
    for field, size in (("release_by", 32), ("rule", 64), ("pool", 64)):
        setattr(struct, field, _cut(told.get(field) or "", size - 1))
    return struct


def _value(told: Any, kinds: Mapping[str, int]) -> Tuple[int, int, bytes]:
    """A value with its unit, such as ``{"money": "1250.00 DKK"}`` or ``"release"``: kind, number, and currency of money."""
    if told is None:
        return 0, 0, b""
    (name, value) = (told, 0) if isinstance(told, str) else next(iter(told.items()))
    kind = kinds.get(name, -1)
    if isinstance(value, int):
        return kind, value, b""
    number, _, currency = value.partition(" ")
    if currency:
        return kind, minor_in("an amount", number, currency), currency.encode("ascii")
    if value.isalpha():
        return kind, int.from_bytes(value.encode("ascii"), "big"), b""
    return kind, day_in("a day", date.fromisoformat(value)), b""


def _cut(text: str, most: int) -> bytes:
    """At most so many bytes, and whole characters."""
    return text.encode("utf-8")[:most].decode("utf-8", "ignore").encode("utf-8")


def rates_in(rates: Mapping[str, Union[Decimal, str]]) -> Dict[str, str]:
    """Rates as JSON has them: as text, so that they are exact."""
    return {currency: format(rate, "f") if isinstance(rate, Decimal) else rate for currency, rate in rates.items()}
