"""The one reason why a line stands in a digest."""

import datetime as dt
from dataclasses import replace

import pytest

from commands._digest_words import stopped_words, visit_words
from store.digest_candidates import Person
from value.classes import CareClass

TODAY = dt.date(2026, 6, 1)
END = dt.date(2026, 5, 31)
ACME = Person(
    customer_id=1,
    customer="Acme",
    owner_rep_id=None,
    at_stake=None,
    currency=None,
    care_class=CareClass.RETAIN,
    class_rule="steady",
    last_touch_on=TODAY - dt.timedelta(days=71),
    last_touch_kind="visit",
    due_on=None,
    has_complaint=False,
    last_purchase_on=dt.date(2026, 3, 3),
    next_due_on=None,
    observation_end_on=END,
)


def late(days: int) -> Person:
    return replace(ACME, next_due_on=END - dt.timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (6, "71 days since the last visit"),
        (7, "71 days since the last visit, and the order is 7 days late"),
        (21, "71 days since the last visit, and the order is 3 weeks late"),
    ],
)
def test_an_order_is_called_late_after_a_week(days: int, said: str) -> None:
    assert visit_words(late(days), TODAY) == said


def test_who_stopped_is_told_with_the_day_of_the_last_purchase_and_how_far_past_the_rhythm() -> None:
    said = "nothing bought since 3 March 2026, 3 weeks past their rhythm: ask first what we did wrong"
    assert stopped_words(late(21), TODAY).startswith(said)
    assert stopped_words(ACME, TODAY).startswith("nothing bought since 3 March 2026: ask first what we did wrong")


def test_where_the_data_goes_on_beyond_today_an_order_is_as_late_as_it_is_today() -> None:
    ahead = replace(late(21), observation_end_on=END + dt.timedelta(days=60))
    assert visit_words(ahead, END) == "70 days since the last visit, and the order is 3 weeks late"
