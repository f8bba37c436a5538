"""What every part of an engine needs: the handle, calls that raise, texts in and out.

The handle is a number that the library checks at each call, so that a call after ``close``, from any thread, is an
exception and never a crash.
"""

from __future__ import annotations

import ctypes
import json
from ctypes import c_size_t
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Dict, List, Mapping, Optional, Protocol

from ._errors import ArgumentError, EncodingError, EngineClosed, Status
from ._library import FIRST_BUFFER, Library
from ._table import ProgressCallback
from .money import Money
from .when import instant_in


class Progress(Protocol):
    """Is told how much of how much is done. Answering ``False`` stops the work; an exception does too."""

    def __call__(self, done: int, total: int) -> Optional[bool]: ...


def text_in(field: str, text: str) -> bytes:
    """A text as the library takes it."""
    if not isinstance(text, str):
        raise TypeError(f"{field} must be a str, not {type(text).__name__}")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise EncodingError(f"{field} is not valid Unicode at character {error.start}") from None


def unsigned(field: str, value: int, bits: int) -> int:
    """A whole number that fits; ctypes would cut it silently."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{field} must be an int, not {type(value).__name__}")
    if not 0 <= value < 1 << bits:
        raise ArgumentError(f"{field} is {value}; 0 to {(1 << bits) - 1}")
    return value


class Handle:
    """An engine as the library knows it."""

    _library: Library
    _number: int = 0

    def _call(self, name: str, *arguments: Any) -> None:
        self._library.check(self._status(name, *arguments))

    def _status(self, name: str, *arguments: Any) -> int:
        status: int = self._library[name](self._open_number(), *arguments)
        return status

    def _open_number(self) -> int:
        number = self._number
        if number == 0:
            raise EngineClosed("the engine is closed: open a new one")
        return number

    def _ask(self, name: str, *arguments: Any) -> str:
        """The text of a call that does nothing and so may simply be made again with more room."""
        return self._library.ask(name, self._open_number(), *arguments)

    def _do(self, name: str, *arguments: Any) -> Dict[str, Any]:
        """The JSON answer of a call that does something: when it does not fit, the library keeps it for this thread."""
        buffer, needed = ctypes.create_string_buffer(FIRST_BUFFER), c_size_t()
        status = self._status(name, *arguments, buffer, FIRST_BUFFER, ctypes.byref(needed))
        if status == Status.BUFFER:
            room = needed.value
            buffer = ctypes.create_string_buffer(room)
            status = self._status("obligor_answer", buffer, room, ctypes.byref(needed))
        self._library.check(status)
        answer = json.loads(buffer.value.decode("utf-8"), parse_float=Decimal)
        return answer if isinstance(answer, dict) else {"answer": answer}

    def _rows(self, operation: str, request: Mapping[str, Any]) -> Any:
        """The answer of an operation as it is: an object, a list or a text."""
        name, document = text_in("operation", operation), write_json(request)
        told = self._do("obligor_call", name, len(name), document, len(document))
        return told["answer"] if told.keys() == {"answer"} else told

    def _do_long(self, name: str, progress: Optional[Progress], *arguments: Any) -> Dict[str, Any]:
        """As ``_do`` for long work. What the callback raises stops the work and is raised again from here."""
        if progress is None:
            return self._do(name, *arguments, ProgressCallback(), None)
        raised: List[BaseException] = []
        tell = progress

        def told(done: int, total: int, _user: Optional[int]) -> int:
            try:
                return 1 if tell(done, total) is False else 0
            except BaseException as error:  # also KeyboardInterrupt: the user wants to stop
                raised.append(error)
                return 1

        try:
            return self._do(name, *arguments, ProgressCallback(told), None)
        finally:
            if raised:
                raise raised[0]


def write_json(request: Mapping[str, Any]) -> bytes:
    """A request as JSON. ``Decimal``, ``Money`` and days become texts, moments milliseconds; a float is refused."""
    return text_in("the request", json.dumps(_plain(request, ""), ensure_ascii=False, separators=(",", ":")))


def _plain(value: Any, place: str) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        raise TypeError(f"{place or 'the request'} is a float, which cannot hold an amount exactly: use Decimal or str")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, datetime):
        return instant_in(place, value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(part, f"{place}.{name}" if place else str(name)) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part, f"{place}[{at}]") for at, part in enumerate(value)]
    raise TypeError(f"{place or 'the request'} is a {type(value).__name__}, which JSON cannot say")
