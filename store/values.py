"""The precomputed values of each customer, read back as decimals."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import large_sums
from store.collation import by_letters
from store.customers import OWNER_COLUMNS, Owner, owner_of
from store.money import from_minor
from store.tables import customer_standings, customer_values, customers, reps


@dataclass(frozen=True, slots=True)
class CustomerValue:
    """What the ledger says of a customer. Money in `currency`; None is not known, and never a zero.

    `unknown_reason` says why the money is not known; gross profit alone is unknown where costs are.
    """

    customer_id: int
    currency: str | None
    unknown_reason: str | None
    period_start_on: dt.date | None
    observation_end_on: dt.date | None
    invoices: int
    credits: int
    units: Decimal
    first_purchase_on: dt.date | None
    last_purchase_on: dt.date | None
    revenue: Decimal | None
    gross_profit: Decimal | None
    assumed_cost_revenue: Decimal | None
    revenue_12_months: Decimal | None
    gross_profit_12_months: Decimal | None
    projected_value: Decimal | None
    cap_from_year: int | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A customer in a ranking."""

    name: str
    place: str | None
    owner: Owner | None
    value: CustomerValue


@dataclass(frozen=True, slots=True)
class Standing:
    """The whole of a ranking: how many customers have a projected value, what they come to, and in which currency;
    and how many exits with one are not counted.
    """

    currency: str
    customers: int
    projected_value: Decimal
    exits: int = 0


_OF_CUSTOMER = sa.select(customer_values).where(
    customer_values.c.customer_id == sa.bindparam("customer", type_=sa.BigInteger())
)


def get(connection: Connection, customer_id: int) -> CustomerValue | None:
    """The values of one customer, None where it has not been scored."""
    row = connection.execute(_OF_CUSTOMER, {"customer": customer_id}).first()
    return None if row is None else value_of(row)


# Among so many of the best of all are those of most reps; the others' own are looked through one by one.
_FIRST_OF_ALL = 1_000


def _best(*chosen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The best are found by value and name alone, before the rest of them is read."""
    minor = customer_values.c.projected_value_minor
    in_currency = customer_values.c.currency == sa.bindparam("currency", type_=sa.Text())
    first = (
        sa.select(customers.c.id, customers.c.name, customers.c.place, customers.c.owner_rep_id, minor.label("minor"))
        .join(customer_values, customer_values.c.customer_id == customers.c.id)
        .where(in_currency, minor.is_not(None), customers.c.status != "exit", *chosen)
        .order_by(minor.desc(), by_letters(customers.c.name), customers.c.id)
        .limit(sa.bindparam("count", type_=sa.Integer()))
        .subquery()
    )
    return (
        sa.select(customer_values, first.c.name, first.c.place, *OWNER_COLUMNS)
        .join(first, first.c.id == customer_values.c.customer_id)
        .outerjoin(reps, reps.c.id == first.c.owner_rep_id)
        .order_by(first.c.minor.desc(), by_letters(first.c.name), first.c.id)
    )


def _is_among_first() -> sa.ColumnElement[bool]:
    """Whether no more than so many are worth more, in whichever currency."""
    minor = customer_values.alias("any").c.projected_value_minor
    least = (
        sa.select(minor)
        .where(minor.is_not(None))
        .order_by(minor.desc())
        .limit(1)
        .offset(sa.bindparam("passing_over", type_=sa.Integer()))
    )
    return customer_values.c.projected_value_minor >= least.scalar_subquery()


_OWNER = sa.bindparam("owner", type_=sa.BigInteger())
_BEST, _BEST_OF_OWNER = _best(), _best(customers.c.owner_rep_id == _OWNER)
# Written so that no index by owner is used: the one by value gives the first of all at once.
_FIRST_OF_OWNER = _best(_is_among_first(), sa.func.coalesce(customers.c.owner_rep_id, 0) == _OWNER)


def best(connection: Connection, currency: str, count: int, owner_rep_id: int | None = None) -> list[Ranked]:
    """The `count` customers with the highest projected value in `currency`, the highest first; of one rep's customers
    where one is given. Whom a manager has let go is nobody's best.
    """
    values = {"currency": currency, "count": count, "owner": owner_rep_id, "passing_over": _FIRST_OF_ALL - 1}
    rows = connection.execute(_BEST if owner_rep_id is None else _FIRST_OF_OWNER, values).all()
    if owner_rep_id is not None and len(rows) < count:
        rows = connection.execute(_BEST_OF_OWNER, values).all()
    return [Ranked(row.name, row.place, owner_of(row), value_of(row)) for row in rows]


# Only an exit is due on no day, and the days have an index.
_IS_EXIT = customer_values.c.customer_id.in_(
    sa.select(customer_standings.c.customer_id).where(customer_standings.c.due_on.is_(None))
)


def standings(connection: Connection) -> list[Standing]:
    """The sum of all projected values, for each currency that any is in; the most customers first."""
    minor = sa.case((~_IS_EXIT, customer_values.c.projected_value_minor))
    rows = connection.execute(
        sa.select(
            customer_values.c.currency,
            sa.func.count(minor).label("customers"),
            (sa.func.count() - sa.func.count(minor)).label("exits"),
            *(sa.func.sum(part) for part in large_sums.parts(minor)),
        )
        .where(customer_values.c.projected_value_minor.is_not(None))
        .group_by(customer_values.c.currency)
        .order_by(sa.func.count(minor).desc(), customer_values.c.currency)
    )
    return [
        Standing(currency, count, from_minor(large_sums.whole(*sums), currency), exits)
        for currency, count, exits, *sums in rows
        if count
    ]


def value_of(row: sa.Row[Any]) -> CustomerValue:
    """The values in a row that has the columns of `customer_values`."""
    figures = row._mapping  # the public name of a row's columns by label, in spite of the underscore
    currency = figures["currency"]

    def money(key: str) -> Decimal | None:
        minor = figures[f"{key}_minor"]
        return None if minor is None else from_minor(minor, currency)

    return CustomerValue(
        customer_id=figures["customer_id"],
        currency=currency,
        unknown_reason=figures["unknown_reason"],
        period_start_on=figures["period_start_on"],
        observation_end_on=figures["observation_end_on"],
        invoices=figures["invoices"],
        credits=figures["credits"],
        units=Decimal(figures["units_thousandths"]).scaleb(-3),
        first_purchase_on=figures["first_purchase_on"],
        last_purchase_on=figures["last_purchase_on"],
        revenue=money("revenue"),
        gross_profit=money("gross_profit"),
        assumed_cost_revenue=money("assumed_cost_revenue"),
        revenue_12_months=money("revenue_12_months"),
        gross_profit_12_months=money("gross_profit_12_months"),
        projected_value=money("projected_value"),
        cap_from_year=figures["cap_from_year"],
    )
