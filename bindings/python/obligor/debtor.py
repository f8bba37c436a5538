"""Looking a debtor up in a register: only for a purpose, by somebody, and always logged."""

from __future__ import annotations

from typing import Any, Dict, Mapping

from ._handle import Handle, write_json


class DebtorCalls(Handle):
    """What an engine asks debtor registers."""

    def lookup_debtor(self, request: Mapping[str, Any]) -> Dict[str, Any]:
        """Asks a debtor register, see ``include/schema/debtor.lookup.request.json``. Purpose and user are required.

        The answer is clear, remarks, or unknown with the reason, and says how old it is.
        """
        document = write_json(request)
        return self._do("obligor_debtor_lookup", document, len(document))
