"""The choice, and every candidate beside it, held against what came after: the holdout that the choice never saw."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from value import backtest, candidates, predictive
from value.backtest import Errors
from value.candidates import TIMES, Predictions
from value.chosen import Choice
from value.expectations import holding, within_reach
from value.histories import Floats
from value.intervals import HIGH_LEVEL, LOW_LEVEL, Pit, interval_score
from value.order_log import Log, Summaries, outcomes, summarised
from value.predictive import Forecasts


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one candidate did: its errors, the share of outcomes within its 80 %, and the mean score of its intervals.

    The last two are None for averages that were not chosen: they have no distribution of their own.
    """

    errors: Errors
    pit_mass: float | None = None
    interval_score: float | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a choice. Rows of customers are those of `known`; PITs are of the chosen, recalibrated."""

    known: Summaries
    expected_purchases: Floats
    expected_spend: Floats
    low_spend: Floats
    high_spend: Floats
    bought: Floats
    spent: Floats
    pit_purchases: Pit
    pit_spend: Pit
    purchases: dict[str, Outcome]
    spends: dict[str, Outcome]


def tried(log: Log, made: Choice) -> Trial:
    """Hold the choice, and all candidates, against the horizon that follows it in the log."""
    known = summarised(log.until(made.end_day), made.end_day, made.horizon_days)
    bought, spent = outcomes(log, known.customer, made.end_day, made.end_day + made.horizon_days)
    expected = candidates.purchases(made.learned, known)
    spends = candidates.spends(made.learned, known, expected)
    own = _own(made, known, expected, spends)
    chosen = _Told.of(made, known, made.carrier, *own, recalibrated=True)
    pit_purchases, pit_spend = chosen.pits(made, bought, spent)
    of_purchases = {name: Outcome(errors) for name, errors in backtest.errors(expected, bought).items()}
    of_spends = {name: Outcome(errors) for name, errors in backtest.errors(spends, spent).items()}
    for name, value in spends.items():
        purchases = name.split(TIMES)[0]
        carrier = purchases if purchases in made.learned.models else made.carrier
        # Purchases are the same for both sizes of an order: told once.
        is_new = of_purchases[purchases].pit_mass is None
        told = _Told.of(made, known, carrier, expected[purchases] if is_new else None, value, recalibrated=False)
        counted, spread = told.pits(None, bought, spent)
        of_spends[name] = told.outcome(of_spends[name].errors, spread, spent, spend=True)
        if is_new:
            of_purchases[purchases] = told.outcome(of_purchases[purchases].errors, counted, bought, spend=False)
    of_purchases[made.purchases] = chosen.outcome(Errors.of(own[0], bought), pit_purchases, bought, spend=False)
    of_spends[made.spend] = chosen.outcome(Errors.of(own[1], spent), pit_spend, spent, spend=True)
    return Trial(
        known=known,
        expected_purchases=own[0],
        expected_spend=own[1],
        low_spend=chosen.spends[:, 0],
        high_spend=chosen.spends[:, 1],
        bought=bought,
        spent=spent,
        pit_purchases=pit_purchases,
        pit_spend=pit_spend,
        purchases=of_purchases,
        spends=of_spends,
    )


def _own(made: Choice, known: Summaries, expected: Predictions, spends: Predictions) -> tuple[Floats, Floats]:
    """What the choice expects, as whoever asks is told it."""
    fits = made.learned
    carried = candidates.expected_at(fits, made.carrier, known, [known.horizon_days])
    purchases, spend = candidates.value_of(made.purchases, expected), candidates.value_of(made.spend, spends)
    told = within_reach(fits, known, purchases[:, np.newaxis], spend[:, np.newaxis], carried)
    return told[0][:, 0], told[1][:, 0]


@dataclass(frozen=True, slots=True)
class _Told:
    """The distributions of one candidate, and its 80 % intervals of counts and of spend, (customers, 2).

    Without purchases the counts are those of the spend.
    """

    parts: tuple[Forecasts, ...]
    counts: Floats
    spends: Floats

    @classmethod
    def of(
        cls,
        made: Choice,
        known: Summaries,
        carrier: str,
        purchases: Floats | None,
        spend: Floats,
        *,
        recalibrated: bool,
    ) -> "_Told":
        levels = np.array([LOW_LEVEL, HIGH_LEVEL])
        count_levels = made.of_counts.promised(levels) if recalibrated else levels
        spend_levels = made.of_spend.promised(levels) if recalibrated else levels
        parts = tuple(
            predictive.forecasts(
                made.learned, carrier, known, days=known.horizon_days, purchases=purchases, spend=spend
            )
        )
        counts = np.zeros((len(known), 2))
        for part in parts:
            cumulated = np.cumsum(part.counts, axis=1)[:, np.newaxis, :]
            counts[part.rows] = (cumulated < count_levels[:, np.newaxis] - 1e-12).sum(axis=2)
        spends, _ = predictive.quantiles(_again(parts), len(known), spend_levels)
        return cls(parts, counts, holding(spends, spend) if recalibrated else spends)

    def pits(self, made: Choice | None, bought: Floats, spent: Floats) -> tuple[Pit, Pit]:
        said = predictive.judged(_again(self.parts), bought, spent)
        if made is None:
            return said.counts, said.spend
        return made.of_counts.applied(said.counts), made.of_spend.applied(said.spend)

    def outcome(self, errors: Errors, pit: Pit, actual: Floats, *, spend: bool) -> Outcome:
        bounds = self.spends if spend else self.counts
        if not len(actual):
            return Outcome(errors)
        score = interval_score(bounds[:, 0], bounds[:, 1], actual)
        return Outcome(errors, pit.mass_within(), float(score.mean()))


def _again(parts: tuple[Forecasts, ...]) -> Iterator[Forecasts]:
    yield from parts
