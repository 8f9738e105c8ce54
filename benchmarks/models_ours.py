"""One round of `python -m benchmarks models` with the models of value/, in a process of its own."""

import csv
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from value import bgnbd, gammagamma, paretonbd
from value.histories import Floats, Histories

Found = dict[str, float]
AHEAD_WEEKS = 39.0


def main(task: str, path: Path) -> None:
    """Fit and predict; the seconds, the peak and what was found, as JSON."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    started, worked = time.perf_counter(), time.process_time()
    found = TASKS[task](columns)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - worked
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": peak_mb, "found": found}))


def _bg_nbd(columns: dict[str, Floats]) -> Found:
    h = _histories(columns)
    model = bgnbd.fit(h)
    purchases, alive = model.expected_purchases(h, AHEAD_WEEKS), model.probability_alive(h)
    x, total = columns["frequency"], columns["frequency"] * columns["monetary_value"]
    again = x > 0
    spread = gammagamma.fit(total[again], x[again])
    order = spread.expected(total[again], x[again])
    return {
        "purchases": float(purchases.sum()),
        "alive": float(alive.sum()),
        "mean order": float(order.mean()),
    }


def _pareto_nbd(columns: dict[str, Floats]) -> Found:
    h = _histories(columns)
    model = paretonbd.fit(h)
    purchases, alive = model.expected_purchases(h, AHEAD_WEEKS), model.probability_alive(h)
    return {
        "purchases": float(purchases.sum()),
        "alive": float(alive.sum()),
    }


def _histories(columns: dict[str, Floats]) -> Histories:
    return Histories(columns["frequency"], columns["recency"], columns["T"], np.zeros(len(columns["T"])))


TASKS: dict[str, Callable[[dict[str, Floats]], Found]] = {"BG/NBD": _bg_nbd, "Pareto/NBD": _pareto_nbd}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
