"""The class of a customer: what it needs of us, by a table of rules of which the first that holds gives the class.

Money is a customer's own, in minor units: the last 12 months beside its usual year. Days are counted to the observation
end, never to today, since what happened since is not known. NaN is not known, and then no rule that needs it holds; the
last rule holds for everybody. So each customer has exactly one class.
"""

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from value.histories import Floats, Ints
from value.rhythm import Flags

DAYS_A_YEAR = 365.25

# The least that is more than nothing.
LEAST_MINOR = 1.0
# A half-year: a customer is new until it can have a habit.
NEW_DAYS = 182
# Without a model: so many of its own gaps, and no less than a quarter; a year where it has no rhythm.
LOST_GAPS = 3.0
LOST_LEAST_DAYS = 91
LOST_DAYS = 364
# With a model: more likely gone than not.
LOST_BELOW = 0.5
LONG_GONE_DAYS = 728
LATE_GAPS = 1.5
LATE_LEAST_DAYS = 14
WAVERING_BELOW = 0.8
SHRUNK_TO = 0.75
GROWN_TO = 1.25


class CareClass(enum.Enum):
    """What a customer needs of us."""

    RETAIN = "retain"
    RAMP_UP = "ramp_up"
    RESTORE = "restore"
    REGAIN = "regain"
    REACTIVATE = "reactivate"
    NEW = "new"
    EXIT = "exit"

    @property
    def label(self) -> str:
        """As people write it: Ramp up."""
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Signals:
    """One row for each customer. `earned` is profit, or revenue where its cost is not known, so far; the days since the
    first and the last purchase are NaN where there was none.
    """

    is_exit: Flags
    days_since_first: Floats
    days_since_last: Floats
    earned: Floats
    earned_12_months: Floats
    typical_gap_days: Floats
    probability_alive: Floats

    def __len__(self) -> int:
        return len(self.is_exit)

    @property
    def usual_year(self) -> Floats:
        """What a year before the last 12 months earned on average; NaN where there was not a whole one."""
        years = self.days_since_first / DAYS_A_YEAR - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            usual: Floats = (self.earned - self.earned_12_months) / np.where(years >= 1, years, np.nan)
        return usual

    @property
    def lost_after_days(self) -> Floats:
        """After how many days without a purchase a customer counts as lost, where no model knows better."""
        by_rhythm = np.maximum(LOST_GAPS * self.typical_gap_days, LOST_LEAST_DAYS)
        return np.where(np.isnan(self.typical_gap_days), float(LOST_DAYS), by_rhythm)

    @property
    def late_after_days(self) -> Floats:
        """After how many days without a purchase an order is late; NaN without a rhythm."""
        gap = self.typical_gap_days
        return np.maximum(LATE_GAPS * gap, gap + LATE_LEAST_DAYS)

    @property
    def is_lost(self) -> Flags:
        """Whether the customer has left: by the model where it tells, else by how long it is silent."""
        silent = self.days_since_last >= self.lost_after_days
        by_model = self.probability_alive < LOST_BELOW
        return np.where(np.isnan(self.probability_alive), silent, by_model)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table. `why` goes on from "since"."""

    name: str
    care_class: CareClass
    why: str
    holds: Callable[[Signals], Flags]


RULES = (
    Rule("marked", CareClass.EXIT, "a manager has marked it as an exit", lambda s: s.is_exit),
    Rule("no_purchase", CareClass.NEW, "there is no purchase on record", lambda s: np.isnan(s.days_since_last)),
    Rule(
        "first_purchase",
        CareClass.NEW,
        f"it first bought less than {NEW_DAYS} days before the data ends",
        lambda s: s.days_since_first < NEW_DAYS,
    ),
    Rule(
        "long_gone",
        CareClass.REACTIVATE,
        f"it has left, and has bought nothing for {LONG_GONE_DAYS // 364} years",
        lambda s: s.is_lost & (s.days_since_last >= LONG_GONE_DAYS),
    ),
    Rule(
        "gone_without_profit",
        CareClass.REACTIVATE,
        "it has left, and had earned us nothing in all",
        lambda s: s.is_lost & (s.earned < LEAST_MINOR),
    ),
    Rule("gone", CareClass.REGAIN, "it has left, and was worth having", lambda s: s.is_lost),
    Rule(
        "earns_nothing",
        CareClass.RESTORE,
        "the last 12 months earned us nothing",
        lambda s: s.earned_12_months < LEAST_MINOR,
    ),
    Rule(
        "late",
        CareClass.RESTORE,
        f"its order is late by more than half of its rhythm, and by {LATE_LEAST_DAYS} days at least",
        lambda s: s.days_since_last >= s.late_after_days,
    ),
    Rule(
        "wavering",
        CareClass.RESTORE,
        f"the model gives less than {WAVERING_BELOW:.0%} that it still buys from us".replace("%", " %"),
        lambda s: s.probability_alive < WAVERING_BELOW,
    ),
    Rule(
        "shrinking",
        CareClass.RESTORE,
        f"the last 12 months brought less than {SHRUNK_TO:.0%} of its usual year".replace("%", " %"),
        lambda s: s.earned_12_months < SHRUNK_TO * s.usual_year,
    ),
    Rule(
        "growing",
        CareClass.RAMP_UP,
        f"the last 12 months brought {GROWN_TO:.0%} of its usual year or more".replace("%", " %"),
        lambda s: s.earned_12_months >= GROWN_TO * s.usual_year,
    ),
    Rule("steady", CareClass.RETAIN, "nothing says that it needs more", lambda s: np.ones(len(s), dtype=np.bool_)),
)
BY_NAME = {rule.name: rule for rule in RULES}


def classify(signals: Signals) -> Ints:
    """The place in RULES of each customer's rule."""
    with np.errstate(invalid="ignore"):
        return np.select([rule.holds(signals) for rule in RULES], list(range(len(RULES)))).astype(np.int64)


