import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, poisson

from value.intervals import (
    AS_PROMISED,
    KNOTS,
    Pit,
    interval_score,
    pit_of_counts,
    pit_of_spend,
    recalibration,
)

probability = st.integers(0, 10_000).map(lambda parts: parts / 10_000)
pits = st.lists(st.tuples(probability, probability), max_size=40).map(
    lambda pairs: Pit(np.array([min(pair) for pair in pairs]), np.array([max(pair) for pair in pairs]))
)


def poisson_rows(mean: float, customers: int, most: int = 40) -> np.ndarray:
    row = poisson.pmf(np.arange(most + 1), mean)
    row[-1] += poisson.sf(most, mean)
    return np.tile(row, (customers, 1))


def without_jumps(values: np.ndarray) -> Pit:
    return Pit(values, values)


def test_counts_that_come_as_promised_fall_into_the_interval_four_times_in_five() -> None:
    observed = np.random.default_rng(1).poisson(0.7, 20_000)
    pit = pit_of_counts(poisson_rows(0.7, 20_000), observed)
    assert pit.mass_within() == pytest.approx(0.8, abs=0.01)
    assert np.histogram(pit.drawn(), 10, (0, 1))[0] / 20_000 == pytest.approx([0.1] * 10, abs=0.01)


def test_counts_that_vary_more_than_promised_fall_outside_more_often() -> None:
    observed = np.random.default_rng(1).negative_binomial(1, 0.2, 20_000)  # mean 4, variance 20
    assert pit_of_counts(poisson_rows(4.0, 20_000), observed).mass_within() < 0.6


def test_the_range_of_a_count_is_its_own_probability() -> None:
    pit = pit_of_counts(np.array([[0.5, 0.3, 0.2]] * 4), np.array([0, 1, 2, 7]))
    assert pit.below == pytest.approx([0, 0.5, 0.8, 0.8])
    assert pit.upto == pytest.approx([0.5, 0.8, 1, 1])


def test_no_spend_lies_anywhere_in_the_atom_at_zero_and_more_credits_than_purchases_are_no_spend() -> None:
    pit = pit_of_spend(np.array([0.6, 0.6, 0.0]), np.array([0.6] * 3), np.array([0.0, 0.01, -50.0]))
    assert pit.below.tolist() == [0, 0.6, 0]
    assert pit.upto.tolist() == [0.6, 0.6, 0.6]


def test_the_same_seed_draws_the_same() -> None:
    pit = Pit(np.zeros(50), np.linspace(0, 1, 50))
    assert pit.drawn(5).tolist() == pit.drawn(5).tolist()
    assert pit.drawn(5).tolist() != pit.drawn(6).tolist()
    assert pit.mass_within() == pit.mass_within()


@given(pits, probability)
def test_the_expected_share_is_what_draws_come_to(pit: Pit, level: float) -> None:
    if len(pit.below):
        drawn = pit.mass_within(0.0, level, times=400)
        customers = len(pit.below)
        assert drawn == pytest.approx(pit.share_upto(level), abs=4 * 0.5 / np.sqrt(400 * customers) + 1e-9)


def test_an_interval_score_is_the_width_and_ten_times_what_lies_outside() -> None:
    score = interval_score(np.array([2.0] * 3), np.array([5.0] * 3), np.array([3.0, 1.0, 9.0]))
    assert score == pytest.approx([3, 3 + 10 * 1, 3 + 10 * 4])


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
    st.floats(-1e6, 1e6),
    st.floats(0, 1e6),
    st.sampled_from([0.5, 0.8, 0.9]),
)
def test_no_interval_scores_better_than_the_true_quantiles(
    outcomes: list[float], low: float, width: float, level: float
) -> None:
    observed = np.array(outcomes)
    tail = (1 - level) / 2
    true = np.quantile(observed, [tail, 1 - tail], method="inverted_cdf")

    def score(a: float, b: float) -> float:
        return float(interval_score(np.full(len(observed), a), np.full(len(observed), b), observed, level).mean())

    assert score(*true) <= score(low, low + width) + 1e-9 * (1 + np.abs(observed).max() + abs(low) + width) / (
        1 - level
    )


@given(pits)
def test_a_recalibration_rises_from_0_to_1_and_can_be_turned_round(pit: Pit) -> None:
    found = recalibration(pit)
    levels = np.linspace(0, 1, 101)
    held = found.held(levels)
    assert (held[0], held[-1]) == (0, 1)
    assert np.all(np.diff(held) > 0)
    assert found.promised(held) == pytest.approx(levels, abs=1e-9)


@pytest.mark.parametrize("customers", [1_000, 100_000])
def test_uniform_pits_change_nothing(customers: int) -> None:
    uniform = without_jumps((np.arange(customers) + 0.5) / customers)
    assert recalibration(uniform).held(KNOTS) == pytest.approx(KNOTS, abs=1e-3)


def test_without_back_tests_nothing_changes() -> None:
    assert recalibration(Pit(np.zeros(0), np.zeros(0))).held(KNOTS) == pytest.approx(KNOTS)
    assert AS_PROMISED.promised([0.1, 0.9]).tolist() == [0.1, 0.9]


def test_few_customers_change_little_and_many_set_a_narrow_distribution_right() -> None:
    """Outcomes vary by 2 where the distribution promised 1: the quantile for 90 % lies at Φ(2 · 1.2816) = 0.9948."""

    def learned(customers: int) -> float:
        outcomes = norm.ppf((np.arange(customers) + 0.5) / customers) * 2
        return float(recalibration(without_jumps(norm.cdf(outcomes))).promised([0.9])[0])

    assert learned(20) == pytest.approx(0.91, abs=0.015)
    assert learned(100_000) == pytest.approx(norm.cdf(2 * norm.ppf(0.9)), abs=0.01)


def test_what_was_set_right_by_one_year_nearly_holds_in_the_next() -> None:
    rng = np.random.default_rng(11)
    promised = poisson_rows(4.0, 20_000, most=60)
    last, this = (pit_of_counts(promised, rng.negative_binomial(1, 0.2, 20_000)) for _ in range(2))
    assert this.mass_within() < 0.6
    assert recalibration(last).applied(this).mass_within() == pytest.approx(0.8, abs=0.04)


def test_of_a_year_in_which_everybody_bought_more_half_is_expected_again() -> None:
    everybody_above = without_jumps(np.linspace(0.5, 1, 100_000))
    median = recalibration(everybody_above).held(np.array([0.5]))[0]
    assert median == pytest.approx(0.25, abs=0.01)


def test_many_who_left_at_once_widen_the_upper_end_by_half_as_much_as_the_lower() -> None:
    rng = np.random.default_rng(2)
    pits = np.where(rng.random(50_000) < 0.2, 0.01, rng.random(50_000))
    low, high = recalibration(without_jumps(pits)).promised([0.1, 0.9])
    assert low < 0.02
    assert 0.91 < high < 0.95


def test_two_windows_are_learned_from_together() -> None:
    first, second = without_jumps(np.array([0.1, 0.2])), without_jumps(np.array([0.9]))
    assert first.joined(second).below.tolist() == [0.1, 0.2, 0.9]


def test_nobody_gives_no_warning() -> None:
    nobody = Pit(np.zeros(0), np.zeros(0))
    assert nobody.mass_within() == pytest.approx(0.8)
    assert nobody.share_upto(0.3) == 0.3
    assert len(pit_of_counts(np.zeros((0, 3)), np.zeros(0)).below) == 0
