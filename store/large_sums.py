"""Sums of amounts in SQL, in two parts each, since SQLite fails at a sum that a column could not hold."""

import sqlalchemy as sa

# Whole thousand millions of minor units, and the rest.
PART = 10**9


def parts(minor: sa.ColumnElement[int]) -> tuple[sa.ColumnElement[int], sa.ColumnElement[int]]:
    """An amount as the two parts that are to be summed; nothing where it is not known."""
    known = sa.func.coalesce(minor, 0)
    return known // PART, known % PART


def whole(parts: int | None, rest: int | None) -> int:
    """What the sums of the two come to; PostgreSQL gives them as decimals, and none of no rows."""
    return int(parts or 0) * PART + int(rest or 0)
