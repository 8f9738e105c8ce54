"""/clv NAME why: each figure taken apart, so that anybody can add it up again."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal

from sqlalchemy.engine import Connection

from commands import _clv_class
from commands._clv_expected import expected
from commands._clv_subject import Subject, again
from commands._figures import NO_COST_TO_SERVE, Figures, assumed, author, horizon, named, visit_assumed, years
from commands._reply import (
    Action,
    Column,
    Count,
    Date,
    Money,
    Note,
    Part,
    Reply,
    Role,
    Sentence,
    Strong,
    Table,
    Text,
    Value,
)
from store import exchange, invoices
from store.invoices import Share
from store.money import margin_on
from store.scoring import twelve_months_before
from store.sources import Source
from value.projection import CALENDAR_HOURS_A_YEAR, factor
from value.visit import DAYS_A_YEAR

MOST_HELD_SHOWN = 5
_COLUMNS = (Column("what"), Column("how many", "right"), Column("amount", "right"))
_BASES = {"ledger": "the ledger's own cost", "standard": "quantity × standard cost", "assumed": "the margin assumption"}
Row = tuple[Value | Strong, ...]


def reply(connection: Connection, of: Subject, role: Role) -> Reply:
    """Where revenue, cost, profit and the projection come from; an admin is offered to change the assumptions."""
    shares = invoices.shares(connection, of.customer.id)
    by_currency: dict[str, list[Share]] = defaultdict(list)
    for share in shares:
        by_currency[share.currency].append(share)
    parts: list[Part] = [
        table
        for currency, own in sorted(by_currency.items())
        for table in (_revenue(currency, own), _cost(currency, own))
    ]
    return Reply(
        headline=("Why these figures? ", of.customer.name),
        summary=("How the figures of ", of.customer.name, " add up."),
        parts=(
            *_tables_first(
                *parts,
                _counted(of, by_currency),
                *_conversion(connection, of, by_currency),
                *_projection(of),
                *expected(connection, of),
            ),
            *_clv_class.why(connection, of),
            *_own(of),
            *_sources(connection, of),
        ),
        actions=(Action("clv", "The card", {"customer": str(of.customer.id)}), *_change(of, role)),
        facts=(named(of.customer.name), *of.figures.facts().values()),
        again=again(of, {"view": "why"}),
    )


def _tables_first(*parts: Part) -> list[Part]:
    """One after the other Slack can draw them as one table, which a phone shows whole; what is said of them follows."""
    return sorted(parts, key=lambda part: not isinstance(part, Table))


def _change(of: Subject, role: Role) -> tuple[Action, ...]:
    if not role.includes(Role.ADMIN):
        return ()
    values = {"customer": str(of.customer.id), "do": "change"}
    return (Action("assume", "Change the assumptions…", values, opens_form=True),)


def _revenue(currency: str, shares: Iterable[Share]) -> Table:
    counted = [share for share in shares if not share.is_cancelled]

    def row(label: str, chosen: Callable[[Share], bool]) -> list[Row]:
        mine = [share for share in counted if chosen(share)]
        if not mine:
            return []
        lines = sum(share.lines for share in mine)
        return [(Text(label), Count(lines, "line"), Money(_sum(mine), currency, "exact"))]

    rows = [
        *row("goods invoiced", lambda share: share.invoice_kind == "invoice" and share.line_kind == "goods"),
        *row("charges invoiced", lambda share: share.invoice_kind == "invoice" and share.line_kind == "charge"),
        *row("goods credited", lambda share: share.invoice_kind == "credit" and share.line_kind == "goods"),
        *row("charges credited", lambda share: share.invoice_kind == "credit" and share.line_kind == "charge"),
    ]
    total: Row = (Strong("revenue"), Text(""), Strong(Money(_sum(counted), currency, "exact")))
    cancelled = [share for share in shares if share.is_cancelled]
    left_out: list[Row] = []
    if cancelled:
        lines = Count(sum(share.lines for share in cancelled), "line")
        left_out = [(Text("cancelled, not counted"), lines, Money(_sum(cancelled), currency, "exact"))]
    return Table(_COLUMNS, (*rows, total, *left_out), caption=f"Revenue, {currency}")


def _counted(of: Subject, currencies: Iterable[str]) -> Table:
    """What is not money; and, where currencies came together, what they came to."""
    found, value = of.figures, of.figures.value
    rows: list[Row] = [
        (Text("invoices"), Count(value.invoices)),
        (Text("credit notes"), Count(value.credits)),
        (Text("units, net of returns"), Count(int(value.units) if value.units == int(value.units) else value.units)),
    ]
    if value.currency is not None and set(currencies) - {value.currency}:
        rows += [
            (Text(f"revenue in {value.currency}"), found.money(value.revenue, "exact")),
            (Text(f"gross profit in {value.currency}"), found.money(value.gross_profit, "exact")),
        ]
    return Table((Column("what"), Column("in all", "right")), tuple(rows), caption="Counted")


def _cost(currency: str, shares: Iterable[Share]) -> Table:
    rows: list[Row] = []
    profit: Decimal | None = Decimal(0)
    # By source, since each has a margin assumption of its own and is rounded on its own, as on the card.
    groups: dict[tuple[str, str], list[Share]] = defaultdict(list)
    for share in shares:
        if not share.is_cancelled:
            groups[share.source, share.cost_basis].append(share)
    for (_, basis), mine in sorted(groups.items()):
        lines = Count(sum(share.lines for share in mine), "line")
        revenue, margin = _sum(mine), mine[0].margin_assumption
        if basis != "assumed":
            cost, label = sum((share.cost for share in mine), Decimal(0)), _BASES[basis]
        elif margin is None:
            rows.append((Text("no cost, no assumption"), lines, Text("not known")))
            profit = None
            continue
        else:
            cost, label = (
                revenue - margin_on(revenue, margin, currency),
                f"assumed, at a margin of {margin * 100:.4g} %",
            )
        profit = None if profit is None else profit + revenue - cost
        rows.append((Text(f"cost: {label}"), lines, Money(-cost, currency, "exact")))
    result: Value = Text("not known") if profit is None else Money(profit, currency, "exact")
    return Table(_COLUMNS, (*rows, (Strong("gross profit"), Text(""), Strong(result))), caption=f"Profit, {currency}")


def _conversion(connection: Connection, of: Subject, currencies: Iterable[str]) -> tuple[Note, ...]:
    home = of.figures.value.currency
    foreign = [currency for currency in currencies if currency != home]
    if not foreign or home is None:
        return ()
    return tuple(
        Note(
            (
                f"{rate.base} became {home} at the European Central Bank's reference rate of each invoice's day: ",
                Count(rate.days, "rate"),
                f" from {rate.lowest:.4f} to {rate.highest:.4f}.",
            )
        )
        for rate in exchange.used(connection, of.customer.id, home)
    )


def _projection(of: Subject) -> tuple[Part, ...]:
    found, value = of.figures, of.figures.value
    if value.projected_value is None or value.observation_end_on is None:
        return (Note((Strong("No projected value: "), found.unknown.reason, "."), "warning"),)
    since = twelve_months_before(value.observation_end_on) + dt.timedelta(days=1)
    multiple = (
        f"× {factor(found.assumptions):.6f}" if value.cap_from_year is None else f"capped, year {value.cap_from_year}"
    )
    rows: list[Row] = [
        (Text("revenue, last 12 months"), Text(""), found.money(value.revenue_12_months, "exact")),
        (Text("profit, last 12 months"), Text("P₀"), found.money(value.gross_profit_12_months, "exact")),
        (Text(f"projected, {years(found.assumptions)}"), Text(multiple), found.money(value.projected_value, "exact")),
        *_lifetime(found),
        *(
            (
                Text(f"a {hour} hour"),
                Text(f"÷ {found.assumptions.horizon_years * hours:,}"),
                found.money(found.per_hour(hours), "exact"),
            )
            for hour, hours in (("working", found.settings.working_hours_a_year), ("calendar", CALENDAR_HOURS_A_YEAR))
        ),
        (Text("visit return"), Text(f"P₀ × {_of_a_year(found)} ÷ visit"), found.facts()["visit_return"].value),
    ]
    columns = (Column("what"), Column("how", "right"), Column("amount", "right"))
    return (
        Table(
            columns,
            tuple(rows),
            caption="If we do it right, by your assumptions" if found.rests_on_model else "Lifetime value",
        ),
        Note(
            (
                "The last 12 months are ",
                Date(since),
                " to ",
                Date(value.observation_end_on),
                ". Each year t of ",
                horizon(found.assumptions),
                " adds P₀ × ((1 + growth)(1 + margin))ᵗ ÷ (1 + discount)ᵗ, with ",
                *assumed(found.assumptions, ", "),
                "; profit never above revenue. And ",
                *visit_assumed(found),
                ".",
            ),
            "quiet",
        ),
    )


def _lifetime(found: Figures) -> list[Row]:
    """The sum that is the headline, where it rests on the projection."""
    if found.rests_on_model:
        return []
    return [
        (Text("profit so far"), Text("+"), found.money(found.value.gross_profit, "exact")),
        (Strong("lifetime value"), Text("="), Strong(found.money(found.lifetime, "exact"))),
    ]


def _of_a_year(found: Figures) -> str:
    """The part of a year that a cadence is, in weeks where it is whole weeks: 13/52."""
    days = found.settings.cadence_retain_days
    return f"{days}/{DAYS_A_YEAR}" if days % 7 else f"{days // 7}/{DAYS_A_YEAR // 7}"


def _own(of: Subject) -> tuple[Note, ...]:
    """Whose word it is that this customer is projected otherwise than the others."""
    if of.own is None or not of.figures.has_own_assumptions:
        return ()
    team = of.figures.settings.assumptions
    return (
        Note(
            (
                Strong("The assumptions of this customer are its own: "),
                *assumed(of.figures.assumptions, ", "),
                ", ",
                horizon(of.figures.assumptions),
                ". The team's are ",
                *assumed(team, ", "),
                ", ",
                horizon(team),
                ". Changed by ",
                author(of.own.by),
                " on ",
                Date(of.own.at.date()),
                ": ",
                of.own.reason,
            )
        ),
    )


def _sources(connection: Connection, of: Subject) -> tuple[Note, ...]:
    covered = tuple(
        Note(_source(source), "quiet")
        for source in of.coverage.sources
        if source.period_start_on and source.period_end_on
    )
    missing = tuple(
        Note((Strong(f"Invoice {held.number} {_stands(held)}: "), held.reason, "."), "warning")
        for held in invoices.held(connection, of.customer.id)[:MOST_HELD_SHOWN]
    )
    return (*missing, *covered, Note((f"Profit is {NO_COST_TO_SERVE}.",), "quiet"))


def _stands(held: invoices.Held) -> str:
    return "is here as it was before a version that was rejected" if held.is_stored else "is in no figure"


def _source(source: Source) -> Sentence:
    words: Sentence = (source.title,)
    if source.period_start_on is not None and source.period_end_on is not None:
        words = (*words, ": ", Date(source.period_start_on), " to ", Date(source.period_end_on))
    return words if source.refreshed_at is None else (*words, ", imported ", Date(source.refreshed_at.date()))


def _sum(shares: Iterable[Share]) -> Decimal:
    return sum((share.revenue for share in shares), Decimal(0))
