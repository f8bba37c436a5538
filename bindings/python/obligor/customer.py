"""A new customer: identifiers, kind of subject, duplicates, registers, and what is to become of it."""

from __future__ import annotations

from typing import Any, Dict, Mapping

from ._handle import Handle, write_json


class CustomerCalls(Handle):
    """What an engine does with customers."""

    def validate_customer(self, request: Mapping[str, Any]) -> Dict[str, Any]:
        """Checks a new customer, see ``include/schema/customer.validate.request.json``.

        The answer's ``verdict`` is ``accept``, ``prepay``, ``review`` or ``reject``; each of its ``checks`` is ``pass``, ``fail``
        or ``unknown`` with its source.
        """
        document = write_json(request)
        return self._do("obligor_customer_validate", document, len(document))
