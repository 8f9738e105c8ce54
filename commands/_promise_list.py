"""The list of promises: overdue ones first, or those that were kept and dropped lately; of one or of all."""

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from commands import _promise_words as words
from commands._customer_words import somebody
from commands._naming import short
from commands._pages import no_such_page, passed_over
from commands._reply import (
    Action,
    Code,
    Count,
    Fact,
    Inline,
    Invalid,
    Item,
    Note,
    Reply,
    Request,
    Sentence,
    Strong,
)
from store import people, promises, reps
from store.promises import Promise
from store.who import Who, complete

# A message shows about half as many; the others are on further pages.
PAGE_MOST = 100
MINE, TEAM, DONE = "mine", "team", "done"
EXAMPLE = "/promise acme friday send the quote"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose promises are shown; `who` is None for everybody's, and `of` leads back here."""

    who: Who | None
    of: str
    is_done: bool = False

    @property
    def values(self) -> dict[str, str]:
        """What asks for this list once more."""
        return {"scope": self.of, **({"list": DONE} if self.is_done else {})}


def listed(connection: Connection, request: Request) -> Reply:
    """The list that is asked for by words or by a button. Errors: Invalid for somebody who is not known."""
    scope = _scope(connection, request)
    return _done(connection, request, scope) if scope.is_done else _open(connection, request, scope)


# --- whose ----------------------------------------------------------------------------------------------------------


def _scope(connection: Connection, request: Request) -> Scope:
    if "scope" in request.values:
        asked, is_done = request.values["scope"], request.values.get("list") == DONE
    else:
        typed = request.text.split()
        is_done = any(word.casefold() == DONE for word in typed)
        asked = " ".join(word for word in typed if word.casefold() != DONE)
    me = words.asker(request)
    match asked.casefold():
        case "":
            return Scope(me, MINE, is_done) if me.is_known else Scope(None, TEAM, is_done)
        case "mine" | "me":
            if not me.is_known:
                raise Invalid(who="At a terminal nothing is yours; ask /promises team, or /promises @anna.")
            return Scope(me, MINE, is_done)
        case "team" | "all":
            return Scope(None, TEAM, is_done)
    who = _named(connection, asked)
    return Scope(who, f"rep {who.rep_id}" if who.rep_id else f"<@{who.slack_user_id}>", is_done)


def _named(connection: Connection, asked: str) -> Who:
    """Somebody by name, as a mention, or as a button has them. Errors: Invalid where that is nobody, or several."""
    if mentioned := re.fullmatch(r"<@([A-Z0-9]+)(?:\|[^>]*)?>", asked, re.ASCII):
        return complete(connection, [Who(slack_user_id=mentioned[1])])[0]
    every = reps.every(connection)
    if numbered := re.fullmatch(r"rep (\d{1,18})", asked, re.ASCII):
        found = [rep for rep in every if rep.id == int(numbered[1])]
    else:
        name = asked.removeprefix("@").casefold()
        exact = [rep for rep in every if rep.name.casefold() == name]
        found = exact or [rep for rep in every if name and name in rep.name.casefold()]
    if len(found) == 1:
        return Who(found[0].id, found[0].slack_user_id, found[0].name)
    if found:
        raise Invalid(who=f"“{short(asked)}” may be {', '.join(rep.name for rep in found[:5])}; write the whole name.")
    known = [one for one in people.with_role(connection, "manager", "admin") if _is_called(one.name, asked)]
    if len(known) == 1:
        return Who(None, known[0].slack_user_id, known[0].name)
    raise Invalid(who=f"Nobody is called “{short(asked)}”; say mine, team, or a rep's name, such as /promises @anna.")


def _is_called(name: str, asked: str) -> bool:
    return asked.removeprefix("@").casefold() in name.casefold()


# --- open ones ------------------------------------------------------------------------------------------------------


