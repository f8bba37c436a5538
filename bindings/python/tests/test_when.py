"""Days and moments at the edge."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from obligor import ArgumentError
from obligor.when import day_in, day_out, instant_in, instant_out, instant_text


def test_days_go_in_and_come_out() -> None:
    for day in (date.min, date(1969, 12, 31), date(1970, 1, 1), date(2026, 11, 22), date.max):
        assert day_out(day_in("due", day)) == day
    assert day_in("due", date(1970, 1, 2)) == 1
    assert day_out(day_in("due", None)) is None


def test_moments_are_whole_milliseconds_and_know_their_zone() -> None:
    copenhagen = timezone(timedelta(hours=1))
    moment = datetime(2026, 11, 22, 10, 0, 0, 999_999, tzinfo=copenhagen)
    assert instant_in("expires", moment) == 1_795_338_000_999
    assert instant_out(1_795_338_000_999) == datetime(2026, 11, 22, 9, 0, 0, 999_000, tzinfo=timezone.utc)
    assert instant_text("clock", moment) == "2026-11-22T09:00:00.999Z"
    assert instant_in("expires", datetime(1969, 12, 31, 23, 59, 59, tzinfo=timezone.utc)) == -1000


def test_a_moment_without_a_zone_and_a_moment_for_a_day_are_refused() -> None:
    with pytest.raises(ArgumentError, match="time zone"):
        instant_in("expires", datetime(2026, 11, 22))
    with pytest.raises(TypeError, match="due must be a datetime.date"):
        day_in("due", datetime(2026, 11, 22))
    with pytest.raises(TypeError, match="expires must be a datetime.datetime"):
        instant_in("expires", date(2026, 11, 22))  # type: ignore[arg-type]
