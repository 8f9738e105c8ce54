"""Posting to a response_url: connections stay open, nothing is posted twice, a busy Slack is waited for a little."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

import pytest

from bot import posting
from bot.posting import Answered, Posting

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
OK_AND_CLOSED = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: %d\r\nContent-Length: 0\r\n\r\n"


class Server:
    """Answers the posts that it gets, in turn, with what it was told to; None hangs up without a word."""

    def __init__(self, answers: list[bytes | None]) -> None:
        self.answers = answers
        self.connections = 0
        self.posts = 0
        self.hung_up = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:{1}/commands/1?a=b".format(*self._socket.getsockname())
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while self.answers:
            connection, _ = self._socket.accept()
            self.connections += 1
            with connection, connection.makefile("rb") as incoming:
                while self.answers and self._take(incoming):
                    answer = self.answers.pop(0)
                    if answer is None:
                        break
                    connection.sendall(answer)
                    if b"close" in answer:
                        break
            self.hung_up.set()

    def _take(self, incoming: object) -> bool:
        length = 0
        while (line := incoming.readline()) not in (b"\r\n", b""):  # type: ignore[attr-defined]
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not length:
            return False
        incoming.read(length)  # type: ignore[attr-defined]
        self.posts += 1
        return True


@contextmanager
def serving(*answers: bytes | None) -> Iterator[Server]:
    server = Server(list(answers))
    try:
        yield server
    finally:
        server.close()


def _say_that_no_more_comes(posts: Posting) -> None:
    """So that the server, which serves one connection at a time, hangs up and takes the next."""
    ((connection, _),) = next(iter(posts._idle.values()))
    connection.sock.shutdown(socket.SHUT_WR)


@pytest.fixture
def posts() -> Iterator[Posting]:
    found = Posting(timeout_seconds=5)
    yield found
    found.close()


def test_the_next_answer_goes_over_the_same_connection(posts: Posting) -> None:
    with serving(OK, OK, OK) as server:
        said = [posts.post(server.url, {"text": f"{n}"}) for n in range(3)]
    assert said == [Answered(200, "ok")] * 3
    assert server.connections == 1


def test_a_connection_that_slack_has_closed_is_not_used_again(posts: Posting) -> None:
    with serving(OK_AND_CLOSED, OK) as server:
        assert [posts.post(server.url, {}).status for _ in range(2)] == [200, 200]
    assert server.connections == 2


def test_a_connection_that_slack_closed_while_it_idled_is_not_used_again(posts: Posting) -> None:
    with serving(OK, OK) as server:
        posts.post(server.url, {})
        _say_that_no_more_comes(posts)
        assert server.hung_up.wait(5)
        assert posts.post(server.url, {}).status == 200
    assert server.connections == 2


def test_a_connection_that_has_idled_for_long_is_not_used_again(
    posts: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "IDLE_SECONDS_MOST", -1.0)
    with serving(OK, OK) as server:
        posts.post(server.url, {})
        _say_that_no_more_comes(posts)
        assert posts.post(server.url, {}).status == 200
    assert server.connections == 2


def test_what_slack_may_have_taken_is_not_posted_again(posts: Posting) -> None:
    with serving(OK, None) as server:
        posts.post(server.url, {})
        with pytest.raises((OSError, HTTPException)):
            posts.post(server.url, {})
    assert server.posts == 2


def test_a_busy_slack_is_waited_for_and_asked_again(posts: Posting) -> None:
    with serving(BUSY % 0, BUSY % 0, OK) as server:
        assert posts.post(server.url, {}) == Answered(200, "ok")
    assert server.posts == 3


@pytest.mark.parametrize("answers", [(BUSY % 30,), (BUSY % 0,) * 3])
def test_a_slack_that_stays_busy_is_not_waited_for(posts: Posting, answers: tuple[bytes, ...]) -> None:
    with serving(*answers) as server:
        assert posts.post(server.url, {}).status == 429
    assert server.posts == len(answers)


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(OK_AND_CLOSED) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.rpartition("/commands")[0])
        monkeypatch.delenv("no_proxy", raising=False)
        posts = Posting(timeout_seconds=5)
        assert posts.post("http://hooks.slack.test/commands/1", {"text": "x"}) == Answered(200, "ok")
        posts.close()
    assert proxy.posts == 1
