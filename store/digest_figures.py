"""The figures on top of a digest: what of the most valuable is within its cadence, what was done, what is at risk."""

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import large_sums
from store.digest_candidates import IS_NO_EXIT, Covered, is_covered
from store.digests import Issue
from store.money import from_minor
from store.tables import (
    customer_expectations,
    customer_standings,
    customer_values,
    customers,
    digest_lines,
    touches,
)

_s = customer_standings.c


def top_in_cadence(connection: Connection, covered: Covered, today: dt.date) -> tuple[Decimal, Decimal] | None:
    """Of the fifth of the customers that earned most in the last 12 months: the profit of those within their cadence,
    and of all of them. None where nobody earned anything that is known.
    """
    minor = customer_values.c.gross_profit_12_months_minor
    earning = (
        sa.select(
            minor.label("minor"),
            _s.due_on,
            sa.func.row_number().over(order_by=(minor.desc(), _s.customer_id)).label("place"),
            sa.func.count().over().label("customers"),
        )
        .join_from(customer_standings, customer_values, customer_values.c.customer_id == _s.customer_id)
        .where(minor > 0, customer_values.c.currency == covered.currency, is_covered(covered), IS_NO_EXIT)
        .subquery("earning")
    )
    is_within = earning.c.due_on >= today
    row = connection.execute(
        sa.select(
            *(_sum(part, is_within) for part in large_sums.parts(earning.c.minor)),
            *(_sum(part) for part in large_sums.parts(earning.c.minor)),
        ).where((earning.c.place - 1) * 5 < earning.c.customers)
    ).one()
    if row[2] is None or covered.currency is None:
        return None
    within, in_all = large_sums.whole(row[0], row[1]), large_sums.whole(row[2], row[3])
    return from_minor(within, covered.currency), from_minor(in_all, covered.currency)


def touches_made(connection: Connection, covered: Covered, from_on: dt.date, to_on: dt.date) -> int:
    """How many touches were logged for these customers, from one day to another, both included."""
    made = touches.c.happened_on.between(from_on, to_on) & touches.c.deleted_at.is_(None)
    counted = sa.select(sa.func.count()).select_from(touches).where(made)
    if covered.rep_ids:
        theirs = customers.c.id == touches.c.customer_id
        counted = counted.join(customers, theirs).where(customers.c.owner_rep_id.in_(covered.rep_ids))
    return connection.scalar(counted) or 0


def value_at_risk(connection: Connection, covered: Covered) -> Decimal | None:
    """The value at risk of these customers together, but for exits; None where no model has been fitted, or none in the
    currency.
    """
    if covered.currency is None:
        return None
    is_known = customer_expectations.c.value_at_risk_minor.is_not(None)
    exits = sa.select(_s.customer_id).where(~IS_NO_EXIT)
    is_kept = customer_expectations.c.customer_id.not_in(exits)
    theirs = is_known & is_kept & (customer_expectations.c.currency == covered.currency)
    together = map(sa.func.sum, large_sums.parts(customer_expectations.c.value_at_risk_minor))
    total = sa.select(sa.func.count(), *together).where(theirs)
    if covered.rep_ids:
        owned = customers.c.id == customer_expectations.c.customer_id
        total = total.join(customers, owned).where(customers.c.owner_rep_id.in_(covered.rep_ids))
    count, *sums = connection.execute(total).one()
    return from_minor(large_sums.whole(*sums), covered.currency) if count else None


def changed_since(connection: Connection, issue: Issue) -> int:
    """For how many of an issue's lines somebody did something with the customer since: a touch on that day or later,
    logged after the digest was composed.
    """
    done = sa.exists().where(touches.c.customer_id == digest_lines.c.customer_id, *_since(issue))
    lines = sa.select(sa.func.count()).select_from(digest_lines).where(digest_lines.c.issue_id == issue.id, done)
    return connection.scalar(lines) or 0


def touched_since(connection: Connection, issue: Issue, customer_id: int) -> int | None:
    """The newest of these touches of one customer, by its id."""
    theirs = sa.select(sa.func.max(touches.c.id)).where(touches.c.customer_id == customer_id, *_since(issue))
    newest: int | None = connection.scalar(theirs)
    return newest


def _since(issue: Issue) -> tuple[sa.ColumnElement[bool], ...]:
    is_new = touches.c.logged_at >= issue.composed_at
    return (touches.c.deleted_at.is_(None), touches.c.happened_on >= issue.today, is_new)


def _sum(column: sa.ColumnElement[int], where: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[int]:
    return sa.func.sum(column if where is None else sa.case((where, column), else_=0))
