"""What is said of a customer in our care is the same in every answer: how late its order is, and what to ask."""

from datetime import date
from types import SimpleNamespace

import pytest

from bot.wording import spell
from commands._care_words import how_long
from commands._digest_words import stopped_words
from store import digest_candidates, standings
from store.digest_candidates import Covered
from tests.commands.asking import TODAY, ask, read
from tests.commands.test_clv_expected import learn, tell


@pytest.fixture
def late(books: SimpleNamespace) -> SimpleNamespace:
    """The best customer buys every 30 days, and its next order was due 47 days before the data ends."""
    learn(books.db)
    # Asked by the models a month before the data ended: how late it is counts to the end all the same.
    tell(books.db, books.best, rhythm_days=30.0, next_due_on=date(2026, 4, 14), as_of_on=date(2026, 4, 30))
    with books.db.writing() as connection:
        standings.refresh(connection)
    return books


def in_a_digest(of: SimpleNamespace) -> str:
    with of.db.reading() as connection:
        (one,) = digest_candidates.stopped(connection, Covered((), "USD"), TODAY)
    return stopped_words(one, TODAY)


def test_an_order_is_as_late_in_a_digest_as_on_a_card_and_on_the_list(late: SimpleNamespace) -> None:
    assert "the next was due Apr 14, 2026, 7 weeks before the data ends." in read(ask(late.db, "/clv metropolitan"))
    assert "order 7 weeks late" in read(ask(late.db, "/neglected team"))
    assert "7 weeks past their rhythm" in in_a_digest(late)


def test_who_has_left_a_habit_is_asked_the_same_question_everywhere(late: SimpleNamespace) -> None:
    assert "Restore: ask what we did wrong  ·  never touched" in read(ask(late.db, "/clv metropolitan"))
    assert "Restore: ask what we did wrong" in read(ask(late.db, "/neglected team"))
    assert "Ask first: What did we do wrong, and what would put it right?" in read(
        ask(late.db, "/customer metropolitan")
    )
    assert "ask first what we did wrong" in in_a_digest(late)


def test_who_is_in_time_is_asked_something_else(books: SimpleNamespace) -> None:
    assert "what we did wrong" not in read(ask(books.db, "/clv metropolitan"))
    assert "Ask first" not in read(ask(books.db, "/customer metropolitan"))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1, "1 day"),
        (13, "13 days"),
        (14, "2 weeks"),
        (18, "3 weeks"),
        (47, "7 weeks"),
        (59, "8 weeks"),
        (60, "2 months"),
        (729, "24 months"),
        (730, "2 years"),
    ],
)
def test_a_delay_is_told_in_a_unit_that_a_person_counts_in(days: int, said: str) -> None:
    assert spell(how_long(days)) == said
