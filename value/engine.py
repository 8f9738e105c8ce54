"""The value engine: choose on a company's own past, then say what each customer may be expected to do.

`choose` reads the whole log, up to a day; `expect` needs one row for each customer and the choice, so that a hundred
thousand customers take one pass. Both are pure: the same log gives the same choice.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from value import backtest, candidates, choice, predictive
from value.backtest import Errors, Played, Window
from value.candidates import Fits
from value.chosen import Choice, Ranked
from value.expectations import Expectations, expect, means
from value.histories import DAYS_A_WEEK
from value.intervals import AS_PROMISED, PRIOR_CUSTOMERS, Pit, Recalibration, recalibration
from value.order_log import Log, Summaries, summarised
from value.seasons import CALENDAR, OperationalTime, operational_time
from value.spend import shock_sd

__all__ = ["Choice", "Expectations", "choose", "expect", "means", "too_thin"]

# Below any of these a back-test would tell chance, and the projected value of stated assumptions is the honester one.
LEAST_CUSTOMERS = 30
LEAST_REPEATS = 100
LEAST_SPAN_DAYS = 26 * DAYS_A_WEEK
LEAST_SHARE_OF_PAST = 1 / 3
# Of more customers than this every second, third … is back-tested: they tell the candidates apart as well as all.
MOST_BACK_TESTED = 20_000


def too_thin(s: Summaries) -> str | None:
    """Why this past cannot carry a model, as a sentence; None where it can."""
    repeats, span = int(s.frequency.sum()), s.end_day - s.start_day + 1
    if not len(s):
        return "Nobody has bought anything yet."
    if len(s) < LEAST_CUSTOMERS:
        customers = "customer has" if len(s) == 1 else "customers have"
        return f"Only {len(s)} {customers} bought so far; a model needs {LEAST_CUSTOMERS}."
    if span < LEAST_SPAN_DAYS:
        return f"The ledger covers only {span // DAYS_A_WEEK} weeks; a model needs {LEAST_SPAN_DAYS // DAYS_A_WEEK}."
    if repeats < LEAST_REPEATS:
        return f"Customers have come back only {repeats} times so far; a model needs {LEAST_REPEATS}."
    return None


def choose(log: Log, *, end_day: int, horizon_weeks: float) -> Choice:
    """Fit, back-test and choose on what was known in the evening of `end_day`; nothing later is read."""
    horizon_days = max(round(horizon_weeks * DAYS_A_WEEK), 1)
    past = log.until(end_day)
    s = summarised(past, end_day, horizon_days)
    gate = too_thin(s)
    if gate:
        return Choice(s.start_day, end_day, horizon_days, gate=gate)
    clock, gain = _believed(past, s)
    fits = candidates.fit(s, clock)
    if not fits.models or fits.own_mean is None or not fits.past_rates:
        reason = next(iter(fits.out.values()), "No model can be fitted.")
        return Choice(s.start_day, end_day, horizon_days, gate=reason)
    windows = backtest.windows(s.start_day, end_day, horizon_days)
    every = -(-len(s) // MOST_BACK_TESTED)
    some = past if every == 1 else past.where(np.isin(past.customer, s.customer[::every]))
    plays = [backtest.played(some, window, clock, fits.own_mean.fading) for window in windows]
    before = choice.prior(fits, float(s.frequency.sum()), gain)
    repeats = float(s.frequency[::every].sum())
    singles = candidates.purchases(fits, s)
    of_purchases = _table(list(singles), plays, before, repeats, spend=False)
    of_spends = _table(list(candidates.spends(fits, s, singles)), plays, before, repeats, spend=True)
    chosen, spend = _first(of_purchases), _first(of_spends)
    carrier = _carrier(fits, chosen, of_purchases)
    of_counts, of_spend = _recalibrated(plays, horizon_days, chosen, spend, carrier)
    return Choice(
        start_day=s.start_day,
        end_day=end_day,
        horizon_days=horizon_days,
        note=_note(windows, horizon_days),
        purchases=chosen,
        spend=spend,
        carrier=carrier,
        fits=fits,
        windows=tuple(windows),
        purchase_table=of_purchases,
        spend_table=of_spends,
        of_counts=of_counts,
        of_spend=of_spend,
        shock_sd=_shock(plays, spend),
    )


def _believed(past: Log, s: Summaries) -> tuple[OperationalTime, float]:
    """The clock of the season, and what it gains in likelihood; the calendar where the season is not believed."""
    day = past.day[past.is_order]
    clock = operational_time(day, s.start_day, s.end_day)
    since = s.since_day[np.searchsorted(s.customer, past.customer[past.is_order])]
    gain = candidates.season_gain(s, clock, day[day > since])
    return (clock, gain) if gain > 0 else (CALENDAR, 0.0)


def _table(
    singles: list[str], plays: Sequence[Played], before: Mapping[str, float], repeats: float, *, spend: bool
) -> dict[str, Ranked]:
    evidence = []
    for play in plays:
        expected, actual = (play.spends, play.spent) if spend else (play.purchases, play.bought)
        known = {name: value for name, value in expected.items() if name in singles}
        evidence.append(choice.Evidence(backtest.errors(known, actual), float(play.known.frequency.sum())))
    table = {}
    for name, score in choice.scores(singles, evidence, before, repeats).items():
        seen = [window.errors[name] for window in evidence if name in window.errors]
        mean = (
            Errors(*(float(np.mean([getattr(one, of) for one in seen])) for of in ("mae", "rmse", "total")))
            if seen
            else None
        )
        table[name] = Ranked(score, mean)
    return table


def _first(table: Mapping[str, Ranked]) -> str:
    return min(table, key=lambda name: table[name].score)


def _carrier(fits: Fits, chosen: str, table: Mapping[str, Ranked]) -> str:
    """The best of the fitted models among what was chosen; else the best of all."""
    among = [part for part in candidates.parts(chosen) if part in fits.models] or list(fits.models)
    return min(among, key=lambda name: table[name].score)


def _recalibrated(
    plays: Sequence[Played], horizon_days: int, chosen: str, spend: str, carrier: str
) -> tuple[Recalibration, Recalibration]:
    """How often the chosen distributions held in the windows, in the middle one of them.

    Not in all of them together: one window in which everything went another way would widen all that is ever said.
    Windows as long as the horizon tell most, and those that had at least a third of the latest one's past.
    """
    usable = [play for play in plays if _can_judge(play, chosen, spend, carrier)]
    usable = [play for play in usable if play.window.horizon_days == horizon_days] or usable
    most = max((float(play.known.frequency.sum()) for play in usable), default=0.0)
    # Windows a month apart show much of the same: every second one.
    usable = [play for play in usable if play.known.frequency.sum() >= most * LEAST_SHARE_OF_PAST][::2]
    said = [
        predictive.judged(
            predictive.forecasts(
                play.fits,
                carrier,
                play.known,
                days=play.window.horizon_days,
                purchases=candidates.value_of(chosen, play.purchases),
                spend=candidates.value_of(spend, play.spends),
            ),
            play.bought,
            play.spent,
        )
        for play in usable
    ]
    return _middle([one.counts for one in said]), _middle([one.spend for one in said])


def _middle(pits: Sequence[Pit]) -> Recalibration:
    """The median of the windows' maps, level by level; it rises, since all of them do."""
    if not pits:
        return AS_PROMISED
    maps = [recalibration(pit, PRIOR_CUSTOMERS / len(pits)) for pit in pits]
    return Recalibration(maps[0].level, np.median([one.share for one in maps], axis=0))


