"""The project's table: columns that are read, columns that are derived, and when each of them is known."""

from collections.abc import Mapping

from sqlglot import exp

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.project import Column
from generator.sql.binding import BoundExpression, bound, with_text_columns
from generator.sql.parsing import TYPES
from generator.validation.semantics.order import circles, levels, needs, reaching
from generator.validation.semantics.session import Refusal, Session


def resolve_columns(session: Session) -> tuple[Column, ...]:
    """Return the columns of the table with their types, in the order of the config."""
    _source(session)
    given = session.config.data.columns
    session.distinct(("data", "columns"), given)
    types = _types_read(session)
    trees = {}
    for name, column in given.items():
        tree = session.tree(_path(name, "sql"), column.sql) if column.sql is not None else None
        if tree is not None:
            trees[name] = tree
    order, derived = _derive(session, trees, types)
    read = {name: _reading(session, name) for name, column in given.items() if column.read is not None}
    _marks(session)
    _late(session, trees)
    _roles(session, types)
    _slices(session)
    return tuple(
        Column(
            name,
            column.source or name,
            types[name],
            column.role,
            derived.get(name),
            order.get(name, 0),
            column.known_after,
            read.get(name),
            column.nulls,
        )
        for name, column in given.items()
        if name in types
    )


def _source(session: Session) -> None:
    data = session.config.data
    if data.table not in data.sources:
        hint = suggestion(data.table, data.sources) or "add the source to `data.sources`"
        session.say(("data", "table"), f"no source '{data.table}'", hint)
    elif data.sources[data.table].columns:
        hint = "leave them out here: `data.columns` gives the types, and roles"
        session.say(("data", "sources", data.table, "columns"), "this source is the project's table", hint)


def _types_read(session: Session) -> dict[str, str]:
    """Return the types of the columns that are read from the source."""
    types = {}
    for name, column in session.config.data.columns.items():
        if column.sql is None and column.type is None:
            hint = f"add `type:`, one of {', '.join(TYPES)}; or derive it with `sql:`"
            session.say(_path(name), "the column has neither a type nor an expression", hint)
        elif column.type is not None and column.sql is None:
            types[name] = TYPES[column.type]
        if column.sql and column.source:
            hint = "keep `sql:` or `from:`"
            session.say(_path(name, "from"), "a derived column is not read from the source", hint)
    return types


def _reading(session: Session, name: str) -> BoundExpression | None:
    """Return the expression that reads the column, over its text in the source; None where it is refused."""
    column, path = session.config.data.columns[name], _path(name, "read")
    assert column.read is not None
    if column.sql is not None:
        session.say(path, "a derived column is not read from the source", "keep `sql:` or `read:`")
        return None
    tree = session.tree(path, column.read)
    typed = session.typed(path, tree, {column.source or name: "VARCHAR"}) if tree is not None else None
    if typed is None:
        return None
    source = session.config.data.sources.get(session.config.data.table)
    return typed[1] if source is None or source.is_text else bound(with_text_columns(typed[1].tree))


def _marks(session: Session) -> None:
    """Refuse marks of missing values where nothing is read, and several opinions on one column of the source."""
    seen: dict[str, tuple[str, tuple[str, ...]]] = {}
    for name, column in session.config.data.columns.items():
        if column.sql is not None:
            if column.nulls:
                session.say(
                    _path(name, "nulls"), "a derived column is not read from the source", "keep `sql:` or `nulls:`"
                )
            continue
        other, nulls = seen.setdefault(column.source or name, (name, column.nulls))
        if nulls != column.nulls:
            what = f"'{other}' is read from the same column of the source, with other marks of missing values"
            session.say(_path(name, "nulls"), what, "give both the same `nulls:`")


def _derive(
    session: Session, trees: Mapping[str, exp.Expression], types: dict[str, str]
) -> tuple[dict[str, int], dict[str, BoundExpression]]:
    """Add the types of derived columns to ``types``; return their levels and their bound expressions."""
    wanted = needs(trees)
    for circle in circles(wanted):
        what = f"goes round in a circle: {' -> '.join([*circle, circle[0]])}"
        session.say(_path(circle[0], "sql"), what, "derive one of them from columns of the source alone")
    order, expressions = levels(wanted), {}
    for name in sorted(order, key=order.__getitem__):
        failed: dict[str, Refusal] = {
            other.lower(): None for other in session.config.data.columns if other not in types
        }
        typed = session.typed(_path(name, "sql"), trees[name], types, failed)
        if typed:
            types[name], expressions[name] = typed
            _declared(session, name, typed[0])
    return order, expressions


def _declared(session: Session, name: str, kind: str) -> None:
    declared = session.config.data.columns[name].type
    if declared and TYPES[declared] != kind:
        hint = f"leave `type:` out, or write the sql as CAST(... AS {TYPES[declared]})"
        session.say(_path(name, "type"), f"the expression is {kind}, and not {declared}", hint)


def _late(session: Session, trees: Mapping[str, exp.Expression]) -> None:
    """Refuse columns that are derived from an outcome and said to be known earlier."""
    given = session.config.data.columns
    outcomes = {name.lower() for name, column in given.items() if column.role == "outcome"}
    reached = reaching(outcomes, trees) - outcomes
    for name, column in given.items():
        if name.lower() in reached and column.role != "drop":
            key = "role" if "role" in column.model_fields_set else "sql"
            what = "derived from an outcome, so it is not known when the prediction is made"
            session.say(_path(name, key), what, "give it `role: outcome`")


def _roles(session: Session, types: Mapping[str, str]) -> None:
    given = session.config.data.columns
    for name, column in given.items():
        if column.known_after is not None and column.role != "outcome":
            hint = "give it `role: outcome`, or leave `known_after:` out"
            session.say(_path(name, "known_after"), "only an outcome is known after its row's time", hint)
        if column.role == "time" and types.get(name, "TIMESTAMP") not in ("TIMESTAMP", "DATE"):
            hint = "set `type: timestamp`; or derive one with `sql:`, as strptime or make_timestamp do"
            session.say(_path(name, "role"), f"a time column cannot be {types[name]}", hint)
        if column.role == "key" and types.get(name) == "DOUBLE":
            hint = "set `type: integer`; or text, where it has more than 18 digits"
            session.say(
                _path(name, "role"), "a key cannot be a float, in which long numbers lose their last digits", hint
            )
    if not any(column.role in ("input", "key", "time") for column in given.values()):
        session.say(("data", "columns"), "no column is known when the prediction is made", "give one `role: input`")


def _slices(session: Session) -> None:
    columns = session.config.data.columns
    known = [name for name, column in columns.items() if column.role in ("input", "key")]
    known += [name for name in session.config.features if name not in columns]
    for index, name in enumerate(session.config.metrics.slices):
        if name not in known:
            hint = suggestion(name, known) or "name an input column or a feature, or leave it out"
            session.say(("metrics", "slices", index), f"no input column or feature '{name}'", hint)


def _path(name: str, *keys: str) -> Path_:
    return ("data", "columns", name, *keys)
