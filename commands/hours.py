"""/melktert hours: when you work and when you want to hear nothing, which every reminder keeps to."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy.engine import Connection

from commands._reply import (
    Action,
    Command,
    Date,
    Fact,
    Field,
    Form,
    Invalid,
    Note,
    Option,
    Policy,
    Reply,
    Request,
    Sentence,
    Strong,
    Text,
)
from store import reminders, rep_hours
from store.database import Database
from store.rep_hours import LEAVE_DAYS_MOST, WEEKDAYS, RepHours
from store.who import Who

NAME = "hours"
AT_A_TERMINAL = "Hours are somebody's in Slack, and at a terminal you are nobody; ask with --as, or in Slack."
# 8:30, 8.30, 08:30, 8h30, 8.
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d\d))?(?: ?(am|pm))?", re.ASCII | re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:-|–|—|to|until)\s*", re.IGNORECASE)
_NONE = {"", "none", "no", "-", "–"}


def run(request: Request, db: Database) -> Reply:
    """The hours of whoever asks; the form to set them; or what became of it."""
    user = request.person.slack_user_id
    if user is None:
        raise Invalid(person=AT_A_TERMINAL)
    if request.origin == "form":
        with db.writing() as connection:
            return _save(connection, user, request)
    with db.reading() as connection:
        hours = rep_hours.get(connection, user)
    return _form(hours) if request.values.get("do") == "change" else _shown(hours, request)


# --- showing --------------------------------------------------------------------------------------------------------


def _shown(hours: RepHours, request: Request, *, before: Sentence = ()) -> Reply:
    headline: Sentence = before or ("You are reminded at ", _time(hours.remind_at), ", ", _days(hours))
    quiet: Sentence = ("None.",)
    if hours.quiet_from is not None and hours.quiet_until is not None:
        quiet = (f"{_time(hours.quiet_from)} to {_time(hours.quiet_until)}: nothing is sent then, but waits.",)
    own = "You get your own digest." if hours.own_digest else "You get no digest of your own."
    return Reply(
        headline,
        (*headline, "."),
        (
            Note((Strong("Working days"), f"  {_days(hours)}, reminders at {_time(hours.remind_at)}.")),
            Note((Strong("Quiet hours"), "  ", *quiet)),
            Note((Strong("Leave"), "  ", *_leave(hours, request.today))),
            Note((Strong("Digest"), "  ", own)),
            Note(
                (
                    f"All of it by the clock in {request.person.zone}, as your Slack profile has it. ",
                    "What is due on a day off is reminded on your last working morning before.",
                ),
                "quiet",
            ),
        ),
        (Action(NAME, "Change…", {"do": "change"}, style="primary", opens_form=True), Action("promises", "Promises")),
        facts=(Fact("remind_at", "reminders at", Text(_time(hours.remind_at))),),
    )


def _leave(hours: RepHours, today: dt.date) -> Sentence:
    first, last = hours.leave_from_on, hours.leave_until_on
    if first is None or last is None or last < today:
        return ("None is set.",)
    if first == last:
        return (Date(first), ".")
    return (Date(first), " to ", Date(last), ", both days included.")


def _days(hours: RepHours) -> str:
    """Mon–Fri, Sun–Thu, or Mon, Tue and Thu."""
    at = {WEEKDAYS.index(day) for day in hours.working_days}
    # One run of days has one day whose day before is free.
    firsts = [one for one in sorted(at) if (one - 1) % 7 not in at] or [0]
    run = [(firsts[0] + away) % 7 for away in range(len(at))] if len(firsts) == 1 else sorted(at)
    names = [WEEKDAYS[one][:3].title() for one in run]
    if len(firsts) == 1 and len(run) > 2:
        return f"{names[0]}–{names[-1]}"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _time(time: dt.time) -> str:
    return f"{time:%H:%M}"


# --- changing -------------------------------------------------------------------------------------------------------


def _form(hours: RepHours) -> Reply:
    quiet = ""
    if hours.quiet_from is not None and hours.quiet_until is not None:
        quiet = f"{_time(hours.quiet_from)}–{_time(hours.quiet_until)}"
    yes_or_no = (Option("yes", "Yes, weekly"), Option("no", "No"))
    fields = (
        Field("days", "Working days", initial=_days(hours), hint="Such as Mon–Fri, or Mon, Tue, Thu."),
        Field("remind_at", "Reminders at", initial=_time(hours.remind_at), hint="Such as 8:30."),
        Field("quiet", "Quiet hours", required=False, initial=quiet, hint="Such as 19:00–7:00. Empty: none."),
        Field("leave_from_on", "On leave from", "date", required=False, initial=_iso(hours.leave_from_on)),
        Field(
            "leave_until_on",
            "On leave until",
            "date",
            required=False,
            initial=_iso(hours.leave_until_on),
            hint="The last day away.",
        ),
        Field("own_digest", "A digest of your own?", "choice", initial=_yes(hours.own_digest), options=yes_or_no),
    )
    form = Form(NAME, "My hours", fields)
    return Reply(("My hours",), ("My hours: a form to fill in.",), form=form)


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _save(connection: Connection, user: str, request: Request) -> Reply:
    to = _filled_in(request.values)
    was_changed = rep_hours.settle(connection, user, to, at=request.now, receipt=request.receipt)
    hours = rep_hours.get(connection, user)
    if was_changed:
        reminders.move(connection, Who(request.person.rep_id, user), request.now)
    said: Sentence = ("Your hours are set; reminders that wait keep to them",)
    return _shown(hours, request, before=said if hours == to else ("Your hours are as they were",))


def _filled_in(values: Mapping[str, str]) -> RepHours:
    """Errors: Invalid with a sentence for each field that is wrong, all at once."""
    found: dict[str, Any] = {"own_digest": values.get("own_digest", "yes") != "no"}
    wrong: dict[str, str] = {}
    for name, read in _READERS.items():
        try:
            found |= read(values.get(name, "").strip())
        except Invalid as invalid:
            wrong |= invalid.errors
    wrong = wrong or _refused(found)
    if wrong:
        raise Invalid(**wrong)
    return RepHours.model_validate(found)


def _refused(found: Mapping[str, Any]) -> dict[str, str]:
    """What does not hold together, beside the field that can put it right."""
    first, last = found["leave_from_on"], found["leave_until_on"]
    if (first is None) != (last is None):
        missing = "leave_from_on" if first is None else "leave_until_on"
        return {missing: "Leave has a first and a last day: choose both, or neither."}
    if first and last and last < first:
        return {"leave_until_on": "Leave ends before it begins; choose a later day."}
    if first and last and (last - first).days >= LEAVE_DAYS_MOST:
        return {"leave_until_on": f"That is longer than {LEAVE_DAYS_MOST} days; check the year."}
    try:
        RepHours.model_validate(found)
    except ValidationError:
        return {"remind_at": "Reminders would come in your quiet hours; choose a time outside them."}
    return {}


def _read_days(text: str) -> dict[str, Any]:
    """Mon–Fri; Mon, Tue and Thu; weekdays; Sun–Thu."""
    text = re.sub(r"\bweekdays\b", "mon-fri", text.casefold())
    text = re.sub(r"\b(?:every day|daily|all)\b", "mon-sun", text)
    chosen: set[int] = set()
    for part in filter(None, re.split(r"[,;&+\s]+|\band\b", re.sub(_BETWEEN, "-", text))):
        ends = [_weekday(word) for word in part.split("-")]
        if len(ends) > 2 or None in ends:
            raise Invalid(days="Write the days as Mon–Fri, or as Mon, Tue, Thu.")
        first, last = ends[0] or 0, ends[-1] or 0
        chosen |= {(first + away) % 7 for away in range((last - first) % 7 + 1)}
    if not chosen:
        raise Invalid(days="Write at least one working day, such as Mon–Fri.")
    return {"working_days": tuple(WEEKDAYS[one] for one in sorted(chosen))}


def _weekday(word: str) -> int | None:
    fits = [at for at, name in enumerate(WEEKDAYS) if len(word) >= 2 and name.startswith(word.rstrip("."))]
    return fits[0] if len(fits) == 1 else None


def _read_quiet(text: str) -> dict[str, Any]:
    if text.casefold() in _NONE:
        return {"quiet_from": None, "quiet_until": None}
    ends = _BETWEEN.split(text)
    times = [_clock(one) for one in ends]
    if len(times) != 2 or None in times or times[0] == times[1]:
        raise Invalid(quiet="Write when they begin and end, such as 19:00–7:00, or leave it empty.")
    return {"quiet_from": times[0], "quiet_until": times[1]}


def _read_remind_at(text: str) -> dict[str, Any]:
    time = _clock(text)
    if time is None:
        raise Invalid(remind_at="Write a time of the day, such as 8:30.")
    return {"remind_at": time}


def _clock(text: str) -> dt.time | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").casefold()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def _read_day(name: str) -> Callable[[str], dict[str, Any]]:
    def read(text: str) -> dict[str, Any]:
        try:
            return {name: dt.date.fromisoformat(text) if text else None}
        except ValueError:
            raise Invalid(**{name: "Choose a day."}) from None

    return read


_READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "days": _read_days,
    "remind_at": _read_remind_at,
    "quiet": _read_quiet,
    "leave_from_on": _read_day("leave_from_on"),
    "leave_until_on": _read_day("leave_until_on"),
}

COMMAND = Command(
    name=NAME,
    summary="When you work, your leave and your quiet hours: every reminder keeps to them.",
    usage="",
    examples=("/melktert hours",),
    policy=Policy.CUSTOMER,
    run=run,
    has_own_name=False,
)
