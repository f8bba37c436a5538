"""Decisions and their reasons: what an order may do, why, and what would make it pass."""

from __future__ import annotations

import ctypes
from ctypes import c_int32
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, NamedTuple, Optional, Sequence, Tuple, Union

from ._errors import ArgumentError
from ._handle import Handle, text_in, unsigned
from ._library import Library
from ._number import Number
from ._structs import DecisionStruct, ReasonStruct
from ._told import money_of, number_of, reason_struct
from .money import Money, decimal_out
from .when import day_out, instant_out


class Outcome(Number):
    """What an order may do next. The higher, the more it stops."""

    NOT_CHECKED = 0
    """Nobody asked: no rule of the policy applies. Not an approval."""
    APPROVE = 1
    """It may go through."""
    APPROVE_WITH_ALERT = 2
    """It may go through, and credit control is told."""
    PREPAY = 3
    """It may go through once ``Decision.prepay`` has been paid in advance."""
    HOLD = 4
    """It waits for a person; it holds no credit meanwhile."""
    REFUSE = 5
    """It may not go through."""

    @property
    def granted(self) -> bool:
        """Whether the order may go through now."""
        return self in (Outcome.NOT_CHECKED, Outcome.APPROVE, Outcome.APPROVE_WITH_ALERT)


class Level(Number):
    """Whose limit or status a reason speaks of."""

    OWN = 1
    GROUP = 2
    SEGMENT = 3
    DOCUMENT = 4


class Kind(Number):
    """What a measured value or a threshold counts."""

    NONE = 0
    MONEY = 1
    DAYS = 2
    COUNT = 3
    BASIS_POINTS = 4
    DAY = 5
    CURRENCY = 6


class RemedyKind(Number):
    """What would make an order pass."""

    NONE = 0
    PAY = 1
    REDUCE_BY = 2
    WAIT_UNTIL = 3
    USE_CURRENCY = 4
    LIFT_STATUS = 5
    SET_LIMIT = 6
    CREATE_CUSTOMER = 7
    PREPAY = 8
    DEPOSIT = 9
    RELEASE = 10
    """A person who may do so releases the order."""
    USE_TERMS = 11
    """Payment terms of at most so many days."""
    DISCOUNT_AT_MOST = 12
    """A discount of at most so many hundredths of a per cent."""
    REVIEW = 13
    FIND_OUT = 14


class Code(Number):
    """What a reason is about."""

    OVER_LIMIT = 1
    LIMIT_MISSING = 2
    OVERDUE_AMOUNT = 3
    OVERDUE_DAYS = 4
    STATUS_STOP = 5
    STATUS_HOLD = 6
    STATUS_NO_CHECK = 7
    UNKNOWN_CUSTOMER = 8
    CURRENCY_MISMATCH = 9
    COVERED_BY_CREDIT = 10
    NOT_AN_INCREASE = 11
    NO_LIMIT = 12
    ALREADY_OVER_LIMIT = 13
    STATUS_WATCH = 14
    LIMIT_EXPIRED = 15
    LIMIT_OPEN_ENDED = 16
    REVIEW_DUE = 17
    OVERDUE_SHARE = 18
    UTILISATION = 19
    DOCUMENT_VALUE = 20
    DUNNING_LEVEL = 21
    PAYMENT_BEHAVIOUR = 22
    DISPUTE_RATE = 23
    TERMS_CHANGED = 24
    DISCOUNT = 25
    BUCKET_AMOUNT = 26
    SCORE = 27
    ALWAYS = 28
    FACT_UNKNOWN = 29
    FORCED_HOLD = 30
    RELEASED = 31
    OVERRIDDEN = 32
    EXCLUDED = 33
    INTERNAL_CUSTOMER = 34
    SECURED = 35
    OVER_DELIVERY = 36
    REJECTED = 37
    SECOND_PERSON = 38


class OrderState(Number):
    """What has become of an order."""

    NONE = 0
    """Nothing is known of it."""
    HELD = 1
    """It waits for a person and holds nothing."""
    DECLINED = 2
    """It was refused, or waits for a prepayment, and holds nothing."""
    ACTIVE = 3
    """It holds credit."""
    CANCELLED = 4
    EXPIRED = 5


class Source(Number):
    """Where the facts of an answer came from."""

    NONE = 0
    MEMORY = 1
    STORE = 2


