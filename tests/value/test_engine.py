import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.value import logs
from tests.value.logs import FIRST_DAY
from value import backtest, candidates, engine
from value.engine import Choice, choose, expect
from value.intervals import AS_PROMISED, Pit
from value.order_log import Log, log_of, summarised
from value.trial import tried

END = FIRST_DAY + 60 * 7


@pytest.fixture(autouse=True, scope="module")
def few_windows() -> Iterator[None]:
    """What these tests ask holds with any number of windows, and each of them takes its time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(backtest, "LATEST_WINDOWS", 2)
        yield


@pytest.fixture(scope="module")
def company() -> Log:
    return logs.company()


@pytest.fixture(scope="module")
def chosen(company: Log) -> Choice:
    return choose(company, end_day=END, horizon_weeks=13)


def test_the_choice_never_sees_the_holdout(company: Log, chosen: Choice) -> None:
    assert choose(logs.changed_after(company, END), end_day=END, horizon_weeks=13).to_json() == chosen.to_json()
    assert choose(company.until(END), end_day=END, horizon_weeks=13).to_json() == chosen.to_json()


def test_the_same_log_gives_the_same_choice(company: Log, chosen: Choice) -> None:
    assert choose(company, end_day=END, horizon_weeks=13).to_json() == chosen.to_json()


def test_of_very_many_customers_some_are_back_tested_and_all_are_learned_from(
    company: Log, chosen: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = len(summarised(company, END, 91))
    monkeypatch.setattr(engine, "MOST_BACK_TESTED", everybody // 2)
    seen: list[int] = []

    def played(log: Log, *rest: Any) -> backtest.Played:
        seen.append(len(np.unique(log.customer)))
        return one_played(log, *rest)

    one_played = backtest.played
    monkeypatch.setattr(backtest, "played", played)
    made = choose(company, end_day=END, horizon_weeks=13)
    assert max(seen) <= everybody // 2
    assert made.learned.models["MBG/CNBD-k"].parameters == chosen.learned.models["MBG/CNBD-k"].parameters


def test_a_choice_says_what_it_rests_on(chosen: Choice) -> None:
    assert chosen.gate is None
    assert chosen.windows
    assert chosen.note.startswith("Back-tested on ")
    assert min(chosen.purchase_table, key=lambda name: chosen.purchase_table[name].score) == chosen.purchases
    assert min(chosen.spend_table, key=lambda name: chosen.spend_table[name].score) == chosen.spend
    assert chosen.carrier in chosen.learned.models
    assert chosen.shock_sd > 0


def test_a_choice_outlives_json(company: Log, chosen: Choice) -> None:
    again = Choice.from_json(chosen.to_json())
    assert again.to_json() == chosen.to_json()
    s = summarised(company, END, chosen.horizon_days)
    ours, theirs = (expect(one, s, horizons_weeks=[13, 52]) for one in (chosen, again))
    assert ours.expected_spend.tolist() == theirs.expected_spend.tolist()
    assert ours.high_spend.tolist() == theirs.high_spend.tolist()


@pytest.mark.parametrize("text", ["{}", '{"version": 0}', "[]", '{"version": 1}'])
def test_what_is_no_choice_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="no choice"):
        Choice.from_json(text)


def test_rhythmical_customers_are_given_a_model_of_rhythm() -> None:
    made = choose(logs.rhythmical(), end_day=FIRST_DAY + 91 * 7, horizon_weeks=13)
    assert "MBG/CNBD-k" in made.purchases
    assert made.learned.models["MBG/CNBD-k"].parameters["k"] > 3


def test_expectations_are_bounded_alive_and_grow_with_the_horizon(company: Log, chosen: Choice) -> None:
    s = summarised(company, END, chosen.horizon_days)
    told = expect(chosen, s, horizons_weeks=[13, 52, 260])
    assert ((told.probability_alive >= 0) & (told.probability_alive <= 1)).all()
    for what in (told.expected_purchases, told.expected_spend):
        assert (what >= 0).all()
        assert (np.diff(what, axis=1) >= -1e-9).all()
    assert (told.low_spend <= told.high_spend).all()
    assert (told.residual_spend >= 0).all()
    # Discounted over 20 years is more than a quarter is worth, and less than the rate of that quarter for ever.
    assert told.residual_purchases.sum() > told.expected_purchases[:, 0].sum()
    assert told.residual_purchases.sum() < told.expected_purchases[:, 0].sum() * 80


def test_a_longer_horizon_needs_no_other_choice(company: Log, chosen: Choice) -> None:
    s = summarised(company, END, chosen.horizon_days)
    together = expect(chosen, s, horizons_weeks=[13, 52]).expected_spend[:, 1]
    alone = expect(chosen, s, horizons_weeks=[52]).expected_spend[:, 0]
    assert together.tolist() == alone.tolist()


@pytest.mark.parametrize("spend", ["last period", "past rate × own mean", "MBG/CNBD-k × gamma-gamma + last period"])
def test_a_repeated_past_does_not_promise_what_the_carrier_says_is_gone(chosen: Choice, spend: str) -> None:
    log = logs.company()
    daily = np.arange(END - 90, END - 55)
    gone = int(log.customer.max()) + 1
    log = log_of(
        np.r_[log.customer, np.full(len(daily), gone)],
        np.r_[log.day, daily],
        np.r_[log.bought, np.full(len(daily), 1e3)],
    )
    made = replace(chosen, purchases="last period", spend=spend, carrier="MBG/CNBD-k")
    s = summarised(log.until(END), END, made.horizon_days)
    told = expect(made, s, horizons_weeks=[13, 26, 52, 260], discount_rate_annual=0.0)
    (row,) = np.flatnonzero(told.customer == gone)
    assert told.probability_alive[row] < 0.01
    assert told.expected_spend[row, 0] < 3_000
    for what, residual in (
        (told.expected_purchases, told.residual_purchases),
        (told.expected_spend, told.residual_spend),
    ):
        assert (np.diff(what, axis=1) >= -1e-9).all()
        assert (what[:, -1] <= residual * 1.001).all()
    mean = told.expected_spend[:, 0]
    assert ((told.low_spend <= mean) & (mean <= told.high_spend)).all()


def test_whoever_is_there_is_expected_what_was_back_tested(company: Log, chosen: Choice) -> None:
    s = summarised(company, END, chosen.horizon_days)
    fits = chosen.learned
    purchases = candidates.purchases(fits, s)
    spends = candidates.spends(fits, s, purchases)
    told = expect(chosen, s, horizons_weeks=[13])
    is_there = told.probability_alive > 0.5
    assert is_there.sum() > 30
    tested = candidates.value_of(chosen.spend, spends)
    assert told.expected_spend[is_there, 0] == pytest.approx(tested[is_there])


def test_a_customer_in_rhythm_is_due_and_late() -> None:
    log = logs.rhythmical()
    made = choose(log, end_day=FIRST_DAY + 91 * 7, horizon_weeks=13)
    s = summarised(log, made.end_day, made.horizon_days)
    told = expect(made, s, horizons_weeks=[13])
    assert told.typical_gap_days == pytest.approx(60, abs=4)
    assert (told.next_due_day == s.last_day + np.floor(told.typical_gap_days + 0.5)).all()
    assert (told.days_late == made.end_day - told.next_due_day).all()


def test_summaries_of_another_horizon_are_refused(company: Log, chosen: Choice) -> None:
    with pytest.raises(ValueError, match="horizon"):
        expect(chosen, summarised(company, END, 7), horizons_weeks=[13])


def test_the_holdout_is_judged_with_the_chosen_among_the_candidates(company: Log, chosen: Choice) -> None:
    trial = tried(company, chosen)
    ours = trial.purchases[chosen.purchases]
    assert ours.pit_mass == pytest.approx(0.8, abs=0.12)
    assert ours.errors.mae <= 1.25 * min(one.errors.mae for one in trial.purchases.values())
    assert trial.spends[chosen.spend].interval_score is not None
    told = expect(chosen, trial.known, horizons_weeks=[13])
    assert told.expected_spend[:, 0] == pytest.approx(trial.expected_spend)
    assert told.high_spend == pytest.approx(trial.high_spend, rel=1e-3)


DEGENERATE = {
    "nobody": logs.of(),
    "one customer": logs.of([(day, 50.0) for day in range(0, 700, 30)]),
    "one purchase each": logs.of(*([(day, 50.0)] for day in range(200))),
    "all on one day": logs.of(*([(0, 50.0)] for _ in range(200))),
    "only credits": logs.of(*([(day, -50.0), (day + 100, -3.0)] for day in range(200))),
    "equal amounts": logs.rhythmical(gap_days=45),
    "more credited than bought": logs.of(
        *([(day + gap, 10.0) for gap in range(0, 600, 40)] + [(day + 5, -5_000.0)] for day in range(60))
    ),
    "30 years of one order a year": logs.of(
        *([(day + year * 365, 100.0 + day) for year in range(30)] for day in range(60))
    ),
    "a gap of two years": logs.of(
        *([(day + 30 * number + (730 if number > 6 else 0), 9.0 + day) for number in range(14)] for day in range(60))
    ),
    "the same days and amounts": logs.of(*([(30 * number, 9.0) for number in range(20)] for _ in range(60))),
    "clockwork, so that fits end at their boundary": logs.of(
        *([(day % 7 + 91 * n, 10.0 + day) for n in range(10)] for day in range(60))
    ),
    "clockwork, and half of it stopped on one day": logs.of(
        *([(day + 91 * n, 10.0 + day) for n in range(10 if day % 2 else 4)] for day in range(80))
    ),
    "one customer who buys daily, among sixty who came twice": logs.of(
        [(day, 3.0) for day in range(900)], *([(day, 70.0), (day + 300, 80.0)] for day in range(60))
    ),
    "huge amounts": logs.of(*([(day + 20 * n, 1e13 * (1 + day)) for n in range(20)] for day in range(60))),
    "tiny amounts": logs.of(*([(day + 20 * n, 1e-9 * (1 + day)) for n in range(20)] for day in range(60))),
}


@pytest.mark.parametrize("kind", DEGENERATE)
def test_a_degenerate_ledger_gives_finite_figures_or_a_reason(kind: str) -> None:
    answers_or_says_why(DEGENERATE[kind])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    customers=st.integers(1, 60),
    orders=st.integers(1, 12),
    span=st.integers(0, 1_500),
    amount=st.sampled_from([0.01, 1.0, 1e6]),
    credit=st.sampled_from([0.0, 0.3, 2.0]),
    seed=st.integers(0, 1_000),
)
def test_any_ledger_gives_finite_figures_or_a_reason(
    *, customers: int, orders: int, span: int, amount: float, credit: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rows = customers * orders
    bought = amount * rng.lognormal(0, 1, rows) * np.where(rng.random(rows) < 0.2, -credit, 1.0)
    answers_or_says_why(log_of(rng.integers(0, customers, rows), FIRST_DAY + rng.integers(0, span + 1, rows), bought))


def answers_or_says_why(log: Log) -> None:
    last = int(log.day.max()) if len(log.day) else FIRST_DAY
    end = FIRST_DAY + (last - FIRST_DAY) * 3 // 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = choose(log, end_day=end, horizon_weeks=13)
        assert Choice.from_json(made.to_json()).to_json() == made.to_json()
        if made.gate:
            assert made.gate.endswith(".")
            return
        s = summarised(log.until(end), end, made.horizon_days)
        told = expect(made, s, horizons_weeks=[13, 52])
        for name in told.__slots__:
            assert np.isfinite(getattr(told, name)).all(), name
        trial = tried(log, made)
        assert all(np.isfinite([one.errors.mae, one.errors.rmse]).all() for one in trial.spends.values())


def test_one_freak_window_does_not_widen_the_intervals() -> None:
    rng = np.random.default_rng(1)

    def window(*, held: bool) -> Pit:
        pits = rng.random(2_000) if held else rng.choice([0.001, 0.999], 2_000)
        return Pit(pits, pits)

    usual = [window(held=True), window(held=True)]
    widened = engine._middle([*usual, window(held=False)]).promised([0.1, 0.9])
    assert widened == pytest.approx([0.1, 0.9], abs=0.03)
    assert engine._middle([]) is AS_PROMISED


def test_each_gate_says_what_is_missing() -> None:
    def reason(log: Log, end: int = FIRST_DAY + 400) -> str:
        return engine.too_thin(summarised(log, end, 7)) or ""

    assert reason(logs.of()) == "Nobody has bought anything yet."
    assert reason(logs.company(customers=5)).startswith("Only 5 customers have bought")
    assert reason(logs.company(), FIRST_DAY + 150).startswith("The ledger covers only 2")
    assert reason(logs.of(*([(day, 1.0), (day + 9, 1.0)] for day in range(50)))).startswith("Customers have come back")
    assert reason(logs.company()) == ""


def test_a_gated_choice_expects_nothing() -> None:
    made = choose(logs.of([(0, 1.0)]), end_day=END, horizon_weeks=13)
    assert made.of_spend is AS_PROMISED
    with pytest.raises(ValueError, match="Only 1 customer has bought so far"):
        expect(made, summarised(logs.of([(0, 1.0)]), END, 91), horizons_weeks=[13])
