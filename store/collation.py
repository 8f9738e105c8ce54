"""Texts in one order on both databases: letter by letter, as SQLite has it.

PostgreSQL orders by the rules of the language that it was set up with, so that among equals another customer would come
first there than here.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class by_letters(GenericFunction[str]):  # noqa: N801 - it reads as a function in a query
    """The text, to order or compare by."""

    type = sa.Text()
    inherit_cache = True


@compiles(by_letters)
def _as_it_is(element: by_letters, compiler: SQLCompiler, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(by_letters, "postgresql")
def _by_letters(element: by_letters, compiler: SQLCompiler, **kw: Any) -> str:
    return f'({compiler.process(element.clauses, **kw)}) COLLATE "C"'
