"""The list of /melktert people: what needs doing first, then all the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from commands._people_forms import COMMAND, NOBODY
from commands._reply import (
    Action,
    Code,
    Count,
    Date,
    Fact,
    Inline,
    Item,
    Mention,
    Note,
    Reply,
    Request,
    Role,
    Sentence,
    Strong,
)
from store import people, reps, sources
from store.reps import Rep, Suggestion

BUTTON_IS_OLD = "That button is from an older list; ask /melktert people for a fresh one."
LONGEST_NAME_SHOWN = 60


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the list; those of a lower rank stand first."""

    rank: int
    item: Item


# The ranks: what has to be confirmed, whose customers wait, who cannot be reached, customers of nobody; then the rest.
_SUGGESTED, _WAITING, _LINKED_TO_NOBODY, _WITHOUT_REP, _FINE, _GONE = range(6)


def listed(request: Request, connection: Connection, done: Sentence = ()) -> Reply:
    """Every rep, or those whose names contain what was typed. `done` is what was just done."""
    typed = (request.values.get("find") or request.text).strip()
    every = reps.every(connection)
    found = reps.suggestions(connection)
    suggested = {one.rep_id: one for one in found}
    entries = [_entry(rep, suggested.get(rep.id)) for rep in every if typed.casefold() in rep.name.casefold()]
    unowned = reps.count_unowned(connection)
    if unowned and every and not typed:
        entries.append(_Entry(_WITHOUT_REP, _without_rep(unowned)))
    items = [entry.item for entry in sorted(entries, key=lambda entry: entry.rank)]
    after = _after(request)
    notes: Sequence[Note] = (Note((*done, "."), "good"),) if done else ()
    if not every:
        notes = (*notes, _nothing(connection))
    elif not items:
        notes = (*notes, Note((f"No rep is called anything like “{typed[:LONGEST_NAME_SHOWN]}”.",)))
    headline = _headline(every)
    return Reply(
        headline=headline,
        summary=(*done, *(". " if done else ()), *headline, "."),
        parts=(*notes, *items[after:], Note(_roles(request, connection))),
        actions=_actions(found, has_reps=bool(every)),
        facts=(
            Fact("reps", "", Count(len(every), "rep")),
            Fact("reps_linked", "linked", Count(sum(rep.slack_user_id is not None for rep in every), "rep")),
            Fact("customers_without_rep", "without a rep", Count(unowned, "customer")),
        ),
        again=Action(COMMAND, "People", {"after": str(after), **({"find": typed} if typed else {})}),
    )


def _after(request: Request) -> int:
    """How many entries of the list were shown before."""
    text = request.values.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _headline(every: Sequence[Rep]) -> Sentence:
    if not every:
        return ("People",)
    there = [rep for rep in every if rep.left_at is None]
    linked = sum(rep.slack_user_id is not None for rep in there)
    return ("People  ·  ", Count(linked), " of ", Count(len(there), "rep"), " linked to Slack")


# --- the entries ----------------------------------------------------------------------------------------------------


def _entry(rep: Rep, suggested: Suggestion | None) -> _Entry:
    if rep.left_at is not None:
        went: Sentence = ("left on ", Date(rep.left_at.date()), f"; the customers went to {rep.successor}")
        return _Entry(_GONE, _item(rep, went, _button("Is back", "back", rep)))
    moving = (_form_button("Has left…", "leave", rep), *_giving(rep))
    if rep.slack_user_id is not None:
        name = rep.person.name if rep.person else rep.slack_user_id
        who, unlink = Mention(name, rep.slack_user_id), _button("Unlink", "unlink", rep)
        if rep.has_left_slack:
            wait: Sequence[Inline] = ()
            if rep.customers:
                verb = "waits" if rep.customers == 1 else "wait"
                wait = ("; ", Count(rep.customers, "customer"), f" {verb} for a new owner")
            rank = _WAITING if rep.customers else _FINE
            return _Entry(rank, _item(rep, (who, " has left Slack", *wait), *moving, unlink))
        return _Entry(_FINE, _item(rep, ("linked to ", who), unlink, *moving))
    link = _form_button("Link…", "link", rep)
    if suggested is None:
        rank = _LINKED_TO_NOBODY if rep.customers else _FINE
        email = f" ({rep.email})" if rep.email else ""
        return _Entry(rank, _item(rep, (f"linked to nobody in Slack{email}",), link, *moving))
    same = Mention(suggested.person.name, suggested.person.slack_user_id)
    if suggested.is_declined:
        says: Sentence = (same, " has the same e-mail, and says: that is not me")
        return _Entry(_LINKED_TO_NOBODY, _item(rep, says, link, *moving))
    confirm = Action(
        COMMAND,
        "Confirm",
        {"do": "confirm", "rep": str(rep.id), "person": suggested.person.slack_user_id},
        style="primary",
    )
    return _Entry(
        _SUGGESTED, _item(rep, (same, " has the same e-mail; confirm that it is them"), confirm, link, *moving)
    )


