"""Orders: check, reserve, change, convert, cancel, reopen, expire; one at a time or as a list.

A *check* asks and holds nothing. A *reserve* asks and, when it is granted, holds credit in the same atomic and durable
step: two screens can never both spend the same last money. The same ``key`` with the same content gets the same answer
however often it is asked, so after ``Undetermined`` simply ask again with the same key.
"""

from __future__ import annotations

import ctypes
from ctypes import c_int32, c_uint32
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, Union

from ._errors import ArgumentError, ObligorError, Status, error_of
from ._handle import text_in, unsigned
from ._number import Number
from ._structs import NO_DAY, ORDER_ALL, DecisionStruct, OrderStruct, ReasonStruct, array_of
from .account import Account
from .decision import Decision, DecisionCalls
from .money import Amount, currency_in, minor_in
from .when import day_in, instant_in

REASONS = 16
"""How many reasons there is room for at first; an order with more of them is asked about once more."""

LIST_REASONS = 4
"""The same for each order of a list."""

AccountLike = Union[Account, int]
"""An account from ``engine.account``, or its number."""


class Stage(Number):
    """Where a part of an order's value is."""

    NONE = 0
    ORDERED = 1
    DELIVERED = 2
    DRAFTED = 3
    INVOICED = 4
    SETTLED = 5


@dataclass(frozen=True)
class Order:
    """A request about one order."""

    account: Optional[AccountLike] = None
    """Who pays: an account, or else ``company`` and ``customer``."""
    company: str = ""
    customer: str = ""
    document: str = ""
    """The order, as the host numbers it. A check may leave it empty: then it is asked about as a new order."""
    key: str = ""
    """The host's key for this very request. Needed by everything but a check."""
    amount: Optional[Amount] = None
    """The order's whole amount; of a conversion the part that moves, ``None`` for everything in the stage."""
    currency: str = ""
    rate: str = ""
    """Units of the account's currency for one unit of ``currency``, as text so that it is exact."""
    expires: Optional[datetime] = None
    """When the order stops holding credit; ``None`` for never."""
    stage_from: Stage = Stage.NONE
    stage_to: Stage = Stage.NONE
    item: str = ""
    """Conversion to invoiced or settled: the open item, as the host numbers it."""
    due: Optional[date] = None
    """Conversion to invoiced: the day the item is due."""
    user: str = ""
    """Who asks; recorded."""
    deadline_ms: int = 0
    """How long the call may take; 0 is as configured."""

    def _write(self, struct: OrderStruct) -> None:
        if self.account is not None:
            number = self.account.number if isinstance(self.account, Account) else self.account
            struct.account = unsigned("account", number, 32)
        if self.currency != "":
            struct.currency = currency_in("currency", self.currency).encode()
        if self.amount is not None:
            if self.currency == "":
                raise ArgumentError("currency is empty: an amount needs its currency")
            struct.amount = minor_in("amount", self.amount, self.currency)
        if self.expires is not None:
            struct.expires_ms = instant_in("expires", self.expires)
        struct.stage_from, struct.stage_to = self.stage_from, self.stage_to
        struct.due_day = day_in("due", self.due)
        struct.deadline_ms = unsigned("deadline_ms", self.deadline_ms, 32)
        for field, size in _TEXTS:
            text = getattr(self, field)
            if text != "":
                setattr(struct, field, _padded(field, text, size))


_TEXTS: Tuple[Tuple[str, int], ...] = tuple(
    (field, getattr(OrderStruct, field).size)
    for field in ("company", "customer", "document", "key", "item", "user", "rate")
)


def _padded(field: str, text: str, size: int) -> bytes:
    """A text that fits its place in the struct, where a NUL would end it."""
    encoded = text_in(field, text).rstrip(b" \0")
    if len(encoded) > size:
        raise ArgumentError(f"{field} is {len(encoded)} bytes long; at most {size}")
    at = encoded.find(b"\0")
    if at >= 0:
        raise ArgumentError(f"{field} has a control character at byte {at}")
    return encoded


Answer = Union[Decision, ObligorError]
"""What a list says of one order: what was decided, or why it could not be."""


