from dataclasses import replace

import numpy as np
import pytest

from tests.value import logs
from tests.value.logs import FIRST_DAY
from value import candidates, choice
from value.backtest import Errors
from value.candidates import BG_NBD, LAST_PERIOD, MBG_CNBD, PARETO_NBD, PAST_RATE, SEASONAL
from value.choice import Evidence
from value.order_log import summarised

NO_PRIOR = dict.fromkeys((BG_NBD, MBG_CNBD, LAST_PERIOD), 0.0)


def best(evidence: list[Evidence], before: dict[str, float], repeats: float = 5_000) -> str:
    scores = choice.scores(list(before), evidence, before, repeats)
    return min(scores, key=lambda name: scores[name])


def window(repeats: float = 5_000, **errors: tuple[float, float]) -> Evidence:
    names = {"bg": BG_NBD, "mbg": MBG_CNBD, "last": LAST_PERIOD}
    singles = {names[name]: Errors(mae, rmse, 0.0) for name, (mae, rmse) in errors.items()}

    def mean(name: str, of: str) -> float:
        """An average lies between the two."""
        return sum(weight * getattr(singles[part], of) for part, weight in candidates.parts(name).items())

    names = candidates.with_averages(list(singles))
    return Evidence({name: Errors(mean(name, "mae"), mean(name, "rmse"), 0.0) for name in names}, repeats)


def test_the_candidate_that_erred_least_in_every_window_is_chosen() -> None:
    windows = [window(bg=(1.0, 2.0), mbg=(0.7, 1.5), last=(1.2, 3.0))] * 3
    assert best(windows, NO_PRIOR) == MBG_CNBD


def test_good_in_both_errors_is_better_than_best_in_one_and_bad_in_the_other() -> None:
    windows = [window(bg=(1.0, 1.4), mbg=(1.05, 1.05), last=(1.4, 1.0))] * 3
    assert best(windows, NO_PRIOR) == MBG_CNBD


def test_without_a_window_the_likelihood_has_the_word() -> None:
    assert best([], {BG_NBD: 0.4, MBG_CNBD: 0.0, LAST_PERIOD: 0.1}) == MBG_CNBD


def test_an_average_is_believed_where_it_was_better_than_both_in_windows() -> None:
    one = window(bg=(1.0, 1.1), mbg=(1.1, 1.0), last=(2.0, 2.0))
    other = window(bg=(1.1, 1.0), mbg=(1.0, 1.1), last=(2.0, 2.0))
    assert best([one, other] * 2, NO_PRIOR) in (BG_NBD, MBG_CNBD)
    even = f"{BG_NBD} + {MBG_CNBD}"
    helped = [replace(each, errors={**each.errors, even: Errors(0.97, 0.97, 0.0)}) for each in (one, other)]
    assert best(helped * 2, NO_PRIOR) == even


def test_of_two_that_erred_alike_on_average_the_steadier_is_believed() -> None:
    windows = [window(bg=(1.1, 1.1), mbg=(1.0, 1.0)), window(bg=(1.1, 1.1), mbg=(1.22, 1.22))] * 2
    averaged = [replace(one, errors={name: one.errors[name] for name in (BG_NBD, MBG_CNBD)}) for one in windows]
    assert best(averaged, dict.fromkeys((BG_NBD, MBG_CNBD), 0.0)) == BG_NBD


def test_a_window_with_few_purchases_before_it_does_not_outweigh_the_likelihood() -> None:
    before = {BG_NBD: 0.4, MBG_CNBD: 0.0, LAST_PERIOD: 0.3}

    def told(repeats: float, windows: int) -> str:
        return best([window(repeats=repeats, bg=(0.5, 0.5), mbg=(1.0, 1.0), last=(1.0, 1.0))] * windows, before)

    assert told(8, 1) == MBG_CNBD
    assert told(5_000, 3) == BG_NBD


def test_one_freak_window_does_not_decide_for_all() -> None:
    usual = window(bg=(1.0, 1.0), mbg=(1.3, 1.3), last=(2.0, 2.0))
    freak = window(bg=(900.0, 900.0), mbg=(1.0, 1.0), last=(1.0, 1.0))
    assert best([usual, usual, freak], NO_PRIOR) == BG_NBD


def test_a_candidate_that_a_window_does_not_know_counts_as_its_worst() -> None:
    windows = [window(bg=(1.0, 1.0), mbg=(2.0, 2.0))] * 3
    assert best(windows, NO_PRIOR) == BG_NBD


def test_windows_in_which_nothing_happened_say_nothing() -> None:
    windows = [window(bg=(0.0, 0.0), mbg=(0.0, 0.0), last=(0.0, 0.0))]
    scores = choice.scores(list(NO_PRIOR), windows, NO_PRIOR, 5_000)
    assert np.isfinite(list(scores.values())).all()


def test_a_rhythm_speaks_against_models_that_know_none() -> None:
    s = summarised(logs.rhythmical(), FIRST_DAY + 700, 91)
    before = choice.prior(candidates.fit(s), float(s.frequency.sum()))
    assert before[MBG_CNBD] == 0.0
    assert min(before[BG_NBD], before[PARETO_NBD], before[PAST_RATE]) > 0.2


def test_customers_who_leave_speak_against_a_rate_that_goes_on() -> None:
    s = summarised(logs.company(customers=400, weeks=100, leaving=0.3), FIRST_DAY + 699, 91)
    fits = candidates.fit(s)
    before = choice.prior(fits, float(s.frequency.sum()))
    assert before[PAST_RATE] > max(before[BG_NBD], before[PARETO_NBD]) + 0.05
    assert choice.prior(replace(fits, likelihoods={}), 10.0) == {}


def test_what_a_believed_season_gains_is_held_against_those_who_do_not_know_it() -> None:
    fits = candidates.fit(summarised(logs.company(customers=400, weeks=100), FIRST_DAY + 699, 91))
    without, with_season = choice.prior(fits, 1_000.0), choice.prior(fits, 1_000.0, 50.0)
    assert with_season[BG_NBD + SEASONAL] == without[BG_NBD + SEASONAL] == without[BG_NBD]
    for name in (BG_NBD, PAST_RATE, LAST_PERIOD):
        assert with_season[name] - without[name] == pytest.approx(0.05)


def test_a_seasonal_candidate_starts_as_its_model_does() -> None:
    scores = choice.scores([BG_NBD, BG_NBD + SEASONAL], [], {BG_NBD: 0.2}, 100)
    assert scores[BG_NBD + SEASONAL] == pytest.approx(scores[BG_NBD])