@dataclass(frozen=True)
class Quantity:
    """A value with its unit."""

    kind: Kind
    value: Union[Money, int, date, str]
    """``Money``, a ``date``, a currency code, or a number; basis points are hundredths of a per cent."""

    def __str__(self) -> str:
        if self.kind == Kind.DAYS:
            return _days(self.value)
        if self.kind == Kind.BASIS_POINTS and isinstance(self.value, int):
            return _per_cent(self.value)
        return str(self.value)


def _days(number: object) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def _per_cent(basis_points: int) -> str:
    return f"{Decimal(basis_points) / 100:.2f} %"


@dataclass(frozen=True)
class Remedy:
    """What would make an order pass."""

    kind: RemedyKind
    value: Union[Money, date, str, int, None] = None
    """The amount, the day, the currency, the days of ``USE_TERMS`` or the basis points of ``DISCOUNT_AT_MOST``."""

    def __str__(self) -> str:
        words = str(self.kind).replace("_", " ")
        if self.value is None:
            return words
        if self.kind == RemedyKind.USE_TERMS:
            return f"{words} {_days(self.value)}"
        if self.kind == RemedyKind.DISCOUNT_AT_MOST and isinstance(self.value, int):
            return f"{words} {_per_cent(self.value)}"
        return f"{words} {self.value}"


@dataclass(frozen=True)
class Reason:
    """One reason of a decision."""

    code: Code
    level: Level
    effect: Outcome
    """What this reason alone would make of the order."""
    measured: Optional[Quantity]
    threshold: Optional[Quantity]
    """What the measured value was held against."""
    remedy: Optional[Remedy]
    release_by: str
    """The role that may release it, as the policy names it; empty when none may."""
    rule: str
    """The policy's name for the rule; empty for reasons that no rule made."""
    pool: str = ""
    """The pool whose limit or exposure it speaks of, on the levels group and segment; else empty."""
    _teller: Optional[Teller] = field(default=None, repr=False, compare=False)

    @property
    def sentence(self) -> str:
        """The reason as an English sentence."""
        return self.tell("en")

    def tell(self, language: str) -> str:
        """The reason as a sentence: ``en``, ``da``, ``nb``, ``sv``, ``fi`` or ``nl``."""
        if self._teller is None:
            raise ArgumentError("this reason was not made by the library, which alone has the sentences")
        return self._teller.tell(language)


@dataclass(frozen=True)
class Teller:
    """What a reason needs in order to become a sentence: the struct it came in."""

    library: Library
    reason: bytes
    currency: str

    def tell(self, language: str) -> str:
        """The sentence."""
        struct = ReasonStruct.from_buffer_copy(self.reason)
        currency, wanted = self.currency.encode(), text_in("language", language)
        return self.library.ask(
            "obligor_reason_text", ctypes.byref(struct), currency, len(currency), wanted, len(wanted)
        )

    def __reduce__(self) -> Tuple[Any, ...]:
        # A loaded library does not travel to another process; its path does.
        return _teller_of, (str(self.library.path), self.reason, self.currency)


def _teller_of(path: str, reason: bytes, currency: str) -> Teller:
    from ._library import load

    return Teller(load(path), reason, currency)