class Measure(enum.Enum):
    """What can change a customer's class by itself, as Signals calls it."""

    DAYS_SINCE_FIRST = "days_since_first"
    DAYS_SINCE_LAST = "days_since_last"
    EARNED_12_MONTHS = "earned_12_months"
    PROBABILITY_ALIVE = "probability_alive"

    def just_below(self, at: float) -> float:
        """The next figure below: a day or a minor unit less; of probabilities, the least that a float can be less."""
        return float(np.nextafter(at, -np.inf)) if self is Measure.PROBABILITY_ALIVE else at - 1


@dataclass(frozen=True, slots=True)
class Flip:
    """The class that a customer has once a measure rises to `at`, or falls below it, all else as it is."""

    measure: Measure
    at: float
    rises: bool
    becomes: CareClass


def flips(of: Signals) -> list[Flip]:
    """What would change the class of one customer: of each measure the nearest figure above and below it that does."""
    now = _class_of(of)
    found = []
    for measure, marks in _marks(of).items():
        value = float(getattr(of, measure.value)[0])
        above = [(mark, mark, True) for mark in sorted(marks) if mark > value]
        below = [(mark, measure.just_below(mark), False) for mark in sorted(marks, reverse=True) if mark <= value]
        if measure is Measure.DAYS_SINCE_FIRST:
            below = []  # nobody gets younger
        for ways in (above, below):
            for at, there, rises in ways:
                becomes = _class_of(moved(of, measure, there))
                if becomes is not now:
                    found.append(Flip(measure, at, rises, becomes))
                    break
    return found


def _marks(of: Signals) -> dict[Measure, list[float]]:
    """The figures of each measure at which a rule begins or ceases to hold."""
    usual, before = float(of.usual_year[0]), float((of.earned - of.earned_12_months)[0])
    marks = {
        Measure.DAYS_SINCE_FIRST: [float(NEW_DAYS)],
        Measure.DAYS_SINCE_LAST: [
            float(of.late_after_days[0]),
            float(of.lost_after_days[0]),
            float(LONG_GONE_DAYS),
        ],
        # More than nothing in the 12 months, and in all.
        Measure.EARNED_12_MONTHS: [LEAST_MINOR, LEAST_MINOR - before, SHRUNK_TO * usual, GROWN_TO * usual],
        Measure.PROBABILITY_ALIVE: [LOST_BELOW, WAVERING_BELOW],
    }
    known = {measure: [mark for mark in some if not math.isnan(mark)] for measure, some in marks.items()}
    # Days and minor units are whole numbers.
    return {
        measure: some if measure is Measure.PROBABILITY_ALIVE else [float(math.ceil(mark)) for mark in some]
        for measure, some in known.items()
    }


def moved(of: Signals, measure: Measure, there: float) -> Signals:
    """The customer with another figure. What it earned before the last 12 months stays, whatever it earned in them."""
    moved = {measure.value: np.array([there])}
    if measure is Measure.EARNED_12_MONTHS:
        moved["earned"] = of.earned + there - of.earned_12_months
    return replace(of, **moved)


def _class_of(one: Signals) -> CareClass:
    return RULES[int(classify(one)[0])].care_class
