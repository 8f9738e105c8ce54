"""The entries of the list of /melktert people: each rep with its state and with all that can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from commands._people_forms import COMMAND, NOBODY
from commands._reply import Action, Count, Date, Fact, Inline, Item, Mention, Sentence, Strong
from store.reps import Rep, Suggestion

# The ranks: what has to be confirmed, whose customers wait, who cannot be reached, customers of nobody; then the rest.
SUGGESTED, WAITING, LINKED_TO_NOBODY, WITHOUT_REP, FINE, GONE = range(6)

# Where an entry stands in the list. What is done to one entry leaves the places of all others as they are.
Place = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the list; those of a lower rank stand first. The entry of the customers of nobody has the id 0."""

    rank: int
    name: str
    rep_id: int
    title: Sentence
    reason: Sentence
    facts: tuple[Fact, ...]
    actions: tuple[Action, ...]

    @property
    def place(self) -> Place:
        """What the list is ordered by, the same for everybody and on every page."""
        return self.rank, self.name.casefold(), self.rep_id

    def item(self, *, has_page: bool = True) -> Item:
        """As it stands in the list. A suggestion has its one button in sight, where several would be a menu, if the rep
        has a page of its own for the others.
        """
        actions = self.actions[:1] if self.rank == SUGGESTED and has_page else self.actions
        return Item(self.title, self.reason, self.facts, actions, key=f"{self.rank}-{self.rep_id}")


def after(key: str, names: Mapping[int, str]) -> Place | None:
    """The place that the key of an entry means, given the names of all reps; None for what is no such key."""
    rank, dash, rep_id = key.partition("-")
    if not (dash and key.isascii() and rank.isdigit() and rep_id.isdigit() and len(key) < 20):
        return None
    return int(rank), names.get(int(rep_id), "").casefold(), int(rep_id)


def entry(rep: Rep, suggested: Suggestion | None, kept: Mapping[str, str]) -> Entry:
    """The entry of a rep; `kept` are the values that lead back to the same page of the list."""
    if rep.left_at is not None:
        went: Sentence = ("left on ", Date(rep.left_at.date()), f"; the customers went to {rep.successor}")
        return _entry(GONE, rep, went, _button("Is back", "back", rep, left=rep.left_at.isoformat()))
    moving = (_form("Has left…", "leave", rep), *([_form("Give customers to…", "give", rep)] if rep.customers else []))
    if rep.slack_user_id is not None:
        return _linked(rep, rep.slack_user_id, moving)
    link = _form("Link…", "link", rep)
    if suggested is None:
        rank = LINKED_TO_NOBODY if rep.customers else FINE
        email = f" ({rep.email})" if rep.email else ""
        return _entry(rank, rep, (f"linked to nobody in Slack{email}",), link, *moving)
    same = Mention(suggested.person.name, suggested.person.slack_user_id)
    if suggested.is_declined:
        says: Sentence = (same, " has the same e-mail, and says: that is not me")
        return _entry(LINKED_TO_NOBODY, rep, says, link, *moving)
    values = {"do": "confirm", "rep": str(rep.id), "person": suggested.person.slack_user_id, **kept}
    confirm = Action(COMMAND, "Confirm", values, style="primary")
    reason: Sentence = (same, " has the same e-mail; confirm that it is them")
    return _entry(SUGGESTED, rep, reason, confirm, link, *moving)


def without_rep(unowned: int) -> Entry:
    """The entry of the customers of nobody."""
    give = Action(COMMAND, "Give to…", {"do": "give", "rep": NOBODY}, opens_form=True)
    title: Sentence = (Strong("Customers without a rep"),)
    return Entry(WITHOUT_REP, "", 0, title, ("nobody looks after them",), (_customers(unowned),), (give,))


def _linked(rep: Rep, slack_user_id: str, moving: tuple[Action, ...]) -> Entry:
    who = Mention(rep.person.name if rep.person else slack_user_id, slack_user_id)
    unlink = _button("Unlink", "unlink", rep, person=slack_user_id)
    if not rep.has_left_slack:
        is_guest = rep.person is not None and rep.person.kind == "guest"
        lost = (", a guest by now, who is shown no customers",) if is_guest else ()
        return _entry(FINE, rep, ("linked to ", who, *lost), unlink, *moving)
    wait: tuple[Inline, ...] = ()
    if rep.customers:
        wait = ("; ", Count(rep.customers, "customer"), f" {'waits' if rep.customers == 1 else 'wait'} for a new owner")
    return _entry(WAITING if rep.customers else FINE, rep, (who, " has left Slack", *wait), *moving, unlink)


def _entry(rank: int, rep: Rep, reason: Sentence, *actions: Action) -> Entry:
    invented = (" (invented)",) if rep.is_invented else ()
    # Of those who left, the reason says what becomes of the customers.
    facts = () if rep.left_at or rep.has_left_slack else (_customers(rep.customers),)
    return Entry(rank, rep.name, rep.id, (Strong(rep.name), *invented), reason, facts, actions)


def _customers(count: int) -> Fact:
    return Fact("customers", "", Count(count, "customer"))


def _button(label: str, do: str, rep: Rep, **seen: str) -> Action:
    return Action(COMMAND, label, {"do": do, "rep": str(rep.id), **seen})


def _form(label: str, do: str, rep: Rep) -> Action:
    return Action(COMMAND, label, {"do": do, "rep": str(rep.id)}, opens_form=True)
