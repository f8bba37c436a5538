"""Importing what an ERP exports: customers, limits, open items, orders, and the files of registers."""

from __future__ import annotations

import os
from typing import Any, Dict, Mapping, Optional

from ._handle import Handle, Progress, write_json
from ._library import PathLike


class ImportCalls(Handle):
    """What an engine imports."""

    def import_file(
        self,
        kind: str,
        path: PathLike,
        *,
        mapping: Optional[PathLike] = None,
        progress: Optional[Progress] = None,
        **options: Any,
    ) -> Dict[str, Any]:
        """Imports a file, whole or not at all; importing it twice changes nothing.

        ``kind``: ``customers``, ``limits``, ``open_items``, ``orders``, ``companies`` or ``remarks``.
        ``mapping``: what the file calls our columns: a mapping that comes with the library, such as
        ``business_central_open_items``, or the path of a file.
        ``progress``: is told how far it is, and may stop it.
        ``options``: the other fields of ``include/schema/import.request.json``.
        """
        request: Dict[str, Any] = {"kind": kind, "path": os.fspath(path), **options}
        if mapping is not None:
            request["mapping"] = os.fspath(mapping)
        return self.import_request(request, progress=progress)

    def import_request(self, request: Mapping[str, Any], *, progress: Optional[Progress] = None) -> Dict[str, Any]:
        """Imports as a request says, see ``include/schema/import.request.json``."""
        document = write_json(request)
        return self._do_long("obligor_import", progress, document, len(document))
