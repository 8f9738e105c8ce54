"""What becomes of a promise by a button or a form: done, snoozed, handed over, dropped, and each taken back."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy.engine import Connection

from commands import _promise_words as words
from commands._customer_words import somebody
from commands._figures import acting
from commands._promise_words import doing, one_line, reason_of
from commands._reply import Count, Field, Form, Invalid, Note, Reply, Request, Role, Sentence, Strong
from commands._typed import clean
from store import people, promises, rep_hours, succession
from store.people import NOT_OF_THE_TEAM
from store.promises import MADE, Changed, ClosedError, Promise
from store.who import Who, complete

YEARS_AHEAD_MOST = 5
ALL = words.BACK

# --- forms ----------------------------------------------------------------------------------------------------------


def form(connection: Connection, request: Request) -> Reply:
    """The form that a button opens. Errors: Invalid, RefusedError."""
    promise = words.of_values(connection, request.values)
    words.refuse_whoever_may_not(request, promise)
    if not promise.is_open:
        return _closed(promise, request)
    do = request.values["do"]
    name, submit, fields = _FORMS[do](promise, request.today)
    intro: Sentence = (*words.title(promise), "  ·  ", *words.due(promise, request.today))
    values = {"do": do, "promise": str(promise.id)}
    return Reply(
        (name,),
        (f"{name}: a form to fill in.",),
        form=Form(words.COMMAND, name, fields, values, submit, (Note(intro),)),
    )


def _snooze_form(promise: Promise, today: dt.date) -> tuple[str, str, tuple[Field, ...]]:
    late = "It is overdue, so moved it counts as late." if promise.days_late(today) else ""
    fields = (
        Field("until", "Until when?", "date", initial=_next_weekday(max(promise.due_on, today)).isoformat(), hint=late),
        Field("reason", "Why?", hint="Such as: they are away until Monday."),
    )
    return "Snooze a promise", "Snooze", fields


def _hand_form(_promise: Promise, _today: dt.date) -> tuple[str, str, tuple[Field, ...]]:
    fields = (
        Field("person", "Who is to keep it?", "person"),
        Field("reason", "Anything they need to know?", required=False),
    )
    return "Hand over a promise", "Hand over", fields


def _drop_form(promise: Promise, today: dt.date) -> tuple[str, str, tuple[Field, ...]]:
    late = "It is overdue, so it counts as not kept." if promise.days_late(today) else ""
    hint = f"Such as: they no longer want it. {late}".strip()
    return "Drop a promise", "Drop", (Field("reason", "Why is it not to be kept?", hint=hint),)


_FORMS = {"snooze": _snooze_form, "hand": _hand_form, "drop": _drop_form}
FORMS = tuple(_FORMS)


def _next_weekday(day: dt.date) -> dt.date:
    following = day + dt.timedelta(days=1)
    return following + dt.timedelta(days=max(0, 7 - following.weekday()) if following.weekday() > 4 else 0)


# --- changes --------------------------------------------------------------------------------------------------------


def change(connection: Connection, request: Request) -> Reply:
    """What became of a button or form. Errors: Invalid, RefusedError."""
    promise = words.of_values(connection, request.values)
    do = request.values["do"]
    if do == "undo":
        return _undone(connection, promise, request)
    words.refuse_whoever_may_not(request, promise)
    try:
        return _CHANGES[do](connection, promise, request)
    except ClosedError as closed:
        return _closed(closed.promise, request)


def _keep(connection: Connection, promise: Promise, request: Request) -> Reply:
    changed = promises.keep(connection, promise.id, doing(request))
    kept, who = changed.promise, changed.promise.who
    said: Sentence = ("Kept on time", "")
    if kept.is_late:
        late = kept.days_late(request.today)
        said = (Count(late, "day"), " late") if late else ("In the end, after it had been moved too late",)
    rate = words.rate(connection, who, request.today)
    more: Sentence = (*said, "; ", somebody(who), ": ", *words.kept_rate(rate), ".")
    return _told(changed, ("Done: ", words.shown(kept.text), ", for ", kept.customer_name), more)


def _snooze(connection: Connection, promise: Promise, request: Request) -> Reply:
    until_on = day_of(request, "until")
    reason = reason_of(request, "they are away until Monday")
    changed = promises.snooze(connection, promise.id, until_on, reason, doing(request))
    moved: Sentence = ("Now due ", *words.day(until_on, request.today), ": ", words.shown(promise.text))
    late: Sentence = ("It was overdue, so it counts as late. ",) if changed.promise.is_late else ()
    return _told(changed, moved, (*late, *words.reminded(connection, changed.promise)))


def _hand(connection: Connection, promise: Promise, request: Request) -> Reply:
    to = colleague(connection, request, "person")
    reason = clean(request.values.get("reason", ""))
    if len(reason) > words.REASON_MOST:
        raise Invalid(reason=f"That is {len(reason):,} letters; {words.REASON_MOST} fit.")
    changed = promises.hand_over(connection, promise.id, to, doing(request), reason or None)
    taker = changed.promise.who
    told: Sentence = (somebody(taker), " is told by direct message. ")
    if taker.slack_user_id in (None, request.person.slack_user_id):
        told = ()
    return _told(
        changed,
        (somebody(taker), " is to keep it now: ", words.shown(promise.text)),
        (*told, *_away(connection, taker, request), *words.reminded(connection, changed.promise)),
    )


def _away(connection: Connection, taker: Who, request: Request) -> Sentence:
    """That the colleague is on leave, where they are."""
    if taker.slack_user_id is None:
        return ()
    hours = rep_hours.on_their_clock(connection, taker.slack_user_id)
    if hours.leave is None or not hours.leave[0] <= request.today <= hours.leave[1]:
        return ()
    return (Strong("On leave"), " until ", *words.day(hours.leave[1], request.today), ". ")


def _drop(connection: Connection, promise: Promise, request: Request) -> Reply:
    reason = reason_of(request, "they no longer want it")
    changed = promises.drop(connection, promise.id, reason, doing(request))
    counts = (
        "It was overdue, so it counts as not kept." if changed.promise.is_late else "It counts as neither kept nor not."
    )
    return _told(changed, ("Dropped: ", words.shown(promise.text), ", for ", promise.customer_name), (counts,))


_CHANGES: dict[str, Callable[[Connection, Promise, Request], Reply]] = {
    "keep": _keep,
    "snooze": _snooze,
    "hand": _hand,
    "drop": _drop,
}
CHANGES = (*_CHANGES, "undo")


def _undone(connection: Connection, promise: Promise, request: Request) -> Reply:
    """Taken back, by whoever did it or a manager. Errors: Invalid, RefusedError."""
    change_id = words.number(request.values.get("change", ""))
    latest = promises.last_change(connection, promise.id)
    by = promise.made_by if change_id == MADE or latest is None else latest.by
    if by != acting(request) and not request.person.role.includes(Role.MANAGER):
        raise Invalid(change="Only whoever did it, or a manager, can take it back; ask one of them.")
    changed = promises.undo(connection, promise.id, change_id, doing(request))
    if change_id == MADE:
        return _unmade(connection, promise, request)
    now = changed.promise
    said: Sentence = ("Taken back: ", words.shown(now.text), ", for ", now.customer_name)
    more: Sentence = (somebody(now.who), " is to keep it, ", *words.due(now, request.today), ". ")
    return one_line(said, (*more, *words.reminded(connection, now)), actions=(*words.three(now), ALL))


def _unmade(connection: Connection, promise: Promise, request: Request) -> Reply:
    """A promise that was never made, and what is promised to its customer all the same."""
    nobody: Sentence = ("It counts for nothing, and nobody is reminded of it.",)
    left = promises.of_customer(connection, promise.customer_id)
    if not left:
        return one_line(("Taken back: nothing is promised to ", promise.customer_name), nobody, actions=(ALL,))
    # Of a promise that was made twice, the other one is what somebody may have meant to take back.
    first = next((one for one in left if one.text == promise.text), left[0])
    more: Sentence = (" and ", Count(len(left) - 1, "other promise")) if len(left) > 1 else ()
    still: Sentence = ("Still promised to ", first.customer_name, ": ", words.shown(first.text))
    return one_line(
        ("Taken back: ", words.shown(promise.text)),
        nobody,
        (*still, ", ", *words.due(first, request.today), *more, "."),
        actions=(ALL,),
    )


def _told(changed: Changed, said: Sentence, more: Sentence) -> Reply:
    return one_line(said, more, actions=(words.undo(changed.promise, changed.change.id), ALL))


def _closed(promise: Promise, request: Request) -> Reply:
    """What a second press, or an old button, is answered."""
    done = "Done already: " if promise.state == "kept" else "Dropped already: "
    when: Sentence = ()
    if promise.closed_on is not None:
        when = (
            "That was ",
            *words.day(min(promise.closed_on, request.today), request.today),
            "; nothing was changed now.",
        )
    return one_line((done, words.shown(promise.text), ", for ", promise.customer_name), when, actions=(ALL,))


# --- what is filled in ------------------------------------------------------------------------------------------------


def day_of(request: Request, field: str) -> dt.date:
    """The day that was chosen: not in the past, not decades away. Errors: Invalid."""
    try:
        day = dt.date.fromisoformat(request.values.get(field, "").strip())
    except ValueError:
        raise Invalid(**{field: "Choose a day."}) from None
    if day < request.today:
        raise Invalid(**{field: "That day is over; choose today or a later day."})
    if (day - request.today).days > YEARS_AHEAD_MOST * 366:
        raise Invalid(**{field: "That is too far away; check the year."})
    return day


def refuse_what_is_over(connection: Connection, due_on: dt.date, who: Who, request: Request) -> None:
    """A day that is still to come where the form is filled in may be over where whoever is to keep it is.

    Errors: Invalid for such a day.
    """
    (keeper,) = complete(connection, [who])
    if due_on < promises.today_of(connection, keeper, request.now, request.today):
        raise Invalid(due=f"For {keeper.name or 'whoever is to keep it'} that day is over; choose a later one.")


def colleague(connection: Connection, request: Request, field: str) -> Who:
    """The member of the team who was chosen. Errors: Invalid for anybody else."""
    chosen = request.values.get(field, "").strip()
    if not chosen:
        raise Invalid(**{field: "Choose a person."})
    if chosen == request.person.slack_user_id:
        return words.asker(request)
    known = people.get(connection, chosen)
    if known is None:
        raise Invalid(**{field: "Melktert does not know that person yet; ask them to open Melktert in Slack first."})
    if known.kind != "member":
        raise Invalid(**{field: f"{known.name} {NOT_OF_THE_TEAM[known.kind]}"})
    if succession.has_left(connection, chosen):
        raise Invalid(**{field: f"{known.name} has left, and keeps no promises any more; choose somebody else."})
    return Who(None, chosen, known.name)
