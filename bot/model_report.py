"""What `python -m bot model` says: the candidates, how each did, the one that was chosen, and why."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from value.candidates import AND, GAMMA_GAMMA, OWN_MEAN, TIMES, parts
from value.chosen import Choice, Ranked
from value.trial import Outcome, Trial

CHOSEN = "bold #d7962e"
SHORT = {"gamma-gamma": "γγ", "own mean": "own"}


@dataclass(frozen=True, slots=True)
class Report:
    """A choice, of how many customers it speaks, what came of it where something came, and what else has to be said, a
    sentence each.
    """

    made: Choice
    customers: int
    trial: Trial | None
    notes: tuple[str, ...]


def as_data(report: Report) -> dict[str, Any]:
    """All of it, as data."""
    made, trial = report.made, report.trial
    return {
        "calibration_start": _iso(made.start_day),
        "calibration_end": _iso(made.end_day),
        "holdout_weeks": made.horizon_days / 7,
        "customers": report.customers,
        "too_thin": made.gate,
        "chosen": None if made.gate else {"purchases": made.purchases, "spend": made.spend, "intervals": made.carrier},
        "why": made.gate or made.note,
        "notes": list(report.notes),
        "back_test": [
            {"origin": _iso(window.origin), "weeks": window.horizon_days / 7, "same_season": window.is_same_season}
            for window in made.windows
        ],
        "total_shock": None if made.gate else made.shock_sd,
        "candidates": {
            "purchases": _rows(made, made.purchase_table, made.purchases, trial.purchases if trial else {}),
            "spend": _rows(made, made.spend_table, made.spend, trial.spends if trial else {}),
        },
        "not_fitted": dict(made.fits.out) if made.fits else {},
    }


def _iso(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()


def _rows(
    made: Choice, table: Mapping[str, Ranked], chosen: str, outcomes: Mapping[str, Outcome]
) -> list[dict[str, Any]]:
    rows = []
    for name, ranked in sorted(table.items(), key=lambda item: item[1].score):
        outcome = outcomes.get(name)
        rows.append(
            {
                "name": name,
                "chosen": name == chosen,
                **_learned(made, name),
                "back_test": {"score": ranked.score, **_errors(ranked.errors)},
                "holdout": None
                if outcome is None
                else {
                    **_errors(outcome.errors),
                    "pit_mass": outcome.pit_mass,
                    "interval_score": outcome.interval_score,
                },
            }
        )
    return rows


def _errors(errors: Any) -> dict[str, float | None]:
    if errors is None:
        return {"mae": None, "rmse": None, "total_error": None}
    return {"mae": errors.mae, "rmse": errors.rmse, "total_error": errors.total}


def _learned(made: Choice, name: str) -> dict[str, Any]:
    """Parameters of everything that a candidate is made of, by its name."""
    found: dict[str, Any] = {}
    for part in (piece for one in parts(name) for piece in one.split(TIMES)):
        parameters, likelihood, at_boundary = _of(made, part)
        if parameters:
            found[part] = {"parameters": parameters, "log_likelihood": likelihood, "at_boundary": at_boundary}
    return {"parts": found}


def _of(made: Choice, part: str) -> tuple[dict[str, float], float | None, bool]:
    fits = made.learned
    if part in fits.models:
        model = fits.models[part]
        return model.parameters, model.log_likelihood, model.is_at_boundary
    if part in fits.past_rates:
        return fits.past_rates[part].parameters, fits.likelihoods.get(part), False
    if part == GAMMA_GAMMA and fits.gamma_gamma is not None:
        return fits.gamma_gamma.parameters, fits.gamma_gamma.log_likelihood, fits.gamma_gamma.is_at_boundary
    if part == OWN_MEAN and fits.own_mean is not None:
        return fits.own_mean.parameters, None, False
    return {}, None, False


def draw(report: Report, console: Console, width: int) -> None:
    """The same, for a terminal of as many columns."""
    made, trial = report.made, report.trial
    console.print(Text(f"Learned from {_iso(made.start_day)} to {_iso(made.end_day)}.", "dim"), width=width)
    if made.gate:
        console.print(Text(f"{made.gate} Values rest on the stated assumptions instead."), width=width)
    else:
        for line in _parameters(made):
            console.print(line, width=width)
        weeks = made.horizon_days / 7
        titles = (f"Purchases in {weeks:g} weeks", f"Spend in {weeks:g} weeks")
        tables = (made.purchase_table, made.spend_table)
        outcomes = (trial.purchases, trial.spends) if trial else ({}, {})
        for title, table, chosen, of in zip(titles, tables, (made.purchases, made.spend), outcomes, strict=True):
            console.print()
            console.print(_drawn(title, table, chosen, of), width=width)
        console.print()
        console.print(Text(f"Chosen for purchases: {made.purchases}; for spend: {made.spend}."), width=width)
        console.print(Text(made.note), width=width)
        console.print(Text(f"Intervals have the shape of {made.carrier}, set right by the back-test."), width=width)
    for note in report.notes:
        console.print(Text(note), width=width)


def _parameters(made: Choice) -> Iterator[Text]:
    fits = made.learned
    for name in (*fits.models, *fits.past_rates, GAMMA_GAMMA, OWN_MEAN):
        parameters, likelihood, at_boundary = _of(made, name)
        if not parameters:
            continue
        said = ", ".join(f"{key} {figure:.6g}" for key, figure in parameters.items())
        ending = "" if likelihood is None or not math.isfinite(likelihood) else f"; log-likelihood {likelihood:,.2f}"
        yield Text(f"{name}: {said}{ending}{', at its boundary' if at_boundary else ''}.")
    for name, reason in fits.out.items():
        yield Text(f"{name}: not in the race. {reason}", "dim")


def _drawn(title: str, table: Mapping[str, Ranked], chosen: str, outcomes: Mapping[str, Outcome]) -> Table:
    drawn = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 1, 0, 0))
    drawn.add_column("candidate", max_width=26)
    for heading in ("back-test", "MAE", "RMSE", "total", "PIT", "score"):
        drawn.add_column(heading, justify="right", no_wrap=True)
    ranked = sorted(table.items(), key=lambda item: item[1].score)
    for name, one in ranked:
        if AND in name and name != chosen:
            continue
        outcome = outcomes.get(name)
        errors = outcome.errors if outcome else None
        cells = [
            _short(name),
            f"{one.score:+.3f}",
            *(_figure(errors and figure) for figure in ((errors.mae, errors.rmse) if errors else (None, None))),
            "" if errors is None else f"{errors.total:+.0%}",
            "" if outcome is None or outcome.pit_mass is None else f"{outcome.pit_mass:.3f}",
            _figure(outcome.interval_score if outcome else None),
        ]
        drawn.add_row(*cells, style=CHOSEN if name == chosen else "")
    return drawn


def _short(name: str) -> str:
    for long, short in SHORT.items():
        name = name.replace(long, short)
    return name


def _figure(figure: Any) -> str:
    if figure is None:
        return ""
    return f"{figure:,.0f}" if abs(figure) >= 1_000 else f"{figure:.4g}"
