"""How the values of a source become those of a column: marks of a missing value go first, in that column alone.

The one home of this rule: `ninefold new` counts by it, ``process`` keeps rows by it, and so does whatever else reads
the files of a project as they are.
"""

from collections.abc import Sequence
from typing import cast

import sqlglot
from sqlglot import exp

from generator.sql.binding import with_text_columns
from generator.sql.parsing import DIALECT, identifier, literal, render


def cleaned(source: str, nulls: Sequence[str], text_already: bool = False) -> str:
    """Return SQL for the column ``source``, NULL where its text, without the blanks around, is one of ``nulls``."""
    column = identifier(source)
    if not nulls:
        return column
    text = column if text_already else f"CAST({column} AS VARCHAR)"
    marks = [literal(mark) for mark in nulls]
    known = f"<> {marks[0]}" if len(marks) == 1 else f"NOT IN ({', '.join(marks)})"
    return f"CASE WHEN trim({text}) {known} THEN {column} END"


def typed(value: str, kind: str) -> str:
    """Return SQL for ``value``, a cleaned column or what its `read` makes of it, as ``kind``; NULL where it is none."""
    return f"TRY_CAST({value} AS {kind})"


def misfits(source: str, value: str, kind: str) -> str:
    """Return the SQL condition under which the ``value`` of a cleaned ``source`` is lost, or changed, as ``kind``.

    A cast to a whole number rounds, so that the number has to be asked for besides.
    """
    cast = typed(value, kind)
    lost = f"({cast} = {typed(value, 'DOUBLE')}) IS NOT TRUE" if kind == "BIGINT" else f"{cast} IS NULL"
    return f"{source} IS NOT NULL AND {lost}"


def cleaned_once(source: str, read: str | None, nulls: Sequence[str]) -> str:
    """Return SQL for the value of column ``source``, ready to be cast, over rows that are not cleaned yet."""
    column = cleaned(source, nulls)
    return column if read is None else replaced(read, column) if nulls else read


def as_text(text: str) -> str:
    """Return the expression ``text`` with every column cast to text."""
    return render(with_text_columns(cast(exp.Expression, sqlglot.parse_one(text, dialect=DIALECT))))


def replaced(text: str, value: str) -> str:
    """Return the expression ``text`` with the expression ``value`` in place of every column."""
    tree = sqlglot.parse_one(value, dialect=DIALECT)
    return render(
        sqlglot.parse_one(text, dialect=DIALECT).transform(
            lambda node: exp.paren(tree.copy()) if isinstance(node, exp.Column) else node
        )
    )
