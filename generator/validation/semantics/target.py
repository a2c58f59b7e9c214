"""The target, of the type that the task asks for, and how much rows count: expressions over all columns."""

from collections.abc import Iterable

from sqlglot import exp

from generator.config.source_map import Path_
from generator.project import Column, Target
from generator.sql.binding import BoundExpression, bound
from generator.sql.parsing import encoding_of
from generator.validation.semantics.session import Refusal, Session

PATH: Path_ = ("problem", "target", "sql")
WEIGHT: Path_ = ("problem", "weight")
NONE = Target(bound(exp.null()))


def resolve_target(session: Session, columns: Iterable[Column]) -> Target:
    """Return the target as BOOLEAN, VARCHAR or DOUBLE, whichever the task is about."""
    given, task = session.config.problem.target, session.config.problem.task
    typed = _typed(session, PATH, given.sql, columns)
    if typed is None:
        return NONE
    kind, expression = typed
    if task != "binary" and given.positive is not None:
        hint = "leave it out, or set `task: binary`"
        session.say(("problem", "target", "positive"), f"a {task} target has no value that counts as yes", hint)
    if task == "regression":
        return _number(session, kind, expression)
    if task == "multiclass":
        return Target(expression.cast("VARCHAR"))
    return _yes_or_no(session, kind, expression)


def resolve_weight(session: Session, columns: Iterable[Column]) -> BoundExpression | None:
    """Return how much rows count as DOUBLE, None where nothing says so."""
    given = session.config.problem.weight
    typed = _typed(session, WEIGHT, given, columns) if given is not None else None
    if typed is None:
        return None
    kind, expression = typed
    if encoding_of(kind) != "number":
        hint = "give a number, as `CASE WHEN x THEN 5 ELSE 1 END` or TRY_CAST(x AS DOUBLE) does"
        session.say(WEIGHT, f"a weight cannot be {kind}", hint)
    return expression.cast("DOUBLE")


def _typed(session: Session, path: Path_, text: str, columns: Iterable[Column]) -> tuple[str, BoundExpression] | None:
    """Return the type of the expression at ``path`` and the bound expression, or None where it is refused."""
    tree = session.tree(path, text)
    types = {column.name: column.type for column in columns}
    failed: dict[str, Refusal] = {name.lower(): None for name in session.config.data.columns if name not in types}
    return session.typed(path, tree, types, failed) if tree is not None else None


def _number(session: Session, kind: str, expression: BoundExpression) -> Target:
    if encoding_of(kind) != "number":
        hint = "give a number, as TRY_CAST(x AS DOUBLE) does; or set `task: multiclass`"
        session.say(PATH, f"a regression target cannot be {kind}", hint)
    return Target(expression.cast("DOUBLE"))


def _yes_or_no(session: Session, kind: str, expression: BoundExpression) -> Target:
    if session.config.problem.target.positive is not None:
        positive = exp.convert(_positive(session, kind))
        return Target(bound(exp.EQ(this=exp.paren(expression.tree), expression=positive)))
    if kind != "BOOLEAN":
        hint = "compare it with a value, or name the value that counts as yes in `problem.target.positive`"
        session.say(PATH, f"a binary target has to be true or false, and this is {kind}", hint)
    return Target(expression)


def _positive(session: Session, kind: str) -> str | int | bool:
    value = session.config.problem.target.positive
    assert value is not None
    path: Path_ = ("problem", "target", "positive")
    fits = {"VARCHAR": str, "BOOLEAN": bool}.get(kind, int if encoding_of(kind) == "number" else type(None))
    if type(value) is fits:
        return value
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    if fits is type(None):
        session.say(path, f"a target of type {kind} has no such value", "compare in `sql:`, and leave `positive` out")
    elif isinstance(value, bool) and fits is str:
        hint = "YAML reads yes and no as true and false: put quotes around the value"
        session.say(path, f"{shown} is not a text, and the target is {kind}", hint)
    else:
        wanted = {str: "a text, in quotes", bool: "true or false", int: "a whole number, without quotes"}[fits]
        session.say(path, f"{shown} cannot be a value of the target, which is {kind}", f"write {wanted}")
    return value
