"""/top [N]: the N best customers, and what they are worth together (the ten-best exercise, M2)."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from commands._figures import Figures, horizon, old_data, rests_on
from commands._ranking import entry, figures_of, meaning, nobody
from commands._reply import (
    Action,
    Code,
    Command,
    Count,
    Date,
    Fact,
    Invalid,
    Item,
    Money,
    Note,
    Policy,
    Ratio,
    Reply,
    Request,
    Sentence,
)
from store import sources, values
from store.database import Database
from store.values import Ranked, Standing

DEFAULT_COUNT = 10
# More would be a list to scroll, not a list to visit; and Slack shows at most 50 blocks.
MOST = 30


def run(request: Request, db: Database) -> Reply:
    """The best customers by projected value, in the team's currency."""
    count = _count(request.values.get("count") or request.text)
    after = _after(request.values.get("after", ""), count)
    with db.reading() as connection:
        coverage = sources.coverage(connection)
        standings = values.standings(connection)
        if coverage is None or not standings:
            return _nothing(coverage)
        standing = standings[0]
        ranked = values.best(connection, standing.currency, count)
        found = figures_of(connection, ranked)
    items = tuple(
        entry(number, customer, of)
        for number, (customer, of) in enumerate(zip(ranked, found, strict=True), 1)
        if number > after
    )
    return _reply(ranked, found, items, standings, coverage, today=request.today, count=count, after=after)


def _reply(
    ranked: Sequence[Ranked],
    found: Sequence[Figures],
    items: Sequence[Item],
    standings: Sequence[Standing],
    coverage: sources.Coverage,
    *,
    today: dt.date,
    count: int,
    after: int,
) -> Reply:
    standing, team = standings[0], found[0].settings.assumptions
    total = sum((customer.value.projected_value or Decimal(0) for customer in ranked), Decimal(0))
    headline: Sentence = (_best(len(ranked)), "  ·  ", Money(total, standing.currency, "short"))
    covered: Sentence = (
        coverage.titles,
        ", ",
        Date(coverage.period_start_on),
        " to ",
        Date(coverage.observation_end_on),
    )
    return Reply(
        headline=headline,
        summary=(*headline, " over ", horizon(team), "; first ", ranked[0].name, "."),
        parts=(
            Note(_share(total, standing), "quiet"),
            *items,
            *old_data(coverage, found[0].settings, today),
            *meaning(found),
            *rests_on(coverage, found),
            *_others(standings[1:]),
            Note(covered, "quiet"),
        ),
        facts=(
            Fact("projected_value_total", "projected value together", Money(total, standing.currency)),
            Fact("customers", "", Count(len(ranked), "customer")),
        ),
        again=Action("top", "", {"count": str(count), **({"after": str(after)} if after else {})}),
    )


def _count(text: str) -> int:
    text = text.strip()
    if not text:
        return DEFAULT_COUNT
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:4]) <= MOST or len(text) > 4:
        raise Invalid(count=f"Say how many of the best, from 1 to {MOST}, such as /top 10.")
    return int(text)


def _after(text: str, count: int) -> int:
    """How many entries to pass over: those that another page of the same list has shown."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 4 or int(text) >= count:
        raise Invalid(after="That part of the list is not there; ask /top again.")
    return int(text)


def _best(count: int) -> str:
    return "Your best customer" if count == 1 else f"Your {count} best customers"


def _share(total: Decimal, standing: Standing) -> Sentence:
    left_out: Sentence = ("  ·  ", Count(standing.exits, "exit"), " left out") if standing.exits else ()
    return (
        Ratio((total / standing.projected_value).quantize(Decimal("0.001"))),
        " of all projected value, which is ",
        Money(standing.projected_value, standing.currency, "short"),
        " from ",
        Count(standing.customers, "customer"),
        *left_out,
    )


def _others(standings: Sequence[Standing]) -> tuple[Note, ...]:
    return tuple(
        Note(
            (
                Count(standing.customers, "customer"),
                f" with figures in {standing.currency} cannot be ranked with these; a home currency in ",
                Code("/melktert settings"),
                " brings all currencies together.",
            ),
            "warning",
        )
        for standing in standings
    )


def _nothing(coverage: sources.Coverage | None) -> Reply:
    if coverage is None:
        why: Sentence = ("No ledger has been imported yet; docs/import.md shows how.",)
    else:
        why = nobody(coverage)
    return Reply(headline=("Nobody to rank",), summary=why, parts=(Note(why),))


COMMAND = Command(
    name="top",
    summary="The best customers by projected value, with what an hour and a visit are worth.",
    usage="[N]",
    examples=("/top", "/top 20"),
    policy=Policy.CUSTOMER,
    run=run,
)
