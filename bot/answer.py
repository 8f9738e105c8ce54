"""Answering: one thing asked, one Reply. The only place that catches every error, for every way in.

The person who asked gets sentences: what is wrong with what was asked, that the database is away, or an apology with
the id under which the log holds the traceback.
"""

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import NoReturn

from rapidfuzz import fuzz, process
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

import commands
from bot.access import refusal
from bot.log import Log
from bot.wording import plain
from commands._reply import Action, Code, Command, Inline, Invalid, Note, Reply, Request, Sentence
from store.database import Database

# A slip of the finger ("tpo", "clc") scores at least this; another word does not.
LIKENESS_LEAST = 60
WORD_MOST = 40

# What PostgreSQL says when somebody else holds the rows: lock not available, deadlock, serialization failure.
_BUSY = {"55P03", "40P01", "40001"}
# ... and when it is not there to be asked: connection trouble, shutting down, out of connections.
_AWAY = ("08", "57P", "53")
# What a system says of a file for which there is no room, on the disk or by somebody's quota.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# What only whoever runs Melktert can mend, by SQLite's words or PostgreSQL's state, each with what to do about it.
_TO_BE_MENDED = (
    (
        ("file is not a database", "disk image is malformed"),
        ("XX001", "XX002"),
        ("The database is damaged, or it is no database.", "Whoever runs Melktert has to put a backup in its place."),
    ),
    (
        # Without room for its log SQLite cannot even read.
        ("database or disk is full", "disk i/o error"),
        ("53100", "58030"),
        (
            "The disk of the database is full, or it fails.",
            "Whoever runs Melktert has to make room on it, or to mend it; then ask again.",
        ),
    ),
    (
        ("attempt to write a readonly database",),
        ("25006",),
        (
            "The database can be read, but not written to.",
            "Whoever runs Melktert has to let it write there; then ask again.",
        ),
    ),
)


class Unanswered(Exception):  # noqa: N818 - it says what became of the question, as Invalid does
    """There is no answer: what was asked cannot be done, the database is away, an unforeseen error. `reply` says so.

    `errors` has the sentences by field, where a form or a command was filled in wrongly. What `is_our_fault`, not that
    of what was asked, may be answered if it is asked again: nothing that was typed must be lost.
    """

    def __init__(self, reply: Reply, errors: Mapping[str, str] | None = None, *, is_our_fault: bool = False) -> None:
        super().__init__(plain(reply.summary))
        self.reply = reply
        self.errors = errors or {}
        self.is_our_fault = is_our_fault

    @classmethod
    def because(cls, *sentences: str, is_our_fault: bool = False) -> "Unanswered":
        """Unanswered for this reason: a sentence, and perhaps another that says what to do."""
        notes = tuple(Note((sentence,)) for sentence in sentences[1:])
        reply = Reply(headline=(sentences[0].rstrip("."),), summary=(" ".join(sentences),), parts=notes)
        return cls(reply, is_our_fault=is_our_fault)


def answer(db: Database, asked: str | Action, request: Request, log: Log) -> Reply:
    """The reply to a command line ("/clv acme", the slash may be missing) or to a button. Never raises."""
    try:
        return attempt(db, asked, request, log)
    except Unanswered as unanswered:
        return unanswered.reply


def attempt(db: Database, asked: str | Action, request: Request, log: Log) -> Reply:
    """As `answer`, for a caller that has to tell an answer from none. Errors: Unanswered, nothing else."""
    with guarded(log, asked=asked if isinstance(asked, str) else f"button {asked.command} {dict(asked.values)}"):
        if isinstance(asked, Action):
            command, text, values = asked.command, asked.values.get("text", ""), asked.values
        else:
            command, text, values = *split(asked), request.values
        routed = commands.route(command, text)
        if routed is None:
            raise Unanswered(unknown(command, text))
        found, text = routed
        refused = refusal(found.policy, request.person, request.place)
        if refused is not None:
            # Slack may tell a moment later who somebody is; until then nothing that they typed is lost.
            raise Unanswered.because(*refused, is_our_fault=request.person.kind == "nobody")
        try:
            reply = found.run(replace(request, text=text, values=values), db)
        except Invalid as invalid:
            raise Unanswered(_refusal(invalid), invalid.errors) from None
        return _unused(reply, found, text) if text and not found.usage and isinstance(asked, str) else reply


