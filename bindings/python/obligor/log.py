"""The engine's log: lines for the host's own log, on the thread of the call they belong to."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Optional

from ._handle import Handle
from ._number import Number
from ._table import LogCallback


class LogLevel(Number):
    """How important a line is."""

    ERROR = 1
    WARNING = 2
    INFO = 3


LogSink = Callable[[LogLevel, str], None]
"""Takes lines of the log. They hold no personal number. It may call the engine."""


class LogCalls(Handle):
    """Where an engine's log goes."""

    _sink: Optional[LogSink] = None
    _bridge: Any = None

    def log(self, sink: Optional[LogSink]) -> None:
        """Where lines of the log go; ``None`` for nowhere, as at first."""
        self._sink = sink
        if self._bridge is None:
            # One bridge for the engine's life: another thread may be inside it while the sink is replaced.
            self._bridge = _bridge(self)
        self._call("obligor_log", self._bridge if sink is not None else LogCallback(), None)


def _bridge(engine: LogCalls) -> Any:
    import weakref

    # Weak, or the engine would keep itself alive.
    known = weakref.ref(engine)

    def line(level: int, text: Optional[int], length: int, _user: Optional[int]) -> None:
        engine = known()
        sink = engine._sink if engine is not None else None
        if sink is not None and text is not None:
            sink(LogLevel(level), ctypes.string_at(text, length).decode("utf-8", "replace"))

    return LogCallback(line)
