"""The past: functions over earlier rows with the same key, of which each counts only once it is known."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from generator.config.source_map import Path_
from generator.project import Column, WindowAggregate
from generator.schema.base import words
from generator.schema.features import Aggregate
from generator.sql.binding import BoundExpression
from generator.sql.parsing import encoding_of
from generator.validation.semantics.session import Refusal, Session

EXACT = {"avg": "DOUBLE", "sum": "DOUBLE", "stddev": "DOUBLE", "count": "BIGINT", "count_distinct": "BIGINT"}
"""The types of the functions whose type is not that of the value."""

NUMERIC = ("avg", "sum", "stddev")
NONE = timedelta(0)


def resolve_window_aggregate(
    session: Session,
    name: str,
    feature: Aggregate,
    columns: Iterable[Column],
    inputs: Mapping[str, str],
    barred: Mapping[str, Refusal],
) -> WindowAggregate | None:
    """Return the feature ``name`` with its expressions bound, or None where it is refused."""
    columns = tuple(columns)
    if not any(column.role == "time" for column in columns):
        hint = "give the column that says when a row happens `role: time` in `data.columns`"
        session.say(("features", name), "a feature of the past needs a time column", hint)
    known = {column.name: column.type for column in columns if column.role != "drop"}
    refused = _refused_features(session) | {key: why for key, why in barred.items() if key not in map(str.lower, known)}
    value = "1" if feature.count == "*" else feature.value
    typed = _typed(session, ("features", name, feature.function), value, known, refused)
    where = _where(session, name, feature, known, refused)
    path: Path_ = ("features", name, "by")
    refused_by = {**_refused_features(session), **barred}
    by = [
        _typed(session, session.part(path, index), text, inputs, refused_by, served=True)
        for index, text in enumerate(feature.by)
    ]
    _steps(session, name, feature)
    if typed is None or None in by or (feature.where and where is None):
        return None
    kind, sql = typed
    if feature.function in NUMERIC and encoding_of(kind) != "number":
        hint = "compare it with a value, or cast it, as in TRY_CAST(x AS DOUBLE)"
        session.say(("features", name, feature.function), f"'{feature.function}' needs a number, not {kind}", hint)
    lag = _lag(session, name, feature, columns, [sql, *([where] if where else [])])
    over = None if isinstance(feature.over, str) else feature.over
    return WindowAggregate(
        name=name,
        type=EXACT.get(feature.function, kind),
        function=feature.function,
        value=sql,
        value_type=kind,
        where=where,
        by=tuple(item[1] for item in by if item),
        every=feature.every,
        over=over,
        lag=lag,
        ahead=feature.ahead is not None,
    )


def _typed(
    session: Session,
    path: Path_,
    text: str,
    types: Mapping[str, str],
    barred: Mapping[str, Refusal],
    served: bool = False,
) -> tuple[str, BoundExpression] | None:
    tree = session.tree(path, text)
    if tree is None:
        return None
    return (session.served if served else session.typed)(path, tree, types, barred)


def _where(
    session: Session, name: str, feature: Aggregate, types: Mapping[str, str], barred: Mapping[str, Refusal]
) -> BoundExpression | None:
    if feature.where is None:
        return None
    path: Path_ = ("features", name, "where")
    typed = _typed(session, path, feature.where, types, barred)
    if typed and typed[0] != "BOOLEAN":
        hint = "compare it with something, as in `x > 0` or `x IS NOT NULL`"
        session.say(path, f"a condition has to be true or false, and this is {typed[0]}", hint)
    return typed[1] if typed else None


def _steps(session: Session, name: str, feature: Aggregate) -> None:
    """Refuse a span that is not whole steps of the cadence."""
    every = feature.every
    if every <= NONE:
        session.say(("features", name, "every"), "snapshots need time between them", "write it like '1 day'")
    elif not isinstance(feature.over, str) and (feature.over < every or feature.over % every):
        what = f"{words(feature.over)} is not a whole number of steps of {words(every)}"
        hint = "set `every:` to a part of `over:`, or `over: all`"
        session.say(("features", name, "over"), what, hint)


def _lag(
    session: Session, name: str, feature: Aggregate, columns: Iterable[Column], expressions: Iterable[BoundExpression]
) -> timedelta:
    """Return how long after its time a row counts; refuse an outcome that would count before it is known."""
    path: Path_ = ("features", name)
    read = {column for expression in expressions for column in expression.columns}
    outcomes = [column for column in columns if column.name in read and column.role == "outcome"]
    if feature.lag is not None and feature.ahead is not None:
        hint = "keep `lag:` for what is known later, `ahead:` for what is known before"
        session.say((*path, "ahead"), "a row counts either later or earlier than its time", hint)
    if outcomes and feature.ahead is not None:
        hint = "leave `ahead:` out, or use only columns with `role: input`, `key` or `time`"
        session.say((*path, "ahead"), f"'{outcomes[0].name}' is an outcome: nobody knows it ahead", hint)
    known = [column.certain_after(session.config.problem) for column in outcomes]
    if None in known and feature.lag is None:
        late = outcomes[known.index(None)].name
        hint = "set `problem.label_after`, or `known_after:` of the column; then it counts only once it is known"
        session.say(path, f"'{late}' is an outcome, and nothing says how long after a row's time it is known", hint)
    needed = max((lag for lag in known if lag is not None), default=NONE)
    if feature.lag is not None and feature.lag < needed:
        what = f"{words(feature.lag)} is too soon: an outcome it counts is known after {words(needed)}"
        session.say((*path, "lag"), what, "leave `lag:` out, and the row counts as soon as it may")
    return -feature.ahead if feature.ahead is not None else max(feature.lag or NONE, needed)


def _refused_features(session: Session) -> dict[str, Refusal]:
    return {
        other.lower(): (f"'{other}' is a feature, and the past is of columns", session.instead_of(other))
        for other in session.computed()
        if other not in session.config.data.columns
    }
