"""The operator's settings, and the sentences for those that cannot be used. No sentence shows a secret."""

from pathlib import Path

import pytest

from bot.answer import Unanswered
from bot.settings import Settings
from bot.usable import opened, terminal_settings, usable_settings

SECRET = "1234-verysecret"
NAMES = [name.upper() for name in Settings.model_fields]


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but the test's own."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_the_terminal_works_and_slack_is_slack() -> None:
    settings = usable_settings()
    assert settings.slack_bot_token is None
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.http_host, settings.http_port) == ("127.0.0.1", 3000)


def test_tokens_are_secrets_that_no_log_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", f"xoxb-{SECRET}")
    monkeypatch.setenv("SLACK_APP_TOKEN", f"xapp-{SECRET}")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    settings = usable_settings()
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == f"xoxb-{SECRET}"
    assert SECRET not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "SLACK_BOT_TOKEN",
            f"xapp-{SECRET}",
            "SLACK_BOT_TOKEN holds the app-level token (xapp-…), which belongs in SLACK_APP_TOKEN; it takes the bot "
            "token, which starts with xoxb-",
        ),
        (
            "SLACK_APP_TOKEN",
            f"xoxb-{SECRET}",
            "SLACK_APP_TOKEN holds the bot token (xoxb-…), which belongs in SLACK_BOT_TOKEN; it takes the app-level "
            "token, which starts with xapp-",
        ),
        ("SLACK_BOT_TOKEN", f"xoxp-{SECRET}", "SLACK_BOT_TOKEN holds a user token (xoxp-…); it takes the bot token"),
        ("SLACK_BOT_TOKEN", SECRET, "The setting SLACK_BOT_TOKEN takes the bot token, which starts with xoxb-"),
        ("SLACK_BOT_TOKEN", f"xoxb-{SECRET} x", "The setting SLACK_BOT_TOKEN takes the bot token"),
        ("SLACK_BOT_TOKEN", "xoxb-", "The setting SLACK_BOT_TOKEN takes the bot token"),
        ("SLACK_BOT_TOKEN", f"xoxb-{SECRET}…", "The setting SLACK_BOT_TOKEN takes the bot token"),
        ("SLACK_SIGNING_SECRET", f"xoxb-{SECRET}", "SLACK_SIGNING_SECRET holds the bot token (xoxb-…), which belongs"),
        (
            "SLACK_API_URL",
            f"slack.com/{SECRET}",
            "The setting SLACK_API_URL takes the address of Slack's Web API, such as https://",
        ),
        (
            "SLACK_API_URL",
            f"https://slack.com/?{SECRET}",
            "The setting SLACK_API_URL takes the address of Slack's Web API, such as https://",
        ),
        ("FIRST_ADMIN", f"Anna {SECRET}", "The setting FIRST_ADMIN takes the Slack member ID (U…) or the e-mail"),
        ("HTTP_PORT", SECRET, "The setting HTTP_PORT takes the port to listen at for HTTP, up to 65535"),
        ("HTTP_PORT", "70000", "The setting HTTP_PORT takes the port"),
        ("HTTP_HOST", f"http://{SECRET}", "The setting HTTP_HOST takes the address to listen at for HTTP"),
        ("HOME_CURRENCY", SECRET, "The setting HOME_CURRENCY takes the ISO 4217 code of the currency"),
        ("DATABASE_URL", SECRET, "DATABASE_URL names no database that Melktert can use"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_it_takes(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Unanswered) as caught:
        usable_settings()
    assert str(caught.value).startswith(sentence)
    assert SECRET not in f"{caught.value} {caught.value.reply} {caught.value.__cause__}"


def test_two_swapped_tokens_get_a_sentence_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", f"xapp-{SECRET}")
    monkeypatch.setenv("SLACK_APP_TOKEN", f"xoxb-{SECRET}")
    with pytest.raises(Unanswered, match=r"belongs in SLACK_APP_TOKEN;.* belongs in SLACK_BOT_TOKEN;"):
        usable_settings()


@pytest.mark.parametrize("value", [f"  xoxb-{SECRET}\t", f'"xoxb-{SECRET}"', f"'xoxb-{SECRET}'\r"])
def test_blanks_and_quotation_marks_around_a_value_do_no_harm(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", value)
    token = usable_settings().slack_bot_token
    assert token is not None
    assert token.get_secret_value() == f"xoxb-{SECRET}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:4000/api", "http://127.0.0.1:4000/api/"])
