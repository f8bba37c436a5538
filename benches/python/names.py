"""Whether a new customer is in the books already, by its name: the package, and what else finds a name among many.

Every side looks for the same customers, written as another clerk would write them, and must find each of them. The peers
would also find a name with a slip in it; the package looks for the same name, folded.
"""

from __future__ import annotations

from itertools import cycle
from typing import Callable, Dict, List, Tuple

import obligor

Side = Callable[[int], None]
WANTED = 50


def names(engine: obligor.Engine, path: str, url: str) -> Dict[str, Tuple[int, Side]]:
    with open(path, encoding="utf-8") as file:
        books = file.read().splitlines()
    wanted = [(name, spelt_otherwise(name)) for name in books[:: len(books) // WANTED]]

    def side(find: Callable[[str], str]) -> Side:
        turn = cycle(wanted)

        def look(calls: int) -> None:
            for _ in range(calls):
                name, asked = next(turn)
                if find(asked) != name:
                    raise AssertionError(f"{asked!r} did not find {name!r}")

        return look

    def ours(asked: str) -> str:
        found: str = engine.validate_customer(country="DK", name=asked).duplicates[0]["name"]
        return found

    return {
        "Engine.validate_customer, a name": (4, side(ours)),
        "rapidfuzz, fuzz.ratio": (1, side(rapidfuzz(books))),
        "pg_trgm, a GIN index": (1, side(pg_trgm(books, url))),
    }


def spelt_otherwise(name: str) -> str:
    return name.replace(" ", "  ").removesuffix("A/S").upper() + "AS"


def rapidfuzz(books: List[str]) -> Callable[[str], str]:
    from rapidfuzz import fuzz, process, utils

    folded = [utils.default_process(name) for name in books]

    def find(asked: str) -> str:
        found = process.extractOne(utils.default_process(asked), folded, scorer=fuzz.ratio, score_cutoff=80)
        return books[found[2]] if found else ""

    return find


def pg_trgm(books: List[str], url: str) -> Callable[[str], str]:
    import psycopg

    connection = psycopg.connect(url, autocommit=True)
    connection.execute("CREATE EXTENSION pg_trgm")
    connection.execute("CREATE TABLE customer_name (name TEXT NOT NULL)")
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy("COPY customer_name FROM STDIN") as copy:
            for name in books:
                copy.write_row((name,))
    connection.execute("CREATE INDEX customer_name_trgm ON customer_name USING gin (name gin_trgm_ops)")
    connection.execute("VACUUM ANALYZE customer_name")
    connection.execute("SET pg_trgm.similarity_threshold = 0.5")
    cursor = connection.cursor()

    def find(asked: str) -> str:
        query = "SELECT name FROM customer_name WHERE name %% %s ORDER BY similarity(name, %s) DESC LIMIT 1"
        found = cursor.execute(query, (asked, asked), prepare=True).fetchone()
        return found[0] if found else ""

    return find
