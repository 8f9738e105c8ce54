import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.value import logs
from tests.value.logs import FIRST_DAY
from value import candidates, predictive
from value.candidates import BG_NBD, MBG_CNBD
from value.order_log import summarised
from value.predictive import tilted


@given(
    cells=st.lists(st.floats(0, 1), min_size=3, max_size=30),
    mean=st.floats(0, 1),
)
def test_a_tilted_distribution_has_the_mean_that_it_was_tilted_to(cells: list[float], mean: float) -> None:
    weights = np.array([cells])
    weights[0, 0] += 1
    wanted = mean * (len(cells) - 1) * 0.9
    found = tilted(weights / weights.sum(), np.array([wanted]))
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    assert float(found[0] @ np.arange(len(cells))) == pytest.approx(wanted, rel=1e-3, abs=1e-3)


def test_a_poisson_tilts_to_a_poisson() -> None:
    n = np.arange(40)
    found = tilted(stats.poisson(2.0).pmf(n)[np.newaxis], np.array([5.0]))
    # The little Poisson of the wanted mean that it is mixed with stays a little.
    assert found[0] == pytest.approx(stats.poisson(5.0).pmf(n), abs=2e-3)


def test_its_own_mean_leaves_a_distribution_alone() -> None:
    given_ = stats.nbinom(0.7, 0.2).pmf(np.arange(60))[np.newaxis]
    given_ /= given_.sum()
    assert tilted(given_, given_ @ np.arange(60)).tolist() == given_.tolist()


def test_a_customer_beyond_hope_may_still_be_expected_to_come() -> None:
    found = tilted(np.array([[1.0] + [0.0] * 30]), np.array([0.5]))
    assert float(found[0] @ np.arange(31)) == pytest.approx(0.5, rel=1e-3)


def test_forecasts_have_the_means_of_the_candidate_not_of_the_carrier() -> None:
    s = summarised(logs.company(), FIRST_DAY + 400, 91)
    fits = candidates.fit(s)
    expected = candidates.purchases(fits, s)
    purchases = (expected[BG_NBD] + expected["last period"]) / 2
    spend = purchases * 70.0
    told = np.zeros((2, len(s)))
    for part in predictive.forecasts(fits, MBG_CNBD, s, days=91, purchases=purchases, spend=spend):
        told[0, part.rows] = part.counts @ np.arange(part.counts.shape[1])
        told[1, part.rows] = part.spend.mean
    assert told[0] == pytest.approx(purchases, rel=2e-2, abs=1e-3)
    assert told[1] == pytest.approx(spend, rel=2e-2, abs=0.1)


def test_outcomes_are_judged_for_each_customer_in_its_place() -> None:
    s = summarised(logs.company(), FIRST_DAY + 400, 91)
    fits = candidates.fit(s)
    purchases = candidates.purchases(fits, s)[BG_NBD]
    parts = predictive.forecasts(fits, BG_NBD, s, days=91, purchases=purchases, spend=purchases * 60)
    nothing = np.zeros(len(s))
    said = predictive.judged(parts, nothing, nothing)
    chance = fits.models[BG_NBD].count_distribution(s.histories, 13.0, 40)[:, 0]
    assert said.counts.upto == pytest.approx(chance, abs=1e-6)
    assert (said.counts.below == 0).all()
    assert (said.spend.below == 0).all()
