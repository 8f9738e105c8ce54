"""A customer's rhythm: how many days usually lie between two of its order days, and when the next is due.

    typical gap = median of the gaps between consecutive order days
    next due    = last order day + typical gap, rounded to a whole day
    days late   = today − next due; negative where the order is still to come

The median, since a single long holiday, or two orders in one week, does not change a habit. A customer is *regular*
where the coefficient of variation of its gaps, standard deviation ÷ mean, is at most one half: Erlang gaps of shape k
have 1/√k, so that this is k ≥ 4 of Platzer & Reutterer (2016), "Ticking away the moments"; pure chance has 1.
"""

import enum
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from value.histories import Floats, Ints

Flags = npt.NDArray[np.bool_]

# The median of two gaps is only their average: one odd gap would be taken for the habit.
FEWEST_GAPS = 3
REGULAR_UP_TO_VARIATION = 0.5


class NoRhythm(enum.Enum):
    """Why a customer has no rhythm yet."""

    ONE_ORDER_DAY = "it has ordered on one day only"
    FEW_GAPS = "it has ordered on fewer than four days"


@dataclass(frozen=True, slots=True)
class Rhythms:
    """One row per customer that ever ordered, by customer code.

    Only rows with `is_known` have a rhythm; in the others the gap is 0 and the next due day is the last order day, and
    `why_unknown` says why. Days are whole numbers on the scale of the order days given.
    """

    customer: Ints
    order_days: Ints
    last_day: Ints
    is_known: Flags
    typical_gap_days: Floats
    variation: Floats
    is_regular: Flags
    next_due_day: Ints

    def days_late(self, today: int) -> Ints:
        """How long ago the next order was due; negative where it is still to come, 0 where no rhythm is known."""
        return np.where(self.is_known, today - self.next_due_day, 0)

    def why_unknown(self, row: int) -> NoRhythm | None:
        """The reason why the customer of this row has no rhythm; None where it has one."""
        if self.is_known[row]:
            return None
        return NoRhythm.ONE_ORDER_DAY if self.order_days[row] == 1 else NoRhythm.FEW_GAPS


def rhythms(customer: Ints, day: Ints) -> Rhythms:
    """The rhythm of every customer, from one (customer, day) for each order, in any order; twice on a day is once."""
    customer, day = np.asarray(customer, dtype=np.int64), np.asarray(day, dtype=np.int64)
    order = np.lexsort((day, customer))
    customer, day = customer[order], day[order]
    first_of_its_day = np.ones(len(customer), dtype=np.bool_)
    first_of_its_day[1:] = (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])
    customer, day = customer[first_of_its_day], day[first_of_its_day]

    codes, start, order_days = np.unique(customer, return_index=True, return_counts=True)
    last_day = day[start + order_days - 1]
    is_gap = np.ones(len(day), dtype=np.bool_)
    is_gap[start] = False
    gap = (day[1:] - day[:-1])[is_gap[1:]].astype(np.float64)
    row = np.repeat(np.arange(len(codes)), order_days - 1)
    is_known = order_days - 1 >= FEWEST_GAPS
    typical = np.where(is_known, _medians(gap, row, order_days - 1), 0.0)
    variation = np.where(is_known, _variations(gap, row, order_days - 1), 0.0)
    return Rhythms(
        customer=codes,
        order_days=order_days.astype(np.int64),
        last_day=last_day,
        is_known=is_known,
        typical_gap_days=typical,
        variation=variation,
        is_regular=is_known & (variation <= REGULAR_UP_TO_VARIATION),
        next_due_day=last_day + whole_days(typical),
    )


def whole_days(gap_days: Floats | float) -> Ints:
    """Typical gaps as people are told them. Half a day is rounded up: nobody is called late on the day itself."""
    return np.floor(np.asarray(gap_days) + 0.5).astype(np.int64)


def _medians(gap: Floats, row: Ints, gaps: Ints) -> Floats:
    """The median gap of each customer; 0 where there is none."""
    if not len(gap):
        return np.zeros(len(gaps))
    in_order = gap[np.lexsort((gap, row))]
    start = np.cumsum(gaps) - gaps
    last = len(gap) - 1
    lower = in_order[np.minimum(start + np.maximum(gaps - 1, 0) // 2, last)]
    upper = in_order[np.minimum(start + gaps // 2, last)]
    return np.where(gaps > 0, (lower + upper) / 2, 0.0)


def _variations(gap: Floats, row: Ints, gaps: Ints) -> Floats:
    """The coefficient of variation of each customer's gaps, with n − 1; 0 where there are fewer than two."""
    mean = np.bincount(row, gap, len(gaps)) / np.maximum(gaps, 1)
    squares = np.bincount(row, (gap - mean[row]) ** 2, len(gaps))
    # A gap is at least one day, so the mean of one or more of them is never 0.
    return np.asarray(np.sqrt(squares / np.maximum(gaps - 1, 1)) / np.maximum(mean, 1.0), dtype=np.float64)
