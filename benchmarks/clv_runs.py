"""What is asked in `python -m benchmarks clv`, when, and what a run of it comes to."""

import json
import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.names import misspell
from benchmarks.slack_load import Call
from bot.mrkdwn import mrkdwn
from store import names

# A company is asked about by its name, by how the name begins, or with a slip of the finger.
MIX = {"exact": 70, "prefix": 20, "misspelt": 10}
# Slack shows "operation_timeout" to whoever asked, where the acknowledgement takes longer.
ACKNOWLEDGED_SECONDS_MOST = 3.0
NAME_LETTERS_LOOKED_FOR = 40
# What an answer says that is none.
TROUBLE = ("Something went wrong", "The database is busy", "cannot be reached")


@dataclass(frozen=True)
class Question:
    """What somebody types after /clv, and of which kind it is."""

    kind: str
    text: str


@dataclass(frozen=True)
class Run:
    """One server under one load: milliseconds since each request was due, of those answered, and CPU per request."""

    ms: dict[str, list[float]]
    unanswered: int
    wrong: int
    throughput: float
    cpu_ms: float
    database_cpu_ms: float
    sent_late_ms: float

    @property
    def errors(self) -> int:
        """Requests that were not answered, not acknowledged in time, or answered with something else than asked."""
        return self.unanswered + self.wrong

    def percentile(self, share: float, kind: str | None = None) -> float:
        """The time within which so many of a hundred answers came; what never came counts as infinitely late."""
        every = [kind] if kind else list(self.ms)
        times = sorted(ms for one in every for ms in self.ms[one])
        return percentile(times + [math.inf] * (0 if kind else self.unanswered), share)


def questions(rng: random.Random, customers: Sequence[str], count: int) -> list[Question]:
    """So many questions in the shares of MIX, in random order, about customers chosen evenly."""
    kinds = rng.choices(list(MIX), weights=list(MIX.values()), k=count)
    return [Question(kind, _typed(rng, kind, rng.choice(customers))) for kind in kinds]


def arrivals(rng: random.Random, count: int, seconds: float) -> list[float]:
    """When each is due: people who do not know of one another, so at random times, not evenly apart."""
    return sorted(rng.uniform(0, seconds) for _ in range(count))


def summed_up(
    asked: Sequence[Question], calls: Sequence[Call], cpu_seconds: tuple[float, float], *, checks: bool
) -> Run:
    """A run from its calls. `cpu_seconds` are the server's and the database's; `checks` looks into the answers."""
    ms: dict[str, list[float]] = {kind: [] for kind in MIX}
    unanswered = wrong = in_time = 0
    for question, call in zip(asked, calls, strict=True):
        if call.answered is None:
            unanswered += 1
            continue
        ms[question.kind].append((call.answered - call.due) * 1000)
        in_time += call.answered <= calls[-1].due
        acknowledged = call.acknowledged is not None and call.status == 200
        late = not acknowledged or (call.acknowledged or 0) - call.sent > ACKNOWLEDGED_SECONDS_MOST
        wrong += late or (checks and not answers(question, call.answer))
    server, database = (seconds * 1000 / len(calls) for seconds in cpu_seconds)
    late_ms = percentile(sorted((call.sent - call.due) * 1000 for call in calls), 99)
    window = calls[-1].due - calls[0].due
    return Run(ms, unanswered, wrong, in_time / window, server, database, late_ms)


def answers(question: Question, body: bytes) -> bool:
    """Whether that is a card or a list of candidates, and about the customer, where an exact name was typed."""
    payload = json.loads(body)
    said = json.dumps(payload, ensure_ascii=False)
    if not payload.get("blocks") or any(trouble in said for trouble in TROUBLE):
        return False
    return question.kind != "exact" or mrkdwn((question.text[:NAME_LETTERS_LOOKED_FOR],), 1_000) in said


def percentile(ordered: Sequence[float], share: float) -> float:
    """Of numbers in order, the one that `share` of a hundred do not exceed."""
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * share / 100) - 1)] if ordered else math.inf


def median_of(runs: Sequence[Run], share: float, kind: str | None = None) -> float:
    """The median, over the runs, of a percentile."""
    return statistics.median(run.percentile(share, kind) for run in runs)


def _typed(rng: random.Random, kind: str, name: str) -> str:
    if kind == "exact":
        return name
    key = names.key_of(name)
    if kind == "misspelt" and len(key) > 3:
        return misspell(rng, key)
    return key[: rng.randint(3, 8)].strip()
