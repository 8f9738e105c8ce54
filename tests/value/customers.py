"""Customers for the purchase models: from the field's standard data, made up by the models' stories, and strange."""

import csv
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from tests.store.imports.independent_comparison import full_ledgers
from value.histories import Floats, Histories, summarised


def cdnow() -> Histories:
    """The 2,357 customers of the CDNOW sample, 39 weeks, as published (times with two decimals)."""
    with (full_ledgers() / "cdnow" / "cdnow_customers_summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    return summarised(*([float(row[column]) for row in rows] for column in ("frequency", "recency", "T")))


@dataclass(frozen=True)
class Story:
    """What became of made-up customers: their histories, whether they are alive, and what they bought afterwards."""

    histories: Histories
    alive: np.ndarray
    bought: Floats


def told(*, gap, lifetime, age: Floats, weeks: float, most: int = 2_000) -> Story:
    """Customers one by one, in plain loops: `gap(i)` draws weeks, `lifetime(i)` the weeks and purchases to live."""
    rows, alive, bought = [], [], []
    for i, observed in enumerate(age):
        until, purchases = lifetime(i)
        times: list[float] = []
        time = 0.0
        while len(times) < min(purchases, most):
            time += gap(i)
            if time > min(until, observed + weeks):
                break
            times.append(time)
        past = [time for time in times if time <= observed]
        gaps = np.diff([0.0, *past])
        rows.append((len(past), past[-1] if past else 0.0, observed, float(np.log(gaps).sum())))
        bought.append(len(times) - len(past))
        alive.append(until > observed and len(past) < purchases)
    return Story(
        Histories(*np.array(rows, dtype=np.float64).T.copy()), np.array(alive), np.array(bought, dtype=np.float64)
    )


def buying(rng: np.random.Generator, number: int, parameters: dict[str, float], weeks: float, k: int = 1) -> Story:
    """Customers of the BG/NBD family: leaving after a purchase. With "mbg" they may leave after the first one too."""
    rate = rng.gamma(parameters["r"], 1 / parameters["alpha"], number)
    leaving = rng.beta(parameters["a"], parameters["b"], number)
    at_once = int(parameters.get("mbg", 0))
    return told(
        gap=lambda i: rng.gamma(k) / rate[i],
        lifetime=lambda i: (np.inf, rng.geometric(max(leaving[i], 1e-12)) - at_once),
        age=rng.uniform(30, 80, number),
        weeks=weeks,
    )


def passing(rng: np.random.Generator, number: int, parameters: dict[str, float], weeks: float) -> Story:
    """Customers of the Pareto/NBD: leaving at a random moment."""
    rate = rng.gamma(parameters["r"], 1 / parameters["alpha"], number)
    leaving = rng.gamma(parameters["s"], 1 / parameters["beta"], number)
    return told(
        gap=lambda i: rng.exponential(1 / rate[i]),
        lifetime=lambda i: (rng.exponential(1 / leaving[i]), 10**9),
        age=rng.uniform(30, 80, number),
        weeks=weeks,
    )


@st.composite
def strange_customers(draw: st.DrawFn) -> Histories:
    """A handful of customers as no textbook has them: any number of purchases, any silence, equal rows, 30 years."""
    scale = draw(st.sampled_from([1e-3, 1.0, 1e3]))
    row = st.tuples(
        st.sampled_from([0, 0, 0, 1, 1, 2, 3, 8, 30, 400, 10_000]),
        st.floats(0.001, 1),
        st.floats(0.1, 1_600) | st.just(0.0),
        st.floats(0.1, 1),
    )
    rows = draw(st.lists(row, min_size=1, max_size=12)) * draw(st.sampled_from([1, 1, 7]))
    x = np.array([count if age else 0 for count, _, age, _ in rows], dtype=np.float64)
    age = np.array([age for _, _, age, _ in rows]) * scale
    recency = np.where(x > 0, age * [share for _, share, _, _ in rows], 0.0)
    # The sum of the logs of gaps that are all alike, times what unevenness takes away.
    evenness = np.log([even for _, _, _, even in rows])
    log_gaps = np.where(x > 0, x * (np.log(np.maximum(recency, 1e-9) / np.maximum(x, 1)) + evenness), 0.0)
    return Histories(x, recency, age, log_gaps)
