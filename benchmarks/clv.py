"""python -m benchmarks clv [--quick]: /clv through Slack, from the request until the whole card is at the response_url.

Beside a comparator: a bolt listener that acknowledges and posts one constant answer, as long as the mean of Melktert's
(benchmarks/constant_bot.py). Commands go out at times fixed beforehand (benchmarks/slack_load.py), at half the highest
rate that the comparator follows. Both are loaded in turn, while both processes stay up.
"""

import argparse
import asyncio
import gc
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from benchmarks import portfolio, serving
from benchmarks.clv_runs import MIX, Question, Run, arrivals, median_of, questions, summed_up
from benchmarks.slack_load import Slack
from store import tables
from store.database import Database

P50_MS_MOST_ABOVE = 8.0
P99_TIMES_MOST = 2.0
SEED = 20
PATIENCE_SECONDS = 20.0
WARM_UP_RATE = 20.0
# The rate is raised from step to step, until two steps in turn are not followed: one may be the computer's own doing.
FIRST_RATE, RATE_STEP, STEPS_MISSED = 20.0, 1.25, 2
FOLLOWED_SHARE = 0.95
FOLLOWED_P99_MS = 100.0
COLUMNS = ("req/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "CPU ms", "DB CPU ms", "errors")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    customers: int
    lines: int
    rounds: int
    seconds: float
    step_seconds: float


FULL = Size(portfolio.CUSTOMERS, portfolio.LINES, rounds=5, seconds=12, step_seconds=3)
QUICK = Size(customers=5_000, lines=250_000, rounds=3, seconds=4, step_seconds=2)


def main() -> None:
    """Measure both databases, print, and exit 1 where a limit does not hold."""
    parser = argparse.ArgumentParser(prog=sys.argv[0], description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small portfolio and short runs")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    parser.add_argument("--processes", type=int, default=1, help="of the comparator (1, as bolt is usually served)")
    parser.add_argument("--rate", type=float, help="so many requests a second, instead of half of what is found")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    mix = ", ".join(f"{share} % {kind}" for kind, share in MIX.items())
    print(
        f"{size.customers:,} customers, {size.lines:,} lines. Names: {mix}. Median of {size.rounds} runs of "
        f"{size.seconds:g} s each,\ncomparator and Melktert in turn, on {os.cpu_count()} cores, which the server under "
        "test, the generator of the load and\nthe database share. Times run from when a request was due. "
        "CPU is of the server's process, for each request.",
        flush=True,
    )
    gc.freeze()
    gc.disable()  # a pause in the generator would be charged to the servers
    kinds = [options.only] if options.only else ["sqlite", "postgresql"]
    print(f"Melktert runs in {serving.PROCESSES} processes, its default here, the comparator in {options.processes}.")
    sys.exit(0 if asyncio.run(_measure(kinds, size, options.rate, options.processes)) else 1)


async def _measure(kinds: Sequence[str], size: Size, rate: float | None, processes: int) -> bool:
    met = []
    with tempfile.TemporaryDirectory(prefix="melktert-clv-") as folder:
        async with Slack() as slack:
            for kind in kinds:
                db = portfolio.cached(kind, size.customers, size.lines)
                pair = Pair(slack, db, Path(folder), size, processes)
                try:
                    await pair.start()
                    rate = rate or await pair.half_of_saturation()
                    met.append(await pair.compare(rate))
                finally:
                    pair.stop()
                    db.close()
    return all(met)


class Pair:
    """Melktert on one database, the comparator, and the questions that both are asked."""

    most_above_ms = P50_MS_MOST_ABOVE

    def __init__(self, slack: Slack, db: Database, folder: Path, size: Size, processes: int) -> None:
        self._slack, self._db, self._folder, self._size = slack, db, folder, size
        self._processes = processes
        self._rng = random.Random(SEED)
        with db.reading() as connection:
            known = connection.execute(sa.select(tables.customers.c.name).order_by(tables.customers.c.id))
            self._customers = [name for (name,) in known]
        self._servers: list[serving.Server] = []

    async def start(self) -> None:
        """Start both and warm them up."""
        self.melktert = await self._started(serving.melktert(self._slack.api_url, self._db, self._folder))
        bodies = await self._warm_up(self.melktert)
        mean = statistics.mean(map(len, bodies))
        answer = min(bodies, key=lambda body: abs(len(body) - mean))
        comparator = serving.constant_bot(self._slack.api_url, answer, self._folder, self._processes)
        self.comparator = await self._started(comparator)
        await self._warm_up(self.comparator)
        print(f"\n{self._db.dialect}: answers of {mean:,.0f} bytes in the mean", flush=True)

    async def half_of_saturation(self) -> float:
        """Half of the highest rate that the comparator follows."""
        return await self._saturation(self.comparator) / 2

    async def compare(self, rate: float) -> bool:
        """Load both in turn and print, also what Melktert itself could bear; whether the limits hold."""
        constant, ours = [], []
        for _ in range(self._size.rounds):
            constant.append(await self._run(self.comparator, rate, self._size.seconds))
            ours.append(await self._run(self.melktert, rate, self._size.seconds))
        print(f"\n{self._db.dialect:<22}" + "".join(f"{column:>11}" for column in COLUMNS))
        _print_row("comparator", rate, constant)
        _print_row("Melktert", rate, ours)
        for kind in MIX:
            times = "".join(f"{median_of(ours, share, kind):>11.1f}" for share in (50, 90, 99, 100))
            print(f"  {kind:<20}{'':>11}{times}")
        late = max(run.sent_late_ms for run in constant + ours)
        print(f"99 of 100 requests left the generator within {late:.1f} ms of when they were due.")
        met = _met(constant, ours, self.most_above_ms)
        await self._saturation(self.melktert)
        return met

    def asked(self, count: int) -> Sequence[Question]:
        """So many questions."""
        return questions(self._rng, self._customers, count)

    def stop(self) -> None:
        """End both."""
        for server in self._servers:
            server.stop()

    async def _started(self, server: serving.Server) -> serving.Server:
        self._servers.append(server)
        await server.listening()
        return server

    async def _warm_up(self, server: serving.Server) -> list[bytes]:
        asked = self.asked(round(WARM_UP_RATE * self._size.seconds))
        due = arrivals(self._rng, len(asked), self._size.seconds)
        calls = await self._slack.send(server.port, [one.text for one in asked], due, PATIENCE_SECONDS)
        bodies = [call.answer for call in calls if call.answered is not None]
        if not bodies:
            raise SystemExit(f"{server.name} answers nothing:\n{server.log.read_text()[-2000:]}")
        return bodies

    async def _saturation(self, server: serving.Server) -> float:
        """The highest rate that `server` follows."""
        rate, followed, missed = FIRST_RATE, 0.0, 0
        while missed < STEPS_MISSED:
            run = await self._run(server, rate, self._size.step_seconds)
            follows = run.throughput >= FOLLOWED_SHARE * rate and run.percentile(99) <= FOLLOWED_P99_MS
            followed, missed = (rate, 0) if follows else (followed, missed + 1)
            print(
                f"  {server.name} at {rate:.0f}/s: {run.throughput:.0f}/s answered, p50 {run.percentile(50):.0f} ms, "
                f"p99 {run.percentile(99):.0f} ms{'' if follows else ', not followed'}",
                flush=True,
            )
            rate *= RATE_STEP
        print(
            f"{server.name} follows up to {followed:.0f} requests a second ({FOLLOWED_SHARE:.0%} answered within a "
            f"step of {self._size.step_seconds:g} s, p99 at most {FOLLOWED_P99_MS:g} ms)."
        )
        return followed

    async def _run(self, server: serving.Server, rate: float, seconds: float) -> Run:
        asked = self.asked(round(rate * seconds))
        due = arrivals(self._rng, len(asked), seconds)
        before = server.cpu_seconds(), serving.database_cpu_seconds(self._db)
        calls = await self._slack.send(server.port, [one.text for one in asked], due, PATIENCE_SECONDS)
        after = server.cpu_seconds(), serving.database_cpu_seconds(self._db)
        took = after[0] - before[0], after[1] - before[1]
        run = summed_up(asked, calls, took, checks=server is self.melktert)
        for call in calls:
            call.answer = b""
        gc.collect()
        return run


def _print_row(name: str, rate: float, runs: Sequence[Run]) -> None:
    times = "".join(f"{median_of(runs, share):>11.1f}" for share in (50, 90, 99, 100))
    cpu = (statistics.median(run.cpu_ms for run in runs), statistics.median(run.database_cpu_ms for run in runs))
    print(
        f"{name:<22}{rate:>11.0f}{times}{cpu[0]:>11.2f}{cpu[1]:>11.2f}{sum(run.errors for run in runs):>11}", flush=True
    )


def _print_tracebacks(log: Path) -> None:
    """What the server under test has noted as unforeseen, where it has: an apology says nothing else."""
    for line in log.read_text().splitlines():
        if line.startswith("{"):
            noted = json.loads(line)
            print(f"unforeseen, {noted.get('reference')}: {noted.get('exception')}", flush=True)


def _met(constant: Sequence[Run], ours: Sequence[Run], most_above_ms: float) -> bool:
    """Print each limit with what was measured; whether all hold."""
    above = median_of(ours, 50) - median_of(constant, 50)
    times = median_of(ours, 99) / median_of(constant, 99)
    errors = sum(run.errors for run in [*constant, *ours])
    limits = (
        (f"p50 {above:+.1f} ms (at most {most_above_ms:+g})", above <= most_above_ms),
        (f"p99 {times:.2f} times (at most {P99_TIMES_MOST:g})", times <= P99_TIMES_MOST),
        (f"{errors} errors (none)", errors == 0),
    )
    print("; ".join(f"{said}: {'met' if holds else 'missed'}" for said, holds in limits), flush=True)
    return all(holds for _, holds in limits)


if __name__ == "__main__":
    main()
