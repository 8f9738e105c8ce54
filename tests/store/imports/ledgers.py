"""Small ledgers to import, and what the database then says of them, without the ids that differ from run to run."""

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from store import tables
from store.database import Database
from store.imports import importer, mapping

NOW = dt.datetime(2025, 6, 2, 8, 0, tzinfo=dt.UTC)

HEADER = "Invoice;Date;Customer;Name;Country;Rep;Product;Qty;Price;Cost"
FLAT = """
source = "shop"
title = "The shop's ledger"
currency = "EUR"

[format]
delimiter = ";"
decimal = ","
dates = "%d.%m.%Y"

[invoice]
number = "Invoice"
date = "Date"
customer = "Customer"
rep = "Rep"
credit_numbers = "CN*"

[line]
product = "Product"
quantity = "Qty"
unit_price = "Price"
cost = "Cost"
charges = ["POST", "FEE*"]

[customer]
name = "Name"
country = "Country"
"""

# Two invoices of one customer, a credit note for another, each line told apart by its product.
GOOD = [
    "1;31.12.2024;7;Acme;NL;r1;P1;2;10,50;12,00",
    "1;31.12.2024;7;Acme;NL;r1;POST;1;5;",
    "2;01.02.2025;7;Acme;DE;r2;P2;1,5;3,333;1",
    "CN3;02.02.2025;8;Blue;FR;r1;P1;-1;10,50;-6",
]


def flat_mapping(folder: Path, **replaced: str) -> mapping.Mapping:
    """The mapping FLAT, with some pieces of its text replaced: flat_mapping(folder, EUR="JPY")."""
    text = FLAT
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    return mapping_of(folder, text)


def mapping_of(folder: Path, text: str) -> mapping.Mapping:
    """The mapping with that text."""
    path = folder / "test-mapping.toml"
    path.write_text(text, "utf-8")
    return mapping.load(str(path))


def ledger(folder: Path, rows: Sequence[str], name: str = "ledger.csv", header: str = HEADER) -> Path:
    """A file of these rows."""
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8", newline="")
    return path


def imported(
    db: Database, folder: Path, rows: Sequence[str], with_mapping: mapping.Mapping | None = None, **options: object
) -> importer.Report:
    """Import these rows; rejected ones go to a file in the folder."""
    path = ledger(folder, rows)
    settings = {"now": NOW, "rejected_to": folder / "rejected.csv", **options}
    return importer.import_files(db, [path], with_mapping or flat_mapping(folder), **settings)  # type: ignore[arg-type]


State = dict[str, list[tuple[object, ...]]]


def state(db: Database) -> State:
    """Everything that an import writes but the log of imports."""
    c, r, i, p = tables.customers.c, tables.reps.c, tables.invoices.c, tables.products.c
    line, references, source = tables.invoice_lines.c, tables.customer_references.c, tables.sources.c
    statements = {
        "sources": sa.select(source.name, source.title, source.period_start_on, source.period_end_on),
        "customers": sa.select(references.number, c.name, c.place, c.country, c.currency, c.customer_since_on, r.name)
        .select_from(tables.customers)
        .join(tables.customer_references)
        .outerjoin(tables.reps, r.id == c.owner_rep_id),
        "names": sa.select(references.number, tables.customer_names.c.kind, tables.customer_names.c.text)
        .select_from(tables.customer_names)
        .join(tables.customer_references, references.customer_id == tables.customer_names.c.customer_id),
        "invoices": sa.select(
            i.number, i.kind, references.number, r.name, i.issued_on, i.due_on, i.currency, i.is_cancelled
        )
        .select_from(tables.invoices)
        .join(tables.customer_references, references.customer_id == i.customer_id)
        .outerjoin(tables.reps, r.id == i.rep_id),
        "lines": sa.select(
            i.number,
            line.ordinal,
            line.kind,
            p.number,
            p.name,
            line.quantity_thousandths,
            line.unit_price,
            line.amount_minor,
            line.discount_minor,
            line.cost_minor,
            line.cost_basis,
        )
        .select_from(tables.invoice_lines)
        .join(tables.invoices)
        .outerjoin(tables.products, p.id == line.product_id),
        "held": sa.select(
            tables.held_invoices.c.number, tables.held_invoices.c.customer_number, tables.held_invoices.c.reason
        ),
        "values": sa.select(
            references.number,
            tables.customer_values.c.invoices,
            tables.customer_values.c.revenue_minor,
            tables.customer_values.c.gross_profit_minor,
            tables.customer_values.c.units_thousandths,
        )
        .select_from(tables.customer_values)
        .join(tables.customer_references, references.customer_id == tables.customer_values.c.customer_id),
        "payments": sa.select(
            tables.payments.c.number,
            references.number,
            i.number,
            tables.payments.c.paid_on,
            tables.payments.c.amount_minor,
            tables.payments.c.currency,
        )
        .select_from(tables.payments)
        .join(tables.customer_references, references.customer_id == tables.payments.c.customer_id)
        .outerjoin(tables.invoices, i.id == tables.payments.c.invoice_id),
    }
    with db.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(statement)), key=repr)
            for name, statement in statements.items()
        }


def amounts(db: Database) -> dict[tuple[str, int], int]:
    """Each line's amount in minor units, by invoice number and ordinal."""
    return {(str(row[0]), int(str(row[1]))): int(str(row[7])) for row in state(db)["lines"]}


def reasons(report: importer.Report, delimiter: str = ";") -> dict[int, str]:
    """What the files of rejected rows say, by line."""
    found = {}
    for path in report.rejected_files:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found |= {int(row["line"]): row["reason"] for row in csv.DictReader(file, delimiter=delimiter)}
    return found
