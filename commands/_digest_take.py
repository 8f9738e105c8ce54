"""What the buttons of a digest's line do: somebody sees to it, snoozes it, or calls it not relevant."""

import datetime as dt
from typing import Literal

from sqlalchemy.engine import Connection

from commands._customer_words import KINDS, somebody
from commands._digest_draw import FIRST, NAME
from commands._digest_words import day
from commands._figures import acting
from commands._reply import (
    Action,
    Field,
    Form,
    Invalid,
    Mention,
    Note,
    NothingToSay,
    Reply,
    Request,
    Role,
    Sentence,
    Strong,
)
from store import deliveries, digest_due, digest_figures, digest_schedules, digests, events, promises, touches
from store.digests import Issue, Line
from store.who import Who, complete

SNOOZE = dt.timedelta(weeks=2)
SNOOZE_WEEKS_MOST = 26


def take(request: Request, connection: Connection) -> Reply:
    """Somebody will see to a line; the others read it in the digest's thread."""
    issue, number, line = _line(request, connection)
    me = request.person.slack_user_id
    if me is None:
        raise Invalid(line="At a terminal nobody can take a line; press the button in Slack.")
    if (done := _done(connection, issue, line)) is not None:
        return done
    holder = digests.take(connection, issue.id, number, me, request.now)
    if holder != me:
        (other,) = complete(connection, [Who(None, holder)])
        said: Sentence = (Mention(other.name or "A colleague", holder), " has taken it already: ", _what(line))
        return Reply(headline=said, summary=(*said, "."))
    if line.taken_by != me:
        _tell_the_others(request, connection, issue, number, "taken")
    headline: Sentence = ("Yours: ", _what(line))
    return Reply(
        headline=headline,
        summary=(*headline, "."),
        actions=(
            *_doing(request, connection, line),
            Action(NAME, "Give it back", {"do": "give_back", **_values(issue, number)}),
        ),
    )


def taken(request: Request, connection: Connection) -> Reply:
    """What the others read below the digest, once somebody has taken a line. Errors: NothingToSay."""
    _, _, line = _line(request, connection)
    if line.taken_by is None or request.origin != "delivery":
        raise NothingToSay("Nobody has it any more.")
    (who,) = complete(connection, [Who(None, line.taken_by)])
    headline: Sentence = (Mention(who.name or "A colleague", line.taken_by), " takes it: ", _what(line))
    return Reply(headline=headline, summary=(*headline, "."), audience="channel")


def give_back(request: Request, connection: Connection) -> Reply:
    """Somebody will not see to it after all; whoever has read that they would reads this too."""
    issue, number, line = _line(request, connection)
    me = str(request.person.slack_user_id)
    if not digests.give_back(connection, issue.id, number, me):
        return _not_yours(connection, line)
    if not deliveries.withdraw(connection, _key("taken", issue, number, me)):
        _tell_the_others(request, connection, issue, number, "given_back")
    headline: Sentence = ("Given back: ", _what(line))
    return Reply(headline=headline, summary=(*headline, "."))


def given_back(request: Request, connection: Connection) -> Reply:
    """What the others read below the digest, once somebody has given a line back. Errors: NothingToSay."""
    _, _, line = _line(request, connection)
    by = request.values.get("by", "")
    if line.taken_by == by or request.origin != "delivery":
        raise NothingToSay("They have it again.")
    (who,) = complete(connection, [Who(None, by)])
    headline: Sentence = (Mention(who.name or "A colleague", by), " has given it back: ", _what(line))
    return Reply(headline=headline, summary=(*headline, "."), audience="channel")


def _not_yours(connection: Connection, line: Line) -> Reply:
    """The answer to whoever gives back what they do not have any more."""
    headline: Sentence = ("Nobody has it any more: ", _what(line))
    if line.taken_by is not None:
        (other,) = complete(connection, [Who(None, line.taken_by)])
        headline = (Mention(other.name or "A colleague", line.taken_by), " has it now: ", _what(line))
    return Reply(headline=headline, summary=(*headline, "."))


def snooze(request: Request, connection: Connection) -> Reply:
    """Until when a line is not to be shown: the form, and what became of it."""
    issue, number, line = _line(request, connection)
    if request.origin != "form":
        until = request.today + SNOOZE
        event = events.get(connection, line.event_id) if line.event_id is not None else None
        if event is not None and event.held_on <= until:
            # Who is put off beyond the day itself is never invited.
            until = max(event.held_on - dt.timedelta(days=1), request.today + dt.timedelta(days=1))
            until = min(until, request.today + dt.timedelta(weeks=1))
        field = Field("until", "Show it again on", "date", initial=until.isoformat())
        values = {"do": "snooze", **_values(issue, number)}
        return Reply(headline=("Snooze",), form=Form(NAME, "Snooze", (field,), values=values))
    until_on = _day(request.values.get("until", ""), request.today)
    digests.dismiss(
        connection,
        issue.reader,
        line.subject,
        by=acting(request),
        at=request.now,
        until_on=until_on,
        receipt=request.receipt,
    )
    return _gone(issue, number, ("Not shown before ", day(until_on), ": ", _what(line)))


