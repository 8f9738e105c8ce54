"""What a customer buys, by category of goods or by product, in the last 12 months of the data and in the 12 before."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.money import from_minor
from store.sums import twelve_months_before
from store.tables import invoice_lines, invoices, products


@dataclass(frozen=True, slots=True)
class Bought:
    """One kind of goods: its net revenue and units in the last 12 months, and the revenue in the 12 months before.

    `revenue_before` is None where the two cannot be compared: the data does not hold the whole of the 12 months before,
    or some of the kind was invoiced in another currency. `is_new` says that they can, and that none was bought then.
    """

    name: str
    revenue: Decimal
    revenue_before: Decimal | None
    units: Decimal
    is_new: bool

    @property
    def trend(self) -> Decimal | None:
        """The change against the year before as a share: 0.12 is 12 % more. None where there is nothing to compare."""
        if self.revenue_before is None or self.revenue_before <= 0:
            return None
        return ((self.revenue - self.revenue_before) / self.revenue_before).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class Assortment:
    """What is bought, most money first, in one currency; `others` are currencies that some was invoiced in beside it.

    `by` says whether the names are of categories or of products. `stopped` was bought in the year before and not since;
    nothing is, where not `has_year_before`: where the data begins within the last two years.
    `from_on` is the first day of the last 12 months, or of the data where it begins later.
    """

    currency: str
    by: str
    bought: tuple[Bought, ...]
    stopped: tuple[Bought, ...]
    others: tuple[str, ...]
    from_on: dt.date
    until_on: dt.date
    has_year: bool
    has_year_before: bool


_SINCE = sa.bindparam("since", type_=sa.Date())


def _summed(column: sa.ColumnElement[int], *, recent: bool) -> sa.ColumnElement[int]:
    is_recent = invoices.c.issued_on > _SINCE
    return sa.cast(sa.func.sum(sa.case((is_recent if recent else ~is_recent, column), else_=0)), sa.BigInteger)


_SUMS: sa.Select[Any] = (
    sa.select(
        invoices.c.currency,
        products.c.name,
        products.c.number,
        products.c.category,
        _summed(invoice_lines.c.amount_minor, recent=True).label("now"),
        _summed(invoice_lines.c.amount_minor, recent=False).label("before"),
        _summed(invoice_lines.c.quantity_thousandths, recent=True).label("units"),
    )
    .join_from(invoices, invoice_lines, invoice_lines.c.invoice_id == invoices.c.id)
    .join(products, products.c.id == invoice_lines.c.product_id)
    .where(
        invoices.c.customer_id == sa.bindparam("customer", type_=sa.BigInteger()),
        sa.not_(invoices.c.is_cancelled),
        invoice_lines.c.kind == "goods",
        invoices.c.issued_on > sa.bindparam("after", type_=sa.Date()),
        invoices.c.issued_on <= sa.bindparam("until", type_=sa.Date()),
    )
    .group_by(invoices.c.currency, products.c.name, products.c.number, products.c.category)
)


def of_customer(
    connection: Connection, customer_id: int, period: tuple[dt.date, dt.date], *, by_product: bool = False
) -> Assortment | None:
    """What the customer bought in the last 12 months of its period covered; by category where the books name any,
    unless by product is asked for. None where nothing was bought in two years.
    """
    start_on, until_on = period
    since, after = twelve_months_before(until_on), twelve_months_before(until_on, years=2)
    rows = connection.execute(_SUMS, {"customer": customer_id, "since": since, "after": after, "until": until_on}).all()
    if not rows:
        return None
    currency = _main_currency(rows)
    by_product = by_product or all(row.category is None for row in rows if row.currency == currency)
    found: dict[str, list[sa.Row[Any]]] = {}
    for row in rows:
        name = (row.name or row.number) if by_product else (row.category or "other goods")
        found.setdefault(name, []).append(row)
    has_year_before = start_on <= after + dt.timedelta(days=1)
    kinds = [_bought(name, some, currency, has_year_before=has_year_before) for name, some in found.items()]
    stopped = [one for one in kinds if one.revenue <= 0 < (one.revenue_before or 0)]
    return Assortment(
        currency=currency,
        by="product" if by_product else "category",
        bought=tuple(sorted((one for one in kinds if one.revenue > 0), key=lambda one: (-one.revenue, one.name))),
        stopped=tuple(sorted(stopped, key=lambda one: (-(one.revenue_before or 0), one.name))),
        others=tuple(sorted({row.currency for row in rows} - {currency})),
        from_on=max(since + dt.timedelta(days=1), start_on),
        until_on=until_on,
        has_year=start_on <= since + dt.timedelta(days=1),
        has_year_before=has_year_before,
    )


def _main_currency(rows: Sequence[sa.Row[Any]]) -> str:
    """The currency of most kinds of goods: of those bought in the last 12 months, if there are any."""
    lately = Counter(str(row.currency) for row in rows if row.now > 0)
    ever = Counter(str(row.currency) for row in rows)
    return max(ever, key=lambda one: (lately[one], ever[one], one))


def _bought(name: str, rows: Sequence[sa.Row[Any]], currency: str, *, has_year_before: bool) -> Bought:
    own = [row for row in rows if row.currency == currency]
    # What moved from one currency to another has neither grown nor stopped.
    is_comparable = has_year_before and len(own) == len(rows)
    return Bought(
        name=name,
        revenue=from_minor(sum(row.now for row in own), currency),
        revenue_before=from_minor(sum(row.before for row in own), currency) if is_comparable else None,
        units=Decimal(sum(row.units for row in own)).scaleb(-3),
        is_new=is_comparable and all(row.before <= 0 for row in own),
    )
