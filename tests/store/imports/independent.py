"""The figures of every customer, computed straight from the raw ledgers.

Nothing here imports Melktert: what the import and the scoring say is held against this. The rules, in full:

- An invoice is a credit note where its number says so or its lines come to less than nothing. A purchase is an invoice,
  not a credit note, whose lines come to more than nothing; so a return is never a last purchase.
- Revenue is all lines, credit notes included. Invoices are counted without credit notes.
- Units are the quantities of goods, less what was returned; a charge (postage, a fee) is money but not a unit.
- A line's amount is the ledger's own, else quantity times unit price, rounded half up to the cent line by line.
- A line's cost is the ledger's own, else quantity times standard cost. Where a ledger has no costs, gross profit is the
  stated share of the customer's revenue, rounded half up once for each customer.
- The observation end is the last date of the ledger, lines without a customer included. The 12 months that end there
  begin after the same date a year before; those that end with a February begin with a March.
"""

import calendar
import csv
import datetime as dt
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
RETAIL_CHARGES = {"POST", "D", "M", "m", "S", "DOT", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK", "PADS", "B"}
RETAIL_MARGIN = Decimal("0.30")


@dataclass(frozen=True)
class Figures:
    """What one customer comes to; money in the ledger's currency."""

    revenue: Decimal = NOTHING
    gross_profit: Decimal = NOTHING
    units: Decimal = Decimal(0)
    invoices: int = 0
    credits: int = 0
    first_purchase_on: dt.date | None = None
    last_purchase_on: dt.date | None = None
    revenue_12_months: Decimal = NOTHING
    gross_profit_12_months: Decimal = NOTHING


@dataclass(frozen=True)
class Line:
    """One line with a customer. `cost` is None where the ledger knows no costs."""

    invoice: str
    customer: str
    day: dt.date
    units: Decimal
    amount: Decimal
    cost: Decimal | None


def adventureworks(folder: Path, shift: dt.timedelta = dt.timedelta()) -> dict[str, Figures]:
    """Every reseller by its key, also those who never ordered, each date moved by `shift`. The files may be gzipped."""
    lines = []
    for row in _rows(folder, "FactResellerSales"):
        quantity = Decimal(row["OrderQuantity"])
        known = row["TotalProductCost"] != "NULL"
        cost = Decimal(row["TotalProductCost"]) if known else quantity * Decimal(row["StandardCost"])
        day = dt.date.fromisoformat(row["OrderDate"]) + shift
        lines.append(
            Line(row["SalesOrderNumber"], row["ResellerKey"], day, quantity, Decimal(row["SalesAmount"]), _cents(cost))
        )
    figures = _figures(lines, max(line.day for line in lines), margin=None)
    return {row["ResellerKey"]: figures.get(row["ResellerKey"], Figures()) for row in _rows(folder, "Resellers")}


def online_retail(ledger: Path) -> dict[str, Figures]:
    """Every customer of the retail ledger, or of an excerpt of it, by its number."""
    lines = []
    days = set()
    for row in _read(ledger):
        month, day_of_month, year = row["InvoiceDate"].split(" ")[0].split("/")
        day = dt.date(int(year), int(month), int(day_of_month))
        days.add(day)
        if row["CustomerID"]:
            quantity = Decimal(row["Quantity"])
            units = Decimal(0) if _is_charge(row["StockCode"]) else quantity
            amount = _cents(quantity * Decimal(row["UnitPrice"]))
            lines.append(Line(row["InvoiceNo"], row["CustomerID"], day, units, amount, cost=None))
    return _figures(lines, max(days), RETAIL_MARGIN)


def total(figures: Iterable[Figures], name: str) -> Decimal:
    """The sum of one figure of money over customers."""
    return sum((getattr(one, name) for one in figures), NOTHING)


def _is_charge(stock_code: str) -> bool:
    return stock_code in RETAIL_CHARGES or stock_code.startswith("gift_")


def _figures(lines: Iterable[Line], observation_end: dt.date, margin: Decimal | None) -> dict[str, Figures]:
    by_customer: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        by_customer[line.customer][line.invoice].append(line)
    year_before = _a_year_before(observation_end)
    return {number: _customer(invoices, year_before, margin) for number, invoices in by_customer.items()}


def _customer(invoices: dict[str, list[Line]], year_before: dt.date, margin: Decimal | None) -> Figures:
    everything = [line for lines in invoices.values() for line in lines]
    recent = [line for lines in invoices.values() for line in lines if min(one.day for one in lines) > year_before]
    credit_notes = {
        number for number, lines in invoices.items() if number.startswith("C") or sum(one.amount for one in lines) < 0
    }
    purchases = [
        min(one.day for one in lines)
        for number, lines in invoices.items()
        if number not in credit_notes and sum(one.amount for one in lines) > 0
    ]
    return Figures(
        revenue=_revenue(everything),
        gross_profit=_gross_profit(everything, margin),
        units=sum((line.units for line in everything), Decimal(0)),
        invoices=len(invoices) - len(credit_notes),
        credits=len(credit_notes),
        first_purchase_on=min(purchases, default=None),
        last_purchase_on=max(purchases, default=None),
        revenue_12_months=_revenue(recent),
        gross_profit_12_months=_gross_profit(recent, margin),
    )


def _revenue(lines: list[Line]) -> Decimal:
    return sum((line.amount for line in lines), NOTHING)


def _gross_profit(lines: list[Line], margin: Decimal | None) -> Decimal:
    if margin is not None:
        return _cents(_revenue(lines) * margin)
    return _revenue(lines) - sum((line.cost for line in lines if line.cost is not None), NOTHING)


def _a_year_before(day: dt.date) -> dt.date:
    if (day + dt.timedelta(days=1)).day == 1:
        return dt.date(day.year - 1, day.month, calendar.monthrange(day.year - 1, day.month)[1])
    return day.replace(year=day.year - 1)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    found = [folder / f"{name}.csv", folder / f"{name}.csv.gz"]
    return _read(next(path for path in found if path.exists()))


def _read(path: Path) -> Iterator[dict[str, str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as opened:
            yield from csv.DictReader(opened)
    else:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            yield from csv.DictReader(opened)
