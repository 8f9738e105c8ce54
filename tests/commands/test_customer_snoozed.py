"""/customer of somebody whom a colleague has snoozed: why nobody is reminded of them, and how that ends."""

import datetime as dt
from types import SimpleNamespace

from bot.wording import plain
from commands._reply import Person, Reply
from store import people, snoozes
from tests.commands.asking import TODAY, ask, read
from tests.ledger import NOW

REP = Person("U2", "T1")


def snoozed(books: SimpleNamespace, days: int, reason: str | None = "the buyer is on leave") -> None:
    with books.db.writing() as connection:
        people.remember(connection, [people.Person("U1", "T1", "Thandi")], NOW)
        snoozes.snooze(connection, books.best, TODAY + dt.timedelta(days), reason, by="U1", at=NOW)


def card(books: SimpleNamespace) -> Reply:
    return ask(books.db, "/customer metropolitan", person=REP)


def labels(reply: Reply) -> list[str]:
    return [one.label for one in reply.actions]


def test_it_says_until_when_by_whom_and_why(books: SimpleNamespace) -> None:
    snoozed(books, 30)
    said = "Snoozed until Jul 4, 2026 by Thandi: the buyer is on leave. /neglected leaves them out, and counts them."
    assert said in read(card(books))


def test_whoever_reads_it_can_have_them_shown_again(books: SimpleNamespace) -> None:
    snoozed(books, 3, None)
    snoozed(books, 30)
    wake = next(one for one in card(books).actions if one.label == "Show again")
    woken = ask(books.db, f"/{wake.command}", values=dict(wake.values), person=REP, origin="button", receipt=None)
    assert plain(woken.headline) == "Metropolitan Bicycle Supply stays snoozed until Jun 7, 2026"
    assert "Snoozed until Jun 7, 2026 by Thandi. /neglected leaves" in read(card(books))


def test_once_its_day_has_come_nothing_is_said(books: SimpleNamespace) -> None:
    snoozed(books, 0)
    assert "Snoozed" not in read(card(books))
    assert "Show again" not in labels(card(books))


def test_of_who_is_awake_nothing_is_said(books: SimpleNamespace) -> None:
    assert "Show again" not in labels(card(books))
