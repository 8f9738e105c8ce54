"""Processes that post what is due, killed at every stage: no message twice, and none lost."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from store.database import Database
from tests.bot.killing import KNOWN_WITHIN_SECONDS, LEAVES_SENDING, STAGES, Scene, Stage, environment, kill
from tests.slack.slack import Slack

SOAK_KILLS, SOAK_PARTS = 200, 10


@pytest.fixture
def scene(slack: Slack, sqlite_db: Database, tmp_path: Path) -> Scene:
    return Scene(slack, sqlite_db, tmp_path)


def kill_and_carry_on(scene: Scene, stage: Stage, key: str) -> None:
    """One process dies at this stage; another goes on."""
    state = scene.kills_one_at(stage, key)
    # On a busy computer it may have given up on Slack, and the row, before it was killed.
    assert state in (("sending",) if stage in LEAVES_SENDING else ("claimed", "waiting"))
    scene.forgets_leases()
    killed_at = time.monotonic()
    other = scene.starts()
    try:
        assert other.wait(2 * KNOWN_WITHIN_SECONDS) == 0
    finally:
        kill(other)
    assert time.monotonic() - killed_at < KNOWN_WITHIN_SECONDS
    assert (scene.row(key).state, scene.standing(key)) == ("sent", 1)


@pytest.mark.parametrize("stage", STAGES)
def test_a_process_that_is_killed_leaves_no_message_twice_and_none_out(scene: Scene, stage: Stage) -> None:
    kill_and_carry_on(scene, stage, "the only one")


def test_of_two_bots_one_is_killed_in_the_middle_of_many_messages(scene: Scene) -> None:
    keys = [f"message {n}" for n in range(12)]
    bots = [scene.starts("run") for _ in range(2)]
    try:
        scene.slack.sockets.wait_for_opened(2)
        for key in keys:
            scene.puts(key)
        scene.slack.wait_for(lambda: len(scene.slack.messages(scene.anna.dm)) >= 3, 30)
        kill(bots[0])
        scene.forgets_leases()
        scene.slack.wait_for(lambda: all(scene.row(key).state == "sent" for key in keys), KNOWN_WITHIN_SECONDS)
    finally:
        for bot in bots:
            kill(bot)
    assert [scene.standing(key) for key in keys] == [1] * len(keys)


def test_it_says_what_it_did(scene: Scene) -> None:
    scene.puts("one")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "deliver", "--once"],
        cwd=scene.folder,
        env=environment(scene.slack, scene.db),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "1 posted since this began; 0 waiting, 0 held, 0 missed in all.\n")


def test_it_is_told_to_do_so_once() -> None:
    answer = CliRunner().invoke(app, ["deliver"])
    assert (answer.exit_code, "Say --once" in answer.stderr) == (1, True)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(SOAK_PARTS))
def test_two_hundred_kills_evenly_over_the_stages(scene: Scene, part: int) -> None:
    for number in range(SOAK_KILLS // SOAK_PARTS):
        kill_and_carry_on(scene, STAGES[number % len(STAGES)], f"{part}.{number}")
