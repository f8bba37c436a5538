"""Judge identifiers with python-stdnum, for tests/identifier_oracle.rs.

Called as `stdnum_oracle.py YYYY-MM-DD`. Reads lines `scheme<TAB>number` from standard input until its end and writes one
line for each: `ok<TAB>normal form`, `no<TAB>`, or `!<TAB>what happened` when the oracle itself fails. The day is fixed so
that a run today and a run in a year give the same verdicts.
"""

import datetime
import importlib
import sys

TODAY = datetime.date.fromisoformat(sys.argv[1])


class FixedDate(datetime.date):
    """A date whose today() is the day the test asked for."""

    @classmethod
    def today(cls):
        """Return the day the test asked for."""
        return cls(TODAY.year, TODAY.month, TODAY.day)


# Before the first import of stdnum: its modules look datetime.date up.
datetime.date = FixedDate

MODULES = {
    "dk.cvr": "dk.cvr",
    "dk.cpr": "dk.cpr",
    "no.orgnr": "no.orgnr",
    "no.personnr": "no.fodselsnummer",
    "se.orgnr": "se.orgnr",
    "se.personnr": "se.personnummer",
    "fi.ytunnus": "fi.ytunnus",
    "fi.hetu": "fi.hetu",
    "nl.rsin": "nl.bsn",
    "nl.bsn": "nl.bsn",
    "nl.btw": "nl.btw",
    "dk.vat": "eu.vat",
    "no.vat": "no.mva",
    "se.vat": "se.vat",
    "fi.vat": "fi.alv",
    "iban": "iban",
    "lei": "lei",
    "gln": "ean",
}


def main():
    """Judge every line."""
    try:
        import stdnum
        from stdnum.exceptions import ValidationError
    except ImportError:
        sys.exit("python-stdnum is missing")
    if stdnum.__version__ != "2.2":
        sys.exit(f"python-stdnum is {stdnum.__version__}, the list of its defects is for 2.2")
    judges = {name: importlib.import_module("stdnum." + module).validate for name, module in MODULES.items()}
    verdicts = []
    for line in sys.stdin.buffer.read().decode("utf-8").split("\n"):
        if not line:
            continue
        scheme, number = line.split("\t", 1)
        try:
            verdicts.append("ok\t" + judges[scheme](number))
        except ValidationError:
            verdicts.append("no\t")
        except Exception as error:
            verdicts.append("!\t" + type(error).__name__)
    sys.stdout.buffer.write("\n".join(verdicts).encode("utf-8") + b"\n")


if __name__ == "__main__":
    main()
