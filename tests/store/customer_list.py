"""A list of customers to search, written straight into the tables."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store import names, tables
from store.database import Database

RESELLERS = Path(__file__).parents[2] / "bot" / "demo" / "ledger" / "Resellers.csv.gz"


def reseller_names() -> list[str]:
    """The names of 701 real companies' customers, two of which occur twice."""
    with gzip.open(RESELLERS, "rt", encoding="utf-8-sig", newline="") as file:
        return [row["ResellerName"] for row in csv.DictReader(file)]


def add_customers(db: Database, *company_names: str) -> list[int]:
    """One customer for each of the names, indexed; their ids in the same order."""
    with db.writing() as connection:
        first = 1 + max(
            connection.scalars(tables.customers.select().with_only_columns(tables.customers.c.id)), default=0
        )
        ids = list(range(first, first + len(company_names)))
        rows = [{"id": id_, "name": name} for id_, name in zip(ids, company_names, strict=True)]
        connection.execute(tables.customers.insert(), rows)
        names.index_missing(connection)
    return ids


def add_number(db: Database, customer_id: int, number: str, source: str = "books") -> None:
    """The number that `source` knows the customer by."""
    with db.writing() as connection:
        source_id = _source_id(connection, source)
        values = {"source_id": source_id, "number": number, "customer_id": customer_id}
        connection.execute(tables.customer_references.insert().values(values))


def set_value(db: Database, customer_id: int, projected_value_minor: int) -> None:
    """What the customer's projected value is."""
    values = {"customer_id": customer_id, "invoices": 1, "credits": 0, "units_thousandths": 1000}
    values["projected_value_minor"] = projected_value_minor
    with db.writing() as connection:
        connection.execute(tables.customer_values.insert().values(values))


def add_alias(db: Database, customer_id: int, text: str) -> None:
    """Another name of the customer."""
    with db.writing() as connection:
        names.add_alias(connection, customer_id, text)


def find(db: Database, typed: str, limit: int = 8) -> names.Found:
    """Whom `typed` means."""
    with db.reading() as connection:
        return names.find(connection, typed, limit)


def suggest(db: Database, typed: str, limit: int = 10) -> list[str]:
    """The names that are suggested to somebody who has typed so much."""
    with db.reading() as connection:
        return [match.name for match in names.suggest(connection, typed, limit)]


def offered(found: names.Found) -> Sequence[str]:
    """The names that are offered."""
    return [match.name for match in found.candidates]


def _source_id(connection: Connection, name: str) -> int:
    sources = tables.sources
    known = connection.scalar(sa.select(sources.c.id).where(sources.c.name == name))
    if known is not None:
        return int(known)
    insert = sources.insert().values(name=name, title=name).returning(sources.c.id)
    return int(connection.execute(insert).scalar_one())
