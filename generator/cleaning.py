"""How the values of a source become those of a column: marks of a missing value go first, in that column alone.

The one home of this rule: `ninefold new` counts by it, ``process`` keeps rows by it, and so does whatever else reads
the files of a project as they are.
"""

from collections.abc import Sequence

from generator.sql import identifier, literal, replaced


def cleaned(source: str, nulls: Sequence[str], text_already: bool = False) -> str:
    """Return SQL for the column ``source``, NULL where its text, without the blanks around, is one of ``nulls``."""
    column = identifier(source)
    if not nulls:
        return column
    text = column if text_already else f"CAST({column} AS VARCHAR)"
    marks = [literal(mark) for mark in nulls]
    known = f"<> {marks[0]}" if len(marks) == 1 else f"NOT IN ({', '.join(marks)})"
    return f"CASE WHEN trim({text}) {known} THEN {column} END"


def typed(source: str, read: str | None, kind: str, text_already: bool = False) -> str:
    """Return SQL for the cleaned column ``source`` as DuckDB type ``kind``; NULL where it does not fit.

    ``read`` is the expression that makes the value of the source's text, where that takes more than a cast.
    """
    value = identifier(source) if read is None else read
    as_it_is = kind == "VARCHAR" and (read is not None or text_already)
    return value if as_it_is else f"TRY_CAST({value} AS {kind})"


def misfits(source: str, read: str | None, kind: str) -> str:
    """Return the SQL condition under which a cleaned value is lost, or changed, as DuckDB type ``kind``.

    A cast to a whole number rounds, so that the number has to be asked for besides.
    """
    value = typed(source, read, kind)
    lost = f"({value} = {typed(source, read, 'DOUBLE')}) IS NOT TRUE" if kind == "BIGINT" else f"{value} IS NULL"
    return f"{identifier(source)} IS NOT NULL AND {lost}"


def cleaned_once(read: str, source: str, nulls: Sequence[str]) -> str:
    """Return the expression ``read`` over rows that are not cleaned yet."""
    return replaced(read, cleaned(source, nulls)) if nulls else read
