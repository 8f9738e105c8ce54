"""Which currency counts where customers have several: that of most customers, since two cannot be added or ranked
together. Whoever asks for it asks here, so that one team reads one currency everywhere.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from store.tables import due_days


def commonest(customers: Mapping[str, int]) -> str | None:
    """Of so many customers by currency that of most, the first by name where several have as many; None of none."""
    return min(customers, key=lambda one: (-customers[one], one), default=None)


def of_most_customers(connection: Connection) -> str | None:
    """The currency that most customers have something at stake in; exits do not count."""
    many = sa.func.sum(due_days.c.customers)
    known = due_days.c.currency != ""
    counted = (
        sa.select(due_days.c.currency, many.label("customers"))
        .where(known)
        .group_by(due_days.c.currency)
        .having(many > 0)
    )
    return commonest({row.currency: int(row.customers) for row in connection.execute(counted)})
