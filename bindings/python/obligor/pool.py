"""Pools: limits that several accounts share, a group's, a parent's or a segment's.

An account belongs to pools by ``put_account(pools=...)``; a pool's limit is put with ``put_limit(pool=...)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Mapping, Optional, Tuple, Union

from ._handle import Handle
from ._told import money_of, rates_in
from .limit import Limit, limits_out
from .money import Money, currency_in


@dataclass(frozen=True)
class Pool:
    """A pool, and where it stands."""

    name: str
    kind: str
    """``group`` or ``segment``."""
    currency: str
    """The currency of its limits."""
    rates: Mapping[str, Decimal]
    """Units of its currency for one unit of another."""
    limits: Tuple[Limit, ...]
    """Every limit on record."""
    exposure: Optional[Money]
    """What its accounts come to; ``None`` when a rate is missing."""
    limit: Optional[Money]
    """The limit in force; ``None`` when there is none, or it is *no limit*."""
    no_limit: bool
    """Whether it is marked as having no limit."""
    available: Optional[Money]
    """Limit less exposure; ``None`` when one of them is."""
    accounts: Tuple[Tuple[str, str], ...]
    """Company and customer of its accounts."""


class PoolCalls(Handle):
    """What an engine does with pools."""

    def put_pool(
        self, pool: str, *, kind: str, currency: str, rates: Optional[Mapping[str, Union[Decimal, str]]] = None
    ) -> str:
        """Puts a pool. ``kind`` is ``group`` or ``segment``; ``rates`` are units of the pool's currency for one unit of
        another, such as ``{"DKK": Decimal("0.134")}``, and replace those there were.

        Answers ``added``, ``changed`` or ``same``.
        """
        request = {
            "pool": pool,
            "kind": kind,
            "currency": currency_in("currency", currency),
            "rates": rates_in(rates or {}),
        }
        return str(self._rows("pool.put", request))

    def pool(self, pool: str) -> Pool:
        """A pool, and where it stands. Raises ``NotFound`` when there is none of this name."""
        told: Any = self._rows("pool.get", {"pool": pool})
        return Pool(
            name=told["pool"],
            kind=told["kind"],
            currency=told["currency"],
            rates={currency: Decimal(rate) for currency, rate in told["rates"].items()},
            limits=limits_out(told["limits"]),
            exposure=money_of(told.get("exposure")),
            limit=money_of(told.get("limit")),
            no_limit=told["no_limit"],
            available=money_of(told.get("available")),
            accounts=tuple((account["company"], account["customer"]) for account in told["accounts"]),
        )
