"""Credit accounts: who is tested, in one company, in one currency, and where it stands."""

from __future__ import annotations

import ctypes
from ctypes import c_uint32
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Union

from ._handle import Handle, text_in, unsigned
from ._number import Number
from ._structs import AccountStruct
from ._told import day_of, money_of
from .limit import Limit, limits_out
from .money import Money, currency_in, decimal_out
from .when import day_out, instant_out


class AccountStatus(Number):
    """The status a person gives an account. Only a person sets and lifts it."""

    OK = 1
    WATCH = 2
    HOLD = 3
    STOP = 4
    NO_CHECK = 5


@dataclass(frozen=True)
class Position:
    """Where an account stands. Amounts are in ``currency``."""

    account: int
    currency: str
    status: AccountStatus
    ordered: Decimal
    """Reserved by orders that are not delivered and ship within the policy's horizon, if it has one."""
    later: Decimal
    """Reserved by orders that ship beyond it."""
    delivered: Decimal
    """Delivered and not invoiced."""
    drafted: Decimal
    """On invoices that are drafts."""
    open: Decimal
    """Open items that are not overdue."""
    overdue: Decimal
    """Open items past their due day and the grace days."""
    unapplied: Decimal
    """The customer's own money, not applied to items yet."""
    exposure: Decimal
    """What is owed and will be owed, less unapplied credits where the policy counts them."""
    limit: Optional[Decimal]
    """The account's own limit in force, with what insurers cover on top; ``None`` when there is none."""
    available: Optional[Decimal]
    """Limit less exposure; ``None`` without a limit."""
    oldest_overdue: Optional[date]
    """The earliest due day of what is overdue."""
    facts_at: datetime
    """When this was read."""


@dataclass(frozen=True)
class Profile:
    """What people and hosts say of the customer behind an account. ``None`` is not known."""

    risk_class: Optional[str] = None
    """The risk class it was given; it goes before the one that follows from the score."""
    score: Optional[int] = None
    """The higher the better."""
    customer_since: Optional[date] = None
    """The day it became a customer."""
    next_review: Optional[date] = None
    """The day by which the account is to be reviewed."""
    terms_days: Optional[int] = None
    """The payment terms agreed, in days."""
    internal: bool = False
    """Whether it belongs to the own group of companies."""


@dataclass(frozen=True)
class Standing:
    """What is known of an account beside its position: who it is, how it pays, what it shares."""

    profile: Profile
    """What was said of it."""
    score: Optional[int]
    """The score that rules go by: the one given, or what the policy's scorecard comes to."""
    risk_class: Optional[str]
    """The class that counts: the one given, or the one its score belongs to."""
    proposed_limit: Optional[Money]
    """What the policy proposes for the class."""
    insured: Optional[Money]
    """What insurers cover today."""
    disputed: Optional[Money]
    """Open items that the customer disputes."""
    dunning_level: int
    """The highest of an open item that is not blocked for dunning."""
    days_late: Optional[int]
    """Days late, weighted by amount, over twelve months; ``None`` when nothing was paid."""
    dispute_rate: Optional[int]
    """The share of the invoices that was disputed over twelve months, in hundredths of a per cent."""
    utilisation: Optional[int]
    """How much of the limit is used, in hundredths of a per cent; ``None`` without a limit."""
    pools: Tuple[str, ...]
    """The pools it belongs to, the widest first."""
    limits: Tuple[Limit, ...]
    """Every limit on record."""
    details: Mapping[str, Any]
    """Everything, as in ``include/schema/account.get.answer.json``."""


@dataclass(frozen=True)
class Account:
    """A customer's credit account in a company: a small number that stays the same for as long as the store lives."""

    number: int
    company: str
    customer: str
    _engine: AccountCalls = field(repr=False, compare=False)

    def read(self) -> Position:
        """Where the account stands, read from the store."""
        return self._engine.position(self)

    def standing(self) -> Standing:
        """Who it is, how it pays, and what it shares."""
        return self._engine.standing(self)


class AccountCalls(Handle):
    """What an engine does with credit accounts."""

    def account(self, company: str, customer: str) -> Account:
        """The account of a customer in a company. Raises ``NotFound`` when there is none."""
        seller, buyer, number = text_in("company", company), text_in("customer", customer), c_uint32()
        self._call("obligor_account_resolve", seller, len(seller), buyer, len(buyer), ctypes.byref(number))
        return Account(number.value, company, customer, self)

    def position(self, account: Union[Account, int]) -> Position:
        """Where an account stands, read from the store."""
        number = account.number if isinstance(account, Account) else unsigned("account", account, 32)
        struct = AccountStruct()
        self._call("obligor_account_read", number, ctypes.byref(struct))
        currency = struct.currency.decode("ascii")

        def amount(minor: int) -> Decimal:
            return decimal_out(minor, currency)

        return Position(
            account=struct.account,
            currency=currency,
            status=AccountStatus(struct.status),
            ordered=amount(struct.ordered),
            later=amount(struct.later),
            delivered=amount(struct.delivered),
            drafted=amount(struct.drafted),
            open=amount(struct.open),
            overdue=amount(struct.overdue),
            unapplied=amount(struct.unapplied),
            exposure=amount(struct.exposure),
            limit=amount(struct.limit) if struct.has_limit else None,
            available=amount(struct.available) if struct.has_limit else None,
            oldest_overdue=day_out(struct.oldest_overdue_day),
            facts_at=instant_out(struct.facts_at_ms),
        )

    def standing(self, account: Union[Account, int]) -> Standing:
        """Who the customer behind an account is, how it pays, and what it shares."""
        number = account.number if isinstance(account, Account) else unsigned("account", account, 32)
        told = self._rows("account.get", {"account": number})
        profile = told.get("profile") or {}
        return Standing(
            profile=Profile(
                risk_class=profile.get("risk_class"),
                score=profile.get("score"),
                customer_since=day_of(profile.get("customer_since")),
                next_review=day_of(profile.get("next_review")),
                terms_days=profile.get("terms_days"),
                internal=profile.get("internal", False),
            ),
            score=told.get("score"),
            risk_class=told.get("risk_class"),
            proposed_limit=money_of(told.get("proposed_limit")),
            insured=money_of(told.get("insured")),
            disputed=money_of(told.get("disputed")),
            dunning_level=told.get("dunning_level") or 0,
            days_late=told.get("days_late"),
            dispute_rate=told.get("dispute_rate_basis_points"),
            utilisation=told.get("utilisation_basis_points"),
            pools=tuple(told.get("pools") or ()),
            limits=limits_out(told["limits"]),
            details=told,
        )

    def put_account(
        self,
        *,
        company: str,
        customer: str,
        currency: str,
        status: AccountStatus = AccountStatus.OK,
        profile: Optional[Profile] = None,
        pools: Optional[Sequence[str]] = None,
    ) -> str:
        """Puts the credit account of a customer, who must be there.

        ``profile``: what is said of it, all of it; ``None`` leaves what was said before. ``pools``: the names of the pools it
        belongs to, the widest first; ``None`` leaves it where it is, and an empty list takes it out of all.

        Answers ``added``, ``changed`` or ``same``.
        """
        request: Dict[str, Any] = {
            "company": company,
            "customer": customer,
            "currency": currency_in("currency", currency),
            "status": str(AccountStatus(status)),
        }
        if profile is not None:
            said = {name: value for name, value in profile.__dict__.items() if value is not None}
            request["profile"] = said
        if pools is not None:
            request["pools"] = list(pools)
        return str(self._rows("account.put", request))
