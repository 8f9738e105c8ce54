"""python -m bot model: tables for a person, data for a script, a row for each customer, and sentences for mistakes."""

import contextlib
import csv
import datetime as dt
import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.answer import Unanswered
from bot.model_log import Columns, read
from store import migrate
from store.database import Database
from tests.ledger import Ledger, Line
from tests.value import logs
from value import backtest
from value.order_log import Log

FIRST = dt.date.fromordinal(logs.FIRST_DAY)
COLUMNS = ("--customer", "who", "--date", "day", "--amount", "paid")
WINDOW = ("--calibration-end", (FIRST + dt.timedelta(weeks=60)).isoformat(), "--holdout-weeks", "13")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command line in a folder of its own, with a database of its own."""
    return running_in(tmp_path, monkeypatch)


def running_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    # What is asked here holds with any number of windows, and each of them takes its time.
    monkeypatch.setattr(backtest, "LATEST_WINDOWS", 2)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder / 'melktert.sqlite3'}")
    monkeypatch.chdir(folder)
    return lambda *arguments: CliRunner().invoke(app, ["model", *map(str, arguments)])


@pytest.fixture(scope="module")
def as_data(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of the company's log, as data: asked once, since it takes its time."""
    folder = tmp_path_factory.mktemp("as_data")
    with pytest.MonkeyPatch.context() as monkeypatch:
        run = running_in(folder, monkeypatch)
        return run(written(folder / "log.csv", list(rows_of(logs.company()))), *COLUMNS, *WINDOW, "--json").stdout


def rows_of(log: Log) -> Iterator[tuple[str, str, str]]:
    for customer, day, bought, credited in zip(log.customer, log.day, log.bought, log.credited, strict=True):
        date = dt.date.fromordinal(int(day)).isoformat()
        yield from ((f"c{customer:03}", date, f"{amount:.2f}") for amount in (bought, credited) if amount)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A company's log as a file."""
    return written(tmp_path / "log.csv", list(rows_of(logs.company())))


def written(path: Path, rows: list[tuple[str, ...]], heading: tuple[str, ...] = ("who", "day", "paid")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows] if heading else rows)
    return path


def test_the_tables_fit_80_columns_and_say_what_was_chosen_and_why(run: Callable[..., Result], path: Path) -> None:
    result = run(path, *COLUMNS, *WINDOW)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert max(map(len, result.stdout.splitlines())) <= 80
    said = " ".join(result.stdout.split())
    for expected in ("Purchases in 13 weeks", "Spend in 13 weeks", "log-likelihood", "MAE", "RMSE", "PIT"):
        assert expected in said
    assert re.search(r"Chosen for purchases: .+; for spend: .+\. Back-tested on \d windows of 13 weeks", said)


def test_the_same_as_data(as_data: str) -> None:
    data = json.loads(as_data)
    assert data["too_thin"] is None
    for what in ("purchases", "spend"):
        rows = data["candidates"][what]
        (chosen,) = (row for row in rows if row["chosen"])
        assert chosen["name"] == data["chosen"][what] == rows[0]["name"]
        assert chosen["holdout"].keys() == {"mae", "rmse", "total_error", "pit_mass", "interval_score"}
        assert None not in chosen["holdout"].values()
    (bg,) = (row for row in data["candidates"]["purchases"] if row["name"] == "BG/NBD")
    assert bg["parts"]["BG/NBD"]["parameters"].keys() == {"r", "alpha", "a", "b"}


def test_as_many_customers_are_told_of_as_are_predicted_whether_or_not_anything_came(
    run: Callable[..., Result], path: Path, tmp_path: Path
) -> None:
    last = (FIRST + dt.timedelta(days=int(logs.company().day.max()) - logs.FIRST_DAY)).isoformat()
    out = tmp_path / "out.csv"
    asked = ("--calibration-end", last, "--holdout-weeks", "13", "--json", "--predictions", out)
    data = json.loads(run(path, *COLUMNS, *asked).stdout)
    assert data["customers"] == len(out.read_text("utf-8").splitlines()) - 1


