"""The conformance suite: every vector of ``tests/conformance``, run through the C interface.

What a vector is stands in ``tests/conformance/README.md``; the same vectors run in Rust. ``OBLIGOR_VECTORS=T078,S012`` runs
only those whose id begins so.
"""

from __future__ import annotations

import json
import os
import re
import threading
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest

from conftest import CHECKOUT, Home
from obligor import Engine, ObligorError, Status

FOLDER = CHECKOUT / "tests" / "conformance"
NOON = "2026-11-20T12:00:00Z"
MONEY = re.compile(r"([-+]?\d+(?:\.\d+)?) ([A-Z]{3})")
Json = Any


class Differs(AssertionError):
    """An answer is other than the vector says."""


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def index() -> Dict[str, List[str]]:
    read = json.loads(text("index.json"))
    assert read["format"] == 1
    return {"files": read["files"], "cases": read["cases"]}


def vectors() -> List[Dict[str, Json]]:
    return [vector for name in index()["files"] for vector in json.loads(text(name))]


def chosen() -> List[Dict[str, Json]]:
    wanted = [part.strip() for part in os.environ.get("OBLIGOR_VECTORS", "").split(",") if part.strip()]
    return [vector for vector in vectors() if not wanted or vector["id"].startswith(tuple(wanted))]


def policy_text(policy: Json) -> str:
    """The frame, the facts with those the vector has for its own, and the tables."""
    parts: Dict[str, Json] = {"with": [policy]} if isinstance(policy, str) else dict(policy or {})

    def key(line: str) -> str:
        return line.split("=")[0].strip()

    own = parts.get("facts", "").splitlines()
    taken = {key(line) for line in own}
    facts = [line for line in text("policies/facts.toml").splitlines() if key(line) not in taken] + own
    tables = [text(f"policies/{name}.toml") for name in parts.get("with", ["plain"])]
    return "\n".join([text("policies/frame.toml"), "[facts]", *facts, *tables, parts.get("tables", "")])


def flattened(answer: Json) -> Dict[str, Json]:
    """An answer as vectors speak of it: the fields of a decision stand beside its own."""
    fields = dict(answer)
    decision = fields.pop("decision", None)
    if isinstance(decision, dict):
        fields = {**decision, **fields}
    elif decision is not None:
        fields["decision"] = decision
    return {name: inside(value) for name, value in fields.items()}


def inside(value: Json) -> Json:
    if not isinstance(value, list):
        return value
    return [flattened(item) if isinstance(item, dict) and "decision" in item else item for item in value]


def amount(value: Json) -> Optional[Tuple[Decimal, str]]:
    found = MONEY.fullmatch(value) if isinstance(value, str) else None
    return (Decimal(found[1]), found[2]) if found else None


def differences(expected: Json, found: Json, place: str = "") -> List[str]:
    other = [f"{place}: expected {expected!r}, found {found!r}"]
    if isinstance(expected, dict):
        if "at_least" in expected:
            least, there = amount(expected["at_least"]), amount(found)
            good = least is not None and there is not None and least[1] == there[1] and there[0] >= least[0]
            return [] if good else other
        if "none" in expected:
            return [
                f"{place}: there should be no {unwanted!r}, found {item!r}"
                for unwanted in expected["none"]
                for item in found or []
                if not differences(unwanted, item)
            ]
        if not isinstance(found, dict):
            return other
        all_of_them = []
        for name, value in expected.items():
            where, there = f"{place}.{name}".lstrip("."), found.get(name)
            if name == "exactly":
                continue
            if isinstance(value, list) and isinstance(there, list):
                all_of_them += listed(value, there, where, expected.get("exactly") is True)
            else:
                all_of_them += differences(value, there, where)
        return all_of_them
    if isinstance(expected, list):
        return listed(expected, found, place, False) if isinstance(found, list) else other
    if amount(expected) is not None and amount(found) is not None:
        return [] if amount(expected) == amount(found) else other
    # ``1 == True`` in Python, and nowhere else.
    return [] if expected == found and isinstance(expected, bool) == isinstance(found, bool) else other


def listed(expected: List[Json], found: List[Json], place: str, exactly: bool) -> List[str]:
    """Each expected element is there, in this order; ``exactly`` when there are no others."""
    wrong = []
    if exactly and len(expected) != len(found):
        wrong.append(f"{place}: expected {len(expected)} elements, found {len(found)}")
    rest = iter(found)
    for at, wanted in enumerate(expected):
        if not any(not differences(wanted, item) for item in rest):
            return [*wrong, f"{place}[{at}]: expected {wanted!r}, not found (in this order)"]
    return wrong


