"""Events: what people and programs want to be told, in a durable queue.

    events = engine.events("mail-robot")
    for event in events.next():
        send_mail(event)
        events.acknowledge(event)

What was not acknowledged comes again, also after a crash: at least once, in order. Repeats have the same ``id``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Dict, Optional, Tuple, Union

from ._handle import Handle
from .when import instant_out

ROWS = 100
"""How many events come at once when nothing is said."""


@dataclass(frozen=True)
class Event:
    """Something that happened."""

    id: int
    """Its number: the same when it comes again, so that repeats can be dropped."""
    at: datetime
    """When it happened."""
    kind: str
    """What happened: ``held``, ``alert``, ``refused``, ``prepay_asked``, ``expired``, ``released``, ``rejected``,
    ``over_limit``, ``status_changed``, ``rating_changed``, ``limit_expiring``, ``review_due``, ``handed_over`` or
    ``limit_requested``. More may come."""
    account: Optional[int]
    """To which account."""
    document: str
    """To which order; may be empty."""
    subject: str
    """To which other thing: an open item, a pool, the day of a limit; may be empty."""
    reasons: Tuple[str, ...]
    """The codes of the reasons, by their names."""


class Events:
    """The events as one consumer has read them: ``engine.events(consumer)``."""

    def __init__(self, engine: EventCalls, consumer: str) -> None:
        self._engine = engine
        self.consumer = consumer

    def next(self, most: int = ROWS) -> Tuple[Event, ...]:
        """The oldest events that this consumer has not acknowledged; none when there are none."""
        return _events(self._engine._rows("event.next", {"consumer": self.consumer, "most": most}))

    def acknowledge(self, event: Union[Event, int]) -> None:
        """This event, and all before it, are done: they do not come again."""
        up_to = event.id if isinstance(event, Event) else event
        self._engine._rows("event.acknowledge", {"consumer": self.consumer, "up_to": up_to})


class EventCalls(Handle):
    """What an engine does with events."""

    def events(self, consumer: str) -> Events:
        """The events as the consumer of this name has read them. A new name begins with the oldest event."""
        return Events(self, consumer)

    def list_events(self, *, after: int = 0, most: int = ROWS) -> Tuple[Event, ...]:
        """Events after one of this number, the oldest first, whoever has read them."""
        return _events(self._rows("event.list", {"after": after, "most": most}))


def _events(rows: Any) -> Tuple[Event, ...]:
    return tuple(_event(row) for row in rows)


def _event(row: Dict[str, Any]) -> Event:
    return Event(
        id=row["id"],
        at=instant_out(row["at"]),
        kind=row["kind"],
        account=row.get("account"),
        document=row.get("document") or "",
        subject=row.get("subject") or "",
        reasons=tuple(row.get("reasons") or ()),
    )
