"""`column IN (...)` with the values as one parameter, so that the statement is the same however many there are."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_TEXTS = sa.ARRAY(sa.Text()).with_variant(sa.JSON(), "sqlite")
_IDS = sa.ARRAY(sa.BigInteger()).with_variant(sa.JSON(), "sqlite")


class OneOf(FunctionElement[bool]):
    """Whether a column is one of the values in a list that is bound to a name."""

    name = "one_of"
    type = sa.Boolean()
    inherit_cache = True
    # SQLAlchemy would write "... = 1" on SQLite, which then looks at every row.
    _is_implicitly_boolean = True


def one_of_texts(column: sa.ColumnElement[str], name: str) -> OneOf:
    """Whether the column is one of the texts in the parameter `name`."""
    return OneOf(column, sa.bindparam(name, type_=_TEXTS))


def one_of_ids(column: sa.ColumnElement[int], name: str) -> OneOf:
    """Whether the column is one of the ids in the parameter `name`."""
    return OneOf(column, sa.bindparam(name, type_=_IDS))


@compiles(OneOf, "postgresql")
def _any(element: OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY({values})"


@compiles(OneOf)
def _in(element: OneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"
