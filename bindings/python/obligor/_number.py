"""Numbers of the C header as enums that a newer library may add to."""

from __future__ import annotations

from enum import IntEnum
from typing import Optional


class Number(IntEnum):
    """A number of the C header. One that a newer library adds stays a number instead of becoming an error."""

    @classmethod
    def _missing_(cls, value: object) -> Optional[Number]:
        if not isinstance(value, int):
            return None
        unknown = int.__new__(cls, value)
        unknown._name_ = f"UNKNOWN_{value}"
        unknown._value_ = value
        return unknown

    def __str__(self) -> str:
        return self.name.lower()
