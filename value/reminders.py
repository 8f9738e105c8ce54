"""When somebody is reminded of a promise: in their own mornings, never on leave, never in their quiet hours.

The first reminder comes on the last working morning up to the day that the promise is due, so that it can still be kept
on time: of one that is due on a Sunday, on Friday. Where it is still open then, one more comes on the first working
morning after that day. A promise that leaves no morning before it is due has the second one alone.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from value.slots import instant

# Further than the longest leave that can be set and two weekends around it.
SEARCH_DAYS = 800
ONE_DAY = dt.timedelta(days=1)
# From here on no working day is taken to last, whatever somebody's quiet hours are.
EVENING = dt.time(19)


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody may be written to. `weekdays` counts from 0, Monday; `quiet` runs over midnight where its end is
    the earlier time; `leave` has the first and the last day away.
    """

    zone: str
    weekdays: frozenset[int]
    remind_at: dt.time
    quiet: tuple[dt.time, dt.time] | None = None
    leave: tuple[dt.date, dt.date] | None = None

    def works_on(self, day: dt.date) -> bool:
        """Whether it is a working day on which they are not on leave."""
        is_away = self.leave is not None and self.leave[0] <= day <= self.leave[1]
        return day.weekday() in self.weekdays and not is_away

    def is_quiet(self, time: dt.time) -> bool:
        """Whether they want to hear nothing at this time of the day."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        return start <= time < end if start < end else time >= start or time < end


@dataclass(frozen=True, slots=True)
class Reminders:
    """The moments in UTC: while the promise can be kept on time, and once it is overdue. None where there is none."""

    in_time: dt.datetime | None
    overdue: dt.datetime | None


def reminders(due_on: dt.date, since: dt.datetime, hours: Hours) -> Reminders:
    """When somebody with these hours is reminded of a promise, all of it after the moment `since`."""
    today = since.astimezone(ZoneInfo(hours.zone)).date()
    in_time = None
    days_left = min((due_on - today).days, SEARCH_DAYS)
    for days_before in range(days_left + 1):
        found = morning(due_on - days_before * ONE_DAY, hours)
        if found is not None:
            in_time = found if found > since else None
            break
    return Reminders(in_time, _first_after(since, max(due_on + ONE_DAY, today), hours))


def free_moment(at: dt.datetime, hours: Hours) -> dt.datetime | None:
    """This moment, if somebody may be written to then, else when the quiet hours of their day end, else their next
    working morning; None where they have none.
    """
    here = at.astimezone(ZoneInfo(hours.zone))
    if hours.works_on(here.date()) and not hours.is_quiet(here.time()):
        return at
    return _after_the_pause(at, hours) or _first_after(at, here.date(), hours)


def _after_the_pause(at: dt.datetime, hours: Hours) -> dt.datetime | None:
    """When quiet hours end that lie between the morning of this working day and its evening, such as those of a lunch;
    None where this moment is in no such.
    """
    here = at.astimezone(ZoneInfo(hours.zone))
    start = morning(here.date(), hours)
    if hours.quiet is None or start is None or start > at or not hours.quiet[0] < hours.quiet[1] < EVENING:
        return None
    end = instant(here.date(), hours.quiet[1], hours.zone)
    return end if end > at and not hours.is_quiet(end.astimezone(ZoneInfo(hours.zone)).time()) else None


def morning(day: dt.date, hours: Hours) -> dt.datetime | None:
    """The moment of that day at which reminders come; None on a day on which they do not."""
    if not hours.works_on(day):
        return None
    time = hours.remind_at
    if hours.quiet is not None and hours.is_quiet(time):
        time = hours.quiet[1]
    at = instant(day, time, hours.zone)
    # Where clocks are put forward, the time that there is may lie in the quiet hours, or even on the next day.
    here = at.astimezone(ZoneInfo(hours.zone))
    return at if here.date() == day and not hours.is_quiet(here.time()) else None


def _first_after(since: dt.datetime, day: dt.date, hours: Hours) -> dt.datetime | None:
    """The first working morning from this day on that comes after the moment."""
    for days_after in range(SEARCH_DAYS):
        found = morning(day + days_after * ONE_DAY, hours)
        if found is not None and found > since:
            return found
    return None
