"""SQL as trees: parse what users write, refuse what is not one row's business, print it back safely.

Nothing from a config is ever pasted into SQL: names, values and expressions all pass through here.
"""

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.dialects import DuckDB
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.optimizer.simplify import simplify

from generator.errors import excerpt
from generator.sql.duckdb_catalog import functions, keywords

DIALECT = DuckDB()
TYPES = {
    "boolean": "BOOLEAN",
    "integer": "BIGINT",
    "float": "DOUBLE",
    "text": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
           "UHUGEINT", "FLOAT", "DOUBLE")  # fmt: skip
MANY_ROWS = (exp.Query, exp.Window, exp.AggFunc, exp.Unnest, exp.Explode)
NO_VALUE = (exp.Star, exp.Columns, exp.Placeholder, exp.Parameter, exp.PositionalColumn, exp.Command, exp.DDL, exp.DML)
ONE_ROW = (
    "an expression sees one row: no aggregate, window or subquery; `{lookup: source.column, by: key}` reads a table"
)
AFTER_SELECT = "write one expression, as after SELECT"


LONGEST = 1_000_000
LENGTHENING = frozenset(
    ["repeat", "lpad", "rpad", "range", "generate_series", "list_resize", "array_resize", "bar", "format", "printf"]
)
"""Functions that make of a number a text or a list of that length."""


class SqlError(Exception):
    """What is wrong with an expression, and what to do about it."""

    def __init__(self, what: str, hint: str = "") -> None:
        self.what = what
        self.hint = hint
        super().__init__(what)


@cache
def identifier(name: str, table: str | None = None) -> str:
    """Return ``name`` as SQL, quoted where it has to be; qualified when ``table`` is given."""
    return render(column(name, table))


def column(name: str, table: str | None = None) -> exp.Column:
    """Return the column ``name`` as a tree, quoted where it has to be; qualified when ``table`` is given."""
    return exp.column(_quoted(name), table=_quoted(table) if table else None)


def literal(value: str | int | float | bool) -> str:
    """Return ``value`` as a SQL literal."""
    return str(exp.convert(value).sql(dialect=DIALECT))


def render(tree: exp.Expression) -> str:
    """Return ``tree`` as one line of DuckDB SQL, without comments."""
    return str(tree.sql(dialect=DIALECT, comments=False, normalize_functions="lower"))


def parse(text: str) -> exp.Expression:
    """Parse one SQL expression over the columns of one row.

    Raises :class:`SqlError` for text that is not one expression, and for anything that looks beyond the row or
    changes from run to run: subqueries, aggregates, windows, files, the clock, randomness.
    """
    tree = _parsed(text).copy()  # the next to ask for the same text gets a tree of its own
    assert isinstance(tree, exp.Expression)
    return tree


@cache
def _parsed(text: str) -> exp.Expression:
    if not text.strip():
        raise SqlError("no expression is written here", AFTER_SELECT)
    try:
        tree = _one_expression(sqlglot.parse(f"SELECT {text}\n", dialect=DIALECT), text)
        for node in tree.walk():
            _refuse(cast(exp.Expression, node))
        _refuse_lengths(tree)
    except SqlglotError as error:
        raise SqlError(*_syntax_message(error)) from error
    except RecursionError as error:
        raise SqlError("nested too deeply to be read", "derive a column or an earlier feature from a part") from error
    return tree


def _one_expression(statements: Sequence[object], text: str) -> exp.Expression:
    if len(statements) != 1:
        raise SqlError(f"{len(statements)} SQL statements, where one expression is needed", AFTER_SELECT)
    select = statements[0]
    if not isinstance(select, exp.Select):
        raise SqlError("not a SQL expression", AFTER_SELECT)
    clauses = [name for name, value in select.args.items() if value and name != "expressions"]
    if clauses:
        raise SqlError(f"'{clauses[0].rstrip('_').upper()}' has no place in an expression", AFTER_SELECT)
    if len(select.expressions) != 1:
        raise SqlError(
            f"{len(select.expressions)} expressions, where one is needed", "keep one; quote a name with commas"
        )
    tree = select.expressions[0].copy()
    if isinstance(tree, exp.Alias):
        if re.search(r"\bas\b", text, re.IGNORECASE):
            raise SqlError(f"'AS {tree.alias}' has no place here", "leave it out: the key in the config is the name")
        raise SqlError(
            f"'{tree.alias}' is not expected here", 'put an operator before it; quote a name as in "two words"'
        )
    assert isinstance(tree, exp.Expression)
    return tree