def test_there_is_a_row_for_each_customer_and_it_is_the_same_every_time(
    run: Callable[..., Result], path: Path, tmp_path: Path
) -> None:
    for name in ("one.csv", "two.csv"):
        assert run(path, *COLUMNS, *WINDOW, "--predictions", tmp_path / name).exit_code == 0
    text = (tmp_path / "one.csv").read_text("utf-8")
    assert text == (tmp_path / "two.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert list(rows[0]) == [
        "customer",
        "expected_purchases",
        "expected_spend",
        "spend_low",
        "spend_high",
        "probability_alive",
        "pit_purchases",
        "pit_spend",
    ]
    log = logs.company().until(logs.FIRST_DAY + 420)
    assert [row["customer"] for row in rows] == [f"c{code:03}" for code in np.unique(log.customer[log.is_order])]
    figures = np.array([[float(row[name]) for name in list(row)[1:]] for row in rows])
    assert np.isfinite(figures).all()
    assert (figures[:, 2] <= figures[:, 3]).all()
    assert ((figures[:, 4:] >= 0) & (figures[:, 4:] <= 1)).all()


def test_predictions_do_not_depend_on_what_came_after_but_for_their_pits(
    run: Callable[..., Result], path: Path, tmp_path: Path
) -> None:
    changed = written(tmp_path / "changed.csv", list(rows_of(logs.changed_after(logs.company(), logs.FIRST_DAY + 420))))
    told = []
    for number, file in enumerate((path, changed)):
        assert run(file, *COLUMNS, *WINDOW, "--predictions", tmp_path / f"{number}.csv").exit_code == 0
        told.append([row[:6] for row in csv.reader((tmp_path / f"{number}.csv").read_text("utf-8").splitlines())])
    assert told[0] == told[1]


