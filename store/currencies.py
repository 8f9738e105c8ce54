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


_MANY = sa.func.sum(due_days.c.customers)
_COUNTED = (
    sa.select(due_days.c.currency, _MANY.label("customers"))
    .where(due_days.c.currency != "")
    .group_by(due_days.c.currency)
    .having(_MANY > 0)
)


def of_most_customers(connection: Connection) -> str | None:
    """The currency that most customers have something at stake in; exits do not count."""
    return commonest({row.currency: int(row.customers) for row in connection.execute(_COUNTED)})
