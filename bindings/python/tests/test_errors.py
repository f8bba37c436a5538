"""Errors by kind: what went wrong can be told apart, and the message says what to do."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable

import pytest

import obligor
from obligor import Engine, ObligorError, Status
from obligor._errors import KINDS

Open = Callable[..., Engine]


def test_every_status_has_a_kind_and_every_kind_its_own_status() -> None:
    # OK is no error, and a buffer that is too small never reaches the caller.
    assert set(KINDS) == {int(status) for status in Status} - {Status.OK, Status.BUFFER}
    assert all(issubclass(kind, ObligorError) for kind in KINDS.values())


def reserve(engine: Engine, **changes: Any) -> obligor.Decision:
    order = {
        "company": "NW01",
        "customer": "10001",
        "document": "SO-1",
        "key": "SO-1/1",
        "amount": Decimal("100.00"),
        "currency": "DKK",
    }
    return engine.reserve(**{**order, **changes})


def test_kinds_that_orders_meet(engine: Engine) -> None:
    reserve(engine)
    cases: list[tuple[type[ObligorError], str, Callable[[], object]]] = [
        (obligor.KeyConflict, "SO-1/1", lambda: reserve(engine, amount=Decimal("101.00"))),
        (obligor.StateError, "change", lambda: reserve(engine, key="SO-1/2")),
        (obligor.NotFound, "99999", lambda: engine.account("NW01", "99999")),
        (obligor.NotFound, "4711", lambda: engine.explain(4711)),
        (obligor.ArgumentError, "document", lambda: reserve(engine, document="", key="x")),
        (obligor.ArgumentError, "customer", lambda: reserve(engine, customer="1" * 65)),
        (obligor.ArgumentError, "control character", lambda: reserve(engine, customer="1\0002")),
        (obligor.ArgumentError, "dkk", lambda: reserve(engine, currency="dkk")),
        (obligor.ArgumentError, "currency", lambda: reserve(engine, currency="XXX")),
        (obligor.ArgumentError, "language", lambda: engine.explain(1, "xx")),
        (obligor.ArgumentError, "order.chek", lambda: engine.call("order.chek")),
        (obligor.EncodingError, "customer", lambda: reserve(engine, customer="\ud800")),
        (obligor.TooLarge, "10000", lambda: engine.check_list([obligor.Order()] * 10_001)),
    ]
    for kind, word, ask in cases:
        with pytest.raises(kind) as caught:
            ask()
        assert type(caught.value) is kind
        assert caught.value.status == kind.status
        assert word in str(caught.value), str(caught.value)


def test_kinds_that_opening_meets(opened: Open, tmp_path: Path) -> None:
    with pytest.raises(obligor.PolicyError, match="line"):
        opened(policy_text="format = 1\nnonsense = true\n")
    with pytest.raises(obligor.ConfigError, match="clock"):
        opened(clock="noon")
    with pytest.raises(obligor.ConfigError, match="secret"):
        opened(secret="hunter2")
    for settings in ({}, {"config": "a.toml", "store": "b.db"}, {"config": "a.toml", "create": True}):
        with pytest.raises(obligor.ConfigError):
            Engine.open(**settings)
    (tmp_path / "other.db").write_bytes(b"something else" * 1000)
    with pytest.raises(obligor.StoreError):
        opened(store=tmp_path / "other.db")
    with pytest.raises(ObligorError) as caught:
        opened(store=tmp_path / "missing" / "credit.db", create=False)
    assert "missing" in str(caught.value)


def test_a_setting_of_the_wrong_type_is_a_type_error(engine: Engine) -> None:
    cases: list[Callable[[], object]] = [
        lambda: reserve(engine, amount=100.0),
        lambda: reserve(engine, document=1),
        lambda: reserve(engine, currency=None),
        lambda: reserve(engine, expires=date(2026, 12, 1)),
        lambda: reserve(engine, account="10001"),
        lambda: engine.call("order.check", {"amount": 1.5}),
        lambda: engine.call("order.check", {"orders": [{"amount": 1.5}]}),
        lambda: engine.call("order.check", {"amount": object()}),
    ]
    for ask in cases:
        with pytest.raises(TypeError):
            ask()
    with pytest.raises(TypeError, match=r"orders\[0\].amount is a float.*Decimal"):
        engine.call("order.check", {"orders": [{"amount": 1.5}]})
    with pytest.raises(obligor.ArgumentError, match="time zone"):
        reserve(engine, expires=datetime(2026, 12, 1))
    with pytest.raises(obligor.ArgumentError, match="account"):
        reserve(engine, account=-1)


def test_errors_hold_no_secret_and_no_personal_number(opened: Open) -> None:
    with pytest.raises(obligor.ConfigError) as caught:
        opened(secret="0101701234")
    assert "0101701234" not in str(caught.value)
