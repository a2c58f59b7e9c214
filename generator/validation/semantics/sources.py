"""The sources beside the table: what lookups can read there, and the checks that rows must pass."""

from collections.abc import Iterable

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.project import Column, Dimension, Rule
from generator.schema.source import Source
from generator.sql.binding import BoundExpression
from generator.sql.parsing import TYPES
from generator.validation.semantics.session import Refusal, Session


def resolve_dimensions(session: Session) -> tuple[Dimension, ...]:
    """Return every source but the table, with its columns and key."""
    found = []
    for name, source in session.config.data.sources.items():
        if name == session.config.data.table:
            continue
        path: Path_ = ("data", "sources", name)
        session.distinct((*path, "columns"), source.columns)
        if not source.columns and session.config.data.table in session.config.data.sources:
            session.say(path, "the source has no columns", "list what to keep in `columns:`, with types")
        for index, key in enumerate(source.key):
            if key not in source.columns:
                hint = suggestion(key, source.columns) or "add it to the source's `columns:`"
                session.say((*path, "key", index), f"no column '{key}'", hint)
        _known_at(session, path, source)
        columns = tuple((column, TYPES[kind]) for column, kind in source.columns.items())
        found.append(Dimension(name, columns, source.key, source.known_at))
    return tuple(found)


def _known_at(session: Session, path: Path_, source: Source) -> None:
    if source.known_at and source.columns.get(source.known_at) != "timestamp":
        timestamps = [column for column, kind in source.columns.items() if kind == "timestamp"]
        hint = suggestion(source.known_at, timestamps) or "add it to the source's `columns:` as a timestamp"
        session.say((*path, "known_at"), f"no timestamp column '{source.known_at}'", hint)
    if source.known_at and session.config.problem.decide_before is None:
        hint = "set `problem.decide_before`, so that later rows can be left out"
        session.say((*path, "known_at"), "the moment of decision is not stated", hint)


def resolve_rules(session: Session, columns: Iterable[Column], dimensions: Iterable[Dimension]) -> tuple[Rule, ...]:
    """Return the checks, each bound to the columns of its source."""
    data = session.config.data
    tables = {dimension.name: dict(dimension.columns) for dimension in dimensions}
    tables[data.table] = {column.name: column.type for column in columns}
    failed: dict[str, Refusal] = {name.lower(): None for name in data.columns if name not in tables[data.table]}
    rules = []
    for name, check in data.checks.items():
        path: Path_ = ("data", "checks", name)
        source = check.source or data.table
        if source not in tables:
            session.say((*path, "source"), f"no source '{source}'", suggestion(source, tables))
            continue
        for index, column in enumerate(check.clear):
            if column not in tables[source]:
                hint = suggestion(column, tables[source]) or "name a column of the source"
                session.say((*path, "clear", index), f"no column '{column}'", hint)
        _clearing(session, path, check.otherwise, check.clear)
        expect = _expect(session, (*path, "expect"), check.expect, tables[source], failed if not check.source else {})
        if expect is not None:
            rules.append(Rule(name, source, expect, check.otherwise, check.clear, check.at_most))
    return tuple(rules)


def _clearing(session: Session, path: Path_, otherwise: str, clear: tuple[str, ...]) -> None:
    if otherwise == "clear" and not clear:
        session.say((*path, "otherwise"), "nothing says what to clear", "add `clear: [columns]`")
    if otherwise != "clear" and clear:
        hint = "set `otherwise: clear`, or leave `clear` out"
        session.say((*path, "clear"), f"columns to clear, and the rule says `otherwise: {otherwise}`", hint)


def _expect(
    session: Session, path: Path_, text: str, types: dict[str, str], failed: dict[str, Refusal]
) -> BoundExpression | None:
    tree = session.tree(path, text)
    typed = session.typed(path, tree, types, failed) if tree is not None else None
    if typed is None:
        return None
    if typed[0] != "BOOLEAN":
        hint = "compare it with something, as in `x > 0` or `x IS NOT NULL`"
        session.say(path, f"a rule has to be true or false, and this is {typed[0]}", hint)
    return typed[1]
