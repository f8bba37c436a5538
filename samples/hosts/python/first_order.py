"""The first order, in Python: open an engine, put a customer with a limit, check an order, reserve it, ask again, be refused.

    pip install ./bindings/python && python3 first_order.py

It makes credit.db in the working directory.
"""

from __future__ import annotations

import sys
from decimal import Decimal

import obligor

COMPANY, CUSTOMER, CURRENCY = "NW01", "4711", "DKK"


def reserve(engine: obligor.Engine, document: str, key: str, amount: Decimal) -> None:
    decision = engine.reserve(
        company=COMPANY, customer=CUSTOMER, document=document, key=key, amount=amount, currency=CURRENCY
    )
    if decision.granted:
        already = " already" if decision.repeated else ""
        print(f"{document}: reserved{already}, available {decision.available_after} {CURRENCY}")
    else:
        print(f"{document}: stopped, available {decision.available_after} {CURRENCY}")
        for reason in decision.reasons:
            print(f"  {reason.sentence}")


def first_order() -> None:
    with obligor.Engine.open(store="credit.db", create=True, policy="standard") as engine:
        engine.call("customer.put", {"customer": CUSTOMER, "name": "Nordlys A/S", "country": "DK"})
        engine.call("account.put", {"company": COMPANY, "customer": CUSTOMER, "currency": CURRENCY})
        engine.call("limit.put", {"company": COMPANY, "customer": CUSTOMER, "limit": "10000.00 DKK"})

        # A question: nothing is written, nothing is held.
        decision = engine.check(
            company=COMPANY, customer=CUSTOMER, document="SO-1", amount=Decimal("6000.00"), currency=CURRENCY
        )
        answer = "may go through" if decision.granted else "would be stopped"
        print(f"SO-1: {answer}, available {decision.available_before} {CURRENCY}")

        # Check and hold in one step. The key makes asking again safe, after a time-out or a crash too.
        reserve(engine, "SO-1", "SO-1/1", Decimal("6000.00"))
        reserve(engine, "SO-1", "SO-1/1", Decimal("6000.00"))
        reserve(engine, "SO-2", "SO-2/1", Decimal("4000.01"))

        print(f"{CUSTOMER}: open credit {engine.account(COMPANY, CUSTOMER).read().available} {CURRENCY}")


if __name__ == "__main__":
    try:
        first_order()
    except obligor.ObligorError as error:
        # There is no answer, and the message says why. "Refused" is an answer and no exception.
        sys.exit(f"status {error.status}: {error}")
