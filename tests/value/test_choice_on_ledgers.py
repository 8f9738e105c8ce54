"""The choice on the real ledgers: what it promises, on splits that span their seasons and horizons."""

import numpy as np
import pytest

from benchmarks import choice as benchmark
from tests.store.imports.independent_comparison import full_ledgers

pytestmark = pytest.mark.ledgers

# Weeks to learn from, weeks to predict, and how far above the best in hindsight an error may lie there.
SPLITS = {
    "cdnow": [(39, 39), (32, 39)],
    "adventureworks": [(104, 48), (78, 52)],
    "retail": [(26, 26), (40, 13)],
}


@pytest.fixture(scope="module")
def results() -> list[benchmark.Result]:
    found = []
    for name, splits in SPLITS.items():
        log = getattr(benchmark, name)(full_ledgers())
        found += [benchmark.measured(benchmark.Split(name, log, *split)) for split in splits]
    assert all(found)
    return [one for one in found if one is not None]


def test_what_is_chosen_is_hardly_worse_than_the_best_in_hindsight(results: list[benchmark.Result]) -> None:
    regrets = np.array([one.regrets for one in results])
    assert regrets.mean(axis=0).max() <= benchmark.MOST_MEAN_REGRET
    assert regrets.max() <= benchmark.MOST_REGRET


def test_intervals_are_no_worse_than_the_best_candidates(results: list[benchmark.Result]) -> None:
    assert np.median([one.interval_regret for one in results]) <= benchmark.MOST_INTERVAL_REGRET


def test_most_intervals_hold(results: list[benchmark.Result]) -> None:
    held = np.array([one.pits_hold for one in results])
    assert held.mean(axis=0).min() > 0.5


def test_the_published_comparison_is_beaten_on_the_standard_data(results: list[benchmark.Result]) -> None:
    (split,) = (one for one in results if (one.split.ledger, one.split.weeks) == ("cdnow", 39))
    assert split.trial.purchases[split.made.purchases].errors.mae < 0.765
    assert split.trial.purchases["Pareto/NBD"].errors.mae == pytest.approx(0.755, abs=0.003)
