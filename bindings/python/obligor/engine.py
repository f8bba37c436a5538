"""The engine: an open credit state.

An engine may be used from any thread. It starts none, prints nothing, and works in the process that opened it: after a
fork the child opens its own.
"""

from __future__ import annotations

import ctypes
import json
import os
import threading
from ctypes import c_uint32
from datetime import datetime
from types import TracebackType
from typing import Any, Dict, Mapping, Optional, Type, Union

from ._errors import ConfigError, Forked, ObligorError
from ._handle import text_in, write_json
from ._library import Library, PathLike, load
from .account import AccountCalls
from .customer import CustomerCalls
from .debtor import DebtorCalls
from .event import EventCalls
from .importing import ImportCalls
from .item import ItemCalls
from .limit import LimitCalls
from .log import LogCalls
from .policy import PolicyCalls
from .pool import PoolCalls
from .source import SourceCalls
from .upkeep import UpkeepCalls
from .when import instant_text
from .work import WorkCalls


class Engine(
    WorkCalls,
    AccountCalls,
    LimitCalls,
    PoolCalls,
    ItemCalls,
    EventCalls,
    PolicyCalls,
    CustomerCalls,
    DebtorCalls,
    ImportCalls,
    SourceCalls,
    UpkeepCalls,
    LogCalls,
):
    """An open credit state. Made with ``Engine.open``; closed with ``close``, or at the end of its ``with``."""

    def __init__(self, library: Library, number: int) -> None:
        self._library = library
        self._number = number
        self._closing = threading.Lock()
        self._bridges = []

    @classmethod
    def open(
        cls,
        config: Optional[PathLike] = None,
        *,
        store: Optional[PathLike] = None,
        create: bool = False,
        policy: Optional[PathLike] = None,
        policy_text: Optional[str] = None,
        secret: Optional[str] = None,
        clock: Union[str, datetime, None] = None,
        utc_offset_minutes: Optional[int] = None,
        deadline_ms: Optional[int] = None,
        registers: Optional[Mapping[str, Mapping[str, str]]] = None,
        library: Optional[PathLike] = None,
    ) -> Engine:
        """Opens a credit state: by a TOML file (``config``), or by ``store`` and the other settings.

        ``store``: the file of the credit state, or where in a PostgreSQL server it is: ``postgresql://user@host/database``, or
        ``env:NAME`` or ``file:PATH`` for a URL with a password; ``create`` makes it if it is not there.
        ``policy``: the rules, a TOML file or ``"standard"``, which they are when nothing is said; or ``policy_text``.
        ``secret``: where the key for personal numbers is, ``env:NAME`` or ``file:PATH``; else beside the store's file.
        ``clock``: a moment at which time stands still, for tests and demonstrations.
        ``utc_offset_minutes``: how far local clocks are ahead of UTC; decides when a day begins.
        ``deadline_ms``: how long a call may take when it does not say so itself.
        ``registers``: which registers are asked, by country, as ``{"DK": {"company": "cvr", "debtor": "rki"}}``; else those
        that were imported as ``companies`` and ``remarks``.
        ``library``: the shared library's file, if it is not to be looked for.
        """
        settings: Dict[str, Any] = {
            "store": None if store is None else os.fspath(store),
            "create": create or None,
            "policy": None if policy is None else os.fspath(policy),
            "policy_text": policy_text,
            "secret": secret,
            "clock": instant_text("clock", clock) if isinstance(clock, datetime) else clock,
            "utc_offset_minutes": utc_offset_minutes,
            "deadline_ms": deadline_ms,
            "registers": None if registers is None else {country: dict(names) for country, names in registers.items()},
        }
        settings = {name: value for name, value in settings.items() if value is not None}
        if (config is None) == (store is None):
            raise ConfigError("say either config, the path of a TOML file, or store, the file of the credit state")
        if config is not None:
            if settings:
                raise ConfigError(f"config: the file says everything; leave out {', '.join(settings)}")
            # A path that begins like a JSON document would be read as one.
            document = text_in("config", os.path.join(os.curdir, os.fspath(config)))
        else:
            document = text_in("the configuration", json.dumps(settings, ensure_ascii=False))
        loaded, number = load(library), c_uint32()
        loaded.check(loaded["obligor_open"](document, len(document), ctypes.byref(number)))
        return cls(loaded, number.value)

    @property
    def is_open(self) -> bool:
        """Whether ``close`` was not called yet."""
        return self._number != 0

    def close(self) -> None:
        """Closes the engine. Calls that are running finish first; calling it again does nothing."""
        with self._closing:
            number, self._number = self._number, 0
        if number == 0:
            return
        try:
            self._library.check(self._library["obligor_close"](number))
        except Forked:
            # The engine belongs to the parent, which closes it.
            pass

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def __del__(self) -> None:
        try:
            self.close()
        except (ObligorError, AttributeError, TypeError):
            # A finalizer has nobody to tell; at the interpreter's end even our own modules may be gone.
            pass

    def __reduce__(self) -> str:
        raise TypeError("an engine cannot be copied or sent to another process: open one there")

    def __repr__(self) -> str:
        return f"<obligor.Engine {'open' if self.is_open else 'closed'}>"

    def call(self, operation: str, request: Optional[Mapping[str, Any]] = None) -> Dict[str, Any]:
        """Any operation by its name; the requests and answers are those of ``include/schema``.

        Amounts are texts with their currency (``"1250.00 DKK"``, or ``str(Money(...))``), days ``date`` or text, moments
        aware ``datetime`` or milliseconds. Decimal numbers in the answer are ``Decimal``. An answer that is no object
        comes as ``{"answer": …}``.
        """
        name, document = text_in("operation", operation), write_json(request or {})
        return self._do("obligor_call", name, len(name), document, len(document))
