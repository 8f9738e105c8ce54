"""Choose the excerpt of the retail ledger that the tests carry.

    python tests/data/make_excerpt.py online_retail_2010_2011.csv.gz

writes online_retail_excerpt.csv.gz beside this script: the ledger's own lines, byte for byte and in its own order. A
customer is taken with all of its lines or not at all, so that its figures in the excerpt are its figures in the ledger.
"""

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

EXCERPT = Path(__file__).parent / "online_retail_excerpt.csv.gz"
# DOT and CRUK are charged to one customer only, who is far too large for an excerpt.
CHARGES = ("POST", "M", "C2", "D", "BANK CHARGES", "PADS")
LAST_DAY = "12/9/2011"
A_YEAR_BEFORE_THE_LAST_DAY = "12/9/2010"
CUSTOMERS = 60
MOST_LINES_OF_A_CUSTOMER = 400
EVERY_NTH_INVOICE_WITHOUT_CUSTOMER = 40


@dataclass(frozen=True)
class Line:
    """One line of the ledger: as it stands, and read."""

    raw: bytes
    invoice: str
    code: str
    quantity: int
    instant: str
    price: Decimal
    customer: str
    country: str

    @property
    def day(self) -> str:
        """The date as the ledger writes it."""
        return self.instant.split()[0]


@dataclass
class Customer:
    """A customer's lines, in the order of the ledger."""

    number: str
    lines: list[Line] = field(default_factory=list)

    def has_only_credits(self) -> bool:
        return all(line.invoice.startswith("C") for line in self.lines)

    def has_an_invoice_of_two_instants(self) -> bool:
        return len({(line.invoice, line.instant) for line in self.lines}) > len({line.invoice for line in self.lines})

    def has_an_invoice_of_zero(self) -> bool:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            sums[line.invoice] += line.quantity * line.price
        return 0 in sums.values()

    def has_a_price_below_a_cent(self) -> bool:
        return any(line.price.normalize().as_tuple().exponent < -2 for line in self.lines)

    def has_two_countries(self) -> bool:
        return len({line.country for line in self.lines}) > 1

    def returned_more_than_it_bought(self) -> bool:
        return not self.has_only_credits() and sum(line.quantity * line.price for line in self.lines) < 0

    def bought_on(self, day: str) -> bool:
        return any(line.day == day for line in self.lines)

    def is_charged(self, code: str) -> bool:
        return any(line.code == code for line in self.lines)


def main(ledger: Path) -> None:
    """Write the excerpt of `ledger` and say what went in."""
    header, lines = read(ledger)
    chosen = choose_customers(lines)
    invoices = choose_invoices_without_customer(lines)
    kept = [line for line in lines if line.customer in chosen or (not line.customer and line.invoice in invoices)]
    EXCERPT.write_bytes(gzip.compress(header + b"".join(line.raw for line in kept), 9, mtime=0))
    nameless = sum(not line.customer for line in kept)
    print(
        f"{len(kept)} lines of {len(chosen)} customers, {nameless} of them without one: {EXCERPT.stat().st_size} bytes"
    )


def read(ledger: Path) -> tuple[bytes, list[Line]]:
    """The ledger's header and lines; no field of this ledger holds a line break."""
    with gzip.open(ledger, "rb") as opened:
        header, *rest = opened.readlines()
    lines = []
    for raw in rest:
        ((invoice, code, _, quantity, instant, price, customer, country),) = csv.reader([raw.decode("utf-8")])
        lines.append(Line(raw, invoice, code, int(quantity), instant, Decimal(price), customer, country))
    return header, lines


def choose_customers(lines: Iterable[Line]) -> set[str]:
    """The customers that make an import stumble, the smallest ones first, then every nth of the others.

    Nobody who bought on the ledger's last day is taken: that day is only in the lines without a customer, so that an
    observation end that forgets those lines is seen to be wrong.
    """
    possible = sorted(
        (
            one
            for one in customers_of(lines)
            if not one.bought_on(LAST_DAY) and len(one.lines) <= MOST_LINES_OF_A_CUSTOMER
        ),
        key=lambda one: (len(one.lines), one.number),
    )
    chosen = {
        *first(8, (one for one in possible if one.has_only_credits())),
        *first(4, (one for one in possible if one.has_a_price_below_a_cent())),
        *first(4, (one for one in possible if one.has_an_invoice_of_two_instants())),
        *first(4, (one for one in possible if one.has_an_invoice_of_zero())),
        *first(3, (one for one in possible if one.has_two_countries())),
        *first(3, (one for one in possible if one.returned_more_than_it_bought())),
        *first(3, (one for one in possible if one.bought_on(A_YEAR_BEFORE_THE_LAST_DAY))),
    }
    for code in CHARGES:
        chosen |= first(2, (one for one in possible if one.is_charged(code)))
    others = sorted(one.number for one in possible if one.number not in chosen)
    missing = CUSTOMERS - len(chosen)
    return chosen | set(others[:: len(others) // missing][:missing])


def customers_of(lines: Iterable[Line]) -> list[Customer]:
    """The lines that have a customer, by customer."""
    customers: dict[str, Customer] = {}
    for line in lines:
        if line.customer:
            customers.setdefault(line.customer, Customer(line.customer)).lines.append(line)
    return list(customers.values())


def choose_invoices_without_customer(lines: Iterable[Line]) -> set[str]:
    """Every nth invoice without a customer, the last one, and the three bad debts (two of a negative price)."""
    numbers = dict.fromkeys(line.invoice for line in lines if not line.customer)
    in_order = list(numbers)
    return {
        *in_order[::EVERY_NTH_INVOICE_WITHOUT_CUSTOMER],
        in_order[-1],
        *(number for number in in_order if number.startswith("A")),
    }


def first(count: int, customers: Iterable[Customer]) -> set[str]:
    """The numbers of the first `count` customers."""
    return {one.number for one, _ in zip(customers, range(count), strict=False)}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where the ledger lies: python tests/data/make_excerpt.py online_retail_2010_2011.csv.gz")
    main(Path(sys.argv[1]))
