"""The policy: the customer's rules, checked, explained, compared with others, and tried on what has been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Tuple

from ._handle import Handle


@dataclass(frozen=True)
class Finding:
    """Something in a policy that is wrong, or looks so."""

    line: int
    """In the text, from 1."""
    severity: str
    """``error``: it cannot be used, or something in it cannot be meant; ``warning``: somebody should look."""
    message: str


@dataclass(frozen=True)
class PolicyCheck:
    """What was found in a policy."""

    name: str
    version: str
    rules: int
    """How many rules it has."""
    findings: Tuple[Finding, ...]
    """By line; empty when nothing was found."""

    @property
    def usable(self) -> bool:
        """Whether none of the findings is an error."""
        return all(finding.severity != "error" for finding in self.findings)


@dataclass(frozen=True)
class PolicyProfile:
    """A policy that comes with the library."""

    name: str
    title: str


class PolicyCalls(Handle):
    """What an engine does with policies. None of these changes the policy in force."""

    def check_policy(self, text: str) -> PolicyCheck:
        """What is wrong with a policy: errors, contradictions, rules that can never fire, levels without a limit."""
        told = self._rows("policy.check", {"text": text})
        return PolicyCheck(
            name=told.get("name") or "",
            version=told.get("version") or "",
            rules=told.get("rules") or 0,
            findings=tuple(
                Finding(row.get("line") or 0, row["severity"], row["message"]) for row in told["findings"]
            ),
        )

    def explain_policy(self, text: Optional[str] = None, *, profile: Optional[str] = None, language: str = "en") -> str:
        """A policy in sentences: this text, a profile, or else the one in force; in ``en``, ``da``, ``nb``, ``sv``, ``fi``
        or ``nl``."""
        said = {"text": text, "profile": profile, "language": language}
        told = self._rows("policy.explain", {name: value for name, value in said.items() if value is not None})
        return str(told["text"])

    def policy_profiles(self) -> Tuple[PolicyProfile, ...]:
        """The policies that come with the library, made to behave like the ERPs they are named after."""
        return tuple(PolicyProfile(row["name"], row["title"]) for row in self._rows("policy.profiles", {}))

    def policy_profile(self, name: str) -> str:
        """The text of a profile, TOML: the beginning of a policy of one's own."""
        return str(self._rows("policy.profile", {"name": name})["text"])

    def compare_policies(self, a: str, b: str, **request: Any) -> Dict[str, Any]:
        """Runs two policies, each a profile's name or a text, over the same orders, and says where they differ.

        The request and the answer are those of ``include/schema/policy.compare``: ``orders`` to compare over, or ``random``.
        """
        return self._object("policy.compare", {"a": a, "b": b, **request})

    def try_policy(self, **request: Any) -> Dict[str, Any]:
        """What a policy would have done over recorded orders and payments, against the one in force.

        The request and the answer are those of ``include/schema/policy.try``.
        """
        return self._object("policy.try", request)

    def _object(self, operation: str, request: Mapping[str, Any]) -> Dict[str, Any]:
        told: Dict[str, Any] = self._rows(operation, request)
        return told
