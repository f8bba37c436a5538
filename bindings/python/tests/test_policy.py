"""Policies: checked, explained, compared, and tried on what has been."""

from __future__ import annotations

from typing import Callable

import pytest

import obligor
from conftest import POLICY
from obligor import Engine

Open = Callable[..., Engine]


def test_a_policy_is_checked_line_by_line(engine: Engine) -> None:
    good = engine.check_policy(POLICY)
    assert (good.name, good.version, good.rules, good.usable) == ("test", "1", 6, True)
    bad = engine.check_policy(POLICY.replace("above = 30", "above = -1"))
    line = POLICY.splitlines().index("above = 30") + 1
    assert not bad.usable
    assert any((finding.line, finding.severity) == (line, "error") and "above" in finding.message for finding in bad.findings)
    # A rule that can never fire: what it would find is found by another one first.
    twice = POLICY.replace("[customer]", '[[rule]]\nname = "again"\nwhen = "overdue_days"\nabove = 60\nthen = "prepay"\n[customer]')
    doubted = engine.check_policy(twice)
    assert doubted.usable and any(finding.severity == "warning" for finding in doubted.findings)
    assert engine.call("policy.get")["text"] == POLICY, "the policy in force stays"


def test_a_policy_is_explained_in_every_language(engine: Engine) -> None:
    texts = {language: engine.explain_policy(POLICY, language=language) for language in ("en", "da", "nb", "sv", "fi", "nl")}
    assert len(set(texts.values())) == 6
    assert "1,000.00 DKK" in texts["en"] and "1.000,00 DKK" in texts["da"]
    assert engine.explain_policy() == texts["en"], "the one in force"
    with pytest.raises(obligor.ArgumentError, match="`xx`"):
        engine.explain_policy(language="xx")


def test_profiles_come_with_the_library(engine: Engine, opened: Open) -> None:
    profiles = engine.policy_profiles()
    assert len(profiles) >= 7 and len({profile.name for profile in profiles}) == len(profiles)
    for profile in profiles:
        text = engine.policy_profile(profile.name)
        assert profile.title and engine.check_policy(text).usable, profile.name
        assert engine.explain_policy(profile=profile.name) == engine.explain_policy(text)
    with pytest.raises(obligor.ObligorError, match="no-such-profile"):
        engine.policy_profile("no-such-profile")


def test_two_policies_are_compared_over_the_same_orders(engine: Engine) -> None:
    first, second, *_ = [profile.name for profile in engine.policy_profiles()]
    same = engine.compare_policies(first, first, random=200)
    assert engine.compare_policies(first, first, random=200) == same, "the same orders every time"
    assert engine.compare_policies(first, second, random=200) != same
