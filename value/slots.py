"""Slots: the moments at which something is due on people's own clocks, such as Mondays at 8:00 in Johannesburg.

A slot is named by its local date, so that each comes once, whatever the clocks do. Where a clock skips the time, the
slot is the first moment after the gap; where it shows the time twice, the first of the two.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEK = dt.timedelta(days=7)
_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Once a week; `weekday` counts from 0, Monday, as dates do."""

    weekday: int
    time: dt.time
    zone: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One occurrence: the local date that names it, and the moment in UTC."""

    day: dt.date
    at: dt.datetime

    @property
    def key(self) -> str:
        """Its name among the slots of one schedule."""
        return self.day.isoformat()


def instant(day: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """The moment in UTC at which a clock in the zone first shows this time, or has passed it without showing it."""
    place = _place(zone)
    wall = dt.datetime.combine(day, time.replace(tzinfo=None, fold=0))
    moment = wall.replace(tzinfo=place).astimezone(dt.UTC)
    if moment.astimezone(place).replace(tzinfo=None) == wall:
        return moment
    return _end_of_gap(wall.replace(tzinfo=place, fold=1).astimezone(dt.UTC), moment, place)


def latest(weekly: Weekly, at: dt.datetime) -> Slot:
    """The slot at this moment, or the last one before it."""
    return next(slot for slot in _around(weekly, at) if slot.at <= at)


def following(weekly: Weekly, at: dt.datetime) -> Slot:
    """The next slot after this moment."""
    return min((slot for slot in _around(weekly, at) if slot.at > at), key=lambda slot: slot.at)


def _around(weekly: Weekly, at: dt.datetime) -> Iterator[Slot]:
    """Slots from two weeks after the moment to two weeks before: a gap may move one across a day's end."""
    today = at.astimezone(_place(weekly.zone)).date()
    day = today + dt.timedelta(days=(weekly.weekday - today.weekday()) % 7) + WEEK
    for weeks in range(4):
        slot_on = day - weeks * WEEK
        yield Slot(slot_on, instant(slot_on, weekly.time, weekly.zone))


def _end_of_gap(before: dt.datetime, after: dt.datetime, place: ZoneInfo) -> dt.datetime:
    """The moment between these two, to the second, at which the clocks were put forward."""
    offset = after.astimezone(place).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(place).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


@lru_cache(maxsize=1_000)
def _place(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)
