"""What the database says of each customer, in the shape of the independent computation, to hold the two together."""

import datetime as dt
import os
from collections.abc import Mapping as Dictionary
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from store import tables
from store.database import Database
from store.imports import importer, mapping
from tests.store.imports.independent import Figures

NOW = dt.datetime(2025, 6, 2, 8, 0, tzinfo=dt.UTC)


def full_ledgers() -> Path:
    """The folder of the full ledgers. Errors: LookupError where nobody said where it is."""
    folder = os.environ.get("MELKTERT_DATA")
    if not folder:
        raise LookupError("Set MELKTERT_DATA to the folder of the ledgers, or run make ledgers DATA=folder.")
    return Path(folder)


def imported(db: Database, files: list[Path], name: str, shift_weeks: int = 0) -> importer.Report:
    """Import raw files with the mapping of that name, as a company would hand them over."""
    return importer.import_files(db, files, mapping.load(name), now=NOW, shift_weeks=shift_weeks)


def stored_figures(db: Database, source: str) -> dict[str, Figures]:
    """The figures of every customer of a source, by the customer's number there."""
    values, references, sources = tables.customer_values, tables.customer_references, tables.sources
    statement = (
        sa.select(references.c.number, values)
        .join(sources, sources.c.id == references.c.source_id)
        .outerjoin(values, values.c.customer_id == references.c.customer_id)
        .where(sources.c.name == source)
    )
    with db.reading() as connection:
        return {row.number: _figures(row) for row in connection.execute(statement)}


def differences(stored: Dictionary[str, Figures], computed: Dictionary[str, Figures]) -> dict[str, str]:
    """Each customer and figure on which the two disagree, as 'stored, not computed'; empty where all agree."""
    found = dict.fromkeys(stored.keys() ^ computed.keys(), "only one of the two knows this customer")
    for number in stored.keys() & computed.keys():
        for name, expected in vars(computed[number]).items():
            actual = getattr(stored[number], name)
            if actual != expected:
                found[f"{number} {name}"] = f"{actual}, not {expected}"
    return found


def _figures(row: sa.Row[tuple[object, ...]]) -> Figures:
    if row.currency is None and row.invoices == row.credits == 0:
        # Who was never invoiced has no currency, so that nothing is not an amount of money.
        assert row.revenue_minor is row.gross_profit_minor is row.revenue_12_months_minor is None
        return Figures(units=Decimal(row.units_thousandths) / 1000)
    return Figures(
        revenue=_money(row.revenue_minor),
        gross_profit=_money(row.gross_profit_minor),
        units=Decimal(row.units_thousandths) / 1000,
        invoices=row.invoices,
        credits=row.credits,
        first_purchase_on=row.first_purchase_on,
        last_purchase_on=row.last_purchase_on,
        revenue_12_months=_money(row.revenue_12_months_minor),
        gross_profit_12_months=_money(row.gross_profit_12_months_minor),
    )


def _money(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)