@contextmanager
def guarded(log: Log, **about: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into Unanswered, with the traceback in the log."""
    try:
        yield
    except (Unanswered, BrokenPipeError):
        raise
    except PoolTimeoutError as error:
        raise _busy() from error
    except DBAPIError as error:
        _of_database(error, log, about)
    except Exception as error:
        reference = log.failure(error, **about)
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            remedy = "Whoever runs Melktert has to make room on it; then ask again."
            raise _to_be_mended("The disk is full.", remedy, reference, log) from error
        raise apology(reference, log) from error


def split(line: str) -> tuple[str, str]:
    """The command's name and the text after it, from a line such as "/clv acme" or "clv acme"."""
    name, *rest = line.strip().removeprefix("/").split(maxsplit=1) or [""]
    return name, rest[0].strip() if rest else ""


def unknown(name: str, text: str) -> Reply:
    """The reply to a command that there is not: what was perhaps meant, as buttons, and help."""
    shown = name if len(name) <= WORD_MOST else name[: WORD_MOST - 1] + "…"
    names = [command.name for command in commands.ALL]
    matches = process.extract(name[:WORD_MOST].casefold(), names, scorer=fuzz.ratio, score_cutoff=LIKENESS_LEAST)
    meant = [Action(close, f"/{close} {_short(text)}".rstrip(), {"text": text}) for close, *_ in matches]
    line = f"{name} {text}".strip()
    if not meant and line:
        # Whoever types a name alone wants that customer.
        meant = [
            Action(command.name, f"/{command.name} {_short(line)}", {"text": line}) for command in _naming_commands()
        ]
    headline = f"There is no command “{shown}”" if shown else "Say a command"
    guess: Sentence = (*_either([action.label for action in meant]), "?")
    listed: Sentence = (Code("/melktert"), " lists what you can ask.")
    return Reply(
        headline=(headline,),
        summary=(headline, "; did you mean ", *guess) if meant else (headline, "; ", *listed),
        parts=(Note(("Did you mean ", *guess, " ", *listed) if meant else listed),),
        actions=(*meant, Action("melktert", "Help")),
    )


def _unused(reply: Reply, command: Command, text: str) -> Reply:
    """The reply with a word on what was typed after a command that takes nothing: it has changed nothing."""
    name = f"/{command.name}" if command.has_own_name else f"/melktert {command.name}"
    said = Note(("“", _short(text), "” was not used: ", Code(name), " takes nothing after it."), "warning")
    return replace(reply, parts=(said, *reply.parts))


def _either(labels: list[str]) -> list[Inline]:
    words: list[Inline] = []
    for at, label in enumerate(labels):
        words += [*([" or "] if at else []), Code(label)]
    return words


def _naming_commands() -> list[Command]:
    return [command for command in commands.ALL if command.suggest is not None][:1]


def _short(text: str) -> str:
    return text if len(text) <= WORD_MOST else text[: WORD_MOST - 1] + "…"


def _refusal(invalid: Invalid) -> Reply:
    first, *others = invalid.errors.values() or [str(invalid)]
    return Reply(
        headline=(first,),
        summary=(" ".join([first, *others]),),
        parts=tuple(Note((sentence,)) for sentence in others),
    )


def _of_database(error: DBAPIError, log: Log, about: dict[str, str]) -> NoReturn:
    state = getattr(error.orig, "sqlstate", None) or ""
    words = str(error.orig).casefold()
    if state in _BUSY or "database is locked" in words or "database table is locked" in words:
        raise _busy() from error
    for said, states, (what, remedy) in _TO_BE_MENDED:
        if state in states or any(one in words for one in said):
            raise _to_be_mended(what, remedy, log.failure(error, **about), log) from error
    if not isinstance(error, OperationalError):
        raise apology(log.failure(error, **about), log) from error
    is_postgresql = hasattr(error.orig, "sqlstate")
    if (is_postgresql and (not state or state.startswith(_AWAY))) or "unable to open database" in words:
        raise Unanswered.because(
            "The database cannot be reached.",
            "Check that it is running and that DATABASE_URL names it, then ask again.",
            is_our_fault=True,
        ) from error
    raise apology(log.failure(error, **about), log) from error


def _busy() -> Unanswered:
    return Unanswered.because("The database is busy with another change.", "Ask again in a moment.", is_our_fault=True)


def _to_be_mended(what: str, remedy: str, reference: str, log: Log) -> Unanswered:
    return Unanswered.because(what, remedy, f"It is noted in {log.where} under {reference}.", is_our_fault=True)


def apology(reference: str, log: Log) -> Unanswered:
    """Of an unforeseen error, with the id under which the log holds it."""
    return Unanswered.because(
        "Something went wrong here, not in what you asked.",
        f"It is noted in {log.where} under {reference}; please pass that on to whoever runs Melktert.",
        is_our_fault=True,
    )
