"""Importing what an ERP exports: customers, limits, open items, orders, and the files of registers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional, Union

from ._handle import Handle, Progress, write_json
from ._library import PathLike
from .when import instant_text


@dataclass(frozen=True)
class ImportReport:
    """What came of an import; numbers count rows."""

    rows: int
    """Rows of the file, without empty ones."""
    added: int
    changed: int
    same: int
    newer: int
    """Open items and orders that were left alone, because what stands there changed after the moment of the file."""
    rejected: int
    skipped: int
    """Rows that the mapping leaves out."""
    closed: int
    """Items closed, orders cancelled or register rows dropped because they are not in the file."""
    faults: List[Dict[str, Any]]
    """The first bad rows: line, column and what is wrong."""
    warnings: List[str]
    """What a person should know although nothing is wrong."""


class ImportCalls(Handle):
    """What an engine imports."""

    def import_file(
        self,
        kind: str,
        path: PathLike,
        *,
        mapping: Optional[PathLike] = None,
        source: Optional[str] = None,
        as_of: Union[str, datetime, None] = None,
        snapshot: bool = False,
        rejected_to: Optional[PathLike] = None,
        dry_run: bool = False,
        encoding: Optional[str] = None,
        delimiter: Optional[str] = None,
        decimal: Optional[str] = None,
        thousands: Optional[str] = None,
        date: Optional[str] = None,
        defaults: Optional[Mapping[str, str]] = None,
        drop_bad_identifiers: bool = False,
        progress: Optional[Progress] = None,
    ) -> ImportReport:
        """Imports a file, whole or not at all; importing it twice changes nothing.

        ``kind``: ``customers``, ``limits``, ``open_items``, ``orders``, ``companies`` or ``remarks``.
        ``mapping``: what the file calls our columns: a mapping that comes with the library, such as
        ``business_central_open_items``, or the path of a file.
        ``source``: of a register (companies, remarks): its name.
        ``as_of``: the moment the file is true for, which is when the export was begun; registers and snapshots need it.
        Open items and orders that changed after it are left alone; without it the file is of now.
        ``snapshot``: of open items and orders: the file is all there was at ``as_of``; what is not in it is closed,
        unless it changed at that moment or later.
        ``rejected_to``: take the good rows and write the bad ones to this new file, to be mended and imported again.
        ``dry_run``: only read and check.
        ``progress``: is told how far it is, and may stop it; then nothing is taken.
        The others say how the file is written where that is not clear from it or from the mapping.
        """
        request: Dict[str, Any] = {
            "kind": kind,
            "path": os.fspath(path),
            "mapping": None if mapping is None else os.fspath(mapping),
            "source": source,
            "as_of": instant_text("as_of", as_of) if isinstance(as_of, datetime) else as_of,
            "snapshot": snapshot or None,
            "rejected_to": None if rejected_to is None else os.fspath(rejected_to),
            "dry_run": dry_run or None,
            "encoding": encoding,
            "delimiter": delimiter,
            "decimal": decimal,
            "thousands": thousands,
            "date": date,
            "defaults": None if defaults is None else dict(defaults),
            "drop_bad_identifiers": drop_bad_identifiers or None,
        }
        document = write_json({name: value for name, value in request.items() if value is not None})
        answer = self._do_long("obligor_import", progress, document, len(document))
        return ImportReport(**{name: answer[name] for name in ImportReport.__dataclass_fields__})
