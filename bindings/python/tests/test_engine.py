"""The engine's life: open, close, threads, forks, finalizers, memory."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import textwrap
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

import obligor
from conftest import CHECKOUT, NOW, POLICY
from obligor import Engine, EngineClosed, Forked

Open = Callable[..., Engine]


def test_close_is_idempotent_and_calls_after_it_say_so(engine: Engine) -> None:
    account = engine.account("NW01", "10001")
    assert engine.is_open and repr(engine) == "<obligor.Engine open>"
    engine.close()
    engine.close()
    assert not engine.is_open and repr(engine) == "<obligor.Engine closed>"
    for ask in (
        account.read,
        lambda: engine.check(account=account, amount=1, currency="DKK"),
        lambda: engine.call("stats"),
        lambda: engine.verify(),
    ):
        with pytest.raises(EngineClosed, match="closed"):
            ask()


def test_with_closes_also_when_something_goes_wrong(opened: Open) -> None:
    with pytest.raises(ZeroDivisionError), opened() as engine:
        raise ZeroDivisionError
    assert not engine.is_open


def test_the_credit_state_stays_when_the_engine_goes(engine: Engine, opened: Open) -> None:
    engine.reserve(
        company="NW01", customer="10001", document="SO-1", key="SO-1/1", amount=Decimal("100.00"), currency="DKK"
    )
    engine.close()
    again = opened(create=False)
    assert again.account("NW01", "10001").read().ordered == Decimal("100.00")


def test_a_file_says_everything(tmp_path: Path, library: Path) -> None:
    (tmp_path / "policy.toml").write_text(POLICY)
    # A name that begins as a JSON document would.
    config = tmp_path / "{obligor}.toml"
    config.write_text(f'store = "credit.db"\ncreate = true\npolicy = "policy.toml"\nclock = "{NOW}"\n')
    with Engine.open(config) as engine:
        assert engine.call("policy.get")["name"] == "test"
    before = os.getcwd()
    try:
        os.chdir(tmp_path)
        with Engine.open(config.name, library=library) as engine:
            assert engine.call("policy.get")["name"] == "test"
    finally:
        os.chdir(before)


def test_a_finalizer_closes_quietly(opened: Open, tmp_path: Path) -> None:
    engine = Engine.open(store=tmp_path / "other.db", create=True, clock=NOW, policy_text=POLICY)
    number, library = engine._number, engine._library
    del engine
    gc.collect()
    assert library["obligor_close"](number) == obligor.Status.ENGINE
    # An engine that was never opened has nothing to close.
    Engine.__new__(Engine).__del__()


def test_the_interpreter_ends_with_an_engine_open(tmp_path: Path) -> None:
    code = f"""
        import obligor
        engine = obligor.Engine.open(store={str(tmp_path / "credit.db")!r}, create=True)
        engine.log(lambda level, line: print(line))
        cycle = [engine]; cycle.append(cycle)
        class Late:
            def __del__(self): engine.close()
        late = Late()
    """
    done = run_python(code)
    assert (done.returncode, done.stderr) == (0, "")


def run_python(code: str, **environment: str) -> Any:
    """A process of its own, with the package of the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "bindings" / "python"), **environment}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], env=environment, capture_output=True, text=True, timeout=60
    )


def test_many_threads_use_one_engine_and_close_it_under_each_other(engine: Engine) -> None:
    account = engine.account("NW01", "10001")
    wrong: List[BaseException] = []
    granted: List[bool] = []
    start = threading.Barrier(8)

    def work(thread: int) -> None:
        start.wait()
        try:
            for at in range(40):
                document = f"SO-{thread}-{at}"
                decision = engine.reserve(
                    account=account, document=document, key=document, amount=Decimal("100.00"), currency="DKK"
                )
                granted.append(decision.granted)
        except EngineClosed:
            pass
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    # 320 orders of 100 for a limit of 10,000.
    assert sum(granted) == 100
    assert account.read().available == Decimal("0.00")

    closers = [threading.Thread(target=work, args=(at + 100,)) for at in range(8)]
    for thread in closers:
        thread.start()
    engine.close()
    for thread in closers:
        thread.join()
    assert not wrong


