"""What a purchase model knows of a customer: how often, how recently and how long ago (x, t_x, T), in weeks.

Fader, Hardie and Lee (2005), "Counting your customers" the easy way, section 2: (x, t_x, T) is all that the past says.
Models of regular timing also need the gaps between purchases (Platzer and Reutterer 2016, "Ticking away the moments").
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Histories:
    """Arrays of one length, a place for each customer; times in weeks, counted from the customer's first purchase.

    `log_gaps` is the sum of the logarithms of the gaps (in weeks) between order days, for choosing a regularity.
    Errors: ValueError for arrays of unequal length, or a customer that cannot be (recency above age, or a negative).
    """

    frequency: Floats
    recency: Floats
    age: Floats
    log_gaps: Floats

    def __post_init__(self) -> None:
        if not self.frequency.shape == self.recency.shape == self.age.shape == self.log_gaps.shape:
            raise ValueError("frequency, recency, age and log_gaps must have one length")
        # Written so that a NaN fails as well.
        possible = (self.frequency >= 0) & (self.recency >= 0) & (self.recency <= self.age) & np.isfinite(self.age)
        if not possible.all():
            raise ValueError(
                "a customer's recency must lie between 0 and the age, and the frequency must not be negative"
            )
        if not ((self.frequency > 0) == (self.recency > 0)).all():
            raise ValueError("a recency above 0 needs a repeat purchase, and the other way round")

    def __len__(self) -> int:
        return len(self.frequency)

    def take(self, which: Ints | npt.NDArray[np.bool_]) -> "Histories":
        """The customers at these places, or where the mask is true."""
        return Histories(self.frequency[which], self.recency[which], self.age[which], self.log_gaps[which])


def summarised(frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike) -> Histories:
    """Histories of which only (x, t_x, T) is known; good for every model but the choice of a regularity above 1."""
    x, t_x, t = (np.atleast_1d(np.asarray(column, dtype=np.float64)) for column in (frequency, recency, age))
    return Histories(x, t_x, t, np.zeros_like(x))


def histories(
    customer: Ints,
    day: Ints,
    end_day: int,
    first_known: Ints | None = None,
    start_day: int | None = None,
) -> tuple[Histories, Ints]:
    """The histories of all customers with an order up to `end_day`, and their codes in rising order.

    `customer` and `day` hold one row for each order, in any sequence; several orders of a customer on a day count once.
    `first_known` holds, for each row, the day of that customer's true first purchase where it is known from elsewhere
    (any later day where it is not). Such a customer was there before its first recorded order, so that every recorded
    order day counts as a repeat purchase. Its age counts from that day, but not from before `start_day`, the first day
    that the ledger covers (the earliest order, unless given): what was bought earlier is not recorded.
    """
    code, order_day, kept = _order_days(np.asarray(customer), np.asarray(day), end_day)
    if not len(code):
        nobody = np.zeros(0)
        return Histories(nobody, nobody, nobody, nobody), np.zeros(0, dtype=np.int64)
    is_first = np.r_[True, code[1:] != code[:-1]]
    starts = np.flatnonzero(is_first)
    origin = order_day[starts]
    if first_known is not None:
        covered_from = int(np.min(day)) if start_day is None else start_day
        origin = np.minimum(origin, np.maximum(_earliest(customer, first_known, kept, code[starts]), covered_from))
    previous = np.r_[0, order_day[:-1]]
    previous[starts] = origin
    gap_weeks = (order_day - previous) / DAYS_A_WEEK
    is_repeat = gap_weeks > 0
    log_gap = np.log(gap_weeks, out=np.zeros_like(gap_weeks), where=is_repeat)
    ends = np.r_[starts[1:], len(code)] - 1
    summary = Histories(
        frequency=np.add.reduceat(is_repeat.astype(np.float64), starts),
        recency=(order_day[ends] - origin) / DAYS_A_WEEK,
        age=(end_day - origin) / DAYS_A_WEEK,
        log_gaps=np.add.reduceat(log_gap, starts),
    )
    return summary, code[starts]


def grouped(h: Histories, weights: Floats | None = None) -> tuple[Histories, Floats, Ints]:
    """Each distinct (x, t_x, T) once, the number (or weight) of customers that share it, and where each customer went.

    The gaps enter every likelihood as a sum, so that a group holds the mean of its members' `log_gaps`.
    """
    firsts, inverse = distinct(h.frequency, h.recency, h.age)
    weight = np.ones(len(h)) if weights is None else np.asarray(weights, dtype=np.float64)
    groups = len(firsts)
    counts = np.bincount(inverse, weight, groups).astype(np.float64)
    log_gaps = np.bincount(inverse, weight * h.log_gaps, groups)
    mean_log_gaps = np.divide(log_gaps, counts, out=np.zeros(groups), where=counts > 0)
    return Histories(h.frequency[firsts], h.recency[firsts], h.age[firsts], mean_log_gaps), counts, inverse


def distinct(*columns: Floats) -> tuple[Ints, Ints]:
    """The place of one row of each kind, kinds sorted by the first column, then the next; and the kind of each row."""
    order = np.lexsort(columns[::-1])
    is_new = np.ones(len(order), dtype=np.bool_)
    if len(order):
        is_new[1:] = False
    for column in columns:
        sorted_column = column[order]
        is_new[1:] |= sorted_column[1:] != sorted_column[:-1]
    kind: Ints = np.empty(len(order), dtype=np.int64)
    kind[order] = np.cumsum(is_new) - 1
    return order[is_new].astype(np.int64), kind


def _order_days(customer: Ints, day: Ints, end_day: int) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Distinct (customer, day) up to `end_day`, sorted, and which rows lie in the window."""
    kept = day <= end_day
    code, order_day = customer[kept].astype(np.int64), day[kept].astype(np.int64)
    if not len(code):
        return code, order_day, kept
    lowest_code, lowest_day = int(code.min()), int(order_day.min())
    span = int(order_day.max()) - lowest_day + 1
    if (int(code.max()) - lowest_code + 1) * span < 2**62:
        # One sort of one number is several times faster than a sort by two columns.
        key = np.unique((code - lowest_code) * span + (order_day - lowest_day))
        return key // span + lowest_code, key % span + lowest_day, kept
    order = np.lexsort((order_day, code))
    code, order_day = code[order], order_day[order]
    is_new = np.r_[True, (code[1:] != code[:-1]) | (order_day[1:] != order_day[:-1])]
    return code[is_new], order_day[is_new], kept


def _earliest(customer: Ints, first_known: Ints, kept: npt.NDArray[np.bool_], codes: Ints) -> Ints:
    """The earliest known first day of each of `codes`."""
    earliest = np.full(len(codes), np.iinfo(np.int64).max)
    place = np.searchsorted(codes, np.asarray(customer)[kept])
    np.minimum.at(earliest, place, np.asarray(first_known)[kept].astype(np.int64))
    return earliest