def _can_judge(play: Played, chosen: str, spend: str, carrier: str) -> bool:
    return (
        carrier in play.fits.models
        and play.fits.gamma_gamma is not None
        and candidates.parts(chosen).keys() <= play.purchases.keys()
        and candidates.parts(spend).keys() <= play.spends.keys()
    )


def _shock(plays: Sequence[Played], spend: str) -> float:
    usable = [play for play in plays if candidates.parts(spend).keys() <= play.spends.keys()]
    actual = [float(play.spent.sum()) for play in usable]
    return shock_sd(actual, [float(candidates.value_of(spend, play.spends).sum()) for play in usable])


def _note(windows: Sequence[Window], horizon_days: int) -> str:
    """Which past the choice rests on, as a sentence."""
    if not windows:
        return "The past is too short for a back-test: chosen by how likely each model makes the past."
    weeks = sorted({window.horizon_days / DAYS_A_WEEK for window in windows})
    lengths = " and ".join(f"{week:g}" for week in (round(week, 1) for week in weeks))
    how = (
        f"Back-tested on {len(windows)} windows of {lengths} weeks"
        if len(windows) > 1
        else (f"Back-tested on one window of {lengths} weeks")
    )
    if windows[0].is_same_season and windows[0].horizon_days == horizon_days:
        return f"{how}, the same season of the year before among them."
    return f"{how}, the latest ones: the past does not reach back to the same season of the year before."
