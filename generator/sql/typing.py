"""The types of SQL expressions, which DuckDB knows, and its refusals in the words of a user."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from generator.errors import nearest
from generator.sql.duckdb_catalog import ANSWERS, duckdb_version, functions
from generator.sql.parsing import AFTER_SELECT, SqlError, identifier

if TYPE_CHECKING:
    import duckdb

Columns = tuple[tuple[str, str], ...]
"""Names with their DuckDB types."""

CAST = "change a type as in TRY_CAST(x AS DOUBLE), or use another column"


class ExpressionTyping:
    """Empty DuckDB tables with the declared columns, against which expressions are typed before any data is read."""

    def __init__(self) -> None:
        self._tables: dict[str, Columns] = {}
        self._created: dict[str, str] = {}

    @cached_property
    def _database(self) -> "duckdb.DuckDBPyConnection":
        import duckdb  # which takes a while, and is not needed where every answer is known

        return duckdb.connect(config={"enable_external_access": "false"})

    def __enter__(self) -> "ExpressionTyping":
        return self

    def __exit__(self, *_: object) -> None:
        if "_database" in self.__dict__:
            self._database.close()

    def table(self, name: str, columns: Mapping[str, str]) -> None:
        """Let there be an empty table ``name`` with ``columns``, a mapping of names to DuckDB types."""
        self._tables[name] = tuple(columns.items())

    def type_of(self, expression: str, table: str) -> str:
        """Return the DuckDB type of ``expression`` over ``table``; raises :class:`SqlError` as the binder does."""
        return self.types_of([expression], table)[0]

    def types_of(self, expressions: Sequence[str], table: str) -> tuple[str, ...]:
        """Return the DuckDB type of each of ``expressions`` over ``table``, asked at once, and once only."""
        listed = ", ".join(f"{expression} AS x{index}" for index, expression in enumerate(expressions))
        body = ", ".join(f"{identifier(column)} {kind}" for column, kind in self._tables[table])

        def described() -> list[str]:
            rows = self._asked(f"DESCRIBE SELECT {listed} FROM {self._with(body)} AS {identifier(table)}")
            return [str(row[1]) for row in rows]

        return tuple(ANSWERS.get(repr((duckdb_version(), listed, table, body)), described))

    def _with(self, body: str) -> str:
        """Return the name of the one table in the database that has the columns of ``body``."""
        if body not in self._created:
            name = f"table_{len(self._created)}"
            self._database.execute(f"CREATE TABLE {name} ({body})")
            self._created[body] = name
        return self._created[body]

    def values_of(self, expressions: Sequence[str]) -> tuple[Any, ...]:
        """Return the values of ``expressions``, which read no column; raises :class:`SqlError` where one fails."""
        query = f"SELECT {', '.join(expressions)}"
        return tuple(ANSWERS.get(repr((duckdb_version(), query)), lambda: list(self._asked(query)[0])))

    def _asked(self, query: str) -> list[tuple[Any, ...]]:
        import duckdb

        try:
            return self._database.execute(query).fetchall()
        except duckdb.Error as error:
            raise SqlError(*_binder_message(str(error))) from error


def _binder_message(message: str) -> tuple[str, str]:
    """Put DuckDB's message into what is wrong and what to do."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    what = re.sub(r"^\w[\w ]*Error: ", "", lines[0]).rstrip(".!")
    if unknown := re.search(r"Function with name \"?(\w+)\"? does not exist", what):
        names = [name for name, kind in functions().items() if kind == "row" and name.isidentifier()]
        near = nearest(unknown[1], names)
        return f"no function '{unknown[1]}'", f"did you mean '{near}'?" if near else "see the functions of DuckDB"
    if clash := re.search(r"[\"'](\S+?)\((.*)\)[\"']", what):
        takes = [line.split(" -> ")[0] for line in lines[1:] if line.startswith(f"{clash[1]}(")]
        hint = f"it takes {' or '.join(takes[:3])}; " if takes and clash[1].isidentifier() else ""
        return f"'{clash[1]}' cannot take ({clash[2]})", f"{hint}{CAST}"
    if "cast" in what.lower():
        return re.split(r" - |\. ", what)[0], CAST
    return what, CAST if "type" in what.lower() else AFTER_SELECT
