"""The servers under test in `python -m benchmarks clv`, each in a process of its own, and the CPU that they take."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import sqlalchemy as sa

from benchmarks.slack_load import BOT_TOKEN, SIGNING_SECRET
from bot.settings import PROCESSES_MOST
from store.database import Database

# Melktert's default.
PROCESSES = min(os.cpu_count() or 1, PROCESSES_MOST)
ROOT = Path(__file__).parents[1]
START_SECONDS_MOST = 60.0
STOP_SECONDS_MOST = 20.0


class Server:
    """A process that serves POST /slack/events at `port` of this computer."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str], folder: Path, port: int) -> None:
        self.name, self.port = name, port
        self.log = folder / f"{name}.log"
        # Nothing of the caller's: neither its .env, nor a proxy between two processes of one computer.
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR")}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                env=kept | environment | {"PYTHONPATH": str(ROOT)},
                cwd=folder,
                stdout=log,
                stderr=log,
            )

    async def listening(self) -> None:
        """Return as soon as it can be connected to. Exits, with what it said, where that does not come about."""
        for _ in range(int(START_SECONDS_MOST * 10)):
            if self._process.poll() is not None:
                break
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.1)
                continue
            writer.close()
            return
        raise SystemExit(f"{self.name} does not serve:\n{self.log.read_text()[-2000:]}")

    def cpu_seconds(self) -> float:
        """User and system time so far, its own processes' included."""
        process = psutil.Process(self._process.pid)
        return sum(_cpu_seconds(one) for one in [process, *process.children(recursive=True)])

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MOST)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def melktert(api_url: str, db: Database, folder: Path) -> Server:
    """The bot as an operator runs it, on that database."""
    port = _free_port()
    url = db.url.render_as_string(hide_password=False)
    environment = {
        "SLACK_API_URL": api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "DATABASE_URL": url,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
        "HTTP_PROCESSES": str(PROCESSES),
    }
    return Server("Melktert", ["-m", "bot", "run", "--http"], environment, folder, port)


def constant_bot(api_url: str, answer: bytes, folder: Path, processes: int = 1) -> Server:
    """The comparator, which answers everything with `answer`."""
    port, file = _free_port(), folder / "answer.json"
    file.write_bytes(answer)
    arguments = ["-m", "benchmarks.constant_bot", str(port), api_url, str(file), str(processes)]
    return Server("comparator", arguments, {}, folder, port)


def database_cpu_seconds(db: Database) -> float:
    """What PostgreSQL's processes took so far; nothing for SQLite, which works within the bot's own process."""
    if db.dialect == "sqlite":
        return 0.0
    with db.reading() as connection:
        backend = psutil.Process(connection.scalar(sa.text("SELECT pg_backend_pid()")))
    postmaster = backend.parent()
    assert postmaster is not None
    ended = postmaster.cpu_times()
    return sum(map(_cpu_seconds, postmaster.children())) + ended.children_user + ended.children_system


def _cpu_seconds(process: psutil.Process) -> float:
    took = process.cpu_times()
    return took.user + took.system


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
