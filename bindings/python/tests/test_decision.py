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


def test_remedies_and_quantities_are_written_with_their_values() -> None:
    told = [
        (obligor.Remedy(obligor.RemedyKind.USE_TERMS, 30), "use terms 30 days"),
        (obligor.Remedy(obligor.RemedyKind.USE_TERMS, 1), "use terms 1 day"),
        (obligor.Remedy(obligor.RemedyKind.DISCOUNT_AT_MOST, 1250), "discount at most 12.50 %"),
        (obligor.Remedy(obligor.RemedyKind.RELEASE), "release"),
    ]
    assert [str(remedy) for remedy, _ in told] == [words for _, words in told]


def test_every_reason_of_the_json_becomes_the_struct_s(engine: Engine) -> None:
    """Every unit and every remedy, as the library would write them; what is cut in the struct is whole in the reason."""
    measured = [
        ({"money": "1400.00 EUR"}, "1400.00 EUR", "1,400.00 EUR"),
        ({"days": 31}, "31 days", "31 days"),
        ({"count": 3}, "3", "3"),
        ({"basis_points": 4250}, "42.50 %", "42.5%"),
        ({"day": "2026-12-01"}, "2026-12-01", "2026-12-01"),
        ({"currency": "SEK"}, "SEK", "SEK"),
    ]
    remedies = [
        ({"prepay": "3000.00 DKK"}, "prepay 3000.00 DKK", "pay 3,000.00 DKK in advance"),
        ({"deposit": "1.000 KWD"}, "deposit 1.000 KWD", "deposit of 1.000 KWD"),
        ({"use_terms": 30}, "use terms 30 days", "30 days"),
        ({"discount_at_most": 500}, "discount at most 5.00 %", "5%"),
        ({"wait_until": "2026-12-01"}, "wait until 2026-12-01", "2026-12-01"),
        ({"use_currency": "DKK"}, "use currency DKK", "in DKK"),
        ("release", "release", "released by a person"),
        ("find_out", "find out", "not known"),
    ]
    rule = "a rule whose name is far longer than the field that a struct of the C interface has for it, æøå"
    for at, (remedy, short, words) in enumerate(remedies):
        value, value_short, value_words = measured[at % len(measured)]
        reason = {
            "code": "over_limit",
            "level": "group",
            "pool": "NORD",
            "effect": "hold",
            "measured": value,
            "threshold": value,
            "remedy": remedy,
            "release_by": "credit_manager",
            "rule": rule,
        }
        (said,) = engine._reasons_told([reason])
        assert (said.code, said.level, said.pool) == (obligor.Code.OVER_LIMIT, obligor.Level.GROUP, "NORD")
        assert (str(said.measured), str(said.threshold), str(said.remedy)) == (value_short, value_short, short)
        assert (said.rule, said.release_by, said.effect) == (rule, "credit_manager", Outcome.HOLD)
        assert "Group NORD: " in said.sentence and value_words in said.sentence and words in said.sentence
    (newer,) = engine._reasons_told([{"code": "of_tomorrow", "level": "own", "effect": "hold"}])
    assert newer.code == -1 and newer.measured is None and newer.remedy is None
