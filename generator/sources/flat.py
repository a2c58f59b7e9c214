"""Lay the structures of a table flat: a column for each of their fields."""

from collections.abc import Iterator
from typing import cast

import duckdb
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression
from duckdb.sqltypes import DuckDBPyType


def flat(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return ``rows`` with the fields of each structure as columns, called as in ``customer.address.city``."""
    columns = zip(rows.columns, rows.types, strict=True)
    return rows.select(*(field for name, kind in columns for field in _fields(ColumnExpression(name), name, kind)))


def _fields(value: Expression, name: str, kind: DuckDBPyType) -> Iterator[Expression]:
    """Yield what ``value`` holds: itself, or each field of a structure."""
    if kind.id != "struct":
        yield value.alias(name)
        return
    for field, inner in kind.children:
        inside = FunctionExpression("struct_extract", value, ConstantExpression(field))
        yield from _fields(inside, f"{name}.{field}", cast(DuckDBPyType, inner))
