"""Orders: check, reserve, change, convert, cancel, reopen, pass, transfer, expire; one at a time or as a list.

A *check* asks and holds nothing. A *reserve* asks and, when it is granted, holds credit in the same atomic and durable
step: two screens can never both spend the same last money. The same ``key`` with the same content gets the same answer
however often it is asked, so after ``Undetermined`` simply ask again with the same key.

What people do to orders, hold, release, reject, is in ``work``.
"""

from __future__ import annotations

import ctypes
from ctypes import c_int32, c_uint32
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple, TypedDict, Union

from ._errors import ArgumentError, ObligorError, Status, error_of
from ._handle import text_in, unsigned, write_json
from ._number import Number
from ._structs import (
    NO_DAY,
    ORDER_ALL,
    ORDER_DISCOUNT,
    ORDER_LIFTS_STOP,
    ORDER_OVERRULE,
    ORDER_SECURED,
    ORDER_TERMS,
    DecisionStruct,
    OrderStruct,
    ReasonStruct,
    array_of,
)
from .account import Account
from .decision import Decision, DecisionCalls
from .money import Amount, currency_in, decimal_out, minor_in
from .when import day_in, instant_in

if TYPE_CHECKING:
    from typing_extensions import Unpack

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


class Checkpoint(Number):
    """A moment in the life of an order at which it can be asked about."""

    NONE = 0
    """Nothing is said: as it is entered."""
    ENTRY = 1
    """It is entered, changed or reopened."""
    CONFIRM = 2
    """It is confirmed to the customer."""
    PICK = 3
    """Its goods are picked."""
    SHIP = 4
    """Its goods leave."""
    INVOICE = 5
    """It is invoiced. Goods that were shipped are invoiced whatever the answer."""


class Who(TypedDict, total=False):
    """What every call about an order may say; see ``Order``."""

    account: Optional[AccountLike]
    company: str
    customer: str
    user: str
    deadline_ms: int


class Asked(Who, total=False):
    """What a question about an order may say beside its amount; see ``Order``."""

    lines: Sequence[Amount]
    rate: str
    expires: Optional[datetime]
    secured: Optional[Amount]
    ships: Optional[date]
    terms_days: Optional[int]
    discount: Optional[int]
    checkpoint: Checkpoint
    role: str
    reason: str
    overrule: bool
    lifts_stop: bool


@dataclass(frozen=True)
class Instalment:
    """A part of an invoice that is due by itself."""

    due: date
    amount: Amount