def _open(connection: Connection, request: Request, scope: Scope) -> Reply:
    today = request.today
    after = _after(request.values.get("after", ""))
    found = promises.of(connection, scope.who, most=PAGE_MOST + 1, after=after)
    counted = promises.counted(connection, scope.who, today=today)
    kept = words.rate(connection, scope.who, today)
    if not counted.open:
        return _nothing(scope, kept)
    of_them: Sentence = ("  ·  ", *words.kept_rate(kept)) if kept.of else ()
    headline: Sentence = (*_how_many(scope, counted), *of_them)
    last = found[PAGE_MOST - 1 :][:1]
    more = _next_page(request, scope, _key(last[0])) if len(found) > PAGE_MOST else ()
    return Reply(
        headline=headline,
        summary=(*headline, *((f"; first {found[0].customer_name}: {found[0].text}",) if found else ()), "."),
        parts=(
            *(_item(one, request, names=scope.who is None) for one in found[:PAGE_MOST]),
            *_meaning(found, kept),
        ),
        actions=(*more, *_actions(scope)),
        facts=_facts(counted, kept),
        again=Action(words.COMMAND, "Promises", {**scope.values, **_kept_after(request)}),
    )


def _how_many(scope: Scope, counted: promises.Count) -> Sentence:
    whose = {MINE: "your "}.get(scope.of, "")
    of = f" of {scope.who.name}" if scope.who and not whose and scope.who.name else ""
    if not counted.overdue:
        return (Count(counted.open, "promise"), of or (" of yours" if whose else " of the team"), ", none overdue")
    if counted.open == counted.overdue == 1:
        return (f"{whose.capitalize() or 'The '}one promise{of} is overdue",)
    if counted.open == counted.overdue:
        return (
            "All ",
            Count(counted.open, "promise"),
            of or (" of yours" if whose else " of the team"),
            " are overdue",
        )
    verb = "is" if counted.overdue == 1 else "are"
    return (f"{counted.overdue:,} of {whose}", Count(counted.open, "promise"), f"{of} {verb} overdue")


def _item(promise: Promise, request: Request, *, names: bool) -> Item:
    who: tuple[Inline, ...] = ("  ·  ", somebody(promise.who)) if names else ()
    moved: tuple[Inline, ...] = ()
    if promise.due_on != promise.first_due_on:
        moved = (", promised for ", *words.day(promise.first_due_on, request.today))
    invented = (" (invented)",) if promise.is_invented else ()
    actions: tuple[Action, ...] = ()
    if words.may_change(request, promise):
        actions = (*words.three(promise), words.opening("Drop…", "drop", promise))
    return Item(
        title=(*words.title(promise), *invented),
        reason=(*words.due(promise, request.today), *moved, *words.worth(promise), *who),
        actions=actions,
        key=_key(promise),
    )


def _meaning(found: list[Promise], kept: promises.Kept) -> tuple[Note, ...]:
    """The small print: what the figures are, and what part of it is the demo's."""
    said: list[str] = []
    if any(one.is_invented for one in found):
        said.append("What is marked as invented is the demo's.")
    if any(one.at_stake is not None for one in found):
        said.append("At stake is what the customer is ranked by.")
    if kept.of:
        said.append(
            f"On time: of what ended in {words.RATE_DAYS} days or is overdue; moved or dropped too late is not."
        )
    return (Note((" ".join(said),), "quiet"),) if said else ()


def _nothing(scope: Scope, kept: promises.Kept) -> Reply:
    whose = "You have" if scope.of == MINE else "The team has" if scope.who is None else f"{scope.who.name} has"
    headline: Sentence = (f"{whose} no promise to keep",)
    notes: list[Sentence] = [("Make one, such as ", Code(EXAMPLE), ".")]
    if kept.of:
        notes.insert(0, (*words.kept_rate(kept), "."))
    return Reply(
        headline,
        (*headline, "."),
        tuple(Note(note) for note in notes),
        (_make(), *_others(scope)),
        facts=_facts(promises.Count(0, 0), kept),
    )


# --- closed ones ----------------------------------------------------------------------------------------------------


