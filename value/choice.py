"""Which candidate to believe: the one that would have been least wrong, in the light of how much the windows show.

For each window and candidate, the errors are compared with the lowest of that window, as logarithms: one number that is
0 for the best and 0.10 for an error a tenth larger. MAE and RMSE count alike. How far the total was off counts a
little. To the windows comes what needs no window: how likely each model makes the whole past (`prior`).

A window weighs as much as it shows: by the repeat purchases before its origin. Windows overlap, so that all together
weigh no more than three. What a candidate is thought to err is the mean of these, and a part of how much they differ:
of two that erred alike on average, the steadier is to be believed. Few purchases, and windows that contradict each
other, leave the word to the likelihood. An average of two has no start over its parts: it has to be better in windows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from value.backtest import Errors
from value.candidates import (
    BG_NBD,
    LAST_PERIOD,
    MBG_CNBD,
    PARETO_NBD,
    PAST_RATE,
    SAME_SEASON,
    SEASONAL,
    TIMES,
    Fits,
    parts,
    with_averages,
)

# Half of what a window can show it shows with as many repeat purchases before it.
REPEATS_OF_HALF_A_WINDOW = 400
# So many windows can lie in a past without showing the same again.
MOST_WINDOWS = 3
# What the likelihood says weighs nearly as much as a window that shows all.
PRIOR_WEIGHT = 0.8
# Of the standard deviation of a candidate's regrets.
OF_UNSTEADINESS = 0.6
# A model that makes each repeat purchase e⁻¹ as likely as the best errs by this much more, in logarithms: half for a
# rhythm that it does not know, four times for customers lost that it does not know of, since the loss adds up.
OF_RHYTHM, OF_LOSS, MOST_OF_PRIOR = 0.5, 4.0, 0.4
# The same for a season that is believed (value/candidates.py, season_gain) and that a candidate does not know.
OF_SEASON = 1.0
# What has no likelihood is thought to err by as much more than the best that has one.
OF_THE_LAST_PERIOD, OF_THE_SAME_SEASON = 0.03, 0.10
# Worse is worse, but not without end: one window shall not decide for all.
MOST_OF_A_WINDOW = 0.2
OF_TOTAL, MOST_OF_TOTAL = 0.02, 0.7
SMALLEST = 1e-12


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one window says: the errors of every candidate, and the repeat purchases that had been seen before it."""

    errors: Mapping[str, Errors]
    repeats: float


def prior(fits: Fits, repeats: float, season_gain: float = 0.0) -> dict[str, float]:
    """How much worse than the best each single purchase candidate is thought to be, before any window, in logarithms.

    Seasonal candidates have the prior of their model; the others are thought to err by what the season gains, too.
    """
    have = fits.likelihoods
    if not have:
        return {}
    best = max(have.values())
    without_rhythm = max((have[name] for name in (BG_NBD, PARETO_NBD) if name in have), default=best)
    found = {}
    for name in (BG_NBD, MBG_CNBD, PARETO_NBD):
        behind = (best - have[name]) / max(repeats, 1) if name in have else 1.0
        found[name] = min(OF_RHYTHM * behind, MOST_OF_PRIOR)
    rhythm_missed = OF_RHYTHM * max(best - without_rhythm, 0)
    loss_missed = OF_LOSS * max(without_rhythm - have.get(PAST_RATE, without_rhythm), 0)
    found[PAST_RATE] = min((rhythm_missed + loss_missed) / max(repeats, 1), MOST_OF_PRIOR)
    season_missed = min(OF_SEASON * max(season_gain, 0) / max(repeats, 1), MOST_OF_PRIOR)
    return {
        **{name + SEASONAL: thought for name, thought in found.items()},
        **{name: thought + season_missed for name, thought in found.items()},
        LAST_PERIOD: OF_THE_LAST_PERIOD + season_missed,
        SAME_SEASON: OF_THE_SAME_SEASON,
    }


def scores(
    singles: Sequence[str], evidence: Sequence[Evidence], before: Mapping[str, float], repeats: float
) -> dict[str, float]:
    """The score of every candidate, averages too; the lowest is to be believed. `repeats` are those known by now."""
    names = with_averages(list(singles))
    told, weights = [np.array([_before(name, before) for name in names])], [PRIOR_WEIGHT]
    for window in evidence:
        regret = _regrets(window.errors)
        if not regret:
            continue
        shown = window.repeats / (window.repeats + REPEATS_OF_HALF_A_WINDOW)
        weights.append(shown * min(window.repeats / max(repeats, 1), 1.0) ** 0.5)
        worst = max(regret.values())
        told.append(np.array([regret.get(name, worst) for name in names]))
    weight = np.array(weights)
    weight[1:] *= min(1.0, MOST_WINDOWS / max(len(weight) - 1, 1))
    weight /= weight.sum()
    regrets = np.array(told)
    mean = weight @ regrets
    unsteadiness = np.sqrt(weight @ (regrets - mean) ** 2)
    return dict(zip(names, (mean + OF_UNSTEADINESS * unsteadiness).tolist(), strict=True))


def _before(name: str, before: Mapping[str, float]) -> float:
    # A spend candidate is thought of as its purchases are.
    purchases = {part: part.split(TIMES)[0] for part in parts(name)}
    thought = {
        part: before.get(of, before.get(of.removesuffix(SEASONAL), MOST_OF_PRIOR)) for part, of in purchases.items()
    }
    return sum(weight * thought[part] for part, weight in parts(name).items())


def _regrets(errors: Mapping[str, Errors]) -> dict[str, float]:
    if not errors:
        return {}
    lowest_mae = max(min(error.mae for error in errors.values()), SMALLEST)
    lowest_rmse = max(min(error.rmse for error in errors.values()), SMALLEST)

    def regret(error: Errors) -> float:
        both = [
            min(float(np.log(max(of, SMALLEST) / lowest)), MOST_OF_A_WINDOW)
            for of, lowest in ((error.mae, lowest_mae), (error.rmse, lowest_rmse))
        ]
        of_total = min(abs(float(np.log1p(max(error.total, -0.99)))), MOST_OF_TOTAL)
        return sum(both) / len(both) + OF_TOTAL * of_total

    return {name: regret(error) for name, error in errors.items()}
