"""What the doctor found: one thing each, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` says, as a sentence, what to do; of what is in order it is empty."""

    level: Level
    about: str
    says: str
    remedy: str = ""


def ok(about: str, says: str) -> Finding:
    """It is in order."""
    return Finding("ok", about, says)


def warning(about: str, says: str, remedy: str) -> Finding:
    """It works, but somebody should look at it."""
    return Finding("warning", about, says, remedy)


def wrong(about: str, says: str, remedy: str) -> Finding:
    """It does not work, or could not be found out."""
    return Finding("wrong", about, says, remedy)