def drop(request: Request, connection: Connection) -> Reply:
    """It is not relevant, and is not shown until something about it changes."""
    issue, number, line = _line(request, connection)
    digests.dismiss(connection, issue.reader, line.subject, by=acting(request), at=request.now, receipt=request.receipt)
    return _gone(issue, number, ("Not relevant, and not shown again: ", _what(line)))


def show_again(request: Request, connection: Connection) -> Reply:
    """Undo of the two above."""
    issue, _, line = _line(request, connection)
    digests.show_again(connection, issue.reader, line.subject, request.now, by=acting(request))
    headline: Sentence = ("Shown again in the next digest: ", _what(line))
    if line.subject in digests.dismissed(connection, issue.reader, request.today):
        headline = ("A colleague put it off too, so it is still not shown: ", _what(line))
    return Reply(headline=headline, summary=(*headline, "."))


def _gone(issue: Issue, number: int, headline: Sentence) -> Reply:
    undo = Action(NAME, "Undo", {"do": "show_again", **_values(issue, number)})
    return Reply(headline=headline, summary=(*headline, "."), actions=(undo,))


def _done(connection: Connection, issue: Issue, line: Line) -> Reply | None:
    """The answer where nothing of the line is left to do: the promise is closed, or somebody has seen the customer."""
    headline: Sentence = ("Done already: ", _what(line))
    if line.promise_id is not None:
        promise = promises.get(connection, line.promise_id)
        if promise is not None and promise.is_open:
            return None
        if promise is None or promise.closed_on is None:
            note: Sentence = ("It was taken back.",)
        else:
            note = (f"It was {promise.state} on {day(promise.closed_on)}.",)
        if promise is None or promise.state != "kept":
            headline = ("Nothing is left to do: ", _what(line))
    elif line.customer_id is not None:
        touch_id = digest_figures.touched_since(connection, issue, line.customer_id)
        touch = touches.get(connection, touch_id) if touch_id is not None else None
        if touch is None:
            return None
        (who,) = complete(connection, [Who(None, touch.author)])
        note = (somebody(who), f" logged a {KINDS[touch.kind]} of {day(touch.happened_on)}.")
    else:
        return None
    return Reply(headline=headline, summary=(*headline, ". ", *note), parts=(Note(note),))


def _doing(request: Request, connection: Connection, line: Line) -> tuple[Action, ...]:
    if line.customer_id is None:
        return ()
    promise = promises.get(connection, line.promise_id) if line.promise_id is not None else None
    person = request.person
    if promise is not None and (
        person.role.includes(Role.MANAGER) or promise.who.slack_user_id == person.slack_user_id
    ):
        return (Action("promises", "Done", {"do": "keep", "promise": str(promise.id)}, style="primary"),)
    return (Action("visit", "Log a visit", {"customer": str(line.customer_id)}, style="primary", opens_form=True),)


def _what(line: Line) -> Strong | str:
    return Strong(f"{FIRST[line.section]} {line.customer}") if line.customer else line.reason


def _tell_the_others(
    request: Request, connection: Connection, issue: Issue, number: int, what: Literal["taken", "given_back"]
) -> None:
    """A line in the digest's thread, where the digest stands in a channel."""
    kind, _, schedule_id = issue.reader.partition(" ")
    kept = digest_schedules.get(connection, int(schedule_id)) if kind == "team" else None
    digest = deliveries.get(connection, digest_due.key_of(issue.reader, issue.slot_on))
    if kept is None or digest is None:
        return
    me = str(request.person.slack_user_id)
    key = _key(what, issue, number, me)
    told = deliveries.get(connection, key)
    if told is not None and told.state not in ("waiting", "claimed"):
        # They had taken it before and given it back, and the others have read both.
        key = f"{key} {request.now.isoformat()}"
    deliveries.put(
        connection,
        key,
        "digest_taken",
        to_channel=kept.channel_id,
        values={"command": NAME, "do": what, "by": me, **_values(issue, number)},
        due_at=request.now,
        expires_at=request.now + dt.timedelta(days=1),
        at=request.now,
        thread_of_id=digest.id,
    )


def _key(what: str, issue: Issue, number: int, by: str) -> str:
    return f"{what} {issue.id}.{number} {by}"


def _values(issue: Issue, number: int) -> dict[str, str]:
    return {"issue": str(issue.id), "line": str(number)}


def _line(request: Request, connection: Connection) -> tuple[Issue, int, Line]:
    """The line that a button is of. A rep's own digest is nobody else's. Errors: Invalid."""
    issue_id, number = _whole(request.values.get("issue", "")), _whole(request.values.get("line", ""))
    issue = digests.by_id(connection, issue_id)
    mine = f"rep {request.person.slack_user_id}"
    if issue is None or not 1 <= number <= len(issue.lines):
        raise Invalid(line="That line is of a digest that is not kept any more; /digest shows the newest.")
    if not issue.reader.startswith("team ") and issue.reader != mine:
        raise Invalid(line="That line is of a colleague's own digest; /digest mine shows yours.")
    return issue, number, issue.lines[number - 1]


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _day(text: str, today: dt.date) -> dt.date:
    try:
        day_on = dt.date.fromisoformat(text)
    except ValueError:
        raise Invalid(until="Choose the day on which it is to be shown again.") from None
    if not today < day_on <= today + dt.timedelta(weeks=SNOOZE_WEEKS_MOST):
        raise Invalid(until="Choose a day from tomorrow to half a year from now.")
    return day_on
