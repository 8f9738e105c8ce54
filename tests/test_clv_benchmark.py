"""The load of `python -m benchmarks clv`: signed commands, on time whatever the server does, and each answer judged."""

import asyncio
import json
import math
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmarks import serving
from benchmarks.clv_runs import MIX, Question, answers, arrivals, questions, summed_up
from benchmarks.slack_load import Call, Slack

ANSWER = {
    "response_type": "ephemeral",
    "text": "Acme",
    "blocks": [{"type": "section", "block_id": "a", "text": {"type": "mrkdwn", "text": "Acme &amp; Sons"}}],
}
CUSTOMERS = ["Acme & Sons", "Bolt Trading Ltd", "Zebra Zips"]


def body(**changed: Any) -> bytes:
    return json.dumps(ANSWER | changed).encode()


class Stalling(asyncio.Protocol):
    """A server that leaves its first request waiting until `free`, and every other behind it."""

    free = 0.0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:  # noqa: ARG002
        loop = asyncio.get_running_loop()
        Stalling.free = Stalling.free or loop.time() + 0.4
        loop.call_at(Stalling.free, self.transport.write, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def with_slack(measure: Callable[[Slack], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with Slack() as slack:
            return await measure(slack)

    return asyncio.run(run())


def test_a_request_goes_out_when_it_is_due_though_an_earlier_one_waits() -> None:
    async def measure(slack: Slack) -> list[Call]:
        server = await asyncio.get_running_loop().create_server(Stalling, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await slack.send(port, ["acme"] * 5, [0, 0.05, 0.1, 0.15, 0.2], patience_seconds=0.5)

    calls = with_slack(measure)
    assert max(call.sent - call.due for call in calls) < 0.1
    waited = [(call.acknowledged or 0) - call.due for call in calls]
    assert waited[0] > 0.35
    assert waited[4] > 0.15, "whoever asks while the server stalls is charged with what is left of it"


def test_the_comparator_takes_the_signed_commands_and_its_answer_comes_whole(tmp_path: Path) -> None:
    async def measure(slack: Slack) -> list[Call]:
        server = serving.constant_bot(slack.api_url, body(), tmp_path)
        try:
            await server.listening()
            calls = await slack.send(server.port, ["acme"] * 6, [n / 20 for n in range(6)], patience_seconds=5)
            assert server.cpu_seconds() > 0
        finally:
            server.stop()
        return calls

    calls = with_slack(measure)
    assert [call.status for call in calls] == [200] * 6
    assert [json.loads(call.answer) for call in calls] == [ANSWER] * 6
    assert all(call.due <= call.sent <= (call.answered or 0) for call in calls)


def test_the_comparator_refuses_what_is_not_signed_with_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def measure(slack: Slack) -> list[Call]:
        server = serving.constant_bot(slack.api_url, body(), tmp_path)
        try:
            await server.listening()
            monkeypatch.setattr("benchmarks.slack_load.SIGNING_SECRET", "another")
            return await slack.send(server.port, ["acme"], [0], patience_seconds=1)
        finally:
            server.stop()

    (call,) = with_slack(measure)
    assert (call.status, call.answered) == (401, None)


def test_an_answer_counts_when_the_last_of_it_has_come() -> None:
    async def measure(slack: Slack) -> list[bool]:
        slack.calls = [call := Call("acme", 0.0)]
        reader, writer = await asyncio.open_connection("127.0.0.1", slack.port)
        head = f"POST /response/0 HTTP/1.1\r\nContent-Length: {len(body())}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body()[:-1])
        await asyncio.sleep(0.1)
        is_counted = [call.answered is not None]
        writer.write(body()[-1:])
        await reader.read()
        writer.close()
        return [*is_counted, call.answered is not None and call.answer == body()]

    assert with_slack(measure) == [False, True]


def test_the_questions_are_the_same_for_a_seed_and_in_the_shares_of_the_mix() -> None:
    asked = questions(random.Random(1), CUSTOMERS, 2_000)
    assert asked == questions(random.Random(1), CUSTOMERS, 2_000)
    for kind, number in Counter(question.kind for question in asked).items():
        assert abs(number / 20 - MIX[kind]) < 5
    by_kind = {kind: {one.text for one in asked if one.kind == kind} for kind in MIX}
    assert by_kind["exact"] == set(CUSTOMERS)
    keys = ("acme and sons", "bolt trading", "zebra zips")
    assert len(by_kind["misspelt"] - set(keys)) > 50
    assert all(any(key.startswith(text) for key in keys) for text in by_kind["prefix"])


def test_everybody_who_is_due_asks_within_the_run_and_not_evenly_apart() -> None:
    due = arrivals(random.Random(1), 1_000, seconds=4)
    assert due == sorted(due)
    assert (len(due), due[0] >= 0, due[-1] <= 4) == (1_000, True, True)
    gaps = [later - earlier for earlier, later in pairwise(due)]
    assert max(gaps) > 4 * (4 / 1_000)


@pytest.mark.parametrize(
    ("kind", "typed", "answer", "is_one"),
    [
        ("exact", "Acme & Sons", body(), True),
        ("exact", "Zebra Zips", body(), False),
        ("prefix", "ac", body(), True),
        ("prefix", "ac", body(blocks=[]), False),
        ("misspelt", "acmee", body(text="Something went wrong here, not in what you asked."), False),
    ],
)
def test_an_answer_is_one_only_if_it_is_about_who_was_named_and_no_apology(
    kind: str, typed: str, answer: bytes, is_one: bool
) -> None:
    assert answers(Question(kind, typed), answer) is is_one


def test_what_never_came_what_came_wrong_and_a_late_acknowledgement_are_errors() -> None:
    asked = [Question("exact", "Acme & Sons")] * 5

    def call(acknowledged: float | None = 0.1, status: int = 200, answered: float | None = 0.2, **had: Any) -> Call:
        return Call("Acme & Sons", 0.0, 0.05, acknowledged, status, answered, had.get("answer", body()))

    calls = [call(), call(answered=None), call(acknowledged=3.5), call(status=500), call(answer=body(blocks=[]))]
    calls[-1].due = 1.0
    run = summed_up(asked, calls, (0.5, 1.0), checks=True)
    assert (run.unanswered, run.wrong, run.errors) == (1, 3, 4)
    assert (run.cpu_ms, run.database_cpu_ms) == (100, 200)
    assert run.percentile(50) == pytest.approx(200), "since it was due, though it was sent later"
    assert run.percentile(99) == math.inf
