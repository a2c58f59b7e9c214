"""Read JSON: every value that is no list as text, since the types of some rows are not those of all."""

from collections.abc import Iterator, Sequence
from typing import cast

import duckdb
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression
from duckdb.sqltypes import DuckDBPyType

ALL = -1
"""As many rows, or files, as there are."""


def records(database: duckdb.DuckDBPyConnection, files: Sequence[str]) -> duckdb.DuckDBPyRelation:
    """Return the rows of ``files``; structures are laid flat, into columns called as in ``customer.address.city``.

    What a structure consists of is asked of all rows. Numbers keep every digit.
    """
    how = {"sample_size": ALL, "maximum_sample_files": ALL, "union_by_name": True, "hive_partitioning": False}
    shapes = database.read_json(files, **how)  # type: ignore[arg-type]
    rows = database.read_json(files, maximum_depth=1, **how)  # type: ignore[arg-type]
    columns = zip(shapes.columns, shapes.types, strict=True)
    return rows.select(*(field for name, kind in columns for field in _fields(ColumnExpression(name), "", name, kind)))


def _fields(value: Expression, pointer: str, name: str, kind: DuckDBPyType) -> Iterator[Expression]:
    """Yield what ``value`` holds at ``pointer``: each field of a structure, a list as it is, all else as text."""
    if kind.id == "struct":
        for field, inner in kind.children:
            step = field.replace("~", "~0").replace("/", "~1")
            yield from _fields(value, f"{pointer}/{step}", f"{name}.{field}", cast(DuckDBPyType, inner))
    else:
        function = "json_extract" if kind.id in ("list", "map") else "json_extract_string"
        yield FunctionExpression(function, value, ConstantExpression(pointer or "$")).alias(name)
