"""/top [N]: the N best customers, and what they are worth together (the ten-best exercise, M2)."""

from collections.abc import Sequence
from decimal import Decimal

from commands._figures import Basis, assumed, basis, figures, horizon, owned_by, rests_on, visit_assumed
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
    Strong,
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
    with db.reading() as connection:
        coverage = sources.coverage(connection)
        standings = values.standings(connection)
        if coverage is None or not standings:
            return _nothing(coverage)
        standing = standings[0]
        ranked = values.best(connection, standing.currency, count)
        basis_of_all = basis(connection, ranked[0].value)
    some = figures(ranked[0].value, basis_of_all)
    items = tuple(_item(number, customer, basis_of_all) for number, customer in enumerate(ranked, 1))
    total = sum((customer.value.projected_value or Decimal(0) for customer in ranked), Decimal(0))
    headline: Sentence = (_best(len(ranked)), "  ·  ", Money(total, standing.currency, "short"))
    what: Sentence = (
        Strong("Projected value"),
        " over ",
        horizon(some.assumptions),
        ": the profit of the last 12 months, ",
        *assumed(some.assumptions, ", "),
        "; ",
        *visit_assumed(some),
        ".",
    )
    covered: Sentence = (
        coverage.titles,
        ", ",
        Date(coverage.period_start_on),
        " to ",
        Date(coverage.observation_end_on),
        "  ·  only you can see this",
    )
    return Reply(
        headline=headline,
        summary=(*headline, " over ", horizon(some.assumptions), "; first ", ranked[0].name, "."),
        parts=(
            Note(_share(total, standing), "quiet"),
            *items,
            Note(what, "quiet"),
            *rests_on(coverage, [figures(customer.value, basis_of_all) for customer in ranked]),
            *_others(standings[1:]),
            Note(covered, "quiet"),
        ),
        facts=(
            Fact("projected_value_total", "projected value together", Money(total, standing.currency)),
            Fact("customers", "", Count(len(ranked), "customer")),
        ),
    )


def _count(text: str) -> int:
    text = text.strip()
    if not text:
        return DEFAULT_COUNT
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:4]) <= MOST or len(text) > 4:
        raise Invalid(count=f"Say how many of the best, from 1 to {MOST}, such as /top 10.")
    return int(text)


def _best(count: int) -> str:
    return "Your best customer" if count == 1 else f"Your {count} best customers"


def _share(total: Decimal, standing: Standing) -> Sentence:
    return (
        Ratio((total / standing.projected_value).quantize(Decimal("0.001"))),
        " of all projected value, which is ",
        Money(standing.projected_value, standing.currency, "short"),
        " from ",
        Count(standing.customers, "customer"),
    )


def _item(number: int, customer: Ranked, basis_of_all: Basis) -> Item:
    facts = figures(customer.value, basis_of_all).facts()
    return Item(
        title=(f"{number}  ", Strong(customer.name)),
        reason=owned_by(customer.owner) if customer.owner else (),
        facts=tuple(facts[key] for key in ("projected_value", "value_per_working_hour", "visit_return")),
        actions=(Action("clv", "Show", {"customer": str(customer.value.customer_id)}),),
    )


def _others(standings: Sequence[Standing]) -> tuple[Note, ...]:
    return tuple(
        Note(
            (
                Count(standing.customers, "customer"),
                f" with figures in {standing.currency} cannot be ranked with these; ",
                Code("HOME_CURRENCY"),
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
        why = ("No customer earned a profit in the 12 months to ", Date(coverage.observation_end_on), " that is known.")
    return Reply(headline=("Nobody to rank",), summary=why, parts=(Note(why),))


COMMAND = Command(
    name="top",
    summary="The best customers by projected value, with what an hour and a visit are worth.",
    usage="[N]",
    examples=("/top", "/top 20"),
    policy=Policy.CUSTOMER,
    run=run,
)
