"""python -m benchmarks drawing: CPU of drawing the card of /clv for Slack, beside json.dumps of the same payload.

Every card is of another customer, with another name and other figures, and is drawn once: what is kept of one card
serves the next only where they have it in common. Prints milliseconds of CPU a card, as the median of the runs.
"""

import datetime as dt
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import portfolio
from bot.render import payload
from commands import clv
from commands._reply import Person, Reply, Request, Role
from store import migrate
from store.database import Database

CARDS, LINES = 2_000, 50_000
RUNS = 5
WARM_UP = 100
SEED = 20
# So many times what json.dumps takes may drawing take: a measure that is the same on a slow computer.
LIMIT = 30
NOW = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
ADMIN = Person("U01ADMIN", "T1", role=Role.ADMIN)


def main() -> None:
    """Ask for a card of each customer, and draw them all."""
    with tempfile.TemporaryDirectory() as folder:
        some = cards(Path(folder), CARDS + WARM_UP)
    for card in some[:WARM_UP]:
        payload(card)
    drawing: list[float] = []
    baseline: list[float] = []
    characters: list[int] = []
    for run in range(RUNS):
        ours = some[WARM_UP + run :: RUNS]
        payloads, took_ms = _measured(payload, ours)
        drawing.append(took_ms)
        texts, took_ms = _measured(json.dumps, payloads)
        baseline.append(took_ms)
        characters += map(len, texts)
    drawing_ms, baseline_ms = statistics.median(drawing), statistics.median(baseline)
    print(f"{CARDS:,} cards of {statistics.mean(characters):,.0f} characters of JSON, milliseconds of CPU a card")
    print(f"  drawing     {drawing_ms:6.3f}   (runs {min(drawing):.3f} to {max(drawing):.3f})")
    print(f"  json.dumps  {baseline_ms:6.3f}   (runs {min(baseline):.3f} to {max(baseline):.3f})")
    if drawing_ms > LIMIT * baseline_ms:
        raise SystemExit(f"Drawing takes {drawing_ms / baseline_ms:.0f} times json.dumps; {LIMIT} is the most allowed.")


def cards(folder: Path, count: int) -> list[Reply]:
    """What /clv answers for each customer of an invented portfolio."""
    db = Database(f"sqlite:///{folder / 'drawing.sqlite3'}")
    migrate.upgrade(db)
    portfolio.build(db, customers=count, lines=LINES, seed=SEED)
    asked = (Request(NOW, NOW.date(), values={"customer": str(id_)}, person=ADMIN) for id_ in range(1, count + 1))
    found = [clv.COMMAND.run(request, db) for request in asked]
    db.close()
    return found


def _measured(do: Callable[[Any], Any], each: Sequence[Any]) -> tuple[list[Any], float]:
    started = time.thread_time()
    done = [do(one) for one in each]
    return done, (time.thread_time() - started) * 1000 / len(each)


if __name__ == "__main__":
    main()
