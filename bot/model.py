"""python -m bot model: which model of customer value would have been right, on the database or on any log of purchases.

Exit 0, or 1 with one sentence on standard error.
"""

import csv
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer

from bot import model_report
from bot.answer import Unanswered, guarded
from bot.console import columns as width_of
from bot.console import for_a_reader_that_may_leave, open_console
from bot.legible import harmless
from bot.log import Log as Diary
from bot.model_log import Columns, read
from bot.usable import opened, terminal_settings
from store import orders
from store.money import from_minor
from value.engine import choose, expect
from value.order_log import Log, Summaries, log_of, summarised
from value.trial import Trial, tried

DIARY = Diary(Path("melktert.log"))
HOLDOUT_WEEKS = 52.0
MOST_WEEKS = 1_000
COLUMNS = (
    "customer",
    "expected_purchases",
    "expected_spend",
    "spend_low",
    "spend_high",
    "probability_alive",
    "pit_purchases",
    "pit_spend",
)


class Asked(NamedTuple):
    """The log, what its customers are called, and the window to hold out."""

    log: Log
    customers: list[str]
    notes: list[str]


def model(
    log: Annotated[
        Path | None, typer.Argument(metavar="LOG.csv", help="One row for each purchase; the database, unless given.")
    ] = None,
    *,
    customer: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column of the customer.")] = None,
    date: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column of the date.")] = None,
    amount: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column of the amount.")] = None,
    calibration_end: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The last day to learn from.", show_default=False)
    ] = None,
    holdout_weeks: Annotated[float, typer.Option(metavar="N", help="The weeks after it to predict.")] = HOLDOUT_WEEKS,
    as_json: Annotated[bool, typer.Option("--json", help="The same as data.")] = False,
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Where to write a row for each customer.")
    ] = None,
) -> None:
    """Say which model would have been right: python -m bot model LOG.csv --customer ID --date DAY --amount SUM."""
    try:
        with for_a_reader_that_may_leave(), guarded(DIARY, asked=f"model {log or ''}"):
            _keep_the_log(log, predictions)
            asked = _from_file(log, customer, date, amount) if log else _from_database()
            _answer(asked, calibration_end, holdout_weeks, predictions, as_json=as_json)
    except Unanswered as unanswered:
        open_console(sys.stderr).print(harmless(str(unanswered)), soft_wrap=True)
        raise typer.Exit(1) from None


def _keep_the_log(log: Path | None, predictions: Path | None) -> None:
    both = [path for path in (log, predictions) if path is not None and path.exists()]
    if len(both) == 2 and both[0].samefile(both[1]):
        raise Unanswered.because(f"The file {predictions} is the log itself; name another with --predictions.")


def _answer(
    asked: Asked, calibration_end: str | None, weeks: float, predictions: Path | None, *, as_json: bool
) -> None:
    if not 1 <= weeks <= MOST_WEEKS:
        raise Unanswered.because(f"--holdout-weeks is between 1 and {MOST_WEEKS}, not {weeks:g}.")
    last = _last_day(asked.log)
    end = last - round(weeks * 7) if calibration_end is None else _day(calibration_end).toordinal()
    made = choose(asked.log, end_day=end, horizon_weeks=weeks)
    trial = tried(asked.log, made) if made.fits is not None and last > end else None
    notes = _notes(asked.log, end, last, made.horizon_days, dt.datetime.now(dt.UTC).date())
    known = summarised(asked.log.until(end), end, made.horizon_days)
    report = model_report.Report(made, len(known), trial, (*asked.notes, *notes))
    if predictions is not None:
        _write(predictions, asked, known, report)
    if as_json:
        print(json.dumps(model_report.as_data(report), ensure_ascii=False, allow_nan=False, indent=2))
        return
    console = open_console()
    model_report.draw(report, console, width_of(console))


def _from_file(path: Path, customer: str | None, date: str | None, amount: str | None) -> Asked:
    if customer is None or date is None or amount is None:
        raise Unanswered.because("Say which columns to read: --customer COLUMN --date COLUMN --amount COLUMN.")
    file = read(path, Columns(customer, date, amount))
    notes = file.notes
    if file.rows_without_customer:
        rows = "row names" if file.rows_without_customer == 1 else "rows name"
        notes.append(
            f"{file.rows_without_customer:,} {rows} no customer, and {_is(file.rows_without_customer)} left out."
        )
    return Asked(file.log, file.customers, notes)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _from_database() -> Asked:
    db = opened(terminal_settings())
    try:
        with db.reading() as connection:
            rows = list(orders.every(connection))
    finally:
        db.close()
    currencies = sorted({row.currency for row in rows})
    if len(currencies) > 1:
        raise Unanswered.because(
            f"The invoices are in {' and '.join(currencies)}, which are never added; a model needs one currency."
        )
    ids, codes = np.unique([row.customer_id for row in rows], return_inverse=True)
    amounts = [float(from_minor(row.amount_minor, row.currency)) for row in rows]
    log = log_of(
        codes.astype(np.int64),
        np.array([row.issued_on.toordinal() for row in rows], dtype=np.int64),
        np.array(amounts, dtype=np.float64),
    )
    return Asked(log, [str(one) for one in ids.tolist()], [])


def _last_day(log: Log) -> int:
    if not len(log.day):
        raise Unanswered.because("There is nothing to learn from: not one purchase. Import a ledger first.")
    return int(log.day.max())


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Unanswered.because(f"--calibration-end is a date such as 2019-12-31, not “{text}”.") from None


def _notes(log: Log, end: int, last: int, horizon_days: int, today: dt.date) -> list[str]:
    notes = []
    past = log.until(end)
    only_credits = len(np.unique(past.customer)) - len(np.unique(past.customer[past.is_order]))
    if only_credits:
        customers = "customer has" if only_credits == 1 else "customers have"
        notes.append(f"{only_credits:,} {customers} never paid for anything: no prediction.")
    if last > today.toordinal():
        notes.append(f"The log has dates to come, up to {dt.date.fromordinal(last)}; are they meant?")
    if last <= end:
        notes.append("The log ends with the calibration, so that nothing can be compared.")
    elif last < end + horizon_days - 31:
        day = dt.date.fromordinal(last)
        notes.append(f"The log ends on {day}, before the holdout does: what came is more than is compared.")
    return notes


def _write(path: Path, asked: Asked, known: Summaries, report: model_report.Report) -> None:
    made, trial = report.made, report.trial
    names = [asked.customers[code] for code in known.customer.tolist()]
    if made.fits is None:
        rows = np.full((len(names), len(COLUMNS) - 1), np.nan)
    else:
        expected = expect(made, known, horizons_weeks=[made.horizon_days / 7])
        unknown = np.full(len(names), np.nan)
        rows = np.column_stack(
            (
                expected.expected_purchases[:, 0],
                expected.expected_spend[:, 0],
                expected.low_spend,
                expected.high_spend,
                expected.probability_alive,
                *((unknown, unknown) if trial is None else _pits(trial)),
            )
        )
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for name, row in zip(names, rows.tolist(), strict=True):
                writer.writerow([name, *("" if np.isnan(figure) else f"{figure:.6f}" for figure in row)])
    except OSError:
        raise Unanswered.because(f"The file {path} cannot be written; name another with --predictions.") from None


def _pits(trial: Trial) -> tuple[np.ndarray, np.ndarray]:
    return trial.pit_purchases.drawn(), trial.pit_spend.drawn()