def _syntax_message(error: SqlglotError) -> tuple[str, str]:
    details = error.errors if isinstance(error, ParseError) and error.errors else [{}]
    near, said = str(details[0].get("highlight") or ""), str(details[0].get("description") or "")
    if isinstance(error, TokenError):
        return "not a SQL expression: a quote is not closed", "texts stand in 'single', names in \"double\" quotes"
    if said.startswith("Required") and near:
        return f"not a SQL expression: something is missing at '{near}'", "an operator needs a value on both sides"
    if said.startswith("Expecting )"):
        return (
            f"not a SQL expression: a bracket is not closed before '{near}'",
            'close every (; names of two words stand in "double" quotes',
        )
    if said.startswith("Invalid") and near:
        return f"not a SQL expression: '{near}' is not expected here", AFTER_SELECT
    return f"not a SQL expression: {said[:1].lower()}{said[1:]} at '{near}'".rstrip("."), AFTER_SELECT


def _refuse(node: exp.Expression) -> None:
    if isinstance(node, exp.Column) and node.table:
        raise SqlError(f"'{render(node)}' names a table", f"write '{node.name}' alone")
    kinds = {functions().get(name, "row") for name in _function_names(node)}
    if isinstance(node, MANY_ROWS) or "rows" in kinds:
        raise SqlError(f"`{excerpt(render(node))}` looks beyond the row", ONE_ROW)
    if isinstance(node, NO_VALUE):
        raise SqlError(f"`{excerpt(render(node))}` has no place in an expression", "name a column of the row")
    if "unstable" in kinds:
        what = f"`{excerpt(render(node))}` changes from run to run, or looks outside the row"
        raise SqlError(what, "use a column that holds the value")


def _refuse_lengths(tree: exp.Expression) -> None:
    """Refuse a text or list whose length is written out and beyond measure: one row of it would fill the memory."""
    for node in (cast(exp.Expression, found) for found in tree.find_all(exp.Func)):
        if _length(node) > LONGEST:
            what = f"`{excerpt(render(node))}` is far too long: more than {LONGEST:,} characters or items"
            raise SqlError(what, "write a smaller number")


def _length(node: exp.Expression) -> float:
    """Return about how long the text or list is that ``node`` makes of one row, as far as numbers in it say."""
    parts = [part for part in node.iter_expressions() if isinstance(part, exp.Expression)]
    if isinstance(node, exp.Literal):
        return len(node.name) if node.is_string else 1
    lengths = sum(_length(part) for part in parts)
    if not _function_names(node) & LENGTHENING:
        return lengths
    counts = [_number(part) for part in parts]
    widths = [float(digits) for part in parts if part.is_string for digits in re.findall(r"\d{6,}", part.name)]
    return lengths * max([1.0, *counts, *widths])


def _number(node: exp.Expression) -> float:
    """Return the number that ``node`` comes to without any column: infinity for one that has to be computed first."""
    if node.find(exp.Column, exp.Array) or node.is_string:
        return 1.0
    plain = simplify(node.copy(), dialect=DIALECT)
    while isinstance(plain, exp.Cast | exp.Paren):
        plain = plain.this
    if isinstance(plain, exp.Neg):
        return 0.0
    return float(plain.name) if isinstance(plain, exp.Literal) and plain.is_number else math.inf


def _function_names(node: exp.Expression) -> set[str]:
    """Return the names under which DuckDB and sqlglot know a function; none for what is not one."""
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        return {"ago" if name == "age" and len(node.expressions) == 1 else name}  # age(x) counts from today
    if not isinstance(node, exp.Func) or isinstance(node, exp.Connector):
        return set()  # AND and OR are functions to sqlglot, and begin with what their first operand begins with
    rendered = re.match(r"\w+", render(node))
    return {node.sql_name().lower()} | ({rendered[0].lower()} if rendered else set())


def column_names(tree: exp.Expression) -> tuple[str, ...]:
    """Return the column names in ``tree``, each once, in order of appearance."""
    return tuple(dict.fromkeys(column.name for column in tree.find_all(exp.Column, bfs=False)))


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=not _is_plain(name))


@cache
def _is_plain(name: str) -> bool:
    """Return whether ``name`` means a column without quotes, to DuckDB and to sqlglot, which disagree on a few."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", name) or name in keywords():
        return False
    try:
        tree = sqlglot.parse_one(f"SELECT {name}", dialect=DIALECT)
    except SqlglotError:
        return False
    return isinstance(tree.expressions[0], exp.Column)


def is_function(name: str) -> bool:
    """Return whether DuckDB has a function ``name``, or sqlglot takes it for one."""
    return name.lower() in functions() or name.upper() in DIALECT.parser_class.FUNCTIONS


def unlike(name: str, taken: set[str]) -> str:
    """Return ``name``, numbered where it is one of ``taken``, names in small letters, in any case; add it to them."""
    free, count = name, 1
    while free.lower() in taken:
        count += 1
        free = f"{name}_{count}"
    taken.add(free.lower())
    return free


def encoding_of(kind: str) -> str | None:
    """Return how models see a column of DuckDB type ``kind``: ``number``, ``category``, or None for neither."""
    if kind in NUMBERS or kind == "BOOLEAN" or kind.startswith("DECIMAL"):
        return "number"
    if kind == "VARCHAR" or kind.startswith("ENUM"):
        return "category"
    return None
