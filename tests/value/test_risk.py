"""How likely a customer is to be lost: against customers who are simulated, leaving when their story says."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings

from tests.value.customers import strange_customers
from value import risk
from value.bgnbd import BgNbd
from value.histories import Floats, Histories
from value.likelihood import Fitted
from value.mbgcnbd import MbgCnbd
from value.paretonbd import ParetoNbd

NUMBER, AGE, AHEAD = 20_000, 50.0, 52.0
MODELS = [
    BgNbd(r=1.2, alpha=6.0, a=0.8, b=4.0),
    MbgCnbd(k=1, r=1.2, alpha=6.0, a=0.8, b=4.0),
    MbgCnbd(k=4, r=1.5, alpha=2.0, a=0.6, b=5.0),
    ParetoNbd(r=1.2, alpha=6.0, s=0.7, beta=30.0),
]


@dataclass(frozen=True)
class Story:
    """What was seen of each customer, and whether it had left by the end of what was ahead."""

    histories: Histories
    is_lost: Floats


def simulated(model: Fitted) -> Story:
    """Customers all at once, a purchase at a time."""
    draws, p = np.random.default_rng(5), model.parameters
    rate = draws.gamma(p["r"], 1 / p["alpha"], NUMBER)
    leaving, left_at = np.zeros(NUMBER), np.full(NUMBER, np.inf)
    if isinstance(model, ParetoNbd):
        left_at = draws.exponential(1, NUMBER) / draws.gamma(p["s"], 1 / p["beta"], NUMBER)
    else:
        leaving = draws.beta(p["a"], p["b"], NUMBER)
    if isinstance(model, MbgCnbd):
        left_at[draws.random(NUMBER) < leaving] = 0.0
    time, count, last = np.zeros(NUMBER), np.zeros(NUMBER), np.zeros(NUMBER)
    while (going := (time <= AGE + AHEAD) & (time <= left_at)).any():
        time = np.where(going, time + draws.gamma(p.get("k", 1), 1, NUMBER) / rate, time)
        buys = going & (time <= left_at)
        seen = buys & (time <= AGE)
        count, last = count + seen, np.where(seen, time, last)
        left_at = np.where(buys & (draws.random(NUMBER) < leaving), np.minimum(left_at, time), left_at)
    histories = Histories(count, last, np.full(NUMBER, AGE), np.zeros(NUMBER))
    return Story(histories, (left_at <= AGE + AHEAD).astype(np.float64))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_as_many_are_lost_as_it_says(model: Fitted) -> None:
    story = simulated(model)
    said = risk._lost(model, story.histories, AHEAD)
    assert said.mean() == pytest.approx(story.is_lost.mean(), abs=0.01)
    # And among those it thinks safe, and among those it gives up.
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.01)):
        some = (said >= low) & (said < high)
        if some.sum() > 500:
            assert said[some].mean() == pytest.approx(story.is_lost[some].mean(), abs=0.03)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@settings(max_examples=40, deadline=None)
@given(h=strange_customers())
def test_nobody_comes_back_from_being_lost(model: Fitted, h: Histories) -> None:
    now, soon, late = (risk._lost(model, h, weeks) for weeks in (1e-6, 4.0, 300.0))
    assert np.isfinite(late).all()
    assert now == pytest.approx(1 - model.probability_alive(h), abs=1e-3)
    assert (now <= soon + 1e-6).all()
    assert (soon <= late + 1e-6).all()
    assert (late <= 1).all()
