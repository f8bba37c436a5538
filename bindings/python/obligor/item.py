"""Open items: what a customer owes, or has to their credit."""

from __future__ import annotations

from datetime import date
from typing import Optional

from ._handle import Handle
from .money import Amount, Money, decimal_out, minor_in


class ItemCalls(Handle):
    """What an engine does with open items."""

    def put_item(
        self,
        *,
        company: str,
        customer: str,
        number: str,
        amount: Amount,
        residual: Amount,
        currency: str,
        due: date,
        kind: str = "invoice",
        disputed: bool = False,
        dunning_level: int = 0,
        dunning_blocked: bool = False,
        delivered: Optional[date] = None,
        document: str = "",
    ) -> str:
        """Puts an open item as it is now, as when it was posted, paid or reminded of.

        ``kind``: ``invoice``, ``credit_note`` or ``payment``; amounts are not below zero, whatever the kind.
        ``residual``: what is still open of it; zero closes it. ``due``: of a credit the day it was posted.
        ``dunning_blocked``: its dunning level counts for nothing. ``delivered``: the day its goods were delivered, which
        says whose cover an insured item has. ``document``: the order it belongs to.

        Answers ``added``, ``changed`` or ``same``.
        """

        def money(field: str, value: Amount) -> Money:
            return Money(decimal_out(minor_in(field, value, currency), currency), currency)

        request = {
            "company": company,
            "customer": customer,
            "number": number,
            "kind": kind,
            "amount": money("amount", amount),
            "residual": money("residual", residual),
            "due": due,
            "disputed": disputed,
            "dunning_level": dunning_level,
            "dunning_blocked": dunning_blocked,
            "delivered": delivered,
            "document": document,
        }
        return str(self._rows("item.put", request))
