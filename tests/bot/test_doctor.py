"""python -m bot doctor: what is wrong, and what to do about it, against a Slack that answers over real HTTP."""

import datetime as dt
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot import check_database, doctor, manifest
from bot.__main__ import app
from bot.findings import Finding
from bot.settings import Settings
from store import condition, migrate, people, tables
from store.database import CONNECTIONS_MOST, Database
from store.people import Person
from tests.ledger import Ledger
from tests.slack.fixtures import slack
from tests.slack.slack import Slack
from tests.store.imports.ledgers import FLAT, GOOD, ledger

__all__ = ["slack"]


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slack: Slack) -> None:
    """An installed app, its settings, an admin, and no database yet."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///melktert.sqlite3")
    for name, value in slack.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FIRST_ADMIN", slack.member("Anna Admin", "anna@example.com").id)
    slack.install(manifest.read())


@pytest.fixture
def imported(tmp_path: Path) -> None:
    """A ledger of today, imported."""
    import_of(tmp_path, dt.datetime.now(dt.UTC).date())


def import_of(folder: Path, day: dt.date) -> None:
    (folder / "shop.toml").write_text(FLAT, "utf-8")
    path = ledger(folder, [re.sub(r"\d\d\.\d\d\.\d{4}", f"{day:%d.%m.%Y}", line) for line in GOOD])
    assert CliRunner().invoke(app, ["import", str(path), "--mapping", "shop.toml"]).exit_code == 0


def found(clock_off_seconds: float = 0) -> list[Finding]:
    off = dt.timedelta(seconds=clock_off_seconds)
    return list(doctor.examine(lambda: dt.datetime.now(dt.UTC) + off))


def of(about: str, findings: list[Finding] | None = None) -> Finding:
    """The one finding about this."""
    (only,) = (finding for finding in (found() if findings is None else findings) if finding.about == about)
    return only


def levels(findings: list[Finding], *besides: str) -> set[str]:
    return {finding.level for finding in findings if finding.about not in besides}


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def test_a_postgresql_that_lets_in_too_few_is_told_before_it_is_busy(postgresql_db: Database) -> None:
    with postgresql_db.reading() as connection:
        let_in = condition.connections_let_in(connection)
        assert let_in is not None
        most = let_in // CONNECTIONS_MOST - 1
        (enough,), (short,) = (list(check_database.room(connection, processes)) for processes in (most, most + 1))
    assert (enough.level, short.level) == ("ok", "warning")
    assert f"Raise max_connections to {(most + 2) * CONNECTIONS_MOST + 10} or more" in short.remedy


def test_sqlite_lets_in_as_many_as_come(sqlite_db: Database) -> None:
    with sqlite_db.reading() as connection:
        assert list(check_database.room(connection, 64)) == []


# --- the whole ------------------------------------------------------------------------------------------------------


def test_where_everything_is_in_order_it_says_so_and_exits_0(imported: None) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    lines = result.stdout.splitlines()
    assert result.exit_code == 0, result.output
    assert lines[-1] == "Nothing is wrong, 1 to look at."  # that the stand-in is not Slack itself
    assert "ok       Bot token: It is that of melktert in the workspace Melktert Test." in lines
    assert "ok       First admin: It is Anna Admin." in lines
    assert "ok       Scopes: They are those of manifest.yml." in lines
    assert "wrong" not in result.stdout.replace("Nothing is wrong", "")


def test_where_something_is_wrong_it_exits_1_within_80_columns(monkeypatch: pytest.MonkeyPatch, slack: Slack) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", slack.app.app_token)
    monkeypatch.setenv("SLACK_APP_TOKEN", slack.app.bot_token)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "2 wrong, 2 to look at."
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "belongs in SLACK_APP_TOKEN" in " ".join(result.stdout.split())


def test_no_secret_is_ever_shown(monkeypatch: pytest.MonkeyPatch, slack: Slack, imported: None) -> None:
    said = CliRunner().invoke(app, ["doctor"]).output
    slack.faults.refuse("auth.test", "invalid_auth")
    slack.faults.refuse("apps.connections.open", "not_a_word xoxb-test")
    said += CliRunner().invoke(app, ["doctor"]).output
    monkeypatch.setenv("SLACK_SIGNING_SECRET", slack.app.bot_token)
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss:hunter2@127.0.0.1:9/books")
    said += CliRunner().invoke(app, ["doctor"]).output
    for secret in (slack.app.bot_token, slack.app.app_token, slack.app.signing_secret, "hunter2", "boss"):
        assert secret not in said


def test_what_somebody_calls_themselves_cannot_write_on_the_terminal(
    monkeypatch: pytest.MonkeyPatch, slack: Slack, imported: None
) -> None:
    monkeypatch.setenv("FIRST_ADMIN", slack.member("\x1b[31mEve\nok  \u202eAdmins", "eve@example.com").id)
    said = CliRunner().invoke(app, ["doctor"]).stdout
    assert "Eve" in said
    assert not set(said) & {"\x1b", "\u202e"}


def test_an_error_that_nobody_foresaw_keeps_nothing_else_from_being_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, imported: None
) -> None:
    monkeypatch.setattr(doctor.check_database, "admins", lambda _connection: 1 / 0)
    findings = found()
    assert next(one for one in findings if one.level == "wrong").says.startswith("Something went wrong here")
    assert of("Bot token", findings).level == "ok"


# --- settings -------------------------------------------------------------------------------------------------------


def test_a_setting_that_cannot_be_used_is_one_finding_and_the_others_are_used(
    monkeypatch: pytest.MonkeyPatch, imported: None
) -> None:
    monkeypatch.setenv("SLACK_APP_TOKEN", "nonsense")
    findings = found()
    assert "SLACK_APP_TOKEN takes the app-level token" in of("Settings", findings).says
    assert levels(findings, "Settings", "Slack") == {"ok"}
    assert not [finding for finding in findings if finding.about == "App-level token"]


def test_a_file_env_that_cannot_be_read_is_said_to_be_so(tmp_path: Path, imported: None) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    findings = found()
    assert "plain text in UTF-8" in of("Settings", findings).says
    assert of("Bot token", findings).level == "ok"


@pytest.mark.parametrize(
    ("setting", "about"), [("SLACK_BOT_TOKEN", "Bot token"), ("SLACK_APP_TOKEN", "App-level token")]
)
def test_a_token_that_is_missing_is_said_with_where_it_is_found(
    monkeypatch: pytest.MonkeyPatch, setting: str, about: str
) -> None:
    monkeypatch.delenv(setting)
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    finding = of(about)
    assert (finding.level, finding.says) == ("wrong", f"{setting} is not set.")
    assert "api.slack.com/apps" in finding.remedy


def test_over_http_no_app_level_token_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_APP_TOKEN")
    assert of("App-level token").level == "ok"


def test_over_socket_mode_no_signing_secret_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    assert of("Signing secret").level == "ok"


# --- the database ---------------------------------------------------------------------------------------------------


def test_it_makes_no_database(tmp_path: Path) -> None:
    finding = of("Database")
    assert (finding.level, finding.says) == ("warning", "There is no melktert.sqlite3 yet.")
    assert not list(tmp_path.glob("melktert.sqlite3*"))


def test_a_folder_that_is_not_there_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///nowhere/melktert.sqlite3")
    assert of("Database").level == "wrong"


def test_a_file_that_is_no_database_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "melktert.sqlite3").write_text("not a database, but long enough to be taken for one" * 20)
    database = of("Database")
    assert database.says == "melktert.sqlite3 is no database, or a damaged one: file is not a database."
    assert "Put a copy of the database back" in database.remedy


@pytest.mark.parametrize("part", ["database", "username"])
def test_a_server_that_lets_nobody_in_says_why(
    monkeypatch: pytest.MonkeyPatch, postgresql_db: Database, part: str
) -> None:
    url = postgresql_db.url.set(**{part: "nowhere", "password": "hunter2"})
    monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
    database = of("Database")
    assert re.search(r' answers, and refuses: (database|role) "nowhere" does not exist\.$', database.says)
    assert "in DATABASE_URL" in database.remedy
    assert "hunter2" not in database.says


def test_a_server_that_does_not_answer_is_wrong_and_slack_is_looked_at_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://boss:hunter2@127.0.0.1:9/books")
    findings = found()
    assert of("Database", findings).says == "books at 127.0.0.1 cannot be reached."
    assert of("Bot token", findings).level == "ok"


def test_both_kinds_of_database_are_read_and_written(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    monkeypatch.setenv("DATABASE_URL", db.url.render_as_string(hide_password=False))
    findings = found()
    assert {of(about, findings).level for about in ("Database", "Migrations", "Writing")} == {"ok"}
    with db.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.receipts)) == 0


def test_an_older_database_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch, empty_url: str) -> None:
    db = Database(empty_url)
    migrate.upgrade(db, "0002")
    monkeypatch.setenv("DATABASE_URL", empty_url)
    findings = found()
    assert of("Migrations", findings).level == "warning"
    assert "brings the tables up to date" in of("Migrations", findings).remedy
    assert migrate.current(db) == "0002"
    db.close()


def test_a_newer_database_is_wrong(monkeypatch: pytest.MonkeyPatch, sqlite_db: Database) -> None:
    with sqlite_db.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string())
    assert of("Migrations").level == "wrong"


def test_a_database_without_tables_says_what_makes_them(monkeypatch: pytest.MonkeyPatch, empty_url: str) -> None:
    db = Database(empty_url)
    with db.writing():
        pass
    db.close()
    monkeypatch.setenv("DATABASE_URL", empty_url)
    assert of("Migrations").says == "The database has no tables yet."


def test_a_database_that_somebody_keeps_locked_is_wrong(monkeypatch: pytest.MonkeyPatch, sqlite_db: Database) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string())
    monkeypatch.setattr("store.database.BUSY_TIMEOUT_MS", 50)
    other = sqlite3.connect(str(sqlite_db.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert of("Writing").says == "Somebody else has been writing all the time."
    other.close()


# --- the ledger -----------------------------------------------------------------------------------------------------


def test_nothing_imported_says_how_to_import(monkeypatch: pytest.MonkeyPatch, sqlite_db: Database) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string())
    finding = of("Ledger")
    assert finding.level == "warning"
    assert "python -m bot import FILE --mapping NAME" in finding.remedy


def test_old_data_is_said_to_be_old(tmp_path: Path) -> None:
    today = dt.datetime.now(dt.UTC).date()
    import_of(tmp_path, today - dt.timedelta(days=36))
    (finding,) = (one for one in found() if one.about.startswith("Ledger"))
    assert finding.level == "warning"
    assert "That is 36 days ago, and more than 35 are too many." in finding.says


def test_data_of_the_last_day_that_is_allowed_is_not_old(tmp_path: Path) -> None:
    import_of(tmp_path, dt.datetime.now(dt.UTC).date() - dt.timedelta(days=35))
    (finding,) = (one for one in found() if one.about.startswith("Ledger"))
    assert finding.level == "ok"


def test_rejected_rows_are_said(monkeypatch: pytest.MonkeyPatch, sqlite_db: Database) -> None:
    ledger = Ledger(sqlite_db, end=dt.datetime.now(dt.UTC).date())
    ledger.holds_back("R1", "7", "the amount cannot be read")
    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string())
    says = [one.says for one in found() if one.about == "Ledger The books" and one.level == "warning"]
    assert says == ["1 row rejected by its last import, 1 invoice held back."]


def test_customers_without_values_are_wrong(monkeypatch: pytest.MonkeyPatch, sqlite_db: Database) -> None:
    ledger = Ledger(sqlite_db)
    ledger.customer("Acme")
    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string())
    assert of("Values").says == "1 of 1 customers have not been valued."


# --- Slack ----------------------------------------------------------------------------------------------------------


def test_slack_that_cannot_be_reached_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    findings = found()
    assert of("Slack", findings).says == "127.0.0.1 cannot be reached."
    assert levels(findings, "Slack", "Database") == {"ok"}


def test_a_connection_that_slack_breaks_off_is_not_tried_again(slack: Slack) -> None:
    fault = slack.faults.drop("api.test", times=None)
    assert of("Slack").says == "127.0.0.1 cannot be reached."
    assert fault.happened == 1


def test_something_else_at_that_address_is_not_taken_for_slack(slack: Slack) -> None:
    slack.faults.fail("api.test", status=404)
    assert re.fullmatch(r"What answers at 127\.0\.0\.1:\d+ is not Slack\.", of("Slack").says)


@pytest.mark.parametrize(
    ("error", "says", "remedy"),
    [
        ("invalid_auth", "Slack does not take this token.", "Copy it anew"),
        (
            "token_revoked",
            "The token has been revoked, or the app removed from the workspace.",
            "Install the app again",
        ),
        ("account_inactive", "The app has been removed from the workspace.", "Install the app again"),
        ("not_allowed_token_type", "Slack says that this is another kind of token.", "Copy it anew"),
        ("ekm_access_denied", "Slack answers ekm_access_denied.", "https://docs.slack.dev/reference/methods/auth.test"),
    ],
)
def test_each_refusal_of_the_bot_token_has_its_sentence(slack: Slack, error: str, says: str, remedy: str) -> None:
    slack.faults.refuse("auth.test", error)
    findings = found()
    assert of("Bot token", findings).says == says
    assert of("Bot token", findings).remedy.startswith(remedy)
    assert of("App-level token", findings).level == "ok"


@pytest.mark.parametrize("method", ["api.test", "auth.test", "apps.connections.open", "users.info"])
def test_too_many_questions_and_trouble_at_slack_have_theirs(slack: Slack, method: str) -> None:
    slack.faults.limit(method, retry_after_seconds=30)
    limited = [one for one in found() if one.level == "wrong"]
    slack.faults.fail(method, status=503)
    failed = [one for one in found() if one.level == "wrong"]
    assert [one.says for one in limited] == ["Slack asks to wait for 30 seconds."]
    assert [one.says for one in failed] == ["Slack itself has trouble; it answers 503."]


def test_scopes_that_are_missing_mean_that_the_app_is_to_be_installed_again(slack: Slack) -> None:
    slack.app.bot_scopes -= {"users:read.email", "im:history"}
    finding = of("Scopes")
    assert (finding.level, finding.says) == ("wrong", "im:history, users:read.email are not granted.")
    assert "reinstall the app" in finding.remedy


def test_scopes_that_nobody_needs_are_looked_at(slack: Slack) -> None:
    slack.app.bot_scopes |= {"reactions:write"}
    finding = of("Scopes")
    assert (finding.level, finding.says) == ("warning", "reactions:write is granted, and not needed.")


def test_an_app_level_token_without_its_scope_is_told_so(slack: Slack) -> None:
    slack.app.app_scopes.clear()
    finding = of("App-level token")
    slack.expect_complaint("missing_scope")
    assert (finding.level, finding.says) == ("wrong", "The scope connections:write is missing.")
    assert finding.remedy.startswith("Make another")


@pytest.mark.parametrize(
    ("off_seconds", "says"),
    [
        (-58, "It agrees with Slack's."),
        (57, "It agrees with Slack's."),
        (90, "ahead of Slack's"),
        (-90, "behind Slack's"),
    ],
)
def test_the_clock_is_compared_with_slacks(off_seconds: float, says: str) -> None:
    finding = of("Clock", found(off_seconds))
    assert says in finding.says
    assert finding.level == ("ok" if abs(off_seconds) < 60 else "wrong")


# --- admins ---------------------------------------------------------------------------------------------------------


def test_the_first_admin_may_be_named_by_e_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_ADMIN", "Anna@Example.com")
    assert of("First admin").says == "It is Anna Admin."


def test_a_first_admin_whom_slack_does_not_know_is_wrong(monkeypatch: pytest.MonkeyPatch, slack: Slack) -> None:
    monkeypatch.setenv("FIRST_ADMIN", "nobody@example.com")
    assert of("First admin").says == "Nobody in this workspace has that e-mail address."
    monkeypatch.setenv("FIRST_ADMIN", "U0NOBODY")
    assert of("First admin").says == "Nobody in this workspace has that member ID."
    slack.expect_complaint("user_not_found")


def every_other_kind(slack: Slack) -> Iterator[tuple[str, str]]:
    yield slack.guest("Gus").id, "Gus is a guest."
    yield slack.member("Lea", deleted=True).id, "Lea has left the workspace."
    yield slack.other_bot("Robo").id, "Robo is an app, not a person."
    yield slack.stranger("Stan").id, "Stan is of another workspace."


def test_a_first_admin_who_is_no_full_member_is_wrong(monkeypatch: pytest.MonkeyPatch, slack: Slack) -> None:
    for user_id, says in every_other_kind(slack):
        monkeypatch.setenv("FIRST_ADMIN", user_id)
        finding = of("First admin")
        assert (finding.level, finding.says) == ("wrong", says)


def test_without_the_scope_for_addresses_a_first_admin_is_not_found_by_e_mail(
    monkeypatch: pytest.MonkeyPatch, slack: Slack
) -> None:
    monkeypatch.setenv("FIRST_ADMIN", "anna@example.com")
    slack.app.bot_scopes -= {"users:read.email"}
    assert of("First admin").says == "The scope users:read.email is missing."
    slack.expect_complaint("missing_scope")


def test_where_nobody_is_an_admin_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIRST_ADMIN")
    finding = of("First admin")
    assert (finding.level, finding.says) == ("wrong", "FIRST_ADMIN is not set, and the database knows no admin.")


def test_admins_of_the_database_suffice_unless_they_have_left(
    monkeypatch: pytest.MonkeyPatch, sqlite_db: Database
) -> None:
    monkeypatch.delenv("FIRST_ADMIN")
    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string())
    at = dt.datetime.now(dt.UTC)
    with sqlite_db.writing() as connection:
        people.remember(connection, [Person("U1", "T1", "Ben")], at)
        people.set_role(connection, "U1", "admin", by="test", at=at)
    assert of("Admins").says == "There is 1."
    with sqlite_db.writing() as connection:
        people.remember(connection, [Person("U1", "T1", "Ben", kind="left")], at)
    assert of("First admin").level == "wrong"
