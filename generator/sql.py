"""SQL as trees: parse what users write, refuse what is not one row's business, print it back safely.

Nothing from a config is ever pasted into SQL: names, values and expressions all pass through here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from generator.errors import suggestion

DIALECT = "duckdb"
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
SET_WORK = (exp.Query, exp.Window, exp.AggFunc, exp.Star, exp.Placeholder, exp.Parameter, exp.Command, exp.DDL, exp.DML,
            exp.Unnest, exp.Explode)  # fmt: skip
UNSTABLE = frozenset(
    "random rand uuid gen_random_uuid uuidv4 uuidv7 now current_timestamp current_date current_time today get_current_time"
    " get_current_timestamp localtime localtimestamp transaction_timestamp nextval currval getenv getvariable"
    " current_setting current_user current_schema current_database version txid_current pg_typeof"
    " read_text read_blob read_csv read_csv_auto read_json read_json_auto read_parquet parquet_scan glob query"
    " query_table sniff_csv hash set_seed setseed".split()
)


@dataclass(frozen=True)
class SqlProblem(Exception):
    """What is wrong with an expression, and what to do about it."""

    what: str
    hint: str = ""


@cache
def _keywords() -> frozenset[str]:
    with duckdb.connect() as database:
        rows = database.execute(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
        ).fetchall()
    return frozenset(str(row[0]) for row in rows)


def identifier(name: str, table: str | None = None) -> str:
    """Return ``name`` as SQL, quoted where it has to be; qualified when ``table`` is given."""
    return render(exp.column(_quoted(name), table=_quoted(table) if table else None))


def literal(value: str | int | float | bool) -> str:
    """Return ``value`` as a SQL literal."""
    return render(exp.convert(value))


def render(tree: exp.Expression) -> str:
    """Return ``tree`` as one line of DuckDB SQL, without comments."""
    return str(tree.sql(dialect=DIALECT, comments=False))


def parse(text: str) -> exp.Expression:
    """Parse one SQL expression over the columns of one row.

    Raises :class:`SqlProblem` for text that is not one expression, and for anything that looks beyond the row or
    changes from run to run: subqueries, aggregates, windows, files, the clock, randomness.
    """
    try:
        statements = sqlglot.parse(f"SELECT {text}\n", dialect=DIALECT)
    except SqlglotError as error:
        detail = error.errors[0] if getattr(error, "errors", None) else {}
        near = f" near '{detail['highlight']}'" if detail.get("highlight") else ""
        what = str(detail.get("description") or str(error).splitlines()[0]).rstrip(".")
        raise SqlProblem(f"not a SQL expression: {what}{near}", "write one expression, as after SELECT") from error
    select = statements[0] if len(statements) == 1 else None
    extra = select and [name for name, value in select.args.items() if value and name not in ("expressions", "kind")]
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or extra:
        raise SqlProblem("not a single SQL expression", "write one expression, as after SELECT")
    tree = select.expressions[0].copy()
    if isinstance(tree, exp.Alias):
        raise SqlProblem(f"'AS {tree.alias}' has no place here", "the key in the config is the name")
    for node in tree.walk():
        _judge(node)
    return tree


def _judge(node: exp.Expression) -> None:
    if isinstance(node, SET_WORK):
        raise SqlProblem(
            f"`{render(node)[:60]}` looks beyond the row",
            "an expression sees one row: no subquery, aggregate or window",
        )
    if isinstance(node, exp.Func):
        names = {str(name).lower() for name in (node.name, node.sql_name(), node.key)}
        if names & UNSTABLE:
            raise SqlProblem(f"`{render(node)[:60]}` changes from run to run, or reads outside the row",
                             "use a column that holds the value")  # fmt: skip
    if isinstance(node, exp.Column) and node.table:
        raise SqlProblem(f"'{render(node)}' names a table", f"write '{node.name}' alone")


def column_names(tree: exp.Expression) -> tuple[str, ...]:
    """Return the column names in ``tree``, each once, in order of appearance."""
    return tuple(dict.fromkeys(column.name for column in tree.find_all(exp.Column)))


def bind(tree: exp.Expression, known: Iterable[str], table: str | None = None) -> exp.Expression:
    """Return ``tree`` with every column spelt as in ``known`` (SQL ignores case) and qualified by ``table``.

    Raises :class:`SqlProblem` for a name that is not known.
    """
    names = {name.lower(): name for name in known}
    unknown = [name for name in column_names(tree) if name.lower() not in names]
    if unknown:
        raise SqlProblem(f"no column '{unknown[0]}'", suggestion(unknown[0], names.values()))
    return rename(tree, lambda name: names[name.lower()], table)


def rename(tree: exp.Expression, spell: Callable[[str], str], table: str | None = None) -> exp.Expression:
    """Return ``tree`` with each column's name replaced by ``spell(name)`` and qualified by ``table``."""

    def respell(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column):
            return exp.column(_quoted(spell(node.name)), table=_quoted(table) if table else None)
        return node

    return tree.copy().transform(respell)


def _quoted(name: str) -> exp.Identifier:
    plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _keywords()
    return exp.to_identifier(name, quoted=not plain)


class Judge:
    """Empty DuckDB tables with the declared columns, against which expressions are typed before any data is read."""

    def __init__(self) -> None:
        self._database = duckdb.connect(config={"enable_external_access": "false"})

    def __enter__(self) -> "Judge":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def table(self, name: str, columns: Mapping[str, str]) -> None:
        """Create the empty table ``name`` with ``columns``, a mapping of names to DuckDB types."""
        body = ", ".join(f"{identifier(column)} {kind}" for column, kind in columns.items())
        self._database.execute(f"CREATE OR REPLACE TABLE {identifier(name)} ({body})")

    def type_of(self, expression: str, table: str) -> str:
        """Return the DuckDB type of ``expression`` over ``table``; raises :class:`SqlProblem` as the binder does."""
        try:
            row = self._database.execute(f"DESCRIBE SELECT {expression} AS x FROM {identifier(table)}").fetchone()
        except duckdb.Error as error:
            raise SqlProblem(*_binder_message(str(error))) from error
        assert row is not None
        return str(row[1])


def _binder_message(message: str) -> tuple[str, str]:
    """Split DuckDB's message into what is wrong and, where it names candidates, a hint."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    what = re.sub(r"^\w[\w ]*Error: ", "", lines[0]).rstrip(".")
    candidates = [line for line in lines[1:] if line.startswith(("Candidate", "Did you mean"))]
    functions = [line for line in lines[1:] if re.match(r"\w+\(.*\) ->", line)]
    return what, " ".join([*candidates, *functions][:4])


def encoding_of(kind: str) -> str | None:
    """Return how models see a column of DuckDB type ``kind``: ``number``, ``category``, or None for neither."""
    if kind in NUMBERS or kind == "BOOLEAN" or kind.startswith("DECIMAL"):
        return "number"
    if kind == "VARCHAR" or kind.startswith("ENUM"):
        return "category"
    return None