@dataclass
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
    lines: Sequence[Amount] = ()
    """Instead of ``amount``, or beside it as a proof: the amounts of the order's lines. Their sum is what counts."""
    secured: Optional[Amount] = None
    """The part of the amount that is prepaid, paid in cash or secured: it holds no credit. Not for what the customer has to
    their credit in the books. Of a change ``None`` leaves what was secured before."""
    ships: Optional[date] = None
    """The day the goods ship; ``None`` is soon."""
    terms_days: Optional[int] = None
    """The payment terms of the order, in days."""
    discount: Optional[int] = None
    """The discount, in hundredths of a per cent: 1250 is 12.5 %."""
    checkpoint: Checkpoint = Checkpoint.NONE
    """At which moment of its life the order is asked about."""
    role: str = ""
    """The role in which ``user`` asks, as the policy names it; the host vouches for it. Needed to overrule."""
    reason: str = ""
    """Why; needed to overrule, and recorded. At most 128 bytes."""
    overrule: bool = False
    """The user lets the order through whatever the rules say, as far as the role may; always recorded."""
    lifts_stop: bool = False
    """Beside ``overrule``: a stop of the customer is lifted too."""

    def _write(self, struct: OrderStruct) -> None:
        if self.account is not None:
            struct.account = _number_of(self.account)
        currency = currency_in("currency", self.currency).encode() if self.currency != "" else b""
        minor = self._minor()
        if minor is not None:
            # Without an amount a currency says nothing; with one the library would take it for an amount of zero.
            struct.amount, struct.currency = minor, currency
        if self.expires is not None:
            struct.expires_ms = instant_in("expires", self.expires)
        if self.stage_from or self.stage_to:
            struct.stage_from, struct.stage_to = self.stage_from, self.stage_to
        struct.due_day, struct.ships_day = day_in("due", self.due), day_in("ships", self.ships)
        if self.deadline_ms != 0:
            struct.deadline_ms = unsigned("deadline_ms", self.deadline_ms, 32)
        flags = 0
        if self.secured is not None:
            struct.secured = self._minor_in("secured", self.secured)
            flags |= ORDER_SECURED
        if self.terms_days is not None:
            struct.terms_days = unsigned("terms_days", self.terms_days, 16)
            flags |= ORDER_TERMS
        if self.discount is not None:
            struct.discount_basis_points = unsigned("discount", self.discount, 31)
            flags |= ORDER_DISCOUNT
        if self.checkpoint:
            struct.checkpoint = self.checkpoint
        struct.flags = flags | (ORDER_OVERRULE if self.overrule else 0) | (ORDER_LIFTS_STOP if self.lifts_stop else 0)
        said = self.__dict__
        for field, size in _TEXTS:
            text = said[field]
            if text != "":
                setattr(struct, field, _padded(field, text, size))

    def _minor(self) -> Optional[int]:
        """The amount in minor units: what is said, or what the lines come to."""
        said = None if self.amount is None else self._minor_in("amount", self.amount)
        if not self.lines:
            return said
        total = sum(self._minor_in(f"lines[{at}]", line) for at, line in enumerate(self.lines))
        if said is not None and said != total:
            of_lines = decimal_out(total, self.currency)
            raise ArgumentError(f"amount: it is {self.amount}, and the lines come to {of_lines}")
        return minor_in("the lines", decimal_out(total, self.currency), self.currency)

    def _minor_in(self, field: str, amount: Amount) -> int:
        if self.currency == "":
            raise ArgumentError("currency is empty: an amount needs its currency")
        return minor_in(field, amount, self.currency)

    def _request(self) -> Dict[str, Any]:
        """The same as JSON has it; what nothing is said of is left out."""
        money = self._money_told
        minor = self._minor()
        request = {
            "account": None if self.account is None else _number_of(self.account),
            "company": self.company,
            "customer": self.customer,
            "document": self.document,
            "key": self.key,
            "amount": None if minor is None else money(decimal_out(minor, self.currency)),
            "rate": self.rate,
            "expires": self.expires,
            "from": None if self.stage_from == Stage.NONE else str(self.stage_from),
            "to": None if self.stage_to == Stage.NONE else str(self.stage_to),
            "item": self.item,
            "due": self.due,
            "user": self.user,
            "deadline_ms": self.deadline_ms or None,
            "secured": None if self.secured is None else money(self.secured),
            "ships": self.ships,
            "terms_days": self.terms_days,
            "discount_basis_points": self.discount,
            "checkpoint": None if self.checkpoint == Checkpoint.NONE else str(self.checkpoint),
            "role": self.role,
            "reason": self.reason,
            "overrule": self.overrule or None,
            "lifts_stop": self.lifts_stop or None,
        }
        return {name: value for name, value in request.items() if value is not None and value != ""}

    def _money_told(self, amount: Amount) -> str:
        return f"{decimal_out(self._minor_in('amount', amount), self.currency):f} {self.currency}"


def _number_of(account: AccountLike) -> int:
    return account.number if isinstance(account, Account) else unsigned("account", account, 32)


