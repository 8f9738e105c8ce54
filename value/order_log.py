"""A ledger as the value engine sees it: who ordered or took back on which day, for how much.

Days are whole numbers on any scale (the engine uses proleptic ordinals). All rows of a customer on a day are one; the
day is an *order day* where something was bought, whatever was credited. Credits lower what a customer spends, and are
never a purchase.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from value.histories import DAYS_A_WEEK, Floats, Histories, Ints
from value.rhythm import rhythms
from value.seasons import OperationalTime

# The same weekday a year ago, so that a season compares the same number of each.
DAYS_A_YEAR = 364
NOT_KNOWN = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Log:
    """One row for each customer and day, in that order. `bought` is above 0 on order days, `credited` at most 0.

    `known_since` is the day of the customer's true first purchase where it is known to lie before the first row.
    """

    customer: Ints
    day: Ints
    bought: Floats
    credited: Floats
    known_since: Ints

    @property
    def is_order(self) -> npt.NDArray[np.bool_]:
        """On which rows something was bought."""
        return self.bought > 0

    def until(self, day: int) -> "Log":
        """What was known in the evening of that day."""
        return self.where(self.day <= day)

    def between(self, after: int, until: int) -> "Log":
        """What happened after one day, up to the other."""
        return self.where((self.day > after) & (self.day <= until))

    def where(self, kept: npt.NDArray[np.bool_]) -> "Log":
        """These rows only."""
        return Log(self.customer[kept], self.day[kept], self.bought[kept], self.credited[kept], self.known_since[kept])


@dataclass(frozen=True, slots=True)
class Summaries:
    """All that predictions need to know: a row for each customer who has ever bought, in rising order of code.

    `recent_…` is of the last `horizon_days` before `end_day`, `season_…` of the same season a year before what is
    ahead; both without a customer's first order, which does not come again. `since_day` is the first purchase,
    `typical_gap_days` is 0 where a customer has no rhythm yet. `amounts` alone has a row for each order day instead:
    what was bought on it, one customer's after the other's, as they came.
    """

    end_day: int
    start_day: int
    horizon_days: int
    customer: Ints
    since_day: Ints
    last_day: Ints
    frequency: Floats
    log_gaps: Floats
    orders: Floats
    bought: Floats
    log_bought: Floats
    credited: Floats
    recent_orders: Floats
    recent_spent: Floats
    season_orders: Floats
    season_spent: Floats
    typical_gap_days: Floats
    amounts: Floats

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def histories(self) -> Histories:
        """In calendar weeks."""
        return Histories(
            frequency=self.frequency,
            recency=np.where(self.frequency > 0, self.last_day - self.since_day, 0) / DAYS_A_WEEK,
            age=(self.end_day - self.since_day) / DAYS_A_WEEK,
            log_gaps=self.log_gaps,
        )

    def histories_in(self, clock: OperationalTime) -> Histories:
        """In the operational weeks of a clock."""
        if clock.is_calendar:
            return self.histories
        end = clock.weeks(self.end_day)
        recency = np.where(self.frequency > 0, clock.weeks(self.last_day) - clock.weeks(self.since_day), 0.0)
        # Of the same day twice, rounding must not make the age the smaller.
        return Histories(self.frequency, recency, np.maximum(end - clock.weeks(self.since_day), recency), self.log_gaps)

    @property
    def spent(self) -> Floats:
        """Net of credits."""
        return self.bought + self.credited


def log_of(customer: Ints, day: Ints, amount: Floats, known_since: Ints | None = None) -> Log:
    """The log of a ledger's rows, in any order. Errors: ValueError for an amount that is not finite."""
    customer, day = np.asarray(customer, dtype=np.int64), np.asarray(day, dtype=np.int64)
    amount = np.asarray(amount, dtype=np.float64)
    if not np.isfinite(amount).all():
        raise ValueError("an amount is not a finite number")
    known = np.full(len(day), NOT_KNOWN) if known_since is None else np.asarray(known_since, dtype=np.int64)
    order = np.lexsort((day, customer))
    customer, day, amount, known = customer[order], day[order], amount[order], known[order]
    starts = np.flatnonzero(np.r_[True, (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])][: len(day)])
    if not len(starts):
        return Log(customer, day, amount, amount, known)
    return Log(
        customer=customer[starts],
        day=day[starts],
        bought=np.add.reduceat(np.maximum(amount, 0), starts),
        credited=np.add.reduceat(np.minimum(amount, 0), starts),
        known_since=np.minimum.reduceat(known, starts),
    )


