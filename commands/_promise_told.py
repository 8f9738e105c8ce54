"""What waits to be said about promises, composed at the moment of sending: reminders, and word to a colleague."""

from collections.abc import Callable

from sqlalchemy.engine import Connection

from commands import _promise_words as words
from commands._customer_words import somebody
from commands._reply import Action, Count, Invalid, Note, NothingToSay, Reply, Request, Sentence, Strong
from store import promises, reminders, rep_hours
from store.promises import MADE, Promise


def told(connection: Connection, request: Request) -> Reply:
    """The message that is due. Errors: NothingToSay where it has become pointless; Invalid where nobody sent for it."""
    if request.origin != "delivery":
        raise Invalid(promise=words.BUTTON_IS_OLD)
    do = request.values["do"]
    if do == "passed":
        return _passed(request)
    promise = promises.get(connection, words.number(request.values.get("promise", "")))
    if promise is None:
        raise NothingToSay("The promise, or its customer, is not in the database any more.")
    return _TOLD[do](connection, promise, request)


def _remind(connection: Connection, promise: Promise, request: Request) -> Reply:
    _refuse_the_pointless(promise, request)
    late = promise.days_late(request.today)
    if late and reminders.first(connection, promise) is not None:
        raise NothingToSay("The day is over, and the reminder of an overdue promise is about to come.")
    headline: Sentence = ("Today: ", words.shown(promise.text))
    if late:
        headline = (Count(late, "day"), " late: ", words.shown(promise.text))
    elif promise.due_on > request.today:
        headline = ("By ", *words.day(promise.due_on, request.today), ": ", words.shown(promise.text))
    hours = rep_hours.on_their_clock(connection, str(request.person.slack_user_id))
    why = "If it stays open, one more reminder comes a working day later, then none."
    if promise.due_on > request.today and not hours.works_on(promise.due_on):
        why = f"{promise.due_on:%A} is no working day of yours, so this comes on the last one before it."
    if late:
        why = "This is the last reminder; /promises keeps it on top."
    return _card(promise, headline, _to_whom(promise, request), (why,))


def _handed(connection: Connection, promise: Promise, request: Request) -> Reply:
    _refuse_the_pointless(promise, request)
    by, did, reason = promise.made_by, " promised for you: ", None
    if request.values.get("change") != str(MADE):
        change = _change(connection, promise, request)
        by, did, reason = change.by, " hands you a promise: ", change.reason
    headline: Sentence = (words.by_name(connection, by), did, words.shown(promise.text))
    more: Sentence = (*words.due(promise, request.today), ".", f" “{reason}”" if reason else "")
    return _card(
        promise, headline, (*_to_whom(promise, request), " It is ", *more), words.reminded(connection, promise)
    )


def _returned(_connection: Connection, promise: Promise, request: Request) -> Reply:
    is_theirs = promise.who.slack_user_id == request.person.slack_user_id
    if is_theirs and promise.is_open:
        raise NothingToSay("They are to keep it after all.")
    headline: Sentence = ("You need not keep it after all: ", words.shown(promise.text))
    note: Sentence = (somebody(promise.who), " does, for ", Strong(promise.customer_name), ".")
    if is_theirs:
        note = ("It was taken back by whoever had promised it to ", Strong(promise.customer_name), ".")
    return words.one_line(headline, note, actions=(words.BACK,))


def _passed(request: Request) -> Reply:
    leaver, count = request.values.get("from", "a colleague"), request.values.get("count", "")
    many = Count(words.number(count), "promise")
    headline: Sentence = (many, f" of {leaver}, who has left, ", "is" if count == "1" else "are", " yours to keep now")
    return words.one_line(
        headline,
        ("The customers are yours too. Reminders come in your mornings.",),
        actions=(Action(words.COMMAND, "My promises", {"scope": "mine"}, style="primary"),),
    )


_TOLD: dict[str, Callable[[Connection, Promise, Request], Reply]] = {
    "remind": _remind,
    "handed": _handed,
    "returned": _returned,
}
TOLD = (*_TOLD, "passed")


def _refuse_the_pointless(promise: Promise, request: Request) -> None:
    if not promise.is_open:
        raise NothingToSay("The promise is kept or dropped.")
    if promise.who.slack_user_id != request.person.slack_user_id:
        raise NothingToSay("Somebody else is to keep it by now.")


def _change(connection: Connection, promise: Promise, request: Request) -> promises.Change:
    """The hand-over that the message is about."""
    change_id = words.number(request.values.get("change", ""))
    history = promises.history(connection, promise.id, most=20)
    change = next((one for one in history if one.id == change_id), None)
    if change is None:
        raise NothingToSay("That was long ago, and much has become of it since.")
    return change


def _to_whom(promise: Promise, request: Request) -> Sentence:
    yours = promise.made_by == request.person.slack_user_id
    made = "You promised it to " if yours else "It was promised to "
    return (made, Strong(promise.customer_name), *words.worth(promise), ".")


def _card(promise: Promise, headline: Sentence, note: Sentence, small: Sentence) -> Reply:
    card = Action("clv", "The customer", {"customer": str(promise.customer_id)})
    return Reply(
        headline,
        (*headline, ", for ", promise.customer_name, "."),
        (*words.in_full(promise), Note(note), Note(small, "quiet")),
        (*words.three(promise), card),
    )
