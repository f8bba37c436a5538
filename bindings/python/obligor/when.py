"""Days and moments: ``datetime.date`` and aware ``datetime`` outside, whole numbers at the library's edge."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Optional

from ._errors import ArgumentError
from ._structs import NO_DAY

_EPOCH_DAY = date(1970, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND = timedelta(milliseconds=1)


def day_in(field: str, day: Optional[date]) -> int:
    """A day as the library counts it: days since 1970-01-01."""
    if day is None:
        return NO_DAY
    if isinstance(day, datetime) or not isinstance(day, date):
        raise TypeError(f"{field} must be a datetime.date, not {type(day).__name__}")
    return (day - _EPOCH_DAY).days


def day_out(day: int) -> Optional[date]:
    """A day of the library as a date; ``None`` for the day that is none."""
    return None if day == NO_DAY else _EPOCH_DAY + timedelta(days=day)


def instant_in(field: str, instant: datetime) -> int:
    """A moment as the library counts it: milliseconds since 1970-01-01T00:00:00Z."""
    if not isinstance(instant, datetime):
        raise TypeError(f"{field} must be a datetime.datetime, not {type(instant).__name__}")
    if instant.utcoffset() is None:
        raise ArgumentError(f"{field} has no time zone: say which, for example datetime.now(timezone.utc)")
    return (instant - _EPOCH) // _MILLISECOND


def instant_out(milliseconds: int) -> datetime:
    """A moment of the library as an aware datetime, in UTC."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def instant_text(field: str, instant: datetime) -> str:
    """A moment as the configuration has it."""
    moment = instant_out(instant_in(field, instant))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
