"""Cells that were made, or happened, to do harm arrive as the text that they are; two imports at once do none."""

import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from store import database, scoring
from store.database import Database
from store.imports import importer
from store.imports.errors import BusyError
from tests.store.imports.ledgers import GOOD, HEADER, NOW, flat_mapping, imported, ledger, state

HOSTILE = {
    "a formula": "=HYPERLINK(\"http://example.com\")",
    "SQL": "Robert'); DROP TABLE customers;--",
    "a Slack broadcast": "<!channel> & <@U123>",
    "right to left": "\u202eשלום\u202c",
    "emoji": "👩🏽‍🚀 Rockets",
    "quotes and line ends": 'The "Best"\nCompany',
    "a null in words": "NULL",
    "a name that says nan": "nan",
    "only punctuation": "---",
    "braces": "{number} {0} %s",
    "a tab": "a\tb",
    "a line separator": "a\u2028b",
    "backslashes": "\\N \\. \\t",
    "499 characters": "x" * 499,
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_name_arrives_letter_by_letter(what: str, db: Database, tmp_path: Path) -> None:
    name = HOSTILE[what]
    cell = '"' + name.replace('"', '""') + '"'
    report = imported(db, tmp_path, [f"1;01.01.2025;9;{cell};{cell};;P;1;5;", *GOOD[2:]])
    assert report.rows_rejected == 0
    assert [row[1:4] for row in state(db)["customers"]][2] == (name, None, name)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_number_arrives_letter_by_letter(what: str, db: Database, tmp_path: Path) -> None:
    number = HOSTILE[what][:200]
    cell = '"' + number.replace('"', '""') + '"'
    imported(db, tmp_path, [f"{cell};01.01.2025;{cell};{cell};{cell};{cell};{cell};1;5;"])
    (invoice,) = state(db)["invoices"]
    assert (invoice[0], invoice[2], invoice[3]) == (number, number, f"Rep {number}")
    assert state(db)["customers"][0][:4] == (number, HOSTILE[what][:200], None, HOSTILE[what][:200])
    assert state(db)["lines"][0][3] == number


@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_imported_rejected_or_refused(content: bytes, sqlite_db: Database, tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(HEADER.encode() + b"\n" + content)
    try:
        report = importer.import_files(
            sqlite_db, [path], flat_mapping(tmp_path), now=NOW, dry_run=True, rejected_to=tmp_path
        )
    except importer.ImportRefusedError as error:
        assert str(error).endswith(".")  # noqa: PT017
    else:
        counts = report.rows_new + report.rows_rejected + report.rows_without_customer
        assert counts == report.rows_read


def test_two_imports_at_once_are_one_after_the_other(db: Database, tmp_path: Path) -> None:
    mapping = flat_mapping(tmp_path)
    rows = [f"{number};01.01.2025;{number % 9};A;NL;r1;P{number % 7};1;5;" for number in range(200)]
    paths = [ledger(tmp_path, rows[:150], "a.csv"), ledger(tmp_path, rows[50:], "b.csv")] * 2
    reports: list[importer.Report] = []
    start = threading.Barrier(len(paths))

    def run(path: Path) -> None:
        start.wait()
        reports.append(importer.import_files(db, [path], mapping, now=NOW))

    threads = [threading.Thread(target=run, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(report.rows_new for report in reports) == 200
    assert sum(report.rows_unchanged for report in reports) == 400
    found = state(db)
    assert len(found["invoices"]) == len(found["lines"]) == 200
    assert len(found["customers"]) == 9


def test_a_database_that_stays_locked_is_answered_with_a_sentence(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    impatient = Database(sqlite_db.url.render_as_string())
    with (
        sqlite_db.writing(),
        pytest.raises(BusyError, match="The database is in use by another import"),
    ):
        imported(impatient, tmp_path, GOOD)
    impatient.close()
    assert state(sqlite_db)["invoices"] == []


def test_an_import_that_fails_at_the_last_moment_leaves_nothing(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_about: object) -> int:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(scoring, "score", fail)
        with pytest.raises(RuntimeError):
            imported(db, tmp_path, GOOD)
    assert all(rows == [] for rows in state(db).values())
    assert imported(db, tmp_path, GOOD).rows_new == 4
