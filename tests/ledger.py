"""A small ledger, written straight into the tables: for tests of what is made of a ledger, not of how it came in."""

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from store import names, scoring, tables
from store.database import Database
from store.money import to_minor

NOW = dt.datetime(2026, 6, 1, 6, 0, tzinfo=dt.UTC)
START = dt.date(2024, 1, 1)
END = dt.date(2026, 5, 31)


@dataclass(frozen=True)
class Line:
    """One line of an invoice; without a cost it rests on the source's margin assumption."""

    amount: str
    cost: str | None = None
    quantity: str = "1"
    kind: str = "goods"


class Ledger:
    """Customers and invoices of one source; scored by `done()`."""

    def __init__(
        self,
        db: Database,
        *,
        title: str = "The books",
        margin: str | None = None,
        start: dt.date = START,
        end: dt.date = END,
    ) -> None:
        self.db = db
        self._numbers = itertools.count(1)
        with db.writing() as connection:
            self.source_id = connection.execute(
                tables.sources.insert()
                .values(
                    name=title.casefold(),
                    title=title,
                    period_start_on=start,
                    period_end_on=end,
                    margin_assumption=Decimal(margin) if margin else None,
                    refreshed_at=NOW,
                )
                .returning(tables.sources.c.id)
            ).scalar_one()

    def rep(self, name: str, email: str | None = None) -> int:
        """A rep; the id."""
        with self.db.writing() as connection:
            insert = tables.reps.insert().values(name=name, email=email).returning(tables.reps.c.id)
            return int(connection.execute(insert).scalar_one())

    def customer(
        self, name: str, *, number: str | None = None, place: str | None = None, owner: int | None = None
    ) -> int:
        """A customer with its number in these books; the id."""
        with self.db.writing() as connection:
            customer_id = connection.execute(
                tables.customers.insert()
                .values(name=name, place=place, owner_rep_id=owner)
                .returning(tables.customers.c.id)
            ).scalar_one()
            connection.execute(
                tables.customer_references.insert().values(
                    source_id=self.source_id, number=number or f"N{customer_id}", customer_id=customer_id
                )
            )
        return int(customer_id)

    def invoice(
        self,
        customer_id: int,
        on: dt.date,
        *lines: Line,
        kind: str = "invoice",
        cancelled: bool = False,
        currency: str = "USD",
    ) -> None:
        """One invoice with its lines."""
        number = f"I{next(self._numbers)}"
        with self.db.writing() as connection:
            invoice_id = connection.execute(
                tables.invoices.insert()
                .values(
                    source_id=self.source_id,
                    number=number,
                    kind=kind,
                    customer_id=customer_id,
                    issued_on=on,
                    currency=currency,
                    is_cancelled=cancelled,
                    content_hash=b"",
                )
                .returning(tables.invoices.c.id)
            ).scalar_one()
            connection.execute(
                tables.invoice_lines.insert(),
                [
                    {
                        "invoice_id": invoice_id,
                        "ordinal": ordinal,
                        "kind": line.kind,
                        "quantity_thousandths": int(Decimal(line.quantity) * 1000),
                        "amount_minor": to_minor(Decimal(line.amount), currency),
                        "cost_minor": to_minor(Decimal(line.cost), currency) if line.cost else None,
                        "cost_basis": "ledger" if line.cost else "assumed",
                    }
                    for ordinal, line in enumerate(lines, 1)
                ],
            )

    def done(self) -> None:
        """Index the names and score, as an import does."""
        with self.db.writing() as connection:
            names.index_missing(connection)
            scoring.score(connection)

    def holds_back(self, number: str, customer_number: str, reason: str) -> None:
        """An invoice that an import rejected."""
        with self.db.writing() as connection:
            import_id = connection.execute(
                tables.imports.insert()
                .values(
                    source_id=self.source_id,
                    finished_at=NOW,
                    files=[],
                    rows_read=1,
                    rows_new=0,
                    rows_changed=0,
                    rows_unchanged=0,
                    rows_rejected=1,
                    rows_without_customer=0,
                    without_customer={},
                )
                .returning(tables.imports.c.id)
            ).scalar_one()
            connection.execute(
                sa.insert(tables.held_invoices).values(
                    source_id=self.source_id,
                    number=number,
                    customer_number=customer_number,
                    import_id=import_id,
                    reason=reason,
                )
            )