@dataclass(frozen=True)
class ListAnswer:
    """The answers to a list of orders, in its order."""

    taken: bool
    """Whether the list was taken: ``False`` only when it was all or nothing and an order was not granted."""
    answers: Tuple[Answer, ...]

    def __len__(self) -> int:
        return len(self.answers)

    def __iter__(self) -> Iterator[Answer]:
        return iter(self.answers)

    def __getitem__(self, at: int) -> Answer:
        return self.answers[at]

    @property
    def decisions(self) -> List[Decision]:
        """The decisions. Raises the first error there is instead."""
        decisions = []
        for answer in self.answers:
            if isinstance(answer, ObligorError):
                raise answer
            decisions.append(answer)
        return decisions


class OrderCalls(DecisionCalls):
    """What an engine does with orders."""

    def check(
        self,
        *,
        amount: Amount,
        currency: str,
        account: Optional[AccountLike] = None,
        company: str = "",
        customer: str = "",
        document: str = "",
        rate: str = "",
        deadline_ms: int = 0,
    ) -> Decision:
        """Would this order go through? Nothing is written and nothing is held.

        With a ``document`` the order is asked about as it stands in the store: one that holds credit by its difference.
        """
        order = Order(
            account=account,
            company=company,
            customer=customer,
            document=document,
            amount=amount,
            currency=currency,
            rate=rate,
            deadline_ms=deadline_ms,
        )
        return self._one("obligor_order_check", order)

    def reserve(
        self,
        *,
        document: str,
        key: str,
        amount: Amount,
        currency: str,
        account: Optional[AccountLike] = None,
        company: str = "",
        customer: str = "",
        rate: str = "",
        expires: Optional[datetime] = None,
        user: str = "",
        deadline_ms: int = 0,
    ) -> Decision:
        """Asks to hold credit for an order, and holds it when the answer grants it: one atomic, durable step."""
        order = Order(
            account=account,
            company=company,
            customer=customer,
            document=document,
            key=key,
            amount=amount,
            currency=currency,
            rate=rate,
            expires=expires,
            user=user,
            deadline_ms=deadline_ms,
        )
        return self._one("obligor_order_reserve", order)

    def change(
        self,
        *,
        document: str,
        key: str,
        amount: Amount,
        currency: str,
        account: Optional[AccountLike] = None,
        company: str = "",
        customer: str = "",
        rate: str = "",
        expires: Optional[datetime] = None,
        user: str = "",
        deadline_ms: int = 0,
    ) -> Decision:
        """Another whole amount for an order; asked about by the difference. A decrease always goes through."""
        order = Order(
            account=account,
            company=company,
            customer=customer,
            document=document,
            key=key,
            amount=amount,
            currency=currency,
            rate=rate,
            expires=expires,
            user=user,
            deadline_ms=deadline_ms,
        )
        return self._one("obligor_order_change", order)

    def convert(
        self,
        *,
        document: str,
        key: str,
        to: Stage,
        amount: Optional[Amount] = None,
        currency: str = "",
        source: Stage = Stage.NONE,
        account: Optional[AccountLike] = None,
        company: str = "",
        customer: str = "",
        item: str = "",
        due: Optional[date] = None,
        user: str = "",
        deadline_ms: int = 0,
    ) -> Decision:
        """A part of an order moves on: delivered, drafted, invoiced, settled. Without an amount everything moves.

        ``source`` is where the part is now; without it the last stage before ``to`` that holds anything.
        """
        order = Order(
            account=account,
            company=company,
            customer=customer,
            document=document,
            key=key,
            amount=amount,
            currency=currency,
            stage_from=source,
            stage_to=to,
            item=item,
            due=due,
            user=user,
            deadline_ms=deadline_ms,
        )
        return self._one("obligor_order_convert", order, ORDER_ALL if amount is None else 0)

    def cancel(
        self,
        *,
        document: str,
        key: str,
        account: Optional[AccountLike] = None,
        company: str = "",
        customer: str = "",
        user: str = "",
        deadline_ms: int = 0,
    ) -> Decision:
        """What is still ordered is given up. Always goes through."""
        order = Order(
            account=account,
            company=company,
            customer=customer,
            document=document,
            key=key,
            user=user,
            deadline_ms=deadline_ms,
        )
        return self._one("obligor_order_cancel", order)

    def reopen(
        self,
        *,
        document: str,
        key: str,
        amount: Amount,
        currency: str,
        account: Optional[AccountLike] = None,
        company: str = "",
        customer: str = "",
        rate: str = "",
        expires: Optional[datetime] = None,
        user: str = "",
        deadline_ms: int = 0,
    ) -> Decision:
        """A cancelled or expired order is taken up again; asked about as a new one."""
        order = Order(
            account=account,
            company=company,
            customer=customer,
            document=document,
            key=key,
            amount=amount,
            currency=currency,
            rate=rate,
            expires=expires,
            user=user,
            deadline_ms=deadline_ms,
        )
        return self._one("obligor_order_reopen", order)

    def check_list(self, orders: Sequence[Order]) -> ListAnswer:
        """Would these orders go through, one after the other, each granted one counting for those after it?

        One call into the library for the whole list: far less work for each order than ``check``.
        """

        def ask(wanted: Any, decisions: Any, reasons: Any, room: int) -> bool:
            self._call("obligor_order_check_list", wanted, len(orders), decisions, reasons, room)
            return True

        return self._list(orders, ask)

    def reserve_list(self, orders: Sequence[Order], *, all_or_nothing: bool = False) -> ListAnswer:
        """Asks to hold credit for these orders, one after the other, in one durable step.

        With ``all_or_nothing`` none is taken unless all are granted.
        """

        def ask(wanted: Any, decisions: Any, reasons: Any, room: int) -> bool:
            taken = c_int32()
            self._call(
                "obligor_order_reserve_list",
                wanted,
                len(orders),
                int(all_or_nothing),
                decisions,
                reasons,
                room,
                ctypes.byref(taken),
            )
            return taken.value != 0

        return self._list(orders, ask)

    def expire(self, deadline_ms: int = 0) -> Tuple[int, bool]:
        """Takes reservations that ran out off their accounts. Answers how many, and whether there may be more: call
        again while there are."""
        count, more = c_uint32(), c_int32()
        wanted = unsigned("deadline_ms", deadline_ms, 32)
        self._call("obligor_order_expire", wanted, ctypes.byref(count), ctypes.byref(more))
        return count.value, more.value != 0

    def _one(self, name: str, order: Order, flags: int = 0) -> Decision:
        wanted, decision = OrderStruct(), DecisionStruct()
        order._write(wanted)
        wanted.flags = flags
        first: Optional[Decision] = None
        room = REASONS
        while True:
            reasons = array_of(ReasonStruct, room)
            self._call(name, ctypes.byref(wanted), ctypes.byref(decision), reasons, room)
            count = decision.reason_count
            if first is not None:
                # Asked again for its reasons: to the caller it is still the first answer.
                decision.repeated = first.repeated
            answer = self._decision(decision, reasons, 0, min(count, room))
            if count <= room:
                return answer
            first, room = first or answer, count

    def _list(self, orders: Sequence[Order], ask: Callable[[Any, Any, Any, int], bool]) -> ListAnswer:
        count = len(orders)
        wanted = array_of(OrderStruct, count)
        for at, order in enumerate(orders):
            try:
                order._write(wanted[at])
            except (ObligorError, TypeError) as error:
                raise type(error)(f"order {at + 1} of {count}: {error}") from None
        decisions = array_of(DecisionStruct, count)
        first: Dict[int, bool] = {}
        room = LIST_REASONS
        while True:
            reasons = array_of(ReasonStruct, count * room)
            taken = ask(wanted, decisions, reasons, room)
            most = max((struct.reason_count for struct in decisions), default=0)
            if most <= room:
                break
            first = {at: struct.repeated for at, struct in enumerate(decisions) if taken}
            room = most
        for at, repeated in first.items():
            decisions[at].repeated = repeated
        answers: List[Answer] = []
        for at, struct in enumerate(decisions):
            if struct.status != Status.OK:
                answers.append(self._refused(struct.status, at, count))
            else:
                answers.append(self._decision(struct, reasons, at * room, struct.reason_count))
        return ListAnswer(taken, tuple(answers))

    def _refused(self, status: int, at: int, count: int) -> ObligorError:
        return error_of(status, f"order {at + 1} of {count}: {self._library.status_text(status)}; ask for it alone to learn more")


__all__ = ["NO_DAY", "AccountLike", "Answer", "ListAnswer", "Order", "OrderCalls", "Stage"]
