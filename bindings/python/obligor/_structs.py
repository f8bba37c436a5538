"""The structs of the C header, field by field.

Each begins with ``struct_size``, so that an older caller and a newer library understand each other; it is filled in
here. The layout is compared with ``abi/layout.json`` by a test.
"""

from __future__ import annotations

import ctypes
from ctypes import c_char, c_int32, c_int64, c_uint32
from functools import lru_cache
from typing import Any, Type

NO_DAY = -(2**31)
"""The day that is none."""

ORDER_ALL = 1
"""Flag of a conversion: everything in the stage moves."""

ORDER_SECURED = 2
"""Flag: ``secured`` is said, also when it is 0."""

ORDER_TERMS = 4
"""Flag: ``terms_days`` is said, also when it is 0."""

ORDER_DISCOUNT = 8
"""Flag: ``discount_basis_points`` is said, also when it is 0."""

ORDER_OVERRULE = 16
"""Flag: the user lets the order through whatever the rules say, as far as the role may."""

ORDER_LIFTS_STOP = 32
"""Flag beside it: a stop of the customer is lifted too."""


class Sized(ctypes.Structure):
    """A struct that says how large it is."""

    def __init__(self) -> None:
        super().__init__()
        self.struct_size = ctypes.sizeof(self)


class OrderStruct(Sized):
    """``obligor_order``"""

    _fields_ = [
        ("struct_size", c_uint32),
        ("account", c_uint32),
        ("amount", c_int64),
        ("currency", c_char * 4),
        ("flags", c_uint32),
        ("expires_ms", c_int64),
        ("stage_from", c_int32),
        ("stage_to", c_int32),
        ("due_day", c_int32),
        ("deadline_ms", c_uint32),
        ("company", c_char * 32),
        ("customer", c_char * 64),
        ("document", c_char * 64),
        ("key", c_char * 64),
        ("item", c_char * 64),
        ("user", c_char * 64),
        ("rate", c_char * 32),
        ("secured", c_int64),
        ("ships_day", c_int32),
        ("terms_days", c_int32),
        ("discount_basis_points", c_int32),
        ("checkpoint", c_int32),
        ("role", c_char * 64),
        ("reason", c_char * 128),
    ]


class DecisionStruct(Sized):
    """``obligor_decision``"""

    _fields_ = [
        ("struct_size", c_uint32),
        ("outcome", c_int32),
        ("decision_id", c_int64),
        ("increase", c_int64),
        ("increase_currency", c_char * 4),
        ("currency", c_char * 4),
        ("exposure_before", c_int64),
        ("exposure_after", c_int64),
        ("limit", c_int64),
        ("available_before", c_int64),
        ("available_after", c_int64),
        ("prepay", c_int64),
        ("facts_at_ms", c_int64),
        ("has_account", c_int32),
        ("has_limit", c_int32),
        ("order_state", c_int32),
        ("source", c_int32),
        ("repeated", c_int32),
        ("reason_count", c_uint32),
        ("status", c_int32),
        ("reserved", c_uint32),
        ("deposit", c_int64),
    ]


class ReasonStruct(Sized):
    """``obligor_reason``"""

    _fields_ = [
        ("struct_size", c_uint32),
        ("code", c_int32),
        ("level", c_int32),
        ("effect", c_int32),
        ("measured_kind", c_int32),
        ("threshold_kind", c_int32),
        ("remedy_kind", c_int32),
        ("reserved", c_uint32),
        ("measured", c_int64),
        ("threshold", c_int64),
        ("remedy", c_int64),
        ("release_by", c_char * 32),
        ("rule", c_char * 64),
        ("pool", c_char * 64),
        ("currency", c_char * 4),
        ("remedy_currency", c_char * 4),
    ]


class AccountStruct(Sized):
    """``obligor_account``"""

    _fields_ = [
        ("struct_size", c_uint32),
        ("account", c_uint32),
        ("currency", c_char * 4),
        ("status", c_int32),
        ("ordered", c_int64),
        ("delivered", c_int64),
        ("drafted", c_int64),
        ("open", c_int64),
        ("overdue", c_int64),
        ("unapplied", c_int64),
        ("exposure", c_int64),
        ("limit", c_int64),
        ("available", c_int64),
        ("has_limit", c_int32),
        ("oldest_overdue_day", c_int32),
        ("facts_at_ms", c_int64),
        ("later", c_int64),
    ]


def array_of(kind: Type[Sized], count: int) -> Any:
    """An array of structs, each with its size."""
    return (kind * count).from_buffer_copy(_blank(kind) * count)


@lru_cache
def _blank(kind: Type[Sized]) -> bytes:
    return bytes(kind())