_TEXTS: Tuple[Tuple[str, int], ...] = tuple(
    (field, getattr(OrderStruct, field).size)
    for field in ("company", "customer", "document", "key", "item", "user", "rate", "role", "reason")
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
        self, *, amount: Optional[Amount] = None, currency: str, document: str = "", **more: Unpack[Asked]
    ) -> Decision:
        """Would this order go through? Nothing is written and nothing is held.

        With a ``document`` the order is asked about as it stands in the store: one that holds credit by its difference.
        What else may be said of an order, who it is for, rate, lines, what is secured, terms, discount, checkpoint, is
        explained at ``Order``.
        """
        return self._one("obligor_order_check", Order(amount=amount, currency=currency, document=document, **more))

    def reserve(
        self,
        *,
        document: str,
        key: str,
        amount: Optional[Amount] = None,
        currency: str,
        to: Stage = Stage.NONE,
        item: str = "",
        due: Optional[date] = None,
        **more: Unpack[Asked],
    ) -> Decision:
        """Asks to hold credit for an order, and holds it when the answer grants it: one atomic, durable step.

        ``to`` says where a document begins that is no order: a delivery without one is ``Stage.DELIVERED``; a posted invoice
        without one is ``Stage.INVOICED``, with its ``item`` and ``due``.
        """
        order = Order(
            amount=amount, currency=currency, document=document, key=key, stage_to=to, item=item, due=due, **more
        )
        return self._one("obligor_order_reserve", order)

    def change(
        self, *, document: str, key: str, amount: Optional[Amount] = None, currency: str, **more: Unpack[Asked]
    ) -> Decision:
        """Another whole amount for an order; asked about by the difference. A decrease always goes through."""
        order = Order(amount=amount, currency=currency, document=document, key=key, **more)
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
        item: str = "",
        due: Optional[date] = None,
        instalments: Sequence[Instalment] = (),
        **more: Unpack[Who],
    ) -> Decision:
        """A part of an order moves on: delivered, drafted, invoiced, settled. Without an amount everything moves.

        ``source`` is where the part is now; without it the last stage before ``to`` that holds anything.
        ``instalments``: the parts of a new invoice, in ``currency``, and when each is due; their sum is the part that moves.
        They become open items with the numbers ``item/1``, ``item/2`` and so on.
        """
        order = Order(
            amount=amount,
            currency=currency,
            document=document,
            key=key,
            stage_from=source,
            stage_to=to,
            item=item,
            due=due,
            **more,
        )
        if instalments:
            parts = [{"due": part.due, "amount": order._money_told(part.amount)} for part in instalments]
            return self._rich("order.convert", order, {"instalments": parts})
        return self._one("obligor_order_convert", order, ORDER_ALL if amount is None else 0)

    def cancel(self, *, document: str, key: str, **more: Unpack[Who]) -> Decision:
        """What is still ordered is given up. Always goes through."""
        return self._one("obligor_order_cancel", Order(document=document, key=key, **more))

    def reopen(
        self, *, document: str, key: str, amount: Optional[Amount] = None, currency: str, **more: Unpack[Asked]
    ) -> Decision:
        """A cancelled or expired order is taken up again; asked about as a new one."""
        order = Order(amount=amount, currency=currency, document=document, key=key, **more)
        return self._one("obligor_order_reopen", order)

    def pass_(self, *, document: str, key: str, checkpoint: Checkpoint, **more: Unpack[Who]) -> Decision:
        """The order comes to a checkpoint, such as the warehouse that is to pick it: may what is still ordered go on?

        If it may not, the order is held and holds no credit; what has left it already goes on whatever the answer.
        """
        return self._one("obligor_order_pass", Order(document=document, key=key, checkpoint=checkpoint, **more))

    def transfer(
        self, *, document: str, key: str, amount: Optional[Amount] = None, currency: str, **more: Unpack[Asked]
    ) -> Decision:
        """The payer of an order changes: ``account``, or ``company`` and ``customer``, is the new one.

        It is cancelled at the old account and reserved at the new one in one step, all or nothing: when the new account is
        not granted it, it stays where it was.
        """
        order = Order(amount=amount, currency=currency, document=document, key=key, **more)
        return self._rich("order.transfer", order)

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

    def _rich(self, operation: str, order: Order, more: Optional[Dict[str, Any]] = None) -> Decision:
        """An operation that has no struct: through JSON."""
        request = write_json({**order._request(), **(more or {})})
        name = operation.encode("ascii")
        return self._told(self._do("obligor_call", name, len(name), request, len(request)))

    def _one(self, name: str, order: Order, flags: int = 0) -> Decision:
        wanted, decision = OrderStruct(), DecisionStruct()
        order._write(wanted)
        wanted.flags |= flags
        repeated: Optional[int] = None
        room = REASONS
        while True:
            reasons = array_of(ReasonStruct, room)
            self._call(name, ctypes.byref(wanted), ctypes.byref(decision), reasons, room)
            count = decision.reason_count
            if repeated is not None:
                # Asked again for its reasons: to the caller it is still the first answer.
                decision.repeated = repeated
            if count <= room:
                return self._decision(decision, reasons[:count])
            repeated, room = decision.repeated, count

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
                # Copies: whoever keeps one answer does not keep the whole list.
                own = [ReasonStruct.from_buffer_copy(reasons[at * room + i]) for i in range(struct.reason_count)]
                answers.append(self._decision(DecisionStruct.from_buffer_copy(struct), own))
        return ListAnswer(taken, tuple(answers))

    def _refused(self, status: int, at: int, count: int) -> ObligorError:
        return error_of(status, f"order {at + 1} of {count}: {self._library.status_text(status)}; ask for it alone to learn more")


__all__ = [
    "NO_DAY",
    "AccountLike",
    "Answer",
    "Asked",
    "Checkpoint",
    "Instalment",
    "ListAnswer",
    "Order",
    "OrderCalls",
    "Stage",
    "Who",
]
