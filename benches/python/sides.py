"""The sides that are Python: ``src/suites/python.rs`` starts this and says whose turn it is.

Called as ``sides.py LARGE TYPICAL URL NAMES``: how many entries the one large customer has, and the others, a database
for the tables of an ERP, and a file with the names of all customers. ``OBLIGOR_LIBRARY``, ``OBLIGOR_EMPTY_LIBRARY`` and
``OBLIGOR_STORE`` say where the rest is. Reads lines ``SIDE<TAB>SECONDS`` and answers each with how many calls were made
and how many nanoseconds they took: of the thread on a processor, or of the clock on the wall where another process works
for the side.
"""

from __future__ import annotations

import ctypes
import os
import sqlite3
import sys
import time
from ctypes import byref
from decimal import Decimal
from typing import Any, Callable, Dict, List, Sequence, Tuple

import obligor
from obligor._library import load
from obligor._structs import DecisionStruct, OrderStruct, array_of

from names import names

COMPANY = "NORD"
LARGE = "C00000"
TYPICAL = "C00001"
CUSTOMERS = 400
IN_A_LIST = 1000

Side = Callable[[int], None]


def main() -> None:
    entries = {LARGE: int(sys.argv[1]), TYPICAL: int(sys.argv[2])}
    url = sys.argv[3]
    engine = obligor.Engine.open(store=os.environ["OBLIGOR_STORE"])
    sides: Dict[str, Tuple[Callable[[], int], int, Side]] = {}
    for name, (size, side) in {**checks(engine), **identifiers(engine)}.items():
        sides[name] = (time.thread_time_ns, size, side)
    # Whoever asks a server waits for it, so both sides of that question go by the clock on the wall.
    asked = {**checks_by_the_wall(engine), **erp(entries, url), **names(engine, sys.argv[4], url)}
    for name, (size, side) in asked.items():
        sides[name] = (time.perf_counter_ns, size, side)
    print("ready", sys.version.split()[0], flush=True)
    for line in sys.stdin:
        name, seconds = line.rstrip("\n").split("\t")
        clock, size, side = sides[name]
        end, begun, done = time.perf_counter() + float(seconds), clock(), 0
        while True:
            side(size)
            done += size
            if time.perf_counter() >= end:
                break
        print(done, clock() - begun, flush=True)


