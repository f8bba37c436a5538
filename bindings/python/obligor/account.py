"""Credit accounts: who is tested, in one company, in one currency, and where it stands."""

from __future__ import annotations

import ctypes
from ctypes import c_uint32
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Optional, Union

from ._handle import Handle, text_in, unsigned
from ._number import Number
from ._structs import AccountStruct
from .money import decimal_out
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
    """Reserved by orders that are not delivered."""
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
    """The limit in force; ``None`` when there is none."""
    available: Optional[Decimal]
    """Limit less exposure; ``None`` without a limit."""
    oldest_overdue: Optional[date]
    """The earliest due day of what is overdue."""
    facts_at: datetime
    """When this was read."""


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
