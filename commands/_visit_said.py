"""What is said of a touch: when it was logged, edited, deleted, and wherever one is shown."""

import datetime as dt

from sqlalchemy.engine import Connection

from commands._figures import acting
from commands._reply import (
    Action,
    Date,
    Inline,
    Invalid,
    Mention,
    Money,
    Note,
    Part,
    Reply,
    Request,
    Role,
    Sentence,
    Strong,
)
from store import people, standings, touches
from store.promises import Promise
from store.touches import Kind, Outcome, Touch
from store.who import Who

KINDS: dict[Kind, str] = {
    "visit": "Visit",
    "call": "Call",
    "message": "Message",
    "gift": "Gift",
    "invitation": "Invitation",
    "conversation": "Value conversation",
}
OUTCOMES: dict[Outcome, str] = {
    "good": "went well",
    "neutral": "neither well nor badly",
    "complaint": "a complaint, not settled yet",
    "settled": "settled a complaint",
}
NOTE_SHOWN = 280
ONLY_THE_AUTHOR = "Only whoever logged a touch, or a manager, can change it; ask one of them."


def logged(
    connection: Connection, touch: Touch, request: Request, promise: Promise | None = None, *more: Sentence
) -> Reply:
    """What became of logging it, in one line, and what can be done about it."""
    if touch.deleted_at is not None:
        return deleted(connection, touch, request)
    headline: Sentence = (f"{KINDS[touch.kind]} logged: ", *clock(connection, touch, request.today))
    parts: list[Part] = [Note(told(touch, request.today))]
    if promise is not None:
        parts.append(Note(("Promised for ", Date(promise.due_on), f": {promise.text}")))
    parts += [Note(sentence) for sentence in more]
    if touch.outcome == "complaint":
        parts.append(Note(("The complaint stays open until a touch has settled it.",), "warning"))
    return Reply(
        headline=headline,
        summary=(*headline, "; ", touch.customer, "."),
        parts=tuple(parts),
        actions=(*undo_and_edit(touch, promise), *([] if promise else [_promise(touch)])),
    )


def deleted(connection: Connection, touch: Touch, request: Request, *more: Sentence) -> Reply:
    """What became of deleting it."""
    headline: Sentence = (f"{KINDS[touch.kind]} taken back: ", *_where_the_clock_stands(connection, touch))
    return Reply(
        headline=headline,
        summary=(*headline, "; ", touch.customer, "."),
        parts=(Note(told(touch, request.today)), *(Note(sentence) for sentence in more)),
        actions=(_on(touch, "Put it back", "restore"),),
    )


def clock(connection: Connection, touch: Touch, today: dt.date) -> Sentence:
    """What a touch did to its customer's clock: the effect of having gone."""
    standing = standings.get(connection, touch.customer_id)
    if standing.last_touch_id != touch.id and standing.last_touch_on is not None:
        return ("the clock runs from the later touch on ", Date(standing.last_touch_on))
    if standing.due_on is None:
        return ("clock reset; none is due, the customer is an exit",)
    when = "next visit due " if standing.due_on >= today else "the next visit has been due since "
    return ("clock reset; " + when, Date(standing.due_on))


def _where_the_clock_stands(connection: Connection, gone: Touch) -> Sentence:
    """From which touch the clock runs now that this one is gone."""
    standing = standings.get(connection, gone.customer_id)
    if standing.last_touch_on is None:
        return ("nobody has been in touch with the customer",)
    last = touches.get(connection, standing.last_touch_id) if standing.last_touch_id is not None else None
    what = KINDS[last.kind].lower() if last else "touch"
    if last is not None and (last.kind, last.happened_on) == (gone.kind, gone.happened_on):
        return (f"the clock runs from another {what} on the same day, ", Date(standing.last_touch_on))
    return (f"the clock runs from the {what} on ", Date(standing.last_touch_on))


def told(touch: Touch, today: dt.date, *, names_customer: bool = True) -> Sentence:
    """The touch in one line: whom, when, how long, with whom, what came of it, and what was said."""
    pieces: list[Sentence] = [(Strong(touch.customer),)] if names_customer else []
    pieces.append((*_named_day(touch.happened_on, today), Date(touch.happened_on)))
    if touch.minutes is not None:
        pieces.append((lasted(touch.minutes),))
    if touch.contact is not None:
        pieces.append((f"with {touch.contact}",))
    if touch.people:
        pieces.append(_there(touch.people))
    if touch.cost is not None and touch.currency is not None:
        pieces.append((Money(touch.cost, touch.currency, "exact"),))
    if touch.outcome is not None:
        pieces.append((OUTCOMES[touch.outcome],))
    if touch.note:
        pieces.append((f"“{_short(touch.note)}”",))
    if touch.learned:
        pieces.append((f"learned: {_short(touch.learned)}",))
    if touch.is_invented:
        pieces.append(("invented for the demo",))
    words: list[Inline] = []
    for at, piece in enumerate(pieces):
        words += [*([" · "] if at else []), *piece]
    return tuple(words)


def lasted(minutes: int) -> str:
    """45 minutes, 1 h, 1 h 30."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} minutes" if rest > 1 else "a minute"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def _named_day(day: dt.date, today: dt.date) -> Sentence:
    return {0: ("today, ",), 1: ("yesterday, ",)}.get((today - day).days, ())


def _there(who: tuple[Who, ...]) -> Sentence:
    words: list[Inline] = []
    for at, one in enumerate(who):
        words += [*([", "] if at else []), Mention(one.name or "somebody", one.slack_user_id)]
    return tuple(words)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= NOTE_SHOWN else line[: NOTE_SHOWN - 1] + "…"


# --- what can be done about it --------------------------------------------------------------------------------------


def may_change(touch: Touch, request: Request) -> bool:
    """Whether this person may edit and delete the touch: its author, or a manager."""
    return touch.author == acting(request) or request.person.role.includes(Role.MANAGER)


def refuse_others(touch: Touch, request: Request) -> None:
    """Errors: Invalid for whoever may not change the touch."""
    if not may_change(touch, request):
        raise Invalid(touch=ONLY_THE_AUTHOR)


def undo_and_edit(touch: Touch, promise: Promise | None = None) -> tuple[Action, ...]:
    """Takes back a touch that was just logged, and what was promised with it; and corrects it."""
    with_it = {"promise": str(promise.id)} if promise else {}
    edit = Action("touch", "Edit…", {"do": "edit", "touch": str(touch.id)}, opens_form=True)
    return (_on(touch, "Undo", "delete", **with_it), edit)


def _on(touch: Touch, label: str, do: str, **more: str) -> Action:
    return Action("touch", label, {"do": do, "touch": str(touch.id), **more})


def _promise(touch: Touch) -> Action:
    values = {"customer": str(touch.customer_id), "touch": str(touch.id)}
    return Action("promise", "Make a promise…", values, style="primary", opens_form=True)


def by(connection: Connection, author: str) -> Mention:
    """Who did it: the Slack user by name, or what else."""
    person = people.get(connection, author)
    return Mention(person.name, person.slack_user_id) if person else Mention(author)


def of_button(connection: Connection, touch_id: str) -> Touch:
    """The touch of a button. Errors: Invalid for what is no id; RefusedError where there is none."""
    if not (touch_id.isascii() and touch_id.isdigit() and len(touch_id) < 19):
        raise Invalid(touch="That touch is not there any more; /customer shows the last ones.")
    return touches.existing(connection, int(touch_id))