class Run:
    """A vector that is being run: its engine, and what its steps keep for later ones."""

    def __init__(self, vector: Dict[str, Json], home: Home) -> None:
        self.home = home
        self.clock = vector.get("clock", NOON)
        self.policy = policy_text(vector.get("policy"))
        self.kept: Dict[str, Json] = {}
        self.engine: Optional[Engine] = None
        self.reopen()

    def reopen(self) -> None:
        self.close()
        self.engine = Engine.open(**self.home.settings(), clock=self.clock, policy_text=self.policy)

    def close(self) -> None:
        if self.engine is not None:
            self.engine.close()

    def steps(self, steps: List[Dict[str, Json]], where: str) -> None:
        for number, step in enumerate(steps, 1):
            try:
                self.step(step)
            except (AssertionError, ObligorError) as error:
                raise Differs(f"{where}, step {number}: {json.dumps(step, ensure_ascii=False)}\n{error}") from error

    def step(self, step: Dict[str, Json]) -> None:
        if "clock" in step:
            self.clock = step["clock"]
            self.reopen()
        elif "policy" in step:
            self.policy = policy_text(step["policy"])
            self.reopen()
        elif "while_store_is_busy" in step:
            with self.home.busy():
                self.steps(step["while_store_is_busy"], "while the store is busy")
        elif "together" in step:
            self.together(step)
        else:
            answer, then = self.call(step), self.filled(step.get("then", {}))
            if "error" in answer and "error" not in then:
                raise Differs(f"an error instead of an answer: {answer['error']}")
            wrong = differences(then, answer)
            if wrong:
                raise Differs("\n".join([*wrong, f"answer: {answer!r}"]))
            for name, path in step.get("keep", {}).items():
                value: Json = answer
                for part in path.split("."):
                    value = value[int(part)] if isinstance(value, list) else value[part]
                self.kept[name] = value

    def call(self, step: Dict[str, Json]) -> Dict[str, Json]:
        """Makes one call. An error is an answer too."""
        assert self.engine is not None
        try:
            return flattened(self.engine.call(step["call"], self.filled(step.get("with", {}))))
        except ObligorError as error:
            return {"error": {"kind": Status(error.status).name.lower(), "message": str(error)}}

    def filled(self, value: Json) -> Json:
        """``$name`` is what was kept under that name; ``@…`` is a moment, in milliseconds."""
        if isinstance(value, dict):
            return {name: self.filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, str) and value.startswith("$"):
            return self.kept[value[1:]]
        if isinstance(value, str) and value.startswith("@"):
            return int(datetime.fromisoformat(value[1:].replace("Z", "+00:00")).timestamp() * 1000)
        return value

    def together(self, step: Dict[str, Json]) -> None:
        """Steps on threads of their own that start at the same moment; ``then`` counts what was granted."""
        calls = [
            json.loads(json.dumps(one).replace("{n}", str(number)))
            for number in range(1, step.get("times", 1) + 1)
            for one in step["together"]
        ]
        barrier, done = threading.Barrier(len(calls) + 1), threading.Event()
        answers: List[Dict[str, Json]] = []
        wrong: List[str] = []

        def one(call: Dict[str, Json]) -> None:
            barrier.wait()
            answers.append(self.call(call))

        def watch(call: Dict[str, Json]) -> None:
            while not done.is_set() and not wrong:
                wrong.extend(differences(call["then"], self.call(call)))

        threads = [threading.Thread(target=one, args=(call,)) for call in calls]
        watcher = threading.Thread(target=watch, args=(step.get("meanwhile"),))
        for thread in threads:
            thread.start()
        if "meanwhile" in step:
            watcher.start()
        barrier.wait()
        for thread in threads:
            thread.join()
        done.set()
        if "meanwhile" in step:
            watcher.join()
        assert not wrong, f"meanwhile: {wrong}"
        errors = [answer["error"] for answer in answers if "error" in answer]
        assert len(answers) == len(calls) and not errors, f"errors instead of answers: {errors}"
        granted = sum(answer.get("granted") is True for answer in answers)
        assert not differences(step["then"], {"granted": granted}), f"granted: {granted}, expected {step['then']}"


@pytest.mark.parametrize("vector", chosen(), ids=lambda vector: str(vector["id"]))
def test_the_vector_holds(vector: Dict[str, Json], home: Home, library: Path) -> None:
    run = Run(vector, home)
    try:
        run.steps(vector.get("given", []), f"{vector['id']} ({vector['title']}), given")
        run.steps(vector["when"], f"{vector['id']} ({vector['title']}), when")
        assert run.engine is not None
        assert run.engine.call("verify")["faults"] == []
        # A server leaves numbers out, where what it had begun was undone.
        left, number = run.engine.call("stats")["decisions"], 0
        while left:
            number += 1
            replayed = run.call({"call": "decision.replay", "with": {"decision_id": number}})
            if "error" in replayed:
                assert replayed["error"]["kind"] == "not_found" and number < 1000
                continue
            assert replayed["same"] is True, f"decision {number} made again comes to something else"
            left -= 1
    finally:
        run.close()


def test_every_case_has_a_vector() -> None:
    ids = [vector["id"] for vector in vectors()]
    assert len(ids) == len(set(ids))
    covered = {identifier.split(".")[0] for identifier in ids}
    assert [case for case in index()["cases"] if case not in covered] == []
    assert len([case for case in covered if case.startswith("S")]) >= len(index()["cases"])


def test_money_is_compared_as_money() -> None:
    assert differences({"a": "100 DKK"}, {"a": "100.00 DKK", "b": 1}) == []
    assert differences({"a": "100.00 DKK"}, {"a": "100.00 EUR"}) != []
    assert differences({"a": [{"b": 1}], "exactly": True}, {"a": [{"b": 1, "c": 2}]}) == []
    assert differences({"a": [{"b": 1}], "exactly": True}, {"a": [{"b": 1}, {"b": 1}]}) != []
    assert differences({"a": [1, 2]}, {"a": [2, 1]}) != []
    assert differences({"a": {"none": [{"b": 1}]}}, {"a": [{"b": 1}]}) != []
    assert differences({"a": None}, {}) == [] and differences({"a": None}, {"a": 0}) != []
    assert differences({"a": True}, {"a": 1}) != []
