"""Sources and the period that they cover: what every figure has to say it rests on."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables import customer_references, sources


@dataclass(frozen=True, slots=True)
class Source:
    """One ledger, and the first and last date that it covers (both included; None before anything was imported)."""

    id: int
    name: str
    title: str
    period_start_on: dt.date | None
    period_end_on: dt.date | None
    margin_assumption: Decimal | None
    refreshed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What some sources together cover. `observation_end_on` is the last date of any of them, never today."""

    period_start_on: dt.date
    observation_end_on: dt.date
    refreshed_at: dt.datetime | None
    sources: tuple[Source, ...]

    @property
    def titles(self) -> str:
        """The sources by name, for a card's last line."""
        return ", ".join(source.title for source in self.sources)


# Built once: SQLAlchemy takes longer to build and to recognise a statement than SQLite takes to answer it.
_EVERY = sa.select(sources).order_by(sources.c.period_start_on, sources.c.id)
_COVERING = (
    sa.select(
        sources,
        sa.exists()
        .where(
            customer_references.c.source_id == sources.c.id,
            customer_references.c.customer_id == sa.bindparam("customer", type_=sa.BigInteger()),
        )
        .label("knows_customer"),
    )
    .where(sources.c.period_start_on.is_not(None), sources.c.period_end_on.is_not(None))
    .order_by(sources.c.period_start_on, sources.c.id)
)


def every(connection: Connection) -> list[Source]:
    """All sources, the oldest period first."""
    return [_source(row) for row in connection.execute(_EVERY)]


def coverage(connection: Connection, customer_id: int | None = None) -> Coverage | None:
    """What the ledgers cover, those that know the customer where one is given; None before the first import.

    All of them count for a customer that no source with a period refers to.
    """
    rows = connection.execute(_COVERING, {"customer": customer_id}).all()
    if not rows:
        return None
    covering = [_source(row) for row in rows if row.knows_customer] or [_source(row) for row in rows]
    return Coverage(
        period_start_on=min(source.period_start_on for source in covering if source.period_start_on),
        observation_end_on=max(source.period_end_on for source in covering if source.period_end_on),
        refreshed_at=max((source.refreshed_at for source in covering if source.refreshed_at), default=None),
        sources=tuple(covering),
    )


def _source(row: sa.Row[Any]) -> Source:
    return Source(
        row.id, row.name, row.title, row.period_start_on, row.period_end_on, row.margin_assumption, row.refreshed_at
    )


def customer_periods() -> sa.Select[tuple[int, dt.date, dt.date]]:
    """By customer, the first and last date that the sources that refer to it cover."""
    return (
        sa.select(
            customer_references.c.customer_id,
            sa.func.min(sources.c.period_start_on).label("start_on"),
            sa.func.max(sources.c.period_end_on).label("end_on"),
        )
        .join(sources, sources.c.id == customer_references.c.source_id)
        .where(sources.c.period_start_on.is_not(None), sources.c.period_end_on.is_not(None))
        .group_by(customer_references.c.customer_id)
    )