def checks(engine: obligor.Engine) -> Dict[str, Tuple[int, Side]]:
    library = load()
    check, check_list = library["obligor_order_check"], library["obligor_order_check_list"]
    nothing = ctypes.CDLL(os.environ["OBLIGOR_EMPTY_LIBRARY"]).nothing
    nothing.restype, nothing.argtypes = check.restype, check.argtypes
    handle = engine._open_number()
    order, decision = filled(OrderStruct(), number_of(engine, TYPICAL)), DecisionStruct()
    orders, decisions = array_of(OrderStruct, IN_A_LIST), array_of(DecisionStruct, IN_A_LIST)
    for at in range(IN_A_LIST):
        filled(orders[at], number_of(engine, customer(at % CUSTOMERS)))

    def bare(calls: int) -> None:
        for _ in range(calls):
            nothing(handle, byref(order), byref(decision), None, 0)

    def many(calls: int) -> None:
        for _ in range(calls // IN_A_LIST):
            if check_list(handle, orders, IN_A_LIST, decisions, None, 0) != 0 or decisions[IN_A_LIST - 1].outcome != 1:
                raise library.error(1)

    return {
        "a ctypes call that does nothing": (256, bare),
        "obligor_order_check by ctypes": (256, bare_check(engine, TYPICAL)),
        "the same for a customer with a long history": (256, bare_check(engine, LARGE)),
        "obligor_order_check_list by ctypes": (IN_A_LIST, many),
        "Engine.check": (64, package(engine, TYPICAL)),
    }


def checks_by_the_wall(engine: obligor.Engine) -> Dict[str, Tuple[int, Side]]:
    return {
        "Engine.check, typical customer": (16, package(engine, TYPICAL)),
        "Engine.check, large customer": (16, package(engine, LARGE)),
        "a check by ctypes, typical customer": (64, bare_check(engine, TYPICAL)),
        "a check by ctypes, large customer": (64, bare_check(engine, LARGE)),
    }


def bare_check(engine: obligor.Engine, customer: str) -> Side:
    """The C function and its structs, used again for each call."""
    library = load()
    check, handle = library["obligor_order_check"], engine._open_number()
    order, decision = filled(OrderStruct(), number_of(engine, customer)), DecisionStruct()

    def side(calls: int) -> None:
        for _ in range(calls):
            if check(handle, byref(order), byref(decision), None, 0) != 0 or decision.outcome != 1:
                raise library.error(1)

    return side


def package(engine: obligor.Engine, customer: str) -> Side:
    """As the package is used: exact amounts in, a decision with reasons out."""
    account, amount = number_of(engine, customer), Decimal("10.00")

    def side(calls: int) -> None:
        for _ in range(calls):
            if not engine.check(account=account, amount=amount, currency="DKK").granted:
                raise AssertionError("there is room for all")

    return side


def number_of(engine: obligor.Engine, customer: str) -> int:
    return engine.account(COMPANY, customer).number


def filled(order: OrderStruct, account: int) -> OrderStruct:
    order.account, order.amount, order.currency = account, 1000, b"DKK"
    return order


def customer(number: int) -> str:
    return f"C{number:05}"


def identifiers(engine: obligor.Engine) -> Dict[str, Tuple[int, Side]]:
    from stdnum.dk import cvr

    numbers = valid_cvr_numbers(1000)

    def stdnum(calls: int) -> None:
        for at in range(calls):
            if not cvr.is_valid(numbers[at]):
                raise AssertionError(numbers[at])

    def validate(calls: int) -> None:
        for at in range(calls):
            engine.validate_customer(country="DK", name="Nordlys A/S", identifiers={"dk.cvr": numbers[at]})

    return {"python-stdnum, a CVR number": (256, stdnum), "Engine.validate_customer": (4, validate)}


def valid_cvr_numbers(count: int) -> List[str]:
    weights = (2, 7, 6, 5, 4, 3, 2, 1)
    valid = (
        str(number)
        for number in range(10_000_000, 99_999_999, 37)
        if sum(weight * int(digit) for weight, digit in zip(weights, str(number))) % 11 == 0
    )
    return [next(valid) for _ in range(count)]


# What ERPNext asks when an order is submitted (Customer.check_credit_limit): four queries over all a customer ever had.
OUTSTANDING = """
    SELECT sum(debit) - sum(credit) FROM gl_entry
    WHERE party_type = 'Customer' AND is_cancelled = 0 AND party = %s AND company = %s"""
ORDERED = """
    SELECT sum(base_grand_total * (100 - per_billed) / 100) FROM sales_order
    WHERE customer = %s AND docstatus = 1 AND company = %s AND per_billed < 100 AND status <> 'Closed'"""
DELIVERED = """
    SELECT i.name, i.amount, n.base_net_total, n.base_grand_total FROM delivery_note n, delivery_note_item i
    WHERE n.name = i.parent AND n.customer = %s AND n.company = %s AND n.docstatus = 1
    AND n.status NOT IN ('Closed', 'Stopped')
    AND coalesce(i.against_sales_order, '') = '' AND coalesce(i.against_sales_invoice, '') = ''"""
INVOICED = """
    SELECT dn_detail, sum(amount) FROM sales_invoice_item
    WHERE docstatus = 1 AND dn_detail {in_these} GROUP BY dn_detail"""

TABLES = """
    CREATE TABLE gl_entry (name INTEGER PRIMARY KEY, party_type TEXT NOT NULL, party TEXT NOT NULL,
        company TEXT NOT NULL, is_cancelled INTEGER NOT NULL, debit BIGINT NOT NULL, credit BIGINT NOT NULL);
    CREATE TABLE sales_order (name INTEGER PRIMARY KEY, customer TEXT NOT NULL, company TEXT NOT NULL,
        docstatus INTEGER NOT NULL, status TEXT NOT NULL, per_billed BIGINT NOT NULL, base_grand_total BIGINT NOT NULL);
    CREATE TABLE delivery_note (name INTEGER PRIMARY KEY, customer TEXT NOT NULL, company TEXT NOT NULL,
        docstatus INTEGER NOT NULL, status TEXT NOT NULL, base_net_total BIGINT NOT NULL,
        base_grand_total BIGINT NOT NULL);
    CREATE TABLE delivery_note_item (name INTEGER PRIMARY KEY, parent INTEGER NOT NULL, amount BIGINT NOT NULL,
        against_sales_order TEXT, against_sales_invoice TEXT);
    CREATE TABLE sales_invoice_item (name INTEGER PRIMARY KEY, docstatus INTEGER NOT NULL, dn_detail INTEGER NOT NULL,
        amount BIGINT NOT NULL);"""
INDEXES = """
    CREATE INDEX gl_entry_party ON gl_entry (party, company);
    CREATE INDEX sales_order_customer ON sales_order (customer, company);
    CREATE INDEX delivery_note_customer ON delivery_note (customer, company);
    CREATE INDEX delivery_note_item_parent ON delivery_note_item (parent);
    CREATE INDEX sales_invoice_item_dn_detail ON sales_invoice_item (dn_detail);
    ANALYZE;"""

Row = Tuple[Any, ...]


def rows(entries: Dict[str, int]) -> Dict[str, List[Row]]:
    """The books: of 20 entries two have an open order, and one an open delivery without one, of four lines."""
    told: Dict[str, List[Row]] = {table: [] for table in TABLE_NAMES}
    for number in range(CUSTOMERS):
        name = customer(number)
        count = entries.get(name, entries[TYPICAL])
        ledger, orders, notes, lines, billed = (told[table] for table in TABLE_NAMES)
        for at in range(count):
            ledger.append((len(ledger), "Customer", name, COMPANY, 0, 5000 if at % 2 == 0 else 0, 4000 if at % 2 else 0))
        for at in range(count // 10):
            orders.append((len(orders), name, COMPANY, 1, "To Deliver", at % 2 * 50, 10_000))
        for _ in range(max(count // 20, 1)):
            note = len(notes)
            notes.append((note, name, COMPANY, 1, "To Bill", 8_000, 10_000))
            for _ in range(4):
                line = len(lines)
                lines.append((line, note, 2_000, None, None))
                billed.append((len(billed), 1, line, 1_000))
    return told


TABLE_NAMES = ("gl_entry", "sales_order", "delivery_note", "delivery_note_item", "sales_invoice_item")


def erp(entries: Dict[str, int], url: str) -> Dict[str, Tuple[int, Side]]:
    told = rows(entries)
    postgres, lite = in_postgres(told, url), in_sqlite(told)
    for name in (TYPICAL, LARGE):
        if postgres(name) != lite(name) or postgres(name) <= 0:
            raise AssertionError(f"the two databases do not agree on {name}")

    def side(outstanding: Callable[[str], Decimal], name: str) -> Side:
        def ask(calls: int) -> None:
            for _ in range(calls):
                if outstanding(name) + 10 > 1_000_000_000:
                    raise AssertionError("there is room for all")

        return ask

    return {
        "four queries in PostgreSQL, typical customer": (4, side(postgres, TYPICAL)),
        "four queries in PostgreSQL, large customer": (1, side(postgres, LARGE)),
        "four queries in SQLite, typical customer": (4, side(lite, TYPICAL)),
        "four queries in SQLite, large customer": (1, side(lite, LARGE)),
    }


def outstanding(ask: Callable[[str, Sequence[Any]], Sequence[Row]], invoiced: Callable[[List[int]], Sequence[Row]],
                name: str) -> Decimal:
    """What ERPNext adds up in Python, as it adds it up."""
    booked = ask(OUTSTANDING, (name, COMPANY))[0][0] or 0
    ordered = ask(ORDERED, (name, COMPANY))[0][0] or 0
    lines = ask(DELIVERED, (name, COMPANY))
    if not lines:
        return Decimal(booked + ordered)
    billed = dict(invoiced([line[0] for line in lines]))
    delivered = Decimal(0)
    for line, amount, net, grand in lines:
        open_part = Decimal(amount) - Decimal(billed.get(line, 0))
        if open_part > 0 and net > 0:
            delivered += open_part / Decimal(net) * Decimal(grand)
    return Decimal(booked) + Decimal(ordered) + delivered


def in_postgres(told: Dict[str, List[Row]], url: str) -> Callable[[str], Decimal]:
    import psycopg

    connection = psycopg.connect(url, autocommit=True)
    connection.execute(TABLES)
    with connection.transaction():
        for table, content in told.items():
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in content:
                    copy.write_row(row)
    connection.execute(INDEXES)
    cursor = connection.cursor()

    def ask(text: str, values: Sequence[Any]) -> Sequence[Row]:
        return cursor.execute(text, values, prepare=True).fetchall()

    def invoiced(lines: List[int]) -> Sequence[Row]:
        return ask(INVOICED.format(in_these="= ANY(%s)"), (lines,))

    return lambda name: outstanding(ask, invoiced, name)


def in_sqlite(told: Dict[str, List[Row]]) -> Callable[[str], Decimal]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(TABLES)
    connection.execute("BEGIN")
    for table, content in told.items():
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(content[0]))})", content)
    connection.execute("COMMIT")
    connection.executescript(INDEXES)

    def ask(text: str, values: Sequence[Any]) -> Sequence[Row]:
        return connection.execute(text.replace("%s", "?"), values).fetchall()

    def invoiced(lines: List[int]) -> Sequence[Row]:
        return ask(INVOICED.format(in_these=f"IN ({', '.join('?' * len(lines))})"), lines)

    return lambda name: outstanding(ask, invoiced, name)


if __name__ == "__main__":
    main()
