"""How many customers are due on each day, and what they have at stake together: of all, and of each rep's own. It is
kept beside the standings, change by change, so that nobody who asks for totals counts customers.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from store.large_sums import PART, parts
from store.standing_rows import COLUMNS, Row
from store.tables import customer_standings, due_days, owner_due_days

_COUNTED = ("customers", "at_stake_parts", "at_stake_rest_minor")
_OWNER, _DUE_ON, _CURRENCY, _AT_STAKE_MINOR = map(
    COLUMNS.index, ("owner_rep_id", "due_on", "currency", "at_stake_minor")
)
Day = tuple[Any, ...]


def count(connection: Connection, gone: Iterable[Row], came: Iterable[Row]) -> None:
    """Take the first rows of customer_standings off their days, and add the others."""
    days: dict[Day, list[int]] = {}
    owners_days: dict[Day, list[int]] = {}
    for sign, some in ((-1, gone), (+1, came)):
        for row in some:
            owner, due_on, currency = row[_OWNER], row[_DUE_ON], row[_CURRENCY] or ""
            if due_on is None:
                continue
            more = (1, *divmod(row[_AT_STAKE_MINOR] or 0, PART))
            _add(days.setdefault((due_on, currency), [0, 0, 0]), sign, more)
            if owner is not None:
                _add(owners_days.setdefault((owner, due_on, currency), [0, 0, 0]), sign, more)
    _change(connection, due_days, days)
    _change(connection, owner_due_days, owners_days)


def count_anew(connection: Connection) -> None:
    """Count all of customer_standings."""
    s = customer_standings.c
    for table, key in ((owner_due_days, [s.owner_rep_id]), (due_days, [])):
        connection.execute(table.delete())
        of_day = [*key, s.due_on, sa.func.coalesce(s.currency, "").label("currency")]
        sums = (sa.cast(sa.func.sum(part), sa.BigInteger) for part in parts(s.at_stake_minor))
        each = sa.select(*of_day, sa.func.count(), *sums).where(*(column.is_not(None) for column in [*key, s.due_on]))
        names = [column.name for column in table.columns]
        connection.execute(table.insert().from_select(names, each.group_by(*of_day)))


def _add(day: list[int], sign: int, more: Sequence[int]) -> None:
    for at, one in enumerate(more):
        day[at] += sign * one


def _change(connection: Connection, table: sa.Table, days: dict[Day, list[int]]) -> None:
    insert = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
    key = [column.name for column in table.primary_key]
    more = {name: table.c[name] + insert.excluded[name] for name in _COUNTED}
    # All at once and in one order, so that two who count at the same time wait for one another instead of for ever.
    changes = [dict(zip((*key, *_COUNTED), (*day, *days[day]), strict=True)) for day in sorted(days) if any(days[day])]
    if changes:
        connection.execute(insert.on_conflict_do_update(index_elements=key, set_=more), changes)
