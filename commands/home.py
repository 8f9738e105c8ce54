"""The App Home: what is to be set up, who you are, your day, your customers, the ten best, and what you can ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.engine import Connection

from commands import _my_day
from commands._digest_runs import runs
from commands._figures import Figures, old_data, rests_on
from commands._my_day import Day
from commands._ranking import entry, figures_of, meaning, nobody
from commands._reply import (
    Action,
    Code,
    Command,
    Count,
    Date,
    Fact,
    Item,
    Money,
    Note,
    Part,
    Policy,
    Reply,
    Request,
    Role,
    Sentence,
    Strong,
)
from commands._setup import asking_for, checklist
from store import currencies, reps, sources, values, workspace
from store.database import Database
from store.reps import Rep
from store.values import Ranked
from store.who import Who

MINE = 5
BEST = 10
MORE = 30


@dataclass(frozen=True, slots=True)
class _Seen:
    """What there is for this person: the rep that they are, and the customers, ranked in one currency."""

    coverage: sources.Coverage | None
    currency: str
    rep: Rep | None
    mine: list[Ranked]
    best: list[Ranked]
    days: tuple[Day, ...]


def run(request: Request, db: Database) -> Reply:
    """Everything on one page, each part only where there is something to say."""
    with db.reading() as connection:
        seen = _see(request, connection)
        setup: tuple[Part, ...] = ()
        if request.person.role.includes(Role.ADMIN):
            setup = (*checklist(request, connection, seen.coverage, seen.best), *runs(request, connection))
        parts = (
            *setup,
            *_stale(request, connection, seen.coverage),
            *_who(request, connection, seen),
            *_days(request, connection, seen),
            *_customers(connection, seen),
        )
    headline: Sentence = ("Every customer is a lifetime, not the next deal",)
    if seen.mine:
        mine = "Your best customer" if len(seen.mine) == 1 else f"Your {len(seen.mine)} best customers"
        headline = (mine, "  ·  ", _together(seen.mine, seen.currency))
    return Reply(headline=headline, summary=(*headline, "."), parts=parts, actions=_actions(request, seen))


def _see(request: Request, connection: Connection) -> _Seen:
    coverage = sources.coverage(connection)
    rep_id = request.person.rep_id
    rep = reps.get(connection, rep_id) if rep_id is not None else None
    currency = currencies.of_most_customers(connection)
    days = tuple(_my_day.read(connection, request.today, who) for who in _whose_day(request, rep))
    if coverage is None or currency is None:
        return _Seen(coverage, "", rep, [], [], days)
    mine = values.best(connection, currency, MINE, rep.id) if rep else []
    return _Seen(coverage, currency, rep, mine, values.best(connection, currency, BEST), days)


def _whose_day(request: Request, rep: Rep | None) -> list[Who | None]:
    """A rep's own; of whoever looks after reps the team's too, which is nobody's."""
    person = request.person
    own: list[Who | None] = []
    if rep is not None or (person.slack_user_id is not None and not person.role.includes(Role.MANAGER)):
        own = [Who(rep.id if rep else None, person.slack_user_id)]
    return [*own, None] if person.role.includes(Role.MANAGER) else own


def _days(request: Request, connection: Connection, seen: _Seen) -> tuple[Part, ...]:
    if seen.coverage is None:
        return ()
    settings = workspace.settings(connection)
    return tuple(part for day in seen.days for part in _my_day.parts(day, request, settings))


def _together(ranked: Sequence[Ranked], currency: str) -> Money:
    return Money(sum((one.value.projected_value or Decimal(0) for one in ranked), Decimal(0)), currency, "short")


def _stale(request: Request, connection: Connection, coverage: sources.Coverage | None) -> tuple[Note, ...]:
    if coverage is None:
        return ()
    return old_data(coverage, workspace.settings(connection), request.today)


