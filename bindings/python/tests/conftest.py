"""What the tests share: the library under test, an engine over a new store, and a small wholesaler."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(CHECKOUT / "bindings" / "python"))

import obligor  # noqa: E402
from postgres_server import PLACES, Server, environment  # noqa: E402

NOW = "2026-11-22T09:00:00Z"

POLICY = """
format = 1
name = "test"
version = "1"
[facts]
grace_days = 0
unapplied_credits = "reduce"
rounding = "half_up"
memory_max_age = "5 s"
unknown_customer = "refuse"
limit_missing = "hold"
currency_mismatch = "hold"
[[rule]]
name = "over the limit"
when = "over_limit"
tolerance = "0 %"
then = "refuse"
release_by = "credit_manager"
[[rule]]
name = "stopped"
when = "status"
is = "stop"
then = "refuse"
[[rule]]
name = "on hold"
when = "status"
is = "hold"
then = "hold"
release_by = "credit_controller"
[[rule]]
name = "watched"
when = "status"
is = "watch"
then = "approve_with_alert"
[[rule]]
name = "long overdue"
when = "overdue_days"
above = 30
then = "prepay"
[[rule]]
name = "too much overdue"
when = "overdue_amount"
above = ["1000.00 DKK"]
then = "hold"
[customer]
invalid_identifier = "reject"
duplicate = "review"
not_in_register = "review"
not_active = "reject"
young = "prepay"
young_days = 365
remarks = "prepay"
unknown = "review"
proposed_limits = ["25000.00 DKK"]
[register]
company_max_age = "7 d"
debtor_max_age = "24 h"
debtor_source_max_age = "48 h"
purposes = ["credit_application"]
"""


@pytest.fixture(scope="session")
def library() -> Path:
    """The file under test; a missing one is an error that says how to build it."""
    return Path(obligor.library_path())


@dataclass
class Home:
    """Where a test's credit state is."""

    #: The path of a file or the URL of a server.
    store: str
    #: Where the key for personal numbers is.
    secret: str
    #: A program that lets nobody write while it runs, and what is to be said to it first.
    hold: List[str]
    says: bytes

    def settings(self) -> Dict[str, Any]:
        """What an engine is opened with here."""
        return {"store": self.store, "secret": self.secret, "create": True}

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Somebody else has the state for writing, as a long import would; everybody may read."""
        pipe = subprocess.PIPE
        with subprocess.Popen(self.hold, stdin=pipe, stdout=pipe, env=environment()) as other:
            assert other.stdin is not None and other.stdout is not None
            other.stdin.write(self.says)
            other.stdin.flush()
            assert other.stdout.readline() == b"held\n"
            yield
            other.stdin.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


@pytest.fixture(params=["file", "server"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """A test that asks for it runs twice: with its credit state in a file, and in a real PostgreSQL server."""
    key = tmp_path / "key"
    key.write_bytes(bytes(range(32)))
    if request.param == "file":
        store = str(tmp_path / "credit.db")
        yield Home(store, f"file:{key}", [sys.executable, str(PLACES / "hold.py"), store], b"")
        return
    server: Server = request.getfixturevalue("server")
    with server.database() as name:
        yield Home(server.url(name), f"file:{key}", server.psql(name), (PLACES / "hold.sql").read_bytes())


@pytest.fixture
def opened(home: Home, library: Path) -> Iterator[Callable[..., obligor.Engine]]:
    """Opens engines over the test's own store, and closes them."""
    engines = []

    def open_engine(**settings: Any) -> obligor.Engine:
        settings = {**home.settings(), "clock": NOW, "policy_text": POLICY, **settings}
        engine = obligor.Engine.open(**settings)
        engines.append(engine)
        return engine

    yield open_engine
    for engine in engines:
        engine.close()


@pytest.fixture
def engine(opened: Callable[..., obligor.Engine], tmp_path: Path) -> obligor.Engine:
    """An engine with a few customers of company NW01, as ``wholesaler`` has them."""
    engine = opened()
    wholesaler(engine, tmp_path)
    return engine


def wholesaler(engine: obligor.Engine, folder: Path) -> None:
    """Customers with limits and open items.

    10001 limit 10,000.00 DKK, nothing owed · 10002 limit 10,000.00, owes 9,000.00 · 10003 stopped · 10004 without a limit on
    record · 10005 limit 50,000.00, 2,000.00 overdue since 40 days · 10006 no limit · 10007 limit 1,000,000 JPY · 10008 watched
    """
    customers = folder / "customers.csv"
    customers.write_text(
        "customer,name,country,company,currency,status\n"
        + "".join(
            f"{number},Customer {number} ApS,DK,NW01,{currency},{status}\n"
            for number, currency, status in [
                ("10001", "DKK", "ok"),
                ("10002", "DKK", "ok"),
                ("10003", "DKK", "stop"),
                ("10004", "DKK", "ok"),
                ("10005", "DKK", "ok"),
                ("10006", "DKK", "ok"),
                ("10007", "JPY", "ok"),
                ("10008", "DKK", "watch"),
            ]
        ),
        encoding="utf-8",
    )
    limits = folder / "limits.csv"
    limits.write_text(
        "company,customer,currency,limit,no_limit\n"
        "NW01,10001,DKK,10000.00,\nNW01,10002,DKK,10000.00,\nNW01,10003,DKK,10000.00,\nNW01,10005,DKK,50000.00,\n"
        "NW01,10006,DKK,,yes\nNW01,10007,JPY,1000000,\nNW01,10008,DKK,10000.00,\n",
        encoding="utf-8",
    )
    items = folder / "items.csv"
    items.write_text(
        "company,customer,number,currency,residual,due\n"
        "NW01,10002,INV-1,DKK,9000.00,2026-12-15\nNW01,10005,INV-2,DKK,2000.00,2026-10-13\n",
        encoding="utf-8",
    )
    engine.import_file("customers", customers)
    engine.import_file("limits", limits)
    engine.import_file("open_items", items)


def dkk(text: str) -> Decimal:
    return Decimal(text)
