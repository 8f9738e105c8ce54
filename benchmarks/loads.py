"""What `python -m benchmarks import` measures, each load in its own process: loads.py baseline|import URL LEDGER.

Prints one line of JSON: the lines stored, the process's peak memory, how long other writers had to wait.
"""

import csv
import datetime as dt
import gzip
import json
import resource
import sys
import time
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from store.database import Database

CHARGES = {"POST", "D", "M", "m", "S", "DOT", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS", "B"}
NO_HASH = bytes(16)
Rows = list[tuple[Any, ...]]


@dataclass
class Invoice:
    """An invoice as its first line gives it, and how many lines it has so far."""

    id: int
    customer_id: int
    issued_on: dt.date
    lines: int = 0


@dataclass
class Parsed:
    """The ledger as rows for the tables, numbered in the order in which they were met."""

    customers: dict[str, int] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    product_names: dict[str, str] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    lines: Rows = field(default_factory=list)


def main() -> None:
    """Run one load and say what it took."""
    what, url, ledger = sys.argv[1:]
    db = Database(url)
    lines, lock_seconds = (baseline if what == "baseline" else ours)(db, Path(ledger))
    db.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_mb = peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
    print(json.dumps({"lines": lines, "peak_mb": peak_mb, "lock_seconds": lock_seconds}))


def ours(db: Database, ledger: Path) -> tuple[int, float]:
    """The import, as the command line runs it."""
    from store.imports import importer, mapping  # noqa: PLC0415  (the baseline must not pay for the import's libraries)

    report = importer.import_files(db, [ledger], mapping.load("online-retail"), now=dt.datetime.now(dt.UTC))
    return report.rows_new, report.longest_write_lock_seconds


def baseline(db: Database, ledger: Path) -> tuple[int, float]:
    """The plain way: parse everything, then insert everything in one transaction."""
    parsed = parse(ledger)
    tables = rows_by_table(parsed, exact=str if db.dialect == "sqlite" else Decimal)
    insert = insert_sqlite if db.dialect == "sqlite" else copy_postgresql
    return len(parsed.lines), insert(db, tables)


def parse(ledger: Path) -> Parsed:
    """Every line as typed values; lines without a customer have nowhere to go in the tables."""
    parsed = Parsed()
    with gzip.open(ledger, "rt", encoding="utf-8", newline="") as opened:
        rows = csv.reader(opened)
        next(rows)
        for number, code, name, quantity, instant, unit_price, customer, country in rows:
            units, price = int(quantity), Decimal(unit_price)
            month, day, year = instant.split(" ")[0].split("/")
            issued_on = dt.date(int(year), int(month), int(day))
            amount_minor = int((units * price * 100).to_integral_value(ROUND_HALF_UP))
            if not customer:
                continue
            customer_id = parsed.customers.setdefault(customer, len(parsed.customers) + 1)
            parsed.countries[customer] = country
            product_id = parsed.products.setdefault(code, len(parsed.products) + 1)
            parsed.product_names[code] = name
            invoice = parsed.invoices.get(number)
            if invoice is None:
                invoice = parsed.invoices[number] = Invoice(len(parsed.invoices) + 1, customer_id, issued_on)
            invoice.lines += 1
            is_a = "charge" if code in CHARGES else "goods"
            parsed.lines.append((invoice.id, invoice.lines, is_a, product_id, units * 1000, price, amount_minor))
    return parsed


def rows_by_table(parsed: Parsed, exact: type) -> dict[str, tuple[str, Rows]]:
    """Columns and rows for each table, parents first. `exact` is what the database keeps a decimal as."""
    return {
        "sources": ("id, name, title", [(1, "online-retail", "Online Retail")]),
        "customers": (
            "id, name, country",
            [(i, f"Customer {number}", parsed.countries[number]) for number, i in parsed.customers.items()],
        ),
        "customer_references": (
            "source_id, number, customer_id",
            [(1, number, i) for number, i in parsed.customers.items()],
        ),
        "products": (
            "id, source_id, number, name",
            [(i, 1, code, parsed.product_names[code]) for code, i in parsed.products.items()],
        ),
        "invoices": (
            "id, source_id, number, kind, customer_id, issued_on, currency, content_hash",
            [
                (one.id, 1, number, kind(number), one.customer_id, str(one.issued_on), "GBP", NO_HASH)
                for number, one in parsed.invoices.items()
            ],
        ),
        "invoice_lines": (
            "invoice_id, ordinal, kind, product_id, quantity_thousandths, unit_price, amount_minor, cost_basis",
            [(*line[:5], exact(line[5]), line[6], "assumed") for line in parsed.lines],
        ),
    }


def kind(number: str) -> str:
    """What the ledger says an invoice is."""
    return "credit" if number.startswith("C") else "invoice"


def insert_sqlite(db: Database, tables: dict[str, tuple[str, Rows]]) -> float:
    """executemany through the driver; the seconds for which the write lock was held."""
    with db.engine.connect() as connection:
        raw = connection.connection.cursor()
        started = time.perf_counter()
        raw.execute("BEGIN IMMEDIATE")
        for table, (columns, rows) in tables.items():
            marks = ", ".join("?" for _ in columns.split(","))
            raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
        raw.execute("COMMIT")
        return time.perf_counter() - started


def copy_postgresql(db: Database, tables: dict[str, tuple[str, Rows]]) -> float:
    """COPY through the driver; the seconds from the first row to the commit."""
    with db.engine.connect() as connection:
        raw: Any = connection.connection.cursor()
        started = time.perf_counter()
        for table, (columns, rows) in tables.items():
            with raw.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.connection.commit()
        return time.perf_counter() - started


if __name__ == "__main__":
    main()