@dataclass(frozen=True)
class Decision:
    """The answer about one order. Amounts without a currency of their own are in ``currency``."""

    outcome: Outcome
    id: Optional[int]
    """The decision's number on record; ``None`` for a check, and in a list that was not taken."""
    increase: Money
    """By how much the exposure would grow; in the order's currency when it could not be converted."""
    currency: str
    """The account's currency; empty when there is no account."""
    exposure_before: Optional[Decimal]
    exposure_after: Optional[Decimal]
    """With the increase when the order was granted, else as before; ``None`` without an account."""
    limit: Optional[Decimal]
    """The account's own limit in force, with what insurers cover on top; ``None`` when there is none."""
    available_before: Optional[Decimal]
    available_after: Optional[Decimal]
    """Limit less exposure; below zero when the account is over its limit; ``None`` without a limit."""
    prepay: Optional[Decimal]
    """What must be paid in advance; set when the outcome is ``PREPAY``."""
    deposit: Optional[Decimal]
    """The deposit or other security that the rules recommend, whatever the outcome."""
    state: OrderState
    """What has become of the order."""
    repeated: bool
    """Whether this is the recorded answer to an earlier use of the same key."""
    source: Source
    facts_at: datetime
    """As of when the facts are those of the store."""
    reasons: Tuple[Reason, ...]
    """Every reason, the one that stops most first."""
    _engine: Optional[DecisionCalls] = field(default=None, repr=False, compare=False)

    @property
    def granted(self) -> bool:
        """Whether the order may go through now."""
        return self.outcome.granted

    def explain(self, language: str = "en") -> str:
        """The recorded decision as sentences that a customer can be answered with."""
        return self._recorded().explain(self._number(), language)

    def replay(self) -> bool:
        """Makes the recorded decision again from what it was made from; whether it came out the same, bit for bit."""
        return self._recorded().replay(self._number())

    def _number(self) -> int:
        if self.id is None:
            raise ArgumentError("this decision is not on record, as a check never is: read its reasons instead")
        return self.id

    def _recorded(self) -> DecisionCalls:
        if self._engine is None:
            raise ArgumentError("this decision came from another process: use engine.explain(decision.id)")
        return self._engine

    if not TYPE_CHECKING:
        # What the library wrote is made into values when they are asked for, and most callers ask for few.
        def __getattr__(self, name: str) -> Any:
            read = _READ.get(name)
            if read is None:
                raise AttributeError(f"a decision has no {name}")
            value = self.__dict__[name] = read(self._written)
            return value

    def __getstate__(self) -> Dict[str, Any]:
        # An engine does not travel to another process; what was decided does.
        return {**{one.name: getattr(self, one.name) for one in fields(self)}, "_engine": None}


class _Written(NamedTuple):
    """A decision as the library wrote it."""

    engine: DecisionCalls
    struct: DecisionStruct
    reasons: Sequence[ReasonStruct]

    @property
    def currency(self) -> str:
        code: bytes = self.struct.currency
        return code.decode("ascii")

    def amount(self, minor: int, present: int) -> Optional[Decimal]:
        return decimal_out(minor, self.currency) if present else None

    def increase(self) -> Money:
        currency = self.struct.increase_currency.decode("ascii")
        return Money(decimal_out(self.struct.increase, currency), currency)

    def all_reasons(self) -> Tuple[Reason, ...]:
        return tuple(self.engine._reason(reason, self.currency) for reason in self.reasons)


_READ: Dict[str, Callable[[_Written], Any]] = {
    "outcome": lambda was: Outcome(was.struct.outcome),
    "id": lambda was: was.struct.decision_id or None,
    "increase": _Written.increase,
    "currency": lambda was: was.currency,
    "exposure_before": lambda was: was.amount(was.struct.exposure_before, was.struct.has_account),
    "exposure_after": lambda was: was.amount(was.struct.exposure_after, was.struct.has_account),
    "limit": lambda was: was.amount(was.struct.limit, was.struct.has_limit),
    "available_before": lambda was: was.amount(was.struct.available_before, was.struct.has_limit),
    "available_after": lambda was: was.amount(was.struct.available_after, was.struct.has_limit),
    "prepay": lambda was: was.amount(was.struct.prepay, was.struct.outcome == Outcome.PREPAY),
    "deposit": lambda was: was.amount(was.struct.deposit, was.struct.deposit),
    "state": lambda was: OrderState(was.struct.order_state),
    "repeated": lambda was: was.struct.repeated != 0,
    "source": lambda was: Source(was.struct.source),
    "facts_at": lambda was: instant_out(was.struct.facts_at_ms),
    "reasons": _Written.all_reasons,
}
"""How each field of a decision is read."""