def test_the_address_of_the_web_api_always_ends_in_one_slash(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", url)
    assert usable_settings().slack_api_url == "http://127.0.0.1:4000/api/"


@pytest.mark.parametrize("who", ["U0123ABCD", "W0123ABCD", "anna@example.com"])
def test_the_first_admin_is_a_member_or_an_address(who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_ADMIN", who)
    assert usable_settings().first_admin == who


def test_the_file_beside_the_checkout_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# a comment\nHTTP_PORT=8080\nSLACK_BOT_TOKEN=\nNOT_OURS=1\n", "utf-8")
    settings = usable_settings()
    assert settings.http_port == 8080
    assert settings.slack_bot_token is None


def test_a_file_that_is_no_text_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfeS\x00L\x00A\x00C\x00K\x00")
    with pytest.raises(Unanswered, match=r"The file \.env cannot be read; it is plain text in UTF-8"):
        usable_settings()
    with pytest.raises(Unanswered, match=r"The file \.env cannot be read; it is plain text in UTF-8"):
        terminal_settings()


PLACEHOLDERS = {
    "SLACK_BOT_TOKEN": "xoxb-…",
    "SLACK_APP_TOKEN": "xapp-…",
    "SLACK_SIGNING_SECRET": "your secret",
    "SLACK_API_URL": "slack",
    "FIRST_ADMIN": "Anna",
    "HTTP_HOST": "http://here",
    "HTTP_PORT": "default",
    "HTTP_PROCESSES": "all",
    "AMBIGUOUS_WAIT_SECONDS": "a minute",
}


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_the_terminal_needs_nothing_of_slack_so_a_placeholder_there_keeps_nobody_from_their_figures(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME_CURRENCY", "EUR")
    unset = terminal_settings()
    monkeypatch.setenv(name, PLACEHOLDERS[name])
    assert terminal_settings() == unset
    with pytest.raises(Unanswered, match=name):
        usable_settings()


@pytest.mark.parametrize(("name", "sentence"), [("DATABASE_URL", "DATABASE_URL names no"), ("HOME_CURRENCY", "ISO 42")])
def test_what_the_terminal_does_need_is_still_asked_for(
    name: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "nonsense")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-…")
    with pytest.raises(Unanswered, match=sentence) as caught:
        terminal_settings()
    assert "SLACK_BOT_TOKEN" not in str(caught.value)


def test_every_setting_is_explained_to_the_operator_and_nothing_else_is() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    offered = [line[1:].partition("=")[0] for line in example.splitlines() if line[:1] == "#" and line[1:2].isupper()]
    assert sorted(offered) == sorted(NAMES)


@pytest.mark.parametrize(
    "line",
    ["DATABASE_URL: sqlite:///team.sqlite3", 'export DATABASE_URL="sqlite:///team.sqlite3', "DATABASE_URL sqlite"],
)
def test_a_line_that_cannot_be_read_sets_nothing_and_says_so(line: str, tmp_path: Path) -> None:
    """Else an import would go into another database than the one that was meant."""
    (tmp_path / ".env").write_text(f"# ours\n{line}\nHTTP_PORT=8080\n", "utf-8")
    with pytest.raises(Unanswered) as refused:
        terminal_settings()
    assert str(refused.value) == (
        "Line 2 of .env cannot be read, so DATABASE_URL is not set; write DATABASE_URL=VALUE, with a quotation mark "
        "at both ends or at none."
    )


def test_a_line_that_cannot_be_read_and_is_not_ours_or_not_needed_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("a note of somebody\nSLACK_BOT_TOKEN: xoxb-1\nDATABASE_URL: x\n", "utf-8")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///team.sqlite3")
    assert terminal_settings().database_url == "sqlite:///team.sqlite3"
    with pytest.raises(Unanswered, match=r"^Line 2 of \.env cannot be read, so SLACK_BOT_TOKEN is not set"):
        usable_settings()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_a_database_that_ends_with_the_process_is_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(Unanswered, match="DATABASE_URL names no database that Melktert can use"):
        terminal_settings()


def test_what_another_program_puts_behind_the_address_of_a_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@localhost:1/team?pgbouncer=true")
    with pytest.raises(Unanswered, match=r"DATABASE_URL names no database .* What follows a \? in it is for"):
        opened(terminal_settings())
