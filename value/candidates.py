"""The candidates of equal rank, fitted on what is known at one moment, and what each of them expects.

A purchase candidate gives each customer's mean number of order days in the horizon, a spend candidate what they come
to, net of credits: purchases × average order, or the past repeated. A model that the data cannot carry is out of the
race, with its reason, and does not keep the others from running. Where customers have a season, each model and the past
rate run a second time, in operational time (value/seasons.py); whether they have one, `season_gain` says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Protocol, TypeVar

import numpy as np

from value import baselines, bgnbd, gammagamma, mbgcnbd, own_mean, paretonbd
from value.baselines import PastRate
from value.gammagamma import GammaGamma
from value.histories import DAYS_A_WEEK, Floats, Histories, Ints
from value.likelihood import Fitted, NotFittedError
from value.order_log import Summaries
from value.own_mean import OwnMean
from value.seasons import CALENDAR, OperationalTime

BG_NBD, MBG_CNBD, PARETO_NBD = "BG/NBD", "MBG/CNBD-k", "Pareto/NBD"
PAST_RATE, LAST_PERIOD, SAME_SEASON = "past rate", "last period", "same season"
GAMMA_GAMMA, OWN_MEAN = "gamma-gamma", "own mean"
MODELS = (BG_NBD, MBG_CNBD, PARETO_NBD)
FITTERS: dict[str, Callable[[Histories], Fitted]] = {
    BG_NBD: bgnbd.fit,
    MBG_CNBD: mbgcnbd.fit,
    PARETO_NBD: paretonbd.fit,
}
SEASONAL = ", seasonal"
AND, TIMES = " + ", " × "
TWO_THIRDS, A_THIRD = "⅔ ", "⅓ "

Predictions = dict[str, Floats]
Anything = TypeVar("Anything")


class Expecting(Protocol):
    """What gives a mean number of purchases at any horizon: a fitted model or a shrunk rate."""

    @property
    def parameters(self) -> dict[str, float]: ...
    def expected_purchases(self, h: Histories, weeks: float | Floats) -> Floats: ...
    def expected_at(self, h: Histories, weeks: Floats) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Fits:
    """What was learned at one moment. Models and rates are by the names of their candidates, seasonal ones among them.

    `likelihoods` are those of the candidates that have one, in calendar time; `net_share` is what credits leave of what
    was bought; `out` has the reason of each candidate that is out of the race.
    """

    models: Mapping[str, Fitted]
    past_rates: Mapping[str, PastRate]
    likelihoods: Mapping[str, float]
    gamma_gamma: GammaGamma | None
    own_mean: OwnMean | None
    net_share: float
    clock: OperationalTime
    out: Mapping[str, str]

    @property
    def rates(self) -> dict[str, Expecting]:
        """All that give purchases at any horizon."""
        return {**self.models, **self.past_rates}

    def clock_of(self, name: str) -> OperationalTime:
        """The clock that a candidate goes by."""
        return self.clock if name.endswith(SEASONAL) else CALENDAR


def fit(s: Summaries, clock: OperationalTime = CALENDAR, fading: float | None = None) -> Fits:
    """Everything that these customers can teach; `fading` (value/own_mean.py) where it is known already."""
    out: dict[str, str] = {}

    def tried(name: str, fitting: Callable[[], Anything]) -> Anything | None:
        try:
            return fitting()
        except NotFittedError as refused:
            out[name] = refused.reason
            return None

    models: dict[str, Fitted] = {}
    rates: dict[str, PastRate] = {}
    for ending, this_clock in {"": CALENDAR, **({} if clock.is_calendar else {SEASONAL: clock})}.items():
        h = s.histories_in(this_clock)
        for name, fitter in FITTERS.items():
            model = tried(name + ending, lambda fitter=fitter, h=h: fitter(h))  # type: ignore[misc]
            if model is not None:
                models[name + ending] = model
        rate = tried(PAST_RATE + ending, lambda h=h: baselines.fit_past_rate(h))  # type: ignore[misc]
        if rate is not None:
            rates[PAST_RATE + ending] = rate
    tried(SAME_SEASON, lambda: baselines.require_same_season(s))
    likelihoods = {name: model.log_likelihood for name, model in models.items() if name in MODELS}
    if PAST_RATE in rates:
        likelihoods[PAST_RATE] = rates[PAST_RATE].log_likelihood(s.histories)
    bought = float(s.bought.sum())
    return Fits(
        models=models,
        past_rates=rates,
        likelihoods=likelihoods,
        gamma_gamma=tried(GAMMA_GAMMA, lambda: gammagamma.fit(s.bought, s.orders, s.log_bought)),
        own_mean=tried(OWN_MEAN, lambda: own_mean.fit(s, fading)),
        net_share=float(np.clip(s.spent.sum() / bought, 0, 1)) if bought > 0 else 1.0,
        clock=clock,
        out=out,
    )


def season_gain(s: Summaries, clock: OperationalTime, repeat_day: Ints) -> float:
    """How much likelier the repeat purchases are on that clock than in the calendar, in logarithms; 0 without a season.

    By a model that knows no rhythm, since a rhythm of calendar months is out of step on any other clock. A density in
    operational time is one in calendar time when each purchase is multiplied with the clock's pace on its day. What
    so many free weights would gain from chance alone is taken off (Akaike 1974). `repeat_day` are the days of all
    repeat purchases. At 0 and below, the season is not to be believed.
    """
    if clock.is_calendar:
        return 0.0
    for name in (BG_NBD, PARETO_NBD):
        try:
            calendar, seasonal = (FITTERS[name](s.histories_in(one)).log_likelihood for one in (CALENDAR, clock))
        except NotFittedError:
            continue
        return seasonal + float(np.log(clock.pace(repeat_day)).sum()) - calendar - clock.freedom
    return 0.0


def weeks_ahead(clock: OperationalTime, s: Summaries, days: float) -> float:
    """The next so many days, on that clock."""
    if clock.is_calendar:
        return days / DAYS_A_WEEK
    return float(clock.weeks(s.end_day + days) - clock.weeks(s.end_day))


def purchases(fits: Fits, s: Summaries) -> Predictions:
    """The expected purchases of each single candidate in the horizon, a row for each customer."""
    expected = {name: expected_of(fits, name, s, s.horizon_days) for name in fits.rates}
    return {**expected, **repeated(fits, s)[0]}


def expected_of(fits: Fits, name: str, s: Summaries, days: float) -> Floats:
    """The expected purchases of one model, or past rate, in the next so many days."""
    return expected_at(fits, name, s, [days])[:, 0]


def expected_at(fits: Fits, name: str, s: Summaries, days: Sequence[float]) -> Floats:
    """The same for several horizons at once, (customers, horizons)."""
    clock = fits.clock_of(name)
    weeks = np.array([weeks_ahead(clock, s, one) for one in days])
    return fits.rates[name].expected_at(s.histories_in(clock), weeks)


def order_sizes(fits: Fits, s: Summaries) -> Predictions:
    """The expected amount of one order, net of credits, by each way to tell it."""
    sizes = {}
    if fits.gamma_gamma is not None:
        sizes[GAMMA_GAMMA] = fits.net_share * fits.gamma_gamma.expected(s.bought, s.orders)
    if fits.own_mean is not None:
        sizes[OWN_MEAN] = fits.own_mean.expected(s)
    return sizes


def spends(fits: Fits, s: Summaries, expected: Predictions) -> Predictions:
    """The expected spend of each single candidate; `expected` are the purchases of `purchases`."""
    sizes = order_sizes(fits, s)
    found = {
        name + TIMES + size: expected[name] * sizes[size] for name in fits.rates for size in sizes if name in expected
    }
    return {**found, **repeated(fits, s)[1]}


def repeated(fits: Fits, s: Summaries) -> tuple[Predictions, Predictions]:
    """Purchases and spends of the candidates that repeat a stretch of the past, as far as they are in the race."""
    of_purchases: Predictions = {}
    of_spends: Predictions = {}
    if PAST_RATE not in fits.past_rates:
        return of_purchases, of_spends
    rate = expected_of(fits, PAST_RATE, s, s.horizon_days)
    order = np.zeros(len(s)) if fits.own_mean is None else fits.own_mean.expected(s)
    stretches = {LAST_PERIOD: baselines.last_period, SAME_SEASON: baselines.same_season}
    for name, stretch in stretches.items():
        if name not in fits.out:
            of_purchases[name], of_spends[name] = stretch(s, rate, order)
    return of_purchases, of_spends if fits.own_mean is not None else {}


def with_averages(names: list[str]) -> list[str]:
    """These candidates, and the averages of every two of them: evenly, and two to one either way."""
    evenly = [AND.join(two) for two in combinations(names, 2)]
    return names + evenly + [TWO_THIRDS + one + AND + A_THIRD + other for one, other in permutations(names, 2)]


def parts(name: str) -> dict[str, float]:
    """The single candidates that a candidate is made of, and the weight of each."""
    pieces = name.split(AND)
    if len(pieces) == 1:
        return {name: 1.0}
    if pieces[0].startswith(TWO_THIRDS):
        return {pieces[0].removeprefix(TWO_THIRDS): 2 / 3, pieces[1].removeprefix(A_THIRD): 1 / 3}
    return dict.fromkeys(pieces, 1 / len(pieces))


def value_of(name: str, singles: Mapping[str, Floats]) -> Floats:
    """What a candidate, single or an average of two, expects."""
    return np.asarray(sum(weight * singles[part] for part, weight in parts(name).items()), dtype=np.float64)
