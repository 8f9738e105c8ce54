"""The list of /melktert people: what needs doing first, then all the others; or one rep, with all that can be done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from commands._people_entries import SUGGESTED, Entry, after, entry, without_rep
from commands._people_forms import COMMAND, customers, give_back
from commands._reply import (
    Action,
    Code,
    Count,
    Fact,
    Inline,
    Mention,
    Note,
    Part,
    Reply,
    Request,
    Role,
    Sentence,
    Strong,
)
from store import handing_back, people, reps, sources
from store.reps import Rep, Suggestion

BUTTON_IS_OLD = "That button is from an older list; ask /melktert people for a fresh one."
LONGEST_NAME_FOUND = 60
# A message shows not many more entries; those beyond are on other pages, which the question says.
SEEN_AT_ONCE = 20

# Why somebody who has a role may not use it.
LOST = {"left": " (has left Slack)", "guest": " (a guest by now, who may do nothing of that)"}


def listed(request: Request, connection: Connection, *before: Note) -> Reply:
    """Every rep, or those whose names contain what was typed; of one alone, or of the only one who is called exactly
    so, all that can be done. `before` is what was just done.
    """
    typed = (request.values.get("find") or request.text).strip()[:LONGEST_NAME_FOUND]
    every = reps.every(connection)
    found = reps.suggestions(connection)
    begin = after(request.values.get("after", ""), {rep.id: rep.name for rep in every})
    kept = {"find": typed} if typed else {}
    if begin:
        kept["after"] = request.values["after"]
    suggested = {one.rep_id: one for one in found}
    entries = [entry(rep, suggested.get(rep.id), kept) for rep in every if typed.casefold() in rep.name.casefold()]
    unowned = reps.count_unowned(connection)
    if unowned and every and not typed:
        entries.append(without_rep(unowned))
    entries.sort(key=lambda one: one.place)
    exact = [one for one in entries if one.name.casefold() == typed.casefold()] if typed else []
    if len(exact) == 1:
        entries = exact
    times = Counter(rep.name.casefold() for rep in every)
    headline = _headline(every)
    summary: Sentence = tuple(word for note in before for word in (*note.text, " "))
    if typed and len(entries) == 1:
        parts, actions = _alone(entries[0], connection)
    else:
        page = [one for one in entries if begin is None or one.place > begin]
        items = (one.item(has_page=times[one.name.casefold()] == 1) for one in page)
        parts = (*_instead(every, entries, page, typed, connection), *items)
        parts = (*parts, *_more(page), Note(_roles(request, connection)))
        actions = _actions(() if typed else found, has_reps=bool(every))
    return Reply(
        headline=headline,
        summary=(*summary, *headline, "."),
        parts=(*before, *parts),
        actions=actions,
        facts=(
            Fact("reps", "", Count(len(every), "rep")),
            Fact("reps_linked", "linked", Count(sum(rep.slack_user_id is not None for rep in every), "rep")),
            Fact("customers_without_rep", "without a rep", Count(unowned, "customer")),
        ),
        again=Action(COMMAND, "People", kept),
    )


def _headline(every: Sequence[Rep]) -> Sentence:
    if not every:
        return ("People",)
    there = [rep for rep in every if rep.left_at is None]
    linked = sum(rep.slack_user_id is not None for rep in there)
    return ("People  ·  ", Count(linked), " of ", Count(len(there), "rep"), " linked to Slack")


def _alone(one: Entry, connection: Connection) -> tuple[tuple[Part, ...], tuple[Action, ...]]:
    """One rep alone: everything that can be done is a button in sight, also the undo of what they lost last."""
    back: tuple[Action, ...] = ()
    if lost := handing_back.of_rep(connection, one.rep_id):
        entry_id, count = lost
        # It may be long ago, and what is given back is given to nobody by a button again.
        question = f"Shall {customers(count)} that went from {one.name} to somebody else all at once go back?"
        back = (give_back(f"Have {customers(count)} back", entry_id, question),)
    return (replace(one.item(), actions=()),), (*one.actions, *back, Action(COMMAND, "All people"))


def _instead(
    every: Sequence[Rep], entries: Sequence[Entry], page: Sequence[Entry], typed: str, connection: Connection
) -> tuple[Note, ...]:
    """What is said where there is no entry."""
    if not every:
        return (_nothing(connection),)
    if not entries:
        return (Note((f"No rep is called anything like “{typed}”.",)),)
    if not page:
        return (Note(("The list ends here; ", Code("/melktert people"), " shows it from the beginning.")),)
    return ()


# --- what stands below ----------------------------------------------------------------------------------------------


def _more(page: Sequence[Entry]) -> tuple[Note, ...]:
    if not any(one.rank == SUGGESTED for one in page):
        return ()
    return (Note(("It is somebody else, or they have left? ", Code("/melktert people NAME"), " can do all of that.")),)


def _roles(request: Request, connection: Connection) -> Sentence:
    """Who is admin and manager, the asker too where a setting makes them one."""
    found = people.with_role(connection, "admin", "manager")
    words: list[Inline] = []
    for role, plural in (("admin", "Admins"), ("manager", "Managers")):
        named = [one for one in found if one.role == role]
        words += [Strong(plural), ": "]
        for at, one in enumerate(named):
            lost = LOST.get(one.kind, "")
            words += [*([", "] if at else []), Mention(one.name, one.slack_user_id), *([lost] if lost else [])]
        words += [*([] if named else ["none in this list"]), ". "]
    asker = request.person
    if asker.role is Role.ADMIN and asker.slack_user_id not in {one.slack_user_id for one in found}:
        setting: Sequence[Inline] = ("You are an admin by the setting ", Code("FIRST_ADMIN"), ". ")
        words += setting if asker.slack_user_id else ("Whoever runs Melktert in a terminal is an admin. ",)
    return (*words, "Everybody else is a rep.")


def _actions(found: Sequence[Suggestion], *, has_reps: bool) -> tuple[Action, ...]:
    chosen = reps.unambiguous(found)
    together = len(chosen)
    actions = [Action(COMMAND, "Change a role…", {"do": "role"}, opens_form=True)]
    if has_reps:
        actions.append(Action(COMMAND, "Give one customer…", {"do": "give one"}, opens_form=True))
    if together:
        label = f"Confirm all {together}" if together > 1 else "Confirm the link"
        which = "this rep" if together == 1 else f"these {together} reps"
        pages = ", those further down the list too," if together > SEEN_AT_ONCE else ""
        question = f"Link {which} of the ledger{pages} to whoever in Slack has the same e-mail address?"
        values = {"do": "confirm all", "shown": reps.digest(chosen)}
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
