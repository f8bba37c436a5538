"""Every function of the library, with its argument and result types.

One complete table: a function that is missing here cannot be called, and a test compares it with the C header and with
what the library exports.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any, NamedTuple, Tuple

from ._structs import AccountStruct, DecisionStruct, OrderStruct, ReasonStruct


class Function(NamedTuple):
    """A function of the library."""

    name: str
    result: Any
    arguments: Tuple[Any, ...]


LogCallback = ctypes.CFUNCTYPE(None, c_int32, c_void_p, c_size_t, c_void_p)
"""``obligor_log_callback``: level, line, length, user"""

ProgressCallback = ctypes.CFUNCTYPE(c_int32, c_uint64, c_uint64, c_void_p)
"""``obligor_progress_callback``: done, of, user; anything but 0 stops the work"""

SourceCallback = ctypes.CFUNCTYPE(c_int32, c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t), c_void_p)
"""``obligor_source_callback``: request, length, buffer, capacity, needed, user"""

_ENGINE = (c_uint32,)
_TEXT = (c_char_p, c_int64)
_BUFFER = (c_char_p, c_size_t, POINTER(c_size_t))
_ORDER = (POINTER(OrderStruct), POINTER(DecisionStruct), POINTER(ReasonStruct), c_uint32)
_PROGRESS = (ProgressCallback, c_void_p)


def _status(name: str, *arguments: Any) -> Function:
    return Function(name, c_int32, arguments)


FUNCTIONS: Tuple[Function, ...] = (
    Function("obligor_abi_version", c_uint32, ()),
    Function("obligor_version_number", c_uint32, ()),
    Function("obligor_version", c_char_p, ()),
    _status("obligor_status_text", c_int32, *_BUFFER),
    _status("obligor_last_error", *_BUFFER),
    _status("obligor_open", *_TEXT, POINTER(c_uint32)),
    _status("obligor_close", *_ENGINE),
    _status("obligor_log", *_ENGINE, LogCallback, c_void_p),
    _status("obligor_account_resolve", *_ENGINE, *_TEXT, *_TEXT, POINTER(c_uint32)),
    _status("obligor_account_read", *_ENGINE, c_uint32, POINTER(AccountStruct)),
    _status("obligor_order_check", *_ENGINE, *_ORDER),
    _status("obligor_order_reserve", *_ENGINE, *_ORDER),
    _status("obligor_order_change", *_ENGINE, *_ORDER),
    _status("obligor_order_convert", *_ENGINE, *_ORDER),
    _status("obligor_order_cancel", *_ENGINE, *_ORDER),
    _status("obligor_order_reopen", *_ENGINE, *_ORDER),
    _status("obligor_order_pass", *_ENGINE, *_ORDER),
    _status(
        "obligor_order_check_list",
        *_ENGINE,
        POINTER(OrderStruct),
        c_uint32,
        POINTER(DecisionStruct),
        POINTER(ReasonStruct),
        c_uint32,
    ),
    _status(
        "obligor_order_reserve_list",
        *_ENGINE,
        POINTER(OrderStruct),
        c_uint32,
        c_int32,
        POINTER(DecisionStruct),
        POINTER(ReasonStruct),
        c_uint32,
        POINTER(c_int32),
    ),
    _status("obligor_order_expire", *_ENGINE, c_uint32, POINTER(c_uint32), POINTER(c_int32)),
    _status("obligor_reason_text", POINTER(ReasonStruct), *_TEXT, *_TEXT, *_BUFFER),
    _status("obligor_decision_explain", *_ENGINE, c_int64, *_TEXT, *_BUFFER),
    _status("obligor_decision_replay", *_ENGINE, c_int64, POINTER(c_int32)),
    _status("obligor_customer_validate", *_ENGINE, *_TEXT, *_BUFFER),
    _status("obligor_debtor_lookup", *_ENGINE, *_TEXT, *_BUFFER),
    _status("obligor_source_register", *_ENGINE, *_TEXT, SourceCallback, c_void_p),
    _status("obligor_import", *_ENGINE, *_TEXT, *_PROGRESS, *_BUFFER),
    _status("obligor_verify", *_ENGINE, *_PROGRESS, *_BUFFER),
    _status("obligor_backup", *_ENGINE, *_TEXT),
    _status("obligor_call", *_ENGINE, *_TEXT, *_TEXT, *_BUFFER),
    _status("obligor_answer", *_ENGINE, *_BUFFER),
)
