"""Work: what people do to orders, and the list of those that wait for them.

A *held* order waits for a person and holds no credit. A person releases or rejects it; and when room came free, as after a
payment, ``engine.work.reevaluate`` asks about those that wait again, the oldest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Dict, Optional, Tuple

from .decision import Decision, OrderState, Reason
from ._told import number_of
from .money import Money
from .order import Order, OrderCalls, Who
from .when import instant_out

if TYPE_CHECKING:
    from typing_extensions import Unpack

ROWS = 100
"""How many rows a list has when nothing is said."""


@dataclass(frozen=True)
class HeldOrder:
    """An order that waits for a person."""

    company: str
    customer: str
    account: int
    document: str
    state: OrderState
    amount: Money
    """What it asks for."""
    since: datetime
    """When it was first asked for."""
    age_days: int
    reasons: Tuple[Reason, ...]
    """Why it waits, as of when it was last asked about; the reason that stops most first."""
    forced_hold: str
    """Why a person put it on hold; empty when none did."""
    ready: bool
    """Whether nothing but a person's hold stops it."""
    released_by: str
    """Who has released it already, where a second person has to; else empty."""
    release_by: Tuple[str, ...]
    """The roles that may release it, as its reasons name them."""


@dataclass(frozen=True)
class Reevaluation:
    """What came of asking about orders again."""

    asked: int
    """How many were asked about."""
    released: Tuple[str, ...]
    """The documents that went through, the oldest first."""
    held: Tuple[str, ...]
    """The documents that held credit and were put on hold."""
    waiting: int
    """How many wait as before."""
    more: bool
    """Whether time ran out before all were asked about: call again."""


class Work:
    """The work of credit control: ``engine.work``."""

    def __init__(self, engine: WorkCalls) -> None:
        self._engine = engine

    def held(self, company: str, *, customer: str = "", most: int = ROWS) -> Tuple[HeldOrder, ...]:
        """Orders of a company, or of one of its customers, that wait for a person, the oldest first."""
        return self._engine._held(company, customer, most)

    def reevaluate(
        self,
        company: str,
        *,
        customer: str = "",
        active: bool = False,
        user: str = "",
        most: int = 1000,
        deadline_ms: int = 0,
    ) -> Reevaluation:
        """Asks about held orders again, the oldest first, each a durable step that sees what those before it took.

        ``active``: also about orders that hold credit and of which nothing has left yet, as when a rating has changed.
        """
        request: Dict[str, Any] = {"company": company, "active": active, "user": user, "most": most}
        request.update({"customer": customer} if customer else {})
        request.update({"deadline_ms": deadline_ms} if deadline_ms else {})
        told = self._engine._rows("work.reevaluate", request)
        return Reevaluation(
            asked=told["asked"],
            released=tuple(told["released"]),
            held=tuple(told["held"]),
            waiting=told["waiting"],
            more=told["more"],
        )

    def sweep(self, deadline_ms: int = 0) -> int:
        """Queues the events of what time alone has brought: a limit that ends, a review that is due, an item that goes over
        to collection. Answers how many; what was told before is not told again."""
        told = self._engine._rows("work.sweep", {"deadline_ms": deadline_ms} if deadline_ms else {})
        return int(told["queued"])


class WorkCalls(OrderCalls):
    """What people do to orders."""

    @property
    def work(self) -> Work:
        """The orders that wait for a person, and what is to be done about them."""
        return Work(self)

    def hold(self, *, document: str, key: str, reason: str, **more: Unpack[Who]) -> Decision:
        """A person puts an order on hold, whatever the rules say. No rule lifts that again; a release does.

        ``user`` and ``reason`` are needed and recorded.
        """
        return self._rich("order.hold", Order(document=document, key=key, reason=reason, **more))

    def release(
        self,
        *,
        document: str,
        key: str,
        role: str,
        reason: str,
        lifts_stop: bool = False,
        deviation: Optional[int] = None,
        valid_days: Optional[int] = None,
        **more: Unpack[Who],
    ) -> Decision:
        """A person lets an order through. Everything that stops it must be theirs to release, or it is ``Forbidden``.

        ``user``, ``role`` and ``reason`` are needed and recorded; the host vouches for the role.
        ``lifts_stop``: a stop of the customer is lifted too; without it a stopped order is not released.
        ``deviation``: how far above its amount the order may go later, in hundredths of a per cent.
        ``valid_days``: how many days the release is honoured, today the first. Both are the policy's when nothing is said.
        Where the policy wants two persons, the first one's release leaves the order held: ``Code.SECOND_PERSON``.
        """
        order = Order(document=document, key=key, role=role, reason=reason, lifts_stop=lifts_stop, **more)
        said = {"deviation_basis_points": deviation, "valid_days": valid_days}
        return self._rich("order.release", order, {name: value for name, value in said.items() if value is not None})

    def reject(self, *, document: str, key: str, reason: str, **more: Unpack[Who]) -> Decision:
        """A person turns down an order that waits. ``user`` and ``reason`` are needed and recorded."""
        return self._rich("order.reject", Order(document=document, key=key, reason=reason, **more))

    def reevaluate(self, *, document: str, key: str, **more: Unpack[Who]) -> Decision:
        """One order is asked about again as it stands, since something has changed. A person's hold stays."""
        return self._rich("order.reevaluate", Order(document=document, key=key, **more))

    def _held(self, company: str, customer: str, most: int) -> Tuple[HeldOrder, ...]:
        request: Dict[str, Any] = {"company": company, "most": most}
        request.update({"customer": customer} if customer else {})
        return tuple(
            HeldOrder(
                company=row["company"],
                customer=row["customer"],
                account=row["account"],
                document=row["document"],
                state=number_of(OrderState, row["state"]),
                amount=Money.parse(row["amount"]),
                since=instant_out(row["since"]),
                age_days=row["age_days"],
                reasons=self._reasons_told(row["reasons"]),
                forced_hold=row.get("forced_hold") or "",
                ready=row["ready"],
                released_by=row.get("released_by") or "",
                release_by=tuple(row["release_by"]),
            )
            for row in self._rows("order.held", request)
        )