def _who(request: Request, connection: Connection, seen: _Seen) -> tuple[Part, ...]:
    """Who Melktert takes the person for; where it may be a rep, the question."""
    role = request.person.role
    as_role = f"You are {'an' if role is Role.ADMIN else 'a'} {role.value}"
    if seen.rep is not None:
        words: Sentence = (as_role, ", and in the ledger you are ", Strong(seen.rep.name), ", with ")
        return (Note((*words, Count(seen.rep.customers, "customer"), ".")),)
    person_id = request.person.slack_user_id
    asked = [one for one in reps.suggestions(connection, person_id) if not one.is_declined] if person_id else []
    if not asked:
        return (Note((as_role, "; ", Code("/melktert me"), " says what that means.")),)
    rep = reps.existing(connection, asked[0].rep_id)
    return (
        Item(
            title=("Are you ", Strong(rep.name), " of the ledger?"),
            reason=("Your e-mail address is also theirs. Say so, and your customers stand here.",),
            facts=(Fact("customers", "", Count(rep.customers, "customer")),),
            actions=(Action("me", "Answer", style="primary"),),
        ),
    )


def _customers(connection: Connection, seen: _Seen) -> tuple[Part, ...]:
    """The most valuable of the person's own, then of all, with what the figures rest on."""
    if seen.coverage is None:
        return (Note(("No ledger has been imported yet, so there are no customers to show.",)),)
    if not seen.best:
        return (Note(nobody(seen.coverage)),)
    each = {customer.value.customer_id: customer for customer in (*seen.mine, *seen.best)}
    found = dict(zip(each, figures_of(connection, list(each.values())), strict=True))
    parts: list[Part] = []
    if seen.rep is not None:
        titled: Sentence = (Strong("My customers"), f"  ·  the most valuable of {seen.rep.customers:,}")
        none: Sentence = (Strong("My customers"), "  ·  none has a projected value yet")
        parts += [Note(titled if seen.mine else none), *_entries(seen.mine, found, names_owner=False)]
    together = _together(seen.best, seen.currency)
    best = "The best customer" if len(seen.best) == 1 else f"The {len(seen.best)} best customers"
    parts += [Note((Strong(best), "  ·  ", together)), *_entries(seen.best, found)]
    covered: Sentence = (
        f"{seen.coverage.titles}, ",
        Date(seen.coverage.period_start_on),
        " to ",
        Date(seen.coverage.observation_end_on),
    )
    figures = list(found.values())
    return (*parts, _typed(seen), *meaning(figures), *rests_on(seen.coverage, figures), Note(covered, "quiet"))


def _entries(ranked: Sequence[Ranked], found: Mapping[int, Figures], *, names_owner: bool = True) -> list[Item]:
    return [
        entry(number, customer, found[customer.value.customer_id], names_owner=names_owner)
        for number, customer in enumerate(ranked, 1)
    ]


def _typed(seen: _Seen) -> Note:
    example = asking_for(seen.best[0])
    return Note(
        (
            "Type ",
            Code(example),
            " for what a customer is worth, ",
            Code(f"{example} 15000"),
            " to set a deal beside it, ",
            Code("/melktert"),
            " for everything else. Here in Messages the slash may be left out.",
        )
    )


def _actions(request: Request, seen: _Seen) -> tuple[Action, ...]:
    actions = [Action("top", f"The {MORE} best", {"count": str(MORE)})] if seen.best else []
    if seen.coverage is not None:
        actions += [Action("neglected", "Neglected", {"scope": ""}), Action("promises", "Promises", {"scope": ""})]
    if request.person.role.includes(Role.ADMIN):
        actions += [Action("people", "People"), Action("settings", "Settings")]
    return (*actions, Action("me", "Who am I?"), Action("melktert", "Help"))


COMMAND = Command(
    name="home",
    summary="Your customers, the ten best, and what you can ask, as on Melktert's Home in Slack.",
    usage="",
    examples=("/melktert home",),
    policy=Policy.CUSTOMER,
    run=run,
    has_own_name=False,
)
