"""Exceptions by kind, so that a host can act on what went wrong.

A decision is never an exception: "refused" and "held" are answers. An exception says that there is no answer, and its
class says what to do about it. Each carries the library's status code in ``status`` (0 when the library was not asked).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Dict, Type


class Status(IntEnum):
    """What a call of the library returns; the numbers of the C header."""

    OK = 0
    ARGUMENT = 1
    ENGINE = 2
    BUFFER = 3
    NOT_FOUND = 4
    KEY_CONFLICT = 5
    STATE = 6
    TOO_LARGE = 7
    CONFIG = 8
    POLICY = 9
    UNDETERMINED = 10
    STORE = 11
    TOO_NEW = 12
    IN_USE = 13
    UNSUPPORTED = 14
    IO = 15
    FORBIDDEN = 16
    FORKED = 17
    INTERNAL = 18
    ENCODING = 19
    CANCELLED = 20


class ObligorError(Exception):
    """Anything that kept obligor from answering. The message says what was wrong, where, and what to do."""

    status: int = 0

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        if status:
            self.status = status


class LibraryError(ObligorError, ImportError):
    """The shared library was not found, is of another version, or is not obligor at all."""


class ArgumentError(ObligorError, ValueError):
    """The request is wrong; asking again without mending it fails again."""

    status = Status.ARGUMENT


class EncodingError(ArgumentError):
    """A text is not valid Unicode."""

    status = Status.ENCODING


class EngineClosed(ObligorError):
    """The engine was closed, or is not one: open a new one."""

    status = Status.ENGINE


class NotFound(ObligorError, LookupError):
    """The thing named does not exist."""

    status = Status.NOT_FOUND


class KeyConflict(ObligorError):
    """The key was used before for a request with other content; nothing was changed. Use a new key."""

    status = Status.KEY_CONFLICT


class StateError(ObligorError):
    """The order is in a state that does not allow this."""

    status = Status.STATE


class TooLarge(ObligorError, ValueError):
    """A named limit of the library was exceeded."""

    status = Status.TOO_LARGE


class ConfigError(ObligorError, ValueError):
    """The configuration is wrong."""

    status = Status.CONFIG


class PolicyError(ObligorError, ValueError):
    """The policy is wrong; the message names the line."""

    status = Status.POLICY


class Undetermined(ObligorError):
    """The store could not answer in time or not at all. What was asked may or may not have happened: ask again with the
    same key, and never take this for an approval or a refusal."""

    status = Status.UNDETERMINED


class StoreError(ObligorError):
    """The credit state is damaged, or not one of ours."""

    status = Status.STORE


class TooNew(StoreError):
    """The credit state was written by a newer version of the library."""

    status = Status.TOO_NEW


class InUse(StoreError):
    """Something else already has the credit state open."""

    status = Status.IN_USE


class Unsupported(StoreError):
    """The credit state is on a file system that cannot keep its promises."""

    status = Status.UNSUPPORTED


class FileError(ObligorError):
    """A file could not be read or written."""

    status = Status.IO


class Forbidden(ObligorError):
    """The law or the policy forbids it; the message names the rule."""

    status = Status.FORBIDDEN


class Forked(ObligorError, RuntimeError):
    """The process forked after the engine was opened: open a new engine in the child."""

    status = Status.FORKED


class InternalError(ObligorError):
    """A fault of the library: close the engine, open a new one, and report it."""

    status = Status.INTERNAL


class Cancelled(ObligorError):
    """The progress callback asked to stop; nothing was taken."""

    status = Status.CANCELLED


KINDS: Dict[int, Type[ObligorError]] = {
    int(kind.status): kind
    for kind in (
        ArgumentError,
        EngineClosed,
        NotFound,
        KeyConflict,
        StateError,
        TooLarge,
        ConfigError,
        PolicyError,
        Undetermined,
        StoreError,
        TooNew,
        InUse,
        Unsupported,
        FileError,
        Forbidden,
        Forked,
        InternalError,
        EncodingError,
        Cancelled,
    )
}


def error_of(status: int, message: str) -> ObligorError:
    """The exception for a status. A status that this package does not know yet is an ``ObligorError``."""
    return KINDS.get(status, ObligorError)(message, status)