def _item(rep: Rep, reason: Sentence, *actions: Action) -> Item:
    invented = (" (invented)",) if rep.is_invented else ()
    # Of those who left, the reason says what becomes of the customers.
    facts = () if rep.left_at or rep.has_left_slack else (Fact("customers", "", Count(rep.customers, "customer")),)
    return Item(title=(Strong(rep.name), *invented), reason=reason, facts=facts, actions=actions)


def _without_rep(unowned: int) -> Item:
    give = Action(COMMAND, "Give to…", {"do": "give", "rep": NOBODY}, opens_form=True)
    return Item(
        title=(Strong("Customers without a rep"),),
        reason=("nobody looks after them",),
        facts=(Fact("customers", "", Count(unowned, "customer")),),
        actions=(give,),
    )


def _button(label: str, do: str, rep: Rep) -> Action:
    return Action(COMMAND, label, {"do": do, "rep": str(rep.id)})


def _form_button(label: str, do: str, rep: Rep) -> Action:
    return Action(COMMAND, label, {"do": do, "rep": str(rep.id)}, opens_form=True)


def _giving(rep: Rep) -> Iterator[Action]:
    if rep.customers:
        yield _form_button("Give customers to…", "give", rep)


# --- what stands below ----------------------------------------------------------------------------------------------


def _roles(request: Request, connection: Connection) -> Sentence:
    """Who is admin and manager, the asker too where a setting makes them one."""
    found = people.with_role(connection, "admin", "manager")
    words: list[Inline] = []
    for role, plural in (("admin", "Admins"), ("manager", "Managers")):
        named = [one for one in found if one.role == role]
        words += [Strong(plural), ": "]
        for at, one in enumerate(named):
            left = " (has left Slack)" if one.kind == "left" else ""
            words += [*([", "] if at else []), Mention(one.name, one.slack_user_id), *([left] if left else [])]
        words += [*([] if named else ["none in this list"]), ". "]
    asker = request.person
    if asker.role is Role.ADMIN and asker.slack_user_id not in {one.slack_user_id for one in found}:
        setting: Sequence[Inline] = ("You are an admin by the setting ", Code("FIRST_ADMIN"), ". ")
        words += setting if asker.slack_user_id else ("Whoever runs Melktert in a terminal is an admin. ",)
    return (*words, "Everybody else is a rep.")


def _actions(found: Sequence[Suggestion], *, has_reps: bool) -> tuple[Action, ...]:
    together = len(reps.unambiguous(found))
    actions = [Action(COMMAND, "Change a role…", {"do": "role"}, opens_form=True)]
    if has_reps:
        actions.append(Action(COMMAND, "Give one customer…", {"do": "give one"}, opens_form=True))
    if together:
        label = f"Confirm all {together}" if together > 1 else "Confirm the link"
        which = "this rep" if together == 1 else f"these {together} reps"
        question = f"Link {which} of the ledger to whoever in Slack has the same e-mail address?"
        values = {"do": "confirm all", "count": str(together)}
        actions.insert(0, Action(COMMAND, label, values, style="primary", confirm=question))
    return tuple(actions)


def _nothing(connection: Connection) -> Note:
    if sources.coverage(connection) is None:
        why: Sentence = ("No ledger has been imported yet, so there is no rep to link; docs/import.md shows how.",)
    else:
        why = (
            "The ledger names no rep. Where your books have a column for them, say so in the mapping (",
            Code("[invoice] rep"),
            "; docs/import.md shows how) and import once more.",
        )
    return Note(why)
