"""A new customer: identifiers, kind of subject, duplicates, registers, and what is to become of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional

from ._handle import Handle, write_json
from .debtor import LookupAnswer, LookupFor, lookup_answer
from .money import Money, currency_in
from .when import instant_out


@dataclass(frozen=True)
class Check:
    """One thing that was asked about a customer. Three values, never two: what could not be found out is *unknown*."""

    code: str
    """What was asked, such as ``duplicate`` or ``register_state``."""
    result: str
    """``pass``, ``fail`` or ``unknown``."""
    because: str
    """Why it did not simply pass; may be empty."""
    source: str
    """Who says so: ``identifier`` (our own arithmetic), ``books`` (the host's customers), or the register's name."""
    as_of: Optional[datetime]
    """The moment the source's data is true for."""
    evidence: Any
    """What it rests on; ``None`` when there is nothing to show."""


@dataclass(frozen=True)
class CustomerAnswer:
    """What is to become of a new customer, and why."""

    verdict: str
    """``accept``, ``prepay``, ``review`` or ``reject``. A person is never rejected by machine alone."""
    checks: List[Check]
    terms: str
    """``on_account`` or ``prepayment``; empty when a person has to decide, or the customer is rejected."""
    limit: Optional[Money]
    """The limit that is proposed."""
    subject: str
    """Who it is before the law: ``organisation``, ``person`` or ``unknown``."""
    duplicates: List[Dict[str, Any]]
    """Customers of the books that may be the same one."""
    from_register: Optional[Dict[str, Any]]
    """What the company register has of it, to be taken over instead of typed."""
    debtor: Optional[LookupAnswer]
    """The look-up in the debtor register, if one was asked for."""
    details: Dict[str, Any]
    """Everything, as in ``include/schema/customer.validate.answer.json``."""


class CustomerCalls(Handle):
    """What an engine does with customers."""

    def validate_customer(
        self,
        *,
        country: str,
        name: str = "",
        identifiers: Optional[Mapping[str, str]] = None,
        legal_form: str = "",
        postcode: str = "",
        customer: str = "",
        currency: str = "",
        lookup: Optional[LookupFor] = None,
        deadline_ms: Optional[int] = None,
    ) -> CustomerAnswer:
        """Judges a new or changed customer.

        ``identifiers``: numbers by their scheme, such as ``{"dk.cvr": "12345674"}``.
        ``customer``: its number, if it has one already: it is not its own duplicate.
        ``currency``: the one it is to be given credit in.
        ``lookup``: why and for whom a debtor register is asked; without it none is, and that check is unknown.
        """
        request: Dict[str, Any] = {
            "customer": customer,
            "name": name,
            "country": country,
            "legal_form": legal_form,
            "postcode": postcode,
            "identifiers": [
                {"scheme": scheme, "number": number} for scheme, number in (identifiers or {}).items()
            ],
            "currency": currency_in("currency", currency) if currency else None,
            "lookup": None if lookup is None else lookup.__dict__,
            "deadline_ms": deadline_ms,
        }
        document = write_json(request)
        told = self._do("obligor_customer_validate", document, len(document))
        proposal = told.get("proposal") or {}
        return CustomerAnswer(
            verdict=told["verdict"],
            checks=[
                Check(
                    code=check["code"],
                    result=check["result"],
                    because=check.get("because", ""),
                    source=check.get("source", ""),
                    as_of=instant_out(check["as_of"]) if check.get("as_of") is not None else None,
                    evidence=check.get("evidence"),
                )
                for check in told["checks"]
            ],
            terms=proposal.get("terms", ""),
            limit=Money.parse(proposal["limit"]) if proposal.get("limit") else None,
            subject=told["subject"]["kind"],
            duplicates=told["duplicates"],
            from_register=told.get("from_register"),
            debtor=lookup_answer(told["debtor"]) if told.get("debtor") else None,
            details=told,
        )
