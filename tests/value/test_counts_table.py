"""Very many customers' expected purchases, and distributions, against the exact sums for a few of them."""

import numpy as np
import pytest

from value import counts, counts_table
from value.bgnbd import BgNbd
from value.histories import Histories
from value.mbgcnbd import MbgCnbd

WEEKS = np.array([4.0, 26.0, 52.0, 260.0])
MODELS = [
    BgNbd(0.242593, 4.41353, 0.792886, 2.42575),
    MbgCnbd(1, 0.524845, 6.18287, 0.891333, 1.61393),
    MbgCnbd(3, 0.8, 2.0, 0.6, 3.0),
    MbgCnbd(30, 2.0, 0.57, 15.0, 230.0),
    MbgCnbd(48, 22026.0, 6042.0, 0.036, 0.45),
]
named = pytest.mark.parametrize("model", MODELS, ids=[model.name + f" r {model.r:g}" for model in MODELS])


@pytest.fixture(scope="module")
def many() -> Histories:
    """Of all ages and rates; some long gone, some who bought yesterday, two who bought far more than all others."""
    rng, number = np.random.default_rng(4), counts_table.MANY + 2_000
    age = np.ceil(rng.uniform(7, 7 * 260, number))
    frequency = np.floor(rng.gamma(0.6, 12, number) * age / 1_820)
    frequency[:2] = 900, 1_500
    recency = np.where(frequency > 0, np.maximum(np.floor(age * rng.beta(3, 0.5, number)), 1), 0)
    return Histories(frequency, recency / 7, age / 7, np.zeros(number))


@named
def test_what_is_read_is_what_would_be_summed(model: BgNbd | MbgCnbd, many: Histories) -> None:
    some = np.random.default_rng(1).permutation(len(many))[:600]
    some[:2] = 0, 1
    read = model.expected_at(many, WEEKS)[some]
    summed = model.expected_at(many.take(some), WEEKS)
    off = np.abs(read - summed) / (summed + 0.1)
    assert off.mean() < 5e-4
    assert off.max() < 0.02
    # What a portfolio adds up to is hardly moved.
    assert read.sum(axis=0) == pytest.approx(summed.sum(axis=0), rel=1e-3)


@named
def test_somebody_expects_the_more_the_further_one_looks(model: BgNbd | MbgCnbd, many: Histories) -> None:
    read = model.expected_at(many, WEEKS)
    assert (read >= 0).all()
    assert (np.diff(read, axis=1) >= -1e-3).all()


def test_horizons_may_be_asked_for_in_any_order_and_twice(many: Histories) -> None:
    read = MODELS[2].expected_at(many, np.array([52.0, 4.0, 52.0]))
    assert read.tolist() == MODELS[2].expected_at(many, np.array([4.0, 52.0]))[:, [1, 0, 1]].tolist()


def test_few_customers_are_summed_exactly() -> None:
    model, h = MODELS[3], Histories(np.array([3.0]), np.array([20.0]), np.array([30.0]), np.zeros(1))
    assert model.expected_at(h, WEEKS)[0].tolist() == [model.expected_purchases(h, week)[0] for week in WEEKS]


def test_distributions_of_very_many_are_those_of_customers_like_them(many: Histories) -> None:
    model = MODELS[3]
    some = np.random.default_rng(1).permutation(np.flatnonzero(many.frequency < 60))[:300]
    weeks, most = 52.0, 60
    told = model.count_distribution(many, weeks, most)[some]
    exact = model.count_distribution(many.take(some), weeks, most)
    assert told.sum(axis=1) == pytest.approx(1)
    assert told.min() >= 0
    assert np.abs(np.cumsum(told - exact, axis=1)).max(axis=1).mean() < 0.02
    # Whether one buys at all is nearly the customer's own, but for the day on which it is due.
    assert np.abs(told[:, 0] - exact[:, 0]).mean() < 0.005
    assert np.abs(told[:, 0] - exact[:, 0]).max() < 0.1


def test_an_empty_ledger_expects_nothing() -> None:
    nobody = counts.Outlook(*(np.zeros(0) for _ in range(6)), dropout=1.0, regularity=2)
    assert counts_table.expected_at(nobody, WEEKS).shape == (0, 4)