class DecisionCalls(Handle):
    """What an engine does with decisions on record."""

    def explain(self, decision_id: int, language: str = "en") -> str:
        """A recorded decision as sentences: ``en``, ``da``, ``nb``, ``sv``, ``fi`` or ``nl``."""
        wanted = text_in("language", language)
        return self._ask("obligor_decision_explain", unsigned("decision_id", decision_id, 63), wanted, len(wanted))

    def replay(self, decision_id: int) -> bool:
        """Makes a recorded decision again from what it was made from; whether it came out the same, bit for bit."""
        same = c_int32()
        self._call("obligor_decision_replay", unsigned("decision_id", decision_id, 63), ctypes.byref(same))
        return same.value != 0

    def _decision(self, struct: DecisionStruct, reasons: Sequence[ReasonStruct]) -> Decision:
        """What the library wrote. The structs are the decision's own from now on."""
        decision = object.__new__(Decision)
        decision.__dict__.update(_engine=self, _written=_Written(self, struct, reasons))
        return decision

    def _reason(self, struct: ReasonStruct, currency: str) -> Reason:
        values = struct.currency.decode("ascii") or currency
        return Reason(
            code=Code(struct.code),
            level=Level(struct.level),
            effect=Outcome(struct.effect),
            measured=_quantity(struct.measured_kind, struct.measured, values),
            threshold=_quantity(struct.threshold_kind, struct.threshold, values),
            remedy=_remedy(struct.remedy_kind, struct.remedy, struct.remedy_currency.decode("ascii") or currency),
            release_by=struct.release_by.decode("utf-8"),
            rule=struct.rule.decode("utf-8"),
            pool=struct.pool.decode("utf-8"),
            _teller=Teller(self._library, bytes(struct), currency),
        )

    def _told(self, answer: Dict[str, Any]) -> Decision:
        """What the library answered in JSON."""
        told = answer["decision"]
        before = money_of(told.get("exposure_before"))

        def amount(name: str) -> Optional[Decimal]:
            money = money_of(told.get(name))
            return None if money is None else money.amount

        return Decision(
            outcome=number_of(Outcome, told["outcome"]),
            id=answer.get("decision_id"),
            increase=Money.parse(told["increase"]),
            currency="" if before is None else before.currency,
            exposure_before=amount("exposure_before"),
            exposure_after=amount("exposure_after"),
            limit=amount("limit"),
            available_before=amount("available_before"),
            available_after=amount("available_after"),
            prepay=amount("prepay"),
            deposit=amount("deposit"),
            state=number_of(OrderState, answer.get("state") or "none"),
            repeated=answer["repeated"],
            source=number_of(Source, answer["source"]),
            facts_at=instant_out(answer["facts_at"]),
            reasons=self._reasons_told(told["reasons"]),
            _engine=self,
        )

    def _reasons_told(self, reasons: Iterable[Dict[str, Any]]) -> Tuple[Reason, ...]:
        """Reasons as the library says them in JSON, with the struct that their sentences are made from."""
        told = []
        for reason in reasons:
            struct = reason_struct(
                reason,
                code=number_of(Code, reason["code"]),
                level=number_of(Level, reason["level"]),
                effect=number_of(Outcome, reason["effect"]),
                kinds={str(kind): kind for kind in Kind},
                remedies={str(kind): kind for kind in RemedyKind},
            )
            texts: Dict[str, Any] = {name: reason.get(name) or "" for name in ("release_by", "rule", "pool")}
            told.append(replace(self._reason(struct, ""), **texts))
        return tuple(told)


def _quantity(kind: int, value: int, currency: str) -> Optional[Quantity]:
    what = Kind(kind)
    if what == Kind.NONE:
        return None
    if what == Kind.MONEY:
        return Quantity(what, Money(decimal_out(value, currency), currency))
    if what == Kind.CURRENCY:
        return Quantity(what, _currency_out(value))
    day = day_out(value) if what == Kind.DAY else None
    return Quantity(what, value if day is None else day)


def _remedy(kind: int, value: int, currency: str) -> Optional[Remedy]:
    remedy = RemedyKind(kind)
    if remedy == RemedyKind.NONE:
        return None
    if remedy in (RemedyKind.PAY, RemedyKind.REDUCE_BY, RemedyKind.PREPAY, RemedyKind.DEPOSIT):
        return Remedy(remedy, Money(decimal_out(value, currency), currency))
    if remedy == RemedyKind.WAIT_UNTIL:
        return Remedy(remedy, day_out(value))
    if remedy == RemedyKind.USE_CURRENCY:
        return Remedy(remedy, _currency_out(value))
    if remedy in (RemedyKind.USE_TERMS, RemedyKind.DISCOUNT_AT_MOST):
        return Remedy(remedy, value)
    return Remedy(remedy)


def _currency_out(packed: int) -> str:
    """Three letters, packed into a number with the first one highest."""
    return packed.to_bytes(3, "big").decode("ascii")
