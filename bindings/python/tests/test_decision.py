"""Decisions on record: explained in each language, and made again."""

from __future__ import annotations

from decimal import Decimal

import pytest

import obligor
from obligor import Engine, Outcome


def test_a_decision_is_explained_in_every_language_and_replayed(engine: Engine) -> None:
    decision = engine.reserve(
        company="NW01", customer="10002", document="SO-1", key="SO-1/1", amount=Decimal("5000.00"), currency="DKK"
    )
    assert decision.id is not None
    texts = {language: decision.explain(language) for language in ("en", "da", "nb", "sv", "fi", "nl")}
    assert len(set(texts.values())) == 6
    assert "14,000.00 DKK" in texts["en"] and "14.000,00 DKK" in texts["da"]
    assert engine.explain(decision.id) == texts["en"]
    assert decision.replay() and engine.replay(decision.id)


def test_a_check_is_not_on_record(engine: Engine) -> None:
    decision = engine.check(company="NW01", customer="10002", amount=Decimal("5000.00"), currency="DKK")
    assert decision.id is None and decision.reasons[0].sentence
    with pytest.raises(obligor.ArgumentError, match="not on record"):
        decision.explain()


def test_numbers_of_a_newer_library_stay_numbers() -> None:
    unknown = Outcome(99)
    assert unknown == 99 and unknown.value == 99 and not unknown.granted
    assert str(unknown) == "unknown_99" and str(Outcome.APPROVE_WITH_ALERT) == "approve_with_alert"
    with pytest.raises(ValueError):
        Outcome("hold")  # type: ignore[arg-type]


def test_a_reason_of_one_s_own_has_no_sentence() -> None:
    reason = obligor.Reason(obligor.Code.OVER_LIMIT, obligor.Level.OWN, Outcome.HOLD, None, None, None, "", "")
    with pytest.raises(obligor.ArgumentError):
        reason.sentence
