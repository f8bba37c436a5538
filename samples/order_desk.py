"""An order desk over an ERP's export: what a credit manager sees. `cargo xtask demo` runs it.

    python3 samples/order_desk.py [FOLDER] [--data DIR] [--library PATH]

It makes a credit state in a temporary folder, at a clock that stands still, and imports the telling cases of
``samples/cases`` and the export in ``FOLDER/export`` (or ``DIR``). It enters every new order of both, lets two processes race for
the same headroom, explains decisions, makes all of them again, and checks the state. What must hold is worked out here a
second time, without the library; the exit code is 1 if anything is not as it must be.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import sys
import tempfile
import textwrap
from decimal import Decimal
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "bindings" / "python"))

import obligor  # noqa: E402

WIDTH = 100
NOW = "2026-11-22T09:00:00Z"
FILES = ("customers", "limits", "open_items", "orders", "companies", "remarks")
RACES = 50

NewOrder = Dict[str, str]


class Settings(NamedTuple):
    """What every process opens the credit state with."""

    store: str
    library: Optional[str]

    def open(self, create: bool = False) -> obligor.Engine:
        return obligor.Engine.open(
            store=self.store, library=self.library, create=create, clock=NOW, utc_offset_minutes=60
        )


class Desk:
    """The engine, the names on the screen, and what was not as it must be."""

    def __init__(self, engine: obligor.Engine) -> None:
        self.engine = engine
        self.names: Dict[str, str] = {}
        self.recorded: List[obligor.Decision] = []
        self.wrong: List[str] = []

    def must(self, holds: bool, what: str) -> None:
        if not holds:
            self.wrong.append(what)
            self.say(f"NOT AS IT MUST BE: {what}")

    def say(self, line: str = "") -> None:
        print(line)
        if len(line) > WIDTH:
            self.wrong.append(f"a line of {len(line)} characters: {line}")

    def title(self, text: str) -> None:
        self.say()
        self.say(f"{text} ".ljust(WIDTH, "-"))


def main() -> int:
    reader = argparse.ArgumentParser(description="An order desk over an ERP's export.")
    reader.add_argument("folder", nargs="?", type=Path, help="a folder whose folder `export` is the export")
    reader.add_argument("--data", type=Path, help="the export itself")
    reader.add_argument("--library", help="the shared library, if it is not to be looked for")
    words = reader.parse_args()
    folders = [CHECKOUT / "samples" / "cases"]
    if words.data or words.folder:
        folders.append(words.data or words.folder / "export")
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(str(Path(place) / "credit.db"), words.library)
        with settings.open(create=True) as engine:
            desk = Desk(engine)
            desk.say("An order desk on 22 November 2026. The policy is the standard one.")
            for folder in folders:
                import_all(desk, folder)
            for folder in folders:
                enter_orders(desk, folder)
            race(desk, settings)
            explain(desk)
            prove(desk)
    if desk.wrong:
        print(f"\n{len(desk.wrong)} things are not as they must be:", *desk.wrong, sep="\n  ")
        return 1
    desk.say()
    desk.say("Everything is as it must be.")
    return 0


def import_all(desk: Desk, folder: Path) -> None:
    """Every file of an export, in the order in which one needs the other."""
    desk.title(f"Import: {folder.name}")
    again = 0
    for kind in FILES:
        path = folder / f"{kind}.csv"
        if not path.is_file():
            continue
        report = import_one(desk, kind, path)
        desk.say(f"  {kind:<12} {report.rows:>7,} rows   {report.added:>7,} new   {report.rejected} rejected")
        for warning in report.warnings:
            for line in textwrap.wrap(f"  note: {warning}", WIDTH):
                desk.say(line)
        desk.must(report.rejected == 0 and report.rows > 0, f"{path.name}: {report.rejected} rows were rejected")
        same = import_one(desk, kind, path).same
        desk.must(same == report.rows, f"{path.name}: imported again, it changed {report.rows - same} rows")
        again += same
    desk.say(f"  the same files once more: {again:,} rows, nothing changed")
    for customer in rows(folder / "customers.csv"):
        desk.names[customer["customer"]] = customer["name"]


def import_one(desk: Desk, kind: str, path: Path) -> obligor.ImportReport:
    register = kind in ("companies", "remarks")
    return desk.engine.import_file(
        kind,
        path,
        source=kind if register else None,
        as_of="2026-11-22T05:00:00Z" if register else None,
    )


def rows(path: Path) -> List[Dict[str, str]]:
    """A CSV file of either dialect."""
    with path.open(encoding="utf-8", newline="") as file:
        first = file.readline()
        file.seek(0)
        return list(csv.DictReader(file, delimiter=";" if ";" in first else ","))


def enter_orders(desk: Desk, folder: Path) -> None:
    """Enters the new orders one after the other, as a clerk does."""
    orders = rows(folder / "new_orders.csv")
    desk.title(f"{len(orders)} new orders: {folder.name}")
    desk.say(order_line("order", "customer", "amount", "outcome", "available", "after it"))
    desk.say(reason_line("because", "measured", "threshold", "way out / who releases"))
    desk.say()
    outcomes: Dict[str, int] = {}
    for order in orders:
        amount = Decimal(order["amount"].replace(",", "."))
        decision = desk.engine.reserve(
            company=order["company"],
            customer=order["customer"],
            document=order["document"],
            key=f"{order['document']}/1",
            amount=amount,
            currency=order["currency"],
            user="order desk",
        )
        show(desk, order, amount, decision)
        judge(desk, order, amount, decision)
        desk.recorded.append(decision)
        outcomes[words_of(decision.outcome)] = outcomes.get(words_of(decision.outcome), 0) + 1
    desk.say()
    desk.say("  " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
    again = desk.engine.reserve(
        company=orders[0]["company"],
        customer=orders[0]["customer"],
        document=orders[0]["document"],
        key=f"{orders[0]['document']}/1",
        amount=Decimal(orders[0]["amount"].replace(",", ".")),
        currency=orders[0]["currency"],
        user="order desk",
    )
    first = desk.recorded[-len(orders)]
    desk.must(again.repeated and again.id == first.id, f"{orders[0]['document']} asked again got another answer")
    desk.say(f"  {orders[0]['document']} sent once more with the same key: the same answer, nothing taken twice")


def order_line(order: str, customer: str, amount: str, outcome: str, before: str, after: str) -> str:
    return f"{order:<10} {customer:<25.25} {amount:>17} {outcome:<14} {before:>14} {after:>14}"


def reason_line(reason: str, measured: str, threshold: str, way_out: str) -> str:
    return f"    {reason:<20} {measured:>14} {threshold:>14}  {way_out}".rstrip()


def show(desk: Desk, order: NewOrder, amount: Decimal, decision: obligor.Decision) -> None:
    """An order, and under it every reason."""
    desk.say(
        order_line(
            order["document"],
            f"{order['customer']} {desk.names.get(order['customer'], '(not known)')}",
            f"{amount:,} {order['currency']}",
            words_of(decision.outcome).upper() if not decision.granted else words_of(decision.outcome),
            room(decision, decision.available_before),
            room(decision, decision.available_after),
        ).rstrip()
    )
    for reason in decision.reasons:
        way_out = way_out_of(reason)
        first, *more = textwrap.wrap(way_out, WIDTH - 56) or [""]
        name = str(reason.code).replace("_", " ")
        desk.say(reason_line(name, value(reason.measured), value(reason.threshold), first))
        for line in more:
            desk.say(reason_line("", "", "", line))


def way_out_of(reason: obligor.Reason) -> str:
    words = []
    if reason.remedy is not None:
        what = str(reason.remedy.kind).replace("_", " ")
        amount = reason.remedy.value
        words.append(f"{what} {figure(amount.amount) if isinstance(amount, obligor.Money) else amount or ''}".strip())
    if reason.release_by:
        words.append(reason.release_by.replace("_", " "))
    return " / ".join(words)


def words_of(outcome: obligor.Outcome) -> str:
    return {"approve_with_alert": "approve, alert", "not_checked": "not checked"}.get(str(outcome), str(outcome))


def room(decision: obligor.Decision, available: Optional[Decimal]) -> str:
    if any(reason.code is obligor.Code.NO_LIMIT for reason in decision.reasons):
        return "unlimited"
    return "-" if available is None else figure(available)


def figure(amount: Decimal) -> str:
    return f"{amount:,}"


def value(quantity: Optional[obligor.Quantity]) -> str:
    if quantity is None:
        return ""
    return figure(quantity.value.amount) if isinstance(quantity.value, obligor.Money) else str(quantity)


def judge(desk: Desk, order: NewOrder, amount: Decimal, decision: obligor.Decision) -> None:
    """What must hold of a decision, worked out without the library."""
    name = order["document"]
    reasons = [str(reason.code) for reason in decision.reasons]
    if order.get("outcome"):
        desk.must(str(decision.outcome) == order["outcome"], f"{name}: {decision.outcome}, not {order['outcome']}")
        first = reasons[0] if reasons else ""
        desk.must(first == order["reason"], f"{name}: because {first or 'nothing'}, not {order['reason'] or 'nothing'}")
    if amount <= 0:
        desk.must(decision.granted, f"{name}: what makes the exposure smaller was stopped")
    if decision.exposure_before is None or decision.exposure_after is None:
        return
    same_currency = order["currency"] == decision.currency
    grew = amount if decision.granted and same_currency else Decimal(0)
    if amount < 0:
        # A return takes nothing off before its credit note is posted; the desk only says what it would.
        grew = decision.exposure_after - decision.exposure_before
    desk.must(decision.exposure_after - decision.exposure_before == grew, f"{name}: the exposure moved wrongly")
    if decision.limit is not None:
        before, after = decision.limit - decision.exposure_before, decision.limit - decision.exposure_after
        desk.must(decision.available_before == before, f"{name}: the available credit before is wrong")
        desk.must(decision.available_after == after, f"{name}: the available credit after is wrong")
        if amount > 0 and same_currency and str(decision.outcome) != "not_checked":
            over = decision.exposure_before + amount > decision.limit
            desk.must(("over_limit" in reasons) == over, f"{name}: over the limit is {over}, and that was not said")
            desk.must(not (over and decision.granted), f"{name}: over its limit, and granted")


def racer(settings: Settings, name: str, start: Any, answers: Any) -> None:
    """One of two screens in processes of their own; both ask at the same moment."""
    with settings.open() as engine:
        for at in range(1 + RACES):
            document = f"{name}{at}"
            who: Dict[str, Any] = {"company": "NW01", "customer": "R01", "document": document}
            start.wait()
            decision = engine.reserve(
                **who, key=f"{document}/1", amount=Decimal("60000.00"), currency="DKK", user=f"screen {name}"
            )
            answers.put((at, decision))
            start.wait()
            if decision.granted and at < RACES:
                engine.cancel(**who, key=f"{document}/2", user=f"screen {name}")
            start.wait()


def race(desk: Desk, settings: Settings) -> None:
    """Two processes, one customer, room for one of two orders."""
    desk.title("Two screens, in two processes, want the same last 100,000.00")
    for kind, text in (
        ("customers", "customer,name,country,company,currency\nR01,Sidste Krone ApS,DK,NW01,DKK\n"),
        ("limits", "company,customer,currency,limit\nNW01,R01,DKK,100000.00\n"),
    ):
        desk.engine.call("import", {"kind": kind, "text": text})
    desk.names["R01"] = "Sidste Krone ApS"
    processes = multiprocessing.get_context("spawn")
    start, answers = processes.Barrier(2), processes.Queue()
    screens = [processes.Process(target=racer, args=(settings, name, start, answers)) for name in "XY"]
    for screen in screens:
        screen.start()
    told: List[List[obligor.Decision]] = [[] for _ in range(1 + RACES)]
    for _ in range(2 * (1 + RACES)):
        at, decision = answers.get(timeout=100)
        told[at].append(decision)
    for screen in screens:
        screen.join(100)
        desk.must(screen.exitcode == 0, f"a screen ended with {screen.exitcode}")
    # Who wins is chance; what is shown is the same whoever it is.
    winner, loser = sorted(told[0], key=lambda decision: not decision.granted)
    desk.say(order_line("order", "customer", "amount", "outcome", "available", "after it"))
    for screen_name, decision in (("one", winner), ("the other", loser)):
        order = {"document": screen_name, "customer": "R01", "currency": "DKK"}
        show(desk, order, Decimal("60000.00"), decision)
        judge(desk, order, Decimal("60000.00"), decision)
    wins = [sum(decision.granted for decision in pair) for pair in told]
    desk.must(set(wins) == {1}, f"of {len(wins)} races {wins.count(0)} had no winner and {wins.count(2)} had two")
    position = desk.engine.account("NW01", "R01").read()
    desk.must(position.available == Decimal("40000.00"), f"{position.available} is left, not 40,000.00")
    desk.say()
    desk.say(f"  exactly one won, in this race and in {RACES} more; 40,000.00 of 100,000.00 is left")


def explain(desk: Desk) -> None:
    """The decision with most reasons, for the customer's ear."""
    decision = max(desk.recorded, key=lambda decision: len(decision.reasons))
    for language, name in (("en", "English"), ("da", "Danish")):
        desk.title(f"The decision with most reasons, in {name}")
        text = decision.explain(language)
        for paragraph in text.splitlines():
            for line in textwrap.wrap(paragraph, WIDTH - 2, break_long_words=False) or [""]:
                desk.say(f"  {line}")
        desk.must(len(text.splitlines()) >= len(decision.reasons), f"{name}: some reason is not explained")


def prove(desk: Desk) -> None:
    """Every decision made again, and the state checked."""
    desk.title("Can it be trusted?")
    same = sum(decision.replay() for decision in desk.recorded)
    desk.must(same == len(desk.recorded), f"of {len(desk.recorded)} decisions only {same} came out the same")
    desk.say(f"  {same} of {len(desk.recorded)} decisions made again from their record: the same, bit for bit")
    faults = desk.engine.verify()["faults"]
    desk.must(faults == [], f"the credit state has {len(faults)} faults: {faults[:3]}")
    desk.say("  the database, every kept sum and every link of the record: no fault")


if __name__ == "__main__":
    sys.exit(main())
