"""What docs/deploy installs, against the checkout that it is made from."""

import re
import sqlite3
import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path

from bot.__main__ import ROOMS

ROOT = Path(__file__).parent.parent
RUN_LOCK = "docs/deploy/requirements-run.lock"
GUIDE = (ROOT / "docs/slack.md").read_text("utf-8")
CONTAINER = (ROOT / "docs/deploy/Containerfile").read_text("utf-8")
UNIT = (ROOT / "docs/deploy/melktert.service").read_text("utf-8")


def test_the_image_has_all_of_the_code_and_nothing_that_is_secret() -> None:
    copied = set(re.findall(r"^COPY (\S+) ", CONTAINER, re.MULTILINE))
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert copied == rooms | {"manifest.yml", RUN_LOCK}
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_takes_no_library_without_its_hash_and_nobody_in_it_is_root() -> None:
    assert "--require-hashes -r /opt/melktert/requirements-run.lock" in CONTAINER
    assert re.search(r"^USER 10001$", CONTAINER, re.MULTILINE)


def test_the_image_has_what_runs_as_it_was_tested_and_none_of_what_tests_it() -> None:
    tested, runs = locked("requirements.lock"), locked(RUN_LOCK)
    assert runs.items() <= tested.items(), "say make lock, which resolves both"
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked, tools = (
        set(map(named, which)) for which in (declared["dependencies"], declared["optional-dependencies"]["dev"])
    )
    # wcwidth measures for prompt-toolkit too.
    assert set(map(named, asked)) <= set(map(named, runs))
    assert set(map(named, runs)) & set(map(named, tools)) <= {"wcwidth"}
    assert "://" not in (ROOT / RUN_LOCK).read_text("utf-8")


def locked(name: str) -> dict[str, set[str]]:
    """What a lock pins, such as alembic==1.20.1, with its hashes."""
    pins = re.split(r"^(?=[a-z0-9])", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
    return {pin.split(" \\\n")[0]: set(re.findall(r"sha256:[0-9a-f]{64}", pin)) for pin in pins if pin}


def named(requirement: str) -> str:
    """The name of a library in a requirement, spelt as in a lock."""
    return re.split(r"[\[<>=; ]", requirement)[0].lower()


def test_what_is_run_is_a_command_line_that_there_is() -> None:
    asked = re.findall(r"-m bot (\w+)", GUIDE + UNIT) + re.findall(
        r'CMD \["(?:python", "-m", "bot", ")?(\w+)"', CONTAINER
    )
    assert {"run", "doctor", "import", "ask"} <= set(asked) <= set(ROOMS)


def test_the_service_is_kept_from_everything_but_its_own_folder() -> None:
    settings = dict(re.findall(r"^(\w+)=(.*)$", UNIT, re.MULTILINE))
    assert settings["User"] != "root"
    assert (settings["ProtectSystem"], settings["WorkingDirectory"]) == ("strict", "/var/lib/melktert")
    assert (settings["Restart"], settings["NoNewPrivileges"]) == ("on-failure", "yes")


def test_every_file_that_the_guide_links_to_is_there() -> None:
    for name in re.findall(r"\]\((?!https)([^)#]+)\)", GUIDE):
        assert (ROOT / "docs" / name).exists(), name


def test_the_backup_of_the_guide_has_what_was_written_last(tmp_path: Path) -> None:
    (code,) = re.findall(r"python -c '(import sqlite3.*?)' ", GUIDE)
    with closing(sqlite3.connect(tmp_path / "melktert.sqlite3")) as original:
        original.execute("PRAGMA journal_mode = WAL")
        original.execute("CREATE TABLE figures AS SELECT 42 AS figure")
        original.commit()
        subprocess.run([sys.executable, "-c", code, "melktert.sqlite3", "copy.sqlite3"], cwd=tmp_path, check=True)
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("SELECT figure FROM figures").fetchall() == [(42,)]