def test_each_thread_gets_its_own_error(engine: Engine) -> None:
    wrong: List[str] = []

    def work(customer: str) -> None:
        for _ in range(200):
            try:
                engine.account("NW01", customer)
            except obligor.NotFound as error:
                if customer not in str(error):
                    wrong.append(str(error))

    threads = [threading.Thread(target=work, args=(f"absent-{at}",)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork, so nothing can go wrong after one")
def test_a_forked_child_is_told_and_opens_its_own(tmp_path: Path) -> None:
    code = f"""
        import os, obligor
        from decimal import Decimal
        store = {str(tmp_path / "credit.db")!r}
        engine = obligor.Engine.open(store=store, create=True)
        with engine:
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    engine.call("stats")
                except obligor.Forked as error:
                    assert "open" in str(error)
                    engine.close()
                    with obligor.Engine.open(store=store) as own:
                        own.call("stats")
                    code = 0
                finally:
                    os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            engine.call("stats")
    """
    done = run_python(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_engine_does_not_travel_and_a_decision_does(engine: Engine) -> None:
    with pytest.raises(TypeError, match="open one there"):
        pickle.dumps(engine)
    decision = engine.reserve(
        company="NW01", customer="10003", document="SO-1", key="SO-1/1", amount=Decimal("100.00"), currency="DKK"
    )
    copy = pickle.loads(pickle.dumps(decision))
    assert copy == decision
    assert copy.reasons[0].sentence == decision.reasons[0].sentence
    with pytest.raises(obligor.ArgumentError, match="engine.explain"):
        copy.explain()


def test_the_log_comes_on_the_calling_thread_and_may_call_back(engine: Engine, tmp_path: Path) -> None:
    lines: List[str] = []
    threads = set()

    def sink(level: obligor.LogLevel, line: str) -> None:
        threads.add(threading.get_ident())
        lines.append(f"{level}: {line}")
        engine.call("stats")

    engine.log(sink)
    engine.import_file("customers", tmp_path / "customers.csv")
    assert any(line.startswith("info: imported customers") for line in lines)
    assert threads == {threading.get_ident()}
    lines.clear()
    engine.log(None)
    engine.import_file("customers", tmp_path / "customers.csv")
    assert not lines


def test_fifty_thousand_calls_take_no_memory(engine: Engine) -> None:
    account = engine.account("NW01", "10003")
    order: Dict[str, Any] = dict(document="SO-1", key="1", amount=Decimal("1.00"), currency="DKK")
    order["account"] = engine.account("NW01", "10001")
    orders = [obligor.Order(account=order["account"], amount=Decimal("1.00"), currency="DKK")] * 20
    decision_id = engine.reserve(**order).id
    assert decision_id is not None

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def work(rounds: int) -> int:
        """Ten calls in a round, and some more now and then."""
        for at in range(rounds):
            for _ in range(8):
                decision = engine.check(account=order["account"], amount=Decimal("1.00"), currency="DKK")
                assert decision.reasons == ()
            engine.account("NW01", "10003")
            engine.call("policy.get")
            if at % 25 == 0:
                assert engine.check(account=account, amount=Decimal("1.00"), currency="DKK").reasons[0].sentence
                with pytest.raises(obligor.NotFound):
                    engine.account("NW01", "absent")
                account.read()
                engine.call("account.get", {"account": {"company": "NW01", "customer": "10003"}})
            if at % 100 == 0:
                engine.check_list(orders)
                assert engine.reserve(**order).id == decision_id
                engine.explain(decision_id)
            if at % 1000 == 0:
                engine.verify(progress=lambda done, total: True)
        gc.collect()
        return 10 * rounds

    work(1000)
    before = resident()
    assert work(5000) == 50_000
    assert resident() - before < 2 << 20
