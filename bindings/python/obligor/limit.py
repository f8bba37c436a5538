"""Limits: how much a customer, or a pool of them, may owe, and when; and those that wait for a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Dict, Optional, Tuple

from ._handle import Handle
from ._told import day_of, money_of
from .money import Amount, Money, currency_in, decimal_out, minor_in
from .when import instant_out

ROWS = 100
"""How many rows a list has when nothing is said."""

WAITING = "waiting"
"""What ``put_limit`` answers when the policy wants a second person for it."""


@dataclass(frozen=True)
class Limit:
    """A limit on record."""

    kind: str
    """``base``, ``temporary``, which replaces it while it lasts, or ``insured``, which comes on top."""
    limit: Optional[Money]
    """How much; ``None`` means *no limit*. Zero is zero."""
    valid_from: Optional[date]
    """The first day it is in force; ``None`` is always."""
    valid_to: Optional[date]
    """The last day it is in force; ``None`` is for ever."""
    share_basis_points: int
    """Insured: how much of it counts, in hundredths of a per cent; 10000 is all of it."""
    in_force: bool
    """Whether it is in force today."""


@dataclass(frozen=True)
class WaitingLimit:
    """A limit that waits for a second person."""

    id: int
    """What ``decide_limit`` calls it by."""
    company: str
    customer: str
    pool: str
    """Whose it is: an account's, by company and customer, or else a pool's."""
    kind: str
    limit: Optional[Money]
    """How much it would be; ``None`` means *no limit*."""
    valid_from: Optional[date]
    valid_to: Optional[date]
    user: str
    """Who asked for it. It must be somebody else who approves."""
    at: datetime
    """When."""


class LimitCalls(Handle):
    """What an engine does with limits."""

    def put_limit(
        self,
        *,
        currency: str,
        limit: Optional[Amount],
        company: str = "",
        customer: str = "",
        pool: str = "",
        kind: str = "base",
        valid_from: Optional[date] = None,
        valid_to: Optional[date] = None,
        share: Optional[int] = None,
        user: str = "",
    ) -> str:
        """Puts the limit of an account (``company`` and ``customer``) or of a ``pool``.

        ``limit``: how much; ``None`` is *no limit*, and zero is zero.
        ``kind``: ``base``, ``temporary`` or ``insured``; ``share`` is how much of an insured one counts, in hundredths of a
        per cent. ``user``: who asks for it, needed where the policy wants a second person for some limits.

        Answers ``added``, ``changed`` or ``same``, or ``waiting`` (``WAITING``) when a second person has to approve.
        """
        request: Dict[str, Any] = {"kind": kind, "from": valid_from, "to": valid_to, "user": user}
        if pool:
            request["pool"] = pool
        if company or customer or not pool:
            request.update({"company": company, "customer": customer})
        if limit is None:
            request["no_limit_in"] = currency_in("currency", currency)
        else:
            minor = minor_in("limit", limit, currency_in("currency", currency))
            request["limit"] = Money(decimal_out(minor, currency), currency)
        if share is not None:
            request["share_basis_points"] = share
        return str(self._rows("limit.put", request))

    def waiting_limits(self, most: int = ROWS) -> Tuple[WaitingLimit, ...]:
        """The limits that wait for a second person, the oldest first."""
        return tuple(
            WaitingLimit(
                id=row["id"],
                company=row.get("company") or "",
                customer=row.get("customer") or "",
                pool=row.get("pool") or "",
                kind=row["kind"],
                limit=money_of(row.get("limit")),
                valid_from=day_of(row.get("from")),
                valid_to=day_of(row.get("to")),
                user=row["user"],
                at=instant_out(row["at"]),
            )
            for row in self._rows("limit.waiting", {"most": most})
        )

    def decide_limit(self, id: int, *, user: str, approve: bool) -> str:
        """A second person approves a waiting limit, which puts it, or turns it down. The one who asked is ``Forbidden``."""
        return str(self._rows("limit.decide", {"id": id, "user": user, "approve": approve}))


def limits_out(rows: Any) -> Tuple[Limit, ...]:
    """Limits as JSON has them."""
    return tuple(
        Limit(
            kind=row["kind"],
            limit=money_of(row.get("limit")),
            valid_from=day_of(row.get("from")),
            valid_to=day_of(row.get("to")),
            share_basis_points=row.get("share_basis_points") or 10_000,
            in_force=row["in_force"],
        )
        for row in rows
    )
