from decimal import Decimal

import obligor

with obligor.Engine.open(store="credit.db") as engine:
    decision = engine.reserve(
        company="NW01", customer="K02", document="SO-1", key="SO-1/1", amount=Decimal("60000.01"), currency="DKK"
    )
    if not decision.granted:
        print(f"SO-1: {decision.outcome}", *(reason.sentence for reason in decision.reasons), sep="\n")
