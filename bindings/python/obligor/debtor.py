"""Looking a debtor up in a register: only for a purpose, by somebody, and always logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Dict, List, Optional

from ._handle import Handle, write_json
from .money import Money
from .when import instant_out


@dataclass(frozen=True)
class LookupFor:
    """Why and for whom a debtor register is asked. Without these it is not asked at all."""

    purpose: str
    """``credit_application``, ``credit_sale_control``, ``debt_collection``, ``lease`` or ``guarantee``; the policy lists those it
    allows."""
    user: str
    """The user who asks."""
    basis: str = ""
    """The legal basis, such as ``legitimate_interest``; required for persons."""
    on_behalf_of: str = ""
    credit_element: bool = True
    """Whether there is credit to be given or at risk; a sale against payment in advance has none."""
    frozen: bool = False
    """Whether the subject is known to have barred itself from being looked up."""


@dataclass(frozen=True)
class Remark:
    """A payment remark."""

    number: str
    kind: str
    amount: Optional[Money]
    registered: date
    delete_by: date
    """The first day on which it must not be used any more."""
    rule: str
    """The rule that names that day; ``register`` when the register does."""


@dataclass(frozen=True)
class LookupAnswer:
    """What a debtor register answered. Only ``clear`` means that there is nothing."""

    answer: str
    """``clear``, ``remarks`` or ``unknown``."""
    because: str
    """Why nobody knows, with ``unknown``; else empty."""
    remarks: List[Remark]
    source: str
    """Which register; empty when none was asked."""
    as_of: Optional[datetime]
    """The moment the register's data is true for."""
    age: Optional[timedelta]
    """How old the register's data is."""
    cached: bool
    """Whether the answer had been fetched before."""
    copy_letter: bool
    """Whether the subject must be sent a copy of the answer."""
    rules: List[str]
    """The rules it was allowed by, or the one that forbade it."""
    details: Dict[str, Any]
    """Everything, as in ``include/schema/debtor.lookup.answer.json``."""

    @property
    def clear(self) -> bool:
        """Whether the register was asked, could answer, and holds no remark. Not knowing is not clear."""
        return self.answer == "clear"


def lookup_answer(told: Dict[str, Any]) -> LookupAnswer:
    """The answer in JSON, taken apart."""
    as_of, age = told.get("as_of"), told.get("age_seconds")
    return LookupAnswer(
        answer=told["answer"],
        because=told.get("because", ""),
        remarks=[
            Remark(
                number=remark["number"],
                kind=remark["kind"],
                amount=Money.parse(remark["amount"]) if remark.get("amount") else None,
                registered=date.fromisoformat(remark["registered"]),
                delete_by=date.fromisoformat(remark["delete_by"]),
                rule=remark["rule"],
            )
            for remark in told.get("remarks", ())
        ],
        source=told["source"],
        as_of=None if as_of is None else instant_out(as_of),
        age=None if age is None else timedelta(seconds=age),
        cached=told["cached"],
        copy_letter=told["copy_letter"],
        rules=told["rules"],
        details=told,
    )


class DebtorCalls(Handle):
    """What an engine asks debtor registers."""

    def lookup_debtor(
        self,
        lookup: LookupFor,
        *,
        customer: str = "",
        country: str = "",
        orgnr: str = "",
        personal_number: str = "",
        deadline_ms: Optional[int] = None,
    ) -> LookupAnswer:
        """Asks a debtor register about a customer of the books, or about a number and its country.

        What the law or the policy does not allow is answered ``unknown``, because ``not_lawful``, with the rule.
        """
        request: Dict[str, Any] = {
            "customer": customer,
            "country": country,
            "orgnr": orgnr,
            "personal_number": personal_number,
            "deadline_ms": deadline_ms,
            **lookup.__dict__,
        }
        document = write_json(request)
        return lookup_answer(self._do("obligor_debtor_lookup", document, len(document)))
