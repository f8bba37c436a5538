"""Looking after the credit state: is it untouched, a copy of it, how much there is."""

from __future__ import annotations

import os
from typing import Any, Dict, Optional

from ._handle import Handle, Progress, text_in
from ._library import PathLike


class UpkeepCalls(Handle):
    """What an engine does to look after its credit state."""

    def verify(self, progress: Optional[Progress] = None) -> Dict[str, Any]:
        """Checks the database, recomputes every kept amount and every link of the record.

        ``faults`` in the answer lists what is wrong; it is empty when nothing is.
        """
        return self._do_long("obligor_verify", progress)

    def backup(self, path: PathLike) -> None:
        """Copies the credit state to a new file while it is in use. The key beside the store is not copied."""
        place = text_in("path", os.fspath(path))
        self._call("obligor_backup", place, len(place))