def _done(connection: Connection, request: Request, scope: Scope) -> Reply:
    passed = passed_over(request.values.get("after", ""), "/promises")
    since_on = request.today - dt.timedelta(days=words.RATE_DAYS)
    found = promises.closed(connection, scope.who, since_on=since_on, most=PAGE_MOST + 1, passing_over=passed)
    kept = words.rate(connection, scope.who, request.today)
    headline: Sentence = ("Done: ", *words.kept_rate(kept))
    items = tuple(_closed_item(one, request, names=scope.who is None) for one in found[:PAGE_MOST])
    more = _next_page(request, scope, str(passed + PAGE_MOST)) if len(found) > PAGE_MOST else ()
    nothing = () if items else (Note(("Nothing was kept or dropped in the last ", Count(words.RATE_DAYS, "day"), ".")),)
    back = Action(words.COMMAND, "To keep", {"scope": scope.of})
    return Reply(
        headline,
        (*headline, "."),
        (*items, *nothing),
        (*more, back),
        facts=_facts(promises.counted(connection, scope.who, today=request.today), kept),
        again=Action(words.COMMAND, "Promises", {**scope.values, **_kept_after(request)}),
    )


def _closed_item(promise: Promise, request: Request, *, names: bool) -> Item:
    # Where whoever kept it is, the next day may have begun.
    on: Sentence = words.day(min(promise.closed_on, request.today), request.today) if promise.closed_on else ()
    late = promise.days_late(request.today)
    how: Sentence = ("kept ", *on)
    if promise.state == "dropped":
        how = ("dropped ", *on)
    elif late:
        how = ("kept ", *on, ", ", Strong(Count(late, "day")), " late")
    elif promise.is_late:
        how = ("kept ", *on, ", after it was moved too late")
    who: tuple[Inline, ...] = ("  ·  ", somebody(promise.who)) if names else ()
    return Item(title=words.title(promise), reason=(*how, *who))


# --- around the list ------------------------------------------------------------------------------------------------


def _actions(scope: Scope) -> tuple[Action, ...]:
    return (_make(), *_others(scope), Action(words.COMMAND, "What is done", {"scope": scope.of, "list": DONE}))


def _next_page(request: Request, scope: Scope, after: str) -> tuple[Action, ...]:
    """A terminal has all of a page on the screen, and goes on after it; a message goes on after what it could show."""
    if request.place.kind != "terminal":
        return ()
    return (Action(words.COMMAND, f"The next {PAGE_MOST}", {**scope.values, "after": after}),)


def _key(promise: Promise) -> str:
    """What a page that begins after this promise is asked for by."""
    return f"{promise.due_on.isoformat()}-{promise.id}"


def _make() -> Action:
    return Action("promise", "Make a promise…", style="primary", opens_form=True)


def _others(scope: Scope) -> tuple[Action, ...]:
    if scope.who is None:
        return ()
    return (Action(words.COMMAND, "The team's", {"scope": TEAM}),)


def _facts(counted: promises.Count, kept: promises.Kept) -> tuple[Fact, ...]:
    return (
        Fact("promises_open", "to keep", Count(counted.open, "promise")),
        Fact("promises_overdue", "overdue", Count(counted.overdue, "promise")),
        Fact("promises_kept_on_time", "kept on time", Count(kept.on_time, "promise")),
        Fact("promises_ended", "closed or overdue", Count(kept.of, "promise")),
    )


def _kept_after(request: Request) -> dict[str, str]:
    return {"after": request.values["after"]} if request.values.get("after") else {}


def _after(key: str) -> tuple[dt.date, int] | None:
    """Where a page begins. Errors: Invalid for what is no key of an entry."""
    if not key:
        return None
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)-(\d{1,18})", key, re.ASCII)
    try:
        if found:
            return dt.date.fromisoformat(found[1]), int(found[2])
    except ValueError:
        pass
    raise Invalid(after=no_such_page("/promises"))
