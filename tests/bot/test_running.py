"""python -m bot run: real processes, from the first line to SIGTERM."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import get_args

import pytest
import yaml

from tests.slack.http_delivery import Forgery
from tests.slack.slack import Slack
from tests.test_layers import ROOT


def environment(slack: Slack, folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLACK_")}
    url = f"sqlite:///{folder / 'melktert.sqlite3'}"
    fixed = {"DATABASE_URL": url, "PYTHONPATH": str(ROOT), "HTTP_PROCESSES": "1"}
    return {**kept, **slack.environment, **fixed, **more}


@contextmanager
def started(folder: Path, environment: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The bot as a process of its own, in a folder without a .env."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", *arguments],
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with the processes that it has started
        process.communicate()


def told(process: subprocess.Popen[str], word: str) -> str:
    """The line of its standard error that has this word."""
    assert process.stderr is not None
    return next(line for line in process.stderr if word in line)


def ends(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(10)


@pytest.fixture(autouse=True)
def installed(slack: Slack) -> None:
    slack.install(yaml.safe_load((ROOT / "manifest.yml").read_text()))


def test_by_socket_mode_it_answers_until_it_is_told_to_stop(slack: Slack, tmp_path: Path) -> None:
    with started(tmp_path, environment(slack, tmp_path)) as process:
        told(process, "is connected to Slack")
        slack.sockets.wait_for_opened(1)
        anna = slack.member("Anna")
        assert "No ledger has been imported yet" in anna.types("/clv acme").answer().words
        slack.sockets.disconnect("warning")
        slack.sockets.wait_for(1)
        assert "No ledger has been imported yet" in anna.types("/top").answer().words
        assert ends(process) == 0


@pytest.mark.parametrize("processes", ["1", "2"])
def test_by_http_it_answers_until_it_is_told_to_stop(slack: Slack, tmp_path: Path, processes: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with started(
        tmp_path, environment(slack, tmp_path, HTTP_PORT=str(port), HTTP_PROCESSES=processes), "--http"
    ) as process:
        told(process, "listens at")
        url = f"http://127.0.0.1:{port}"
        slack.wait_for(lambda: answers(f"{url}/healthz"))
        slack.http.request_url = f"{url}/slack/events"
        slack.http.verify_url()
        with urllib.request.urlopen(f"{url}/metrics") as figures:
            assert b"melktert_deliveries_missed_total 0" in figures.read()
        asked = slack.member("Anna").types("/clv acme")
        assert "No ledger has been imported yet" in asked.answer().words
        # Of several processes the free one takes the next connection.
        assert ends_the_connection(slack, port) == (processes != "1")
        assert ends(process) == 0


def ends_the_connection(slack: Slack, port: int) -> bool:
    """Whether the answer to what Slack delivers ends the connection that it came on."""
    body = b'{"type": "url_verification", "challenge": "x"}'
    headers = slack.http.signed(body, int(time.time())) | {"Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/slack/events", body, headers)
    answer = connection.getresponse()
    assert (answer.status, b"x" in answer.read()) == (200, True)
    connection.close()
    return bool(answer.will_close)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


@pytest.mark.parametrize(
    ("changed", "arguments", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": ""}, (), "SLACK_BOT_TOKEN is not set. docs/slack.md shows where each is found"),
        ({"SLACK_APP_TOKEN": ""}, (), "SLACK_APP_TOKEN is not set"),
        ({"SLACK_SIGNING_SECRET": ""}, ("--http",), "SLACK_SIGNING_SECRET is not set"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, (), "Slack refuses the bot token: invalid_auth. python -m bot doctor"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, (), "Slack refuses the app token: invalid_auth. python -m bot doctor"),
        ({"SLACK_BOT_TOKEN": "xapp-1"}, (), "holds the app-level token"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/"}, (), "Slack cannot be reached at http://127.0.0.1:9/"),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence(
    slack: Slack, tmp_path: Path, changed: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    slack.complaints.allow("auth.test", "invalid_auth")
    slack.complaints.allow("apps.connections.open", "invalid_auth")
    with started(tmp_path, environment(slack, tmp_path, **changed), *arguments) as process:
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert sentence in said
    assert "Traceback" not in said


def test_only_what_slack_has_signed_is_heard(slack: Slack, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with started(tmp_path, environment(slack, tmp_path, HTTP_PORT=str(port)), "--http") as process:
        told(process, "listens at")
        url = f"http://127.0.0.1:{port}"
        slack.wait_for(lambda: answers(f"{url}/healthz"))
        slack.http.request_url = f"{url}/slack/events"
        asked = slack.member("Anna").types("/clv acme")
        asked.answer()
        for how in get_args(Forgery):
            reply = slack.http.send_forged(how, asked.parcel)
            assert reply.status == 401, how
        for body, status in ((b"\xff", 401), (b"x" * 1_000_001, 413), (b"", 401), (b"{", 401), (b"payload=5", 401)):
            forged = {"X-Slack-Request-Timestamp": "NaN", "X-Slack-Signature": "v0=x"}
            request = urllib.request.Request(f"{url}/slack/events", data=body, headers=forged, method="POST")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request)
            assert refused.value.code == status
            refused.value.close()
