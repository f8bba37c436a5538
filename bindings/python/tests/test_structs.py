"""The structs against ``abi/layout.json``, which the C header is compared with too."""

from __future__ import annotations

import ctypes
import json
from typing import Any, Dict, Type

from conftest import CHECKOUT
from obligor._structs import AccountStruct, DecisionStruct, OrderStruct, ReasonStruct, Sized, array_of

STRUCTS: Dict[str, Type[Sized]] = {
    "obligor_order": OrderStruct,
    "obligor_decision": DecisionStruct,
    "obligor_reason": ReasonStruct,
    "obligor_account": AccountStruct,
}

SIZES = {"char": ctypes.c_char, "int32_t": ctypes.c_int32, "uint32_t": ctypes.c_uint32, "int64_t": ctypes.c_int64}


def test_the_layout_is_the_recorded_one() -> None:
    layouts: Dict[str, Any] = json.loads((CHECKOUT / "abi" / "layout.json").read_text(encoding="utf-8"))
    assert set(STRUCTS) <= set(layouts)
    for name, struct in STRUCTS.items():
        layout = layouts[name]
        assert ctypes.sizeof(struct) == layout["size"], name
        assert ctypes.alignment(struct) == layout["align"], name
        fields = [
            (field["name"], SIZES[field["type"]], field["count"], field["offset"], field["size"])
            for field in layout["fields"]
        ]
        ours = []
        for field, kind, *_ in struct._fields_:
            place = getattr(struct, field)
            element = getattr(kind, "_type_", kind) if issubclass(kind, ctypes.Array) else kind
            ours.append((field, element, getattr(kind, "_length_", 1), place.offset, place.size))
        assert ours == fields, name


def test_every_struct_says_its_size() -> None:
    for struct in STRUCTS.values():
        assert struct().struct_size == ctypes.sizeof(struct)
        array = array_of(struct, 3)
        assert [element.struct_size for element in array] == [ctypes.sizeof(struct)] * 3
        assert len(array_of(struct, 0)) == 0
