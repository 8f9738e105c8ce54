import numpy as np
import pytest

from benchmarks import choice_ledgers
from tests.value import logs
from value import candidates, engine
from value.order_log import Log, summarised
from value.seasons import CALENDAR, FREEDOM, OperationalTime, operational_time

WEEKS = 78


def gain(log: Log, weeks: int = WEEKS) -> float:
    """What the season that these weeks seem to have gains in likelihood."""
    end = int(log.day.min()) + weeks * 7 - 1
    past = log.until(end)
    s = summarised(past, end, 91)
    clock = operational_time(past.day[past.is_order], s.start_day, end)
    since = s.since_day[np.searchsorted(s.customer, past.customer)]
    return candidates.season_gain(s, clock, past.day[past.is_order & (past.day > since)])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_season_is_believed_after_a_year_and_a_half(seed: int) -> None:
    assert gain(choice_ledgers.generated(choice_ledgers.KINDS["seasonal"], seed)) > 20


@pytest.mark.parametrize("kind", ["many new", "growing", "rhythmical"])
def test_newcomers_growth_and_rhythm_are_no_season(kind: str) -> None:
    assert gain(choice_ledgers.generated(choice_ledgers.KINDS[kind], 1)) <= 0


def test_no_clock_no_gain_and_without_a_model_none_either() -> None:
    s = summarised(logs.company(), logs.FIRST_DAY + 500, 91)
    assert candidates.season_gain(s, CALENDAR, s.last_day) == 0.0
    nobody = summarised(logs.of(), logs.FIRST_DAY, 91)
    assert candidates.season_gain(nobody, OperationalTime(np.linspace(0.5, 1.5, 52)), np.zeros(0, dtype=int)) == 0.0


def test_what_free_weights_gain_by_chance_is_taken_off() -> None:
    log = logs.company()
    s = summarised(log, logs.FIRST_DAY + 500, 91)
    weights = 1 + 0.1 * np.sin(np.arange(52) / 52 * 2 * np.pi)
    free, fixed = (
        candidates.season_gain(s, OperationalTime(weights, freedom), s.last_day) for freedom in (FREEDOM, 0.0)
    )
    assert fixed - free == pytest.approx(52 * 14 / 64)


def test_a_ledger_with_a_season_is_foretold_by_its_season() -> None:
    log = choice_ledgers.generated(choice_ledgers.KINDS["seasonal"], 1)
    end = int(log.day.min()) + WEEKS * 7 - 1
    made = engine.choose(log, end_day=end, horizon_weeks=26)
    assert all(part.endswith(candidates.SEASONAL) for part in candidates.parts(made.purchases))


def test_a_ledger_without_a_season_has_no_seasonal_candidates() -> None:
    log = choice_ledgers.generated(choice_ledgers.KINDS["growing"], 1)
    made = engine.choose(log, end_day=int(log.day.min()) + WEEKS * 7 - 1, horizon_weeks=26)
    assert made.learned.clock.is_calendar
    assert not any(candidates.SEASONAL in name for name in made.purchase_table)
