"""Registers that the host asks: a company or debtor register the library cannot reach itself."""

from __future__ import annotations

import ctypes
import json
from decimal import Decimal
from typing import Any, Callable, Dict, List, Mapping, Optional

from ._errors import Status
from ._handle import Handle, text_in, write_json
from ._table import SourceCallback

Source = Callable[[Dict[str, Any]], Mapping[str, Any]]
"""Asks a register: ``include/schema/source.request.json`` in, ``source.answer.json`` out. The request may hold a personal
number: do not log it. What it raises means *unknown*, never *clear*. It may be called from every thread that calls the
engine, and may call the engine itself."""

SourceFailure = Callable[[str, BaseException], None]
"""Is told the source's name and what it raised."""


class SourceCalls(Handle):
    """What an engine asks through the host."""

    _bridges: List[Any]

    def source(self, name: str, ask: Optional[Source], *, failed: Optional[SourceFailure] = None) -> None:
        """Names a register that the host asks; ``None`` takes the name back.

        ``failed`` is told what ``ask`` raised, since that comes to the caller only as *unknown*.
        """
        bridge = SourceCallback() if ask is None else _bridge(name, ask, failed)
        # Kept for the engine's life: another thread may be inside it while it is replaced.
        self._bridges.append(bridge)
        known = text_in("name", name)
        self._call("obligor_source_register", known, len(known), bridge, None)


def _bridge(name: str, ask: Source, failed: Optional[SourceFailure]) -> Any:
    def told(request: int, length: int, buffer: int, capacity: int, needed: Any, _user: Optional[int]) -> int:
        try:
            question = json.loads(ctypes.string_at(request, length).decode("utf-8"), parse_float=Decimal)
            answer = write_json(ask(question)) + b"\0"
            if len(answer) > capacity:
                raise ValueError(f"the answer has {len(answer)} bytes; at most {capacity}")
            ctypes.memmove(buffer, answer, len(answer))
            needed[0] = len(answer)
            return int(Status.OK)
        except Exception as error:
            if failed is not None:
                failed(name, error)
            return int(Status.IO)

    return SourceCallback(told)