def summarised(log: Log, end_day: int, horizon_days: int, start_day: int | None = None) -> Summaries:
    """What the log says of each customer in the evening of `end_day`.

    `start_day` is the first day of the whole ledger, where the log is of some customers only: whoever is known from
    before the ledger has been seen since then.
    """
    past = log.until(end_day)
    earliest = int(past.day.min()) if len(past.day) else end_day
    start_day = earliest if start_day is None else min(start_day, earliest)
    is_order = past.is_order
    code, day, bought = past.customer[is_order], past.day[is_order], past.bought[is_order]
    codes, first, orders = np.unique(code, return_index=True, return_counts=True)
    everyone = len(codes)
    row = np.repeat(np.arange(everyone), orders)
    first_day = day[first]
    since = np.minimum(first_day, np.maximum(_earliest(past, codes), start_day))
    previous = np.r_[0, day[:-1]][: len(day)]
    previous[first] = since
    gap_weeks = (day - previous) / DAYS_A_WEEK
    is_repeat = gap_weeks > 0
    log_gap = np.log(gap_weeks, out=np.zeros_like(gap_weeks), where=is_repeat)

    place = np.searchsorted(codes, past.customer)
    of_buyers = np.isin(past.customer, codes)
    place, entry = place[of_buyers], past.where(of_buyers)
    # Not its first order, but credits of that day and all that came later.
    comes_again = entry.is_order & (entry.day > since[place]) if everyone else entry.is_order
    spent = np.where(comes_again, entry.bought, 0) + entry.credited

    def summed(weight: Floats | npt.NDArray[np.bool_], rows: npt.NDArray[np.bool_] | None = None) -> Floats:
        chosen = slice(None) if rows is None else rows
        return np.bincount(place[chosen], weight[chosen], everyone).astype(np.float64)

    recent = entry.day > end_day - horizon_days
    season_start = end_day - DAYS_A_YEAR
    season = (entry.day > season_start) & (entry.day <= season_start + horizon_days)
    return Summaries(
        end_day=end_day,
        start_day=start_day,
        horizon_days=horizon_days,
        customer=codes,
        since_day=since,
        last_day=day[first + orders - 1] if everyone else first_day,
        frequency=np.bincount(row, is_repeat, everyone).astype(np.float64),
        log_gaps=np.bincount(row, log_gap, everyone).astype(np.float64),
        orders=orders.astype(np.float64),
        bought=np.bincount(row, bought, everyone).astype(np.float64),
        log_bought=np.bincount(row, np.log(bought), everyone).astype(np.float64),
        credited=summed(entry.credited),
        recent_orders=summed(comes_again, recent),
        recent_spent=summed(spent, recent),
        season_orders=summed(comes_again, season),
        season_spent=summed(spent, season),
        typical_gap_days=rhythms(code, day).typical_gap_days,
        amounts=bought,
    )


def outcomes(log: Log, customers: Ints, after: int, until: int) -> tuple[Floats, Floats]:
    """How often each of these customers bought after one day and up to the other, and what it spent, net."""
    later = log.between(after, until)
    later = later.where(np.isin(later.customer, customers))
    place = np.searchsorted(customers, later.customer)
    purchases = np.bincount(place, later.is_order, len(customers))
    return purchases.astype(np.float64), np.bincount(place, later.bought + later.credited, len(customers)).astype(
        np.float64
    )


def _earliest(log: Log, codes: Ints) -> Ints:
    earliest = np.full(len(codes), NOT_KNOWN)
    of_codes = np.isin(log.customer, codes)
    np.minimum.at(earliest, np.searchsorted(codes, log.customer[of_codes]), log.known_since[of_codes])
    return earliest