@pytest.mark.parametrize("dates", ["%Y%m%d", "%Y-%m-%d 13:45", "%m/%d/%Y 8:26", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y"])
def test_dates_are_read_as_ledgers_write_them(
    run: Callable[..., Result], as_data: str, tmp_path: Path, dates: str
) -> None:
    rows = [(who, dt.date.fromisoformat(day).strftime(dates), paid) for who, day, paid in rows_of(logs.company())]
    other = written(tmp_path / "other.csv", rows)
    assert run(other, *COLUMNS, *WINDOW, "--json").stdout == as_data


def test_a_file_without_headings_is_read_by_the_numbers_of_its_columns(
    run: Callable[..., Result], as_data: str, tmp_path: Path
) -> None:
    spaced = tmp_path / "log.txt"
    spaced.write_text("".join(f" 00004 {who} {day} 2 {paid:>9}\n" for who, day, paid in rows_of(logs.company())))
    result = run(spaced, "--customer", 2, "--date", 3, "--amount", 5, *WINDOW, "--json")
    assert result.stdout == as_data


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("a", "2020-02-30", "1")], "Line 2: “2020-02-30” is no date; write it as YYYY-MM-DD."),
        ([("a", "2020-02-01", "1"), ("a", "soon", "1")], "Line 3: “soon” is no date; write it as YYYY-MM-DD."),
        ([("a", "2020-02-01", "1,500")], "Line 2: “1,500” could mean two amounts; write it as 1234.50."),
        ([("a", "2020-02-01", "1,500.25"), ("a", "2020-02-01", "few")], "Line 3: “few” is no amount"),
        ([("a", "2020-02-01", "1,500.25"), ("a", "2020-02-01", "1,5")], "Line 2: “1,500.25” is no amount"),
        ([("a", "2020-02-01", "$5")], "Line 2: “$5” is no amount; write it as 1234.50."),
        ([("a", "2020-02-01", "1"), ("a", "2020-02-01", "")], "Line 3: an empty cell is no amount"),
        ([("a", "", "1")], "Line 2: an empty cell is no date; write it as YYYY-MM-DD."),
        ([("a", "2020-02-0199", "1")], "Line 2: “2020-02-0199” is no date; write it as YYYY-MM-DD."),
        ([("a", "2020-02-01", "1", "50")], "Line 2 has 4 cells, the first line 3; a cell with a separator"),
        ([("a", "2020-02-01", "1e200")], "Line 2: “1e200” is no amount; write it as 1234.50."),
        ([("a", "2020-02-01", "nan")], "Line 2: “nan” is no amount; write it as 1234.50."),
        ([("a", "2020-02-01", "1e999")], "Line 2: “1e999” is no amount; write it as 1234.50."),
        ([("a", "13/02/2020", "1"), ("a", "02/13/2020", "1")], "Some dates have the day first, others the month"),
        ([("a", "0001-01-01", "1")], "Line 2: “0001-01-01” is before 1900; correct it, or leave it out."),
        ([("a", "\x1b[31m2020\x9b2J", "1")], "Line 2: “�[31m2020�2J” is no date; write it as YYYY-MM-DD."),
        ([], "There is nothing to learn from"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_in_one_sentence(
    run: Callable[..., Result], tmp_path: Path, rows: list[tuple[str, ...]], sentence: str
) -> None:
    refused(run(written(tmp_path / "bad.csv", rows), *COLUMNS, *WINDOW), sentence)


def test_what_is_asked_wrongly_is_said_in_one_sentence(run: Callable[..., Result], path: Path, tmp_path: Path) -> None:
    refused(run(tmp_path / "none.csv", *COLUMNS), "There is no file")
    refused(run(path), "Say which columns to read: --customer COLUMN --date COLUMN --amount COLUMN.")
    other = ("--customer", "whom", "--date", "day", "--amount", "paid")
    refused(run(path, *other), "The file log.csv has no column “whom”; it has who, day, paid.")
    refused(run(path, *COLUMNS, "--calibration-end", "then"), "--calibration-end is a date such as 2019-12-31")
    refused(run(path, *COLUMNS, "--holdout-weeks", "0"), "--holdout-weeks is between 1 and 1000, not 0.")
    refused(run(path, *COLUMNS, *WINDOW, "--predictions", tmp_path / "no" / "folder.csv"), "cannot be written")
    (tmp_path / "empty.csv").write_text("")
    refused(run(tmp_path / "empty.csv", *COLUMNS), "is empty.")


def test_what_is_packed_and_damaged_is_said_to_be(path: Path, tmp_path: Path) -> None:
    """Each byte of the packed log in turn: some change what is in it, and some make it no packed file at all."""
    packed = gzip.compress(path.read_bytes()[:2_000])
    damaged = tmp_path / "damaged.csv.gz"
    for place in range(2, len(packed)):
        damaged.write_bytes(packed[:place] + bytes([packed[place] ^ 0x55]) + packed[place + 1 :])
        with contextlib.suppress(Unanswered):
            read(damaged, Columns("who", "day", "paid"))


def test_the_predictions_are_never_written_over_the_log(run: Callable[..., Result], path: Path) -> None:
    before = path.read_bytes()
    for same in (path, path.parent / "." / path.name):
        refused(run(path, *COLUMNS, *WINDOW, "--predictions", same), "is the log itself; name another with")
    assert path.read_bytes() == before


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_file_whose_cells_are_in_quotes_is_read(
    run: Callable[..., Result], as_data: str, tmp_path: Path, separator: str
) -> None:
    path = tmp_path / "quoted.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerows([("who", "day", "paid"), *rows_of(logs.company())])
    assert run(path, *COLUMNS, *WINDOW, "--json").stdout == as_data


def test_a_customer_with_a_comma_a_quote_or_a_new_line_in_its_name_keeps_its_name(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    names = ["Müller, Hans", 'The “Best” "Shop"', "two\nlines"]
    path = written(tmp_path / "log.csv", [(name, "2020-02-01", "5") for name in names])
    out = tmp_path / "out.csv"
    assert run(path, *COLUMNS, "--calibration-end", "2020-06-30", "--predictions", out).exit_code == 0
    with out.open(encoding="utf-8", newline="") as file:
        assert [row["customer"] for row in csv.DictReader(file)] == sorted(names)


def test_the_line_that_is_named_is_the_one_that_an_editor_shows(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text('who,day,paid\n\n"a\nb",2020-02-01,5,\n\nc,soon,5\n')
    refused(run(path, *COLUMNS), "Line 6: “soon” is no date")
    path.write_text('who,day,paid\na,2020-02-01,5\n"b,2020-02-01,5\nc,2020-02-01,5\n')
    refused(run(path, *COLUMNS), "Line 3: a quotation mark is not closed where a cell ends")


@pytest.mark.parametrize("style", ["{:,.2f}", "{:.2f}"])
@pytest.mark.parametrize("has_comma_for_point", [False, True])
def test_amounts_are_read_in_the_one_notation_that_fits_them_all(
    run: Callable[..., Result], as_data: str, tmp_path: Path, style: str, has_comma_for_point: bool
) -> None:
    swapped = str.maketrans(",.", ".,") if has_comma_for_point else {}
    rows = [(who, day, style.format(float(paid)).translate(swapped)) for who, day, paid in rows_of(logs.company())]
    other = written(tmp_path / "other.csv", rows)
    assert run(other, *COLUMNS, *WINDOW, "--json").stdout == as_data


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("03/04/2020", "Dates such as 03/04/2020 are read with the month first; YYYY-MM-DD leaves no doubt."),
        ("03.04.2020", "Dates such as 03.04.2020 are read with the day first; YYYY-MM-DD leaves no doubt."),
        ("2020-04-03", None),
    ],
)
def test_dates_that_may_be_read_in_two_ways_are_said_to_be(
    run: Callable[..., Result], tmp_path: Path, day: str, said: str | None
) -> None:
    data = json.loads(run(written(tmp_path / "log.csv", [("a", day, "5")]), *COLUMNS, "--json").stdout)
    assert [note for note in data["notes"] if "Dates such as" in note] == ([said] if said else [])


def test_dates_to_come_are_asked_about(run: Callable[..., Result], tmp_path: Path) -> None:
    rows = [("a", "2020-04-03", "5"), ("a", "9999-12-31", "5")]
    data = json.loads(run(written(tmp_path / "log.csv", rows), *COLUMNS, "--json").stdout)
    assert "The log has dates to come, up to 9999-12-31; are they meant?" in data["notes"]


def test_a_column_is_found_by_its_heading_whatever_its_case_unless_two_are_called_so(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    rows = [("a", "2020-02-01", "5")]
    assert run(written(tmp_path / "case.csv", rows, ("WHO", "Day", " paid ")), *COLUMNS).exit_code == 0
    twice = written(tmp_path / "twice.csv", rows, ("who", "paid", "paid"))
    refused(run(twice, "--customer", "who", "--date", "paid", "--amount", "paid"), "has 2 columns “paid”")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_what_excel_saves_as_unicode_text_is_read(
    run: Callable[..., Result], as_data: str, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "log.txt"
    lines = ["who\tday\tpaid", *("\t".join(row) for row in rows_of(logs.company()))]
    path.write_text("\r\n".join(lines), encoding=encoding)
    assert run(path, *COLUMNS, *WINDOW, "--json").stdout == as_data


def refused(result: Result, sentence: str) -> None:
    assert result.exit_code == 1, result.output
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_rows_without_a_customer_are_left_out_and_counted(run: Callable[..., Result], tmp_path: Path) -> None:
    rows = [*rows_of(logs.company()), ("", "2015-03-04", "99.00"), (" ", "2015-03-04", "9.00")]
    data = json.loads(run(written(tmp_path / "log.csv", rows), *COLUMNS, *WINDOW, "--json").stdout)
    assert "2 rows name no customer, and are left out." in data["notes"]


def test_a_past_that_is_too_thin_falls_back_to_the_assumptions_and_says_why(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    thin = written(tmp_path / "log.csv", [("a", "2020-01-01", "5.00"), ("b", "2020-06-01", "-5.00")])
    result = run(thin, *COLUMNS, "--calibration-end", "2020-06-30", "--predictions", tmp_path / "out.csv")
    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert "Only 1 customer has bought so far; a model needs 30." in said
    assert "Values rest on the stated assumptions instead." in said
    assert "1 customer has never paid for anything: no prediction." in said
    assert (tmp_path / "out.csv").read_text("utf-8").splitlines()[1:] == ["a,,,,,,,"]
    data = json.loads(run(thin, *COLUMNS, "--calibration-end", "2020-06-30", "--json").stdout)
    assert data["chosen"] is None
    assert data["customers"] == 1
    assert data["too_thin"] == "Only 1 customer has bought so far; a model needs 30."


def test_without_a_file_the_database_is_asked(run: Callable[..., Result], tmp_path: Path) -> None:
    refused(run(), "There is nothing to learn from: not one purchase. Import a ledger first.")
    db = Database(f"sqlite:///{tmp_path / 'melktert.sqlite3'}")
    migrate.upgrade(db)
    fill(db, logs.company())
    db.close()
    data = json.loads(run("--holdout-weeks", "13", "--json").stdout)
    assert data["too_thin"] is None
    assert data["calibration_end"] == dt.date.fromordinal(int(logs.company().day.max()) - 91).isoformat()


def fill(db: Database, log: Log) -> None:
    ledger = Ledger(db)
    ids = {code: ledger.customer(f"Customer {code}") for code in np.unique(log.customer).tolist()}
    for customer, day, bought, credited in zip(log.customer, log.day, log.bought, log.credited, strict=True):
        for amount in filter(None, (float(bought), float(credited))):
            ledger.invoice(ids[int(customer)], dt.date.fromordinal(int(day)), Line(f"{amount:.2f}"))
    ledger.done()
