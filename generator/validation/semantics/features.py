"""Features: expressions over inputs and earlier features, lookups, and the past; an outcome is only seen later."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from sqlglot import exp

from generator.config.source_map import Path_
from generator.errors import excerpt
from generator.project import (
    AnyFeature,
    Column,
    ComputedFeature,
    Dimension,
    ExpressionFeature,
    Feature,
    FunctionFeature,
)
from generator.schema.features import Aggregate, Computed, Expression, Lookup
from generator.sql.parsing import column_names, encoding_of
from generator.validation.semantics.functions import Signature, signature
from generator.validation.semantics.lookups import resolve_lookup
from generator.validation.semantics.order import circles, levels, needs
from generator.validation.semantics.session import Refusal, Session, Types
from generator.validation.semantics.window_aggregates import resolve_window_aggregate

LATE = "is an outcome: it is not known when the prediction is made"


def resolve_features(
    session: Session, columns: tuple[Column, ...], dimensions: tuple[Dimension, ...]
) -> tuple[Feature, ...]:
    """Return the features with their types and encodings, in the order of the config."""
    given = session.config.features
    session.distinct(("features",), given)
    if not given and session.config.problem.use != "descriptive":
        session.say(("features",), "a model needs a feature", "write `name: expression`")
    inputs = {column.name: column.type for column in columns if column.role in ("input", "key", "time")}
    barred = _barred(session, columns)
    found: dict[str, Feature] = {}
    for name, feature in given.items():
        read: Feature | None = None
        if isinstance(feature, Lookup):
            read = resolve_lookup(session, name, feature, inputs, barred, dimensions)
        elif isinstance(feature, Aggregate):
            read = resolve_window_aggregate(session, name, feature, columns, inputs, barred)
        if read is not None:
            found[name] = _encoded(session, read)
    trees, calls = _trees(session)
    _names(session, trees)
    for computed in _expressions(session, trees, calls, inputs, barred, found):
        found[computed.name] = _encoded(session, computed)
    return tuple(found[name] for name in given if name in found)


def _barred(session: Session, columns: Iterable[Column]) -> dict[str, Refusal]:
    """Return why columns of the table that are not inputs cannot be used."""
    found: dict[str, Refusal] = {name.lower(): None for name in session.config.data.columns}
    for column in columns:
        if column.role == "outcome":
            hint = "use only columns with `role: input`, `key` or `time`"
            found[column.name.lower()] = (f"'{column.name}' {LATE}", hint)
        elif column.role == "drop":
            place = session.composed.origin(("data", "columns", column.name, "role"))
            hint = f"leave this out too, or give it `role: input` in {place.file}:{place.line}"
            found[column.name.lower()] = (f"'{column.name}' has `role: drop`", hint)
    return found


def _trees(session: Session) -> tuple[dict[str, exp.Expression], dict[str, Signature]]:
    """Return the expressions as trees, those in Python as calls, and the signatures of what these call."""
    found: dict[str, exp.Expression] = {}
    calls = {}
    for name, feature in session.config.features.items():
        if isinstance(feature, Expression):
            tree = session.tree(_path(session, name), feature.sql)
            if tree is not None:
                found[name] = tree
        elif isinstance(feature, Computed):
            called = signature(session, name, feature)
            arguments = [session.tree(path, text) for path, text in _arguments(session, name, feature)]
            if called is not None and None not in arguments:
                calls[name] = called
                found[name] = exp.Anonymous(this=feature.python.replace(".", "_"), expressions=arguments)
    return found, calls


def _arguments(session: Session, name: str, feature: Computed) -> Iterator[tuple[Path_, str]]:
    """Yield what a function is called with, each with its path."""
    for index, text in enumerate(feature.of):
        yield session.part(("features", name, "of"), index), text


def _called(
    session: Session, name: str, called: Signature, types: Mapping[str, str], barred: Mapping[str, Refusal]
) -> FunctionFeature | None:
    """Return a feature in Python with its arguments bound, each of the type that the function takes."""
    feature = session.config.features[name]
    assert isinstance(feature, Computed)
    arguments = []
    for (path, text), wanted in zip(_arguments(session, name, feature), called.parameters, strict=True):
        parsed = session.tree(path, text)
        typed = session.served(path, parsed, types, barred) if parsed is not None else None
        if typed and typed[0] != wanted and not (wanted == "DOUBLE" and encoding_of(typed[0]) == "number"):
            hint = f"cast it, as in CAST(x AS {wanted}), or change the annotation"
            session.say(path, f"'{excerpt(text)}' is {typed[0]}, and '{feature.python}' takes {wanted}", hint)
        if typed:
            arguments.append(typed[1] if typed[0] == wanted else typed[1].cast(wanted))
    if len(arguments) < len(called.parameters):
        return None
    module, function = feature.python.split(".")
    return FunctionFeature(
        name=name,
        type=called.result,
        module=module,
        function=function,
        parameters=called.parameters,
        arguments=tuple(arguments),
        strict=called.strict,
    )


def _names(session: Session, trees: Mapping[str, exp.Expression]) -> None:
    """Refuse a feature that is named like a column and is something else."""
    columns = {name.lower(): column.role for name, column in session.config.data.columns.items()}
    for name in session.config.features:
        role = columns.get(name.lower(), "drop")
        if role != "drop" and not _is_meant(session, name, trees.get(name), columns):
            hint = "call it something else, so that its name means one thing"
            session.say(("features", name), f"'{name}' is already a column of the table", hint)


def _is_meant(session: Session, name: str, tree: exp.Expression | None, columns: Container[str]) -> bool:
    """Return whether the feature passes on the column ``name``, or has a slip where it may mean to.

    ``columns`` are the names of all columns in small letters.
    """
    if not isinstance(session.config.features[name], Expression):
        return False
    if tree is None:
        return True
    return isinstance(tree, exp.Column) and (tree.name.lower() == name.lower() or tree.name.lower() not in columns)


def _expressions(
    session: Session,
    trees: Mapping[str, exp.Expression],
    calls: Mapping[str, Signature],
    inputs: Mapping[str, str],
    barred: Mapping[str, Refusal],
    looked_up: Mapping[str, AnyFeature],
) -> list[ComputedFeature]:
    """Return the features that are expressions, in the order in which they can be computed."""
    columns = {name.lower() for name in inputs}
    later = {name: tree for name, tree in trees.items() if name.lower() not in columns}
    # What reads a column of its own name that is not there is no circle, and is refused as any other reader is.
    wanted = {name: read - {name} for name, read in needs(later).items()}
    for circle in circles(wanted):
        what = f"goes round in a circle: {' -> '.join([*circle, circle[0]])}"
        session.say(_path(session, circle[0]), what, "compute one of them from columns alone")
    order = dict.fromkeys(trees.keys() - later.keys(), 0) | levels(wanted)
    types = Types({**inputs, **{name: feature.type for name, feature in looked_up.items()}})
    features = {name.lower() for name in session.config.features}
    found: list[ComputedFeature] = []
    for name in sorted(order, key=lambda item: (order[item], item)):
        refusals = _refusals(trees[name], name, features, barred)
        made: ComputedFeature | None = None
        if name in calls:
            made = _called(session, name, calls[name], types, refusals)
        elif typed := session.served(_path(session, name), trees[name], types, refusals):
            made = ExpressionFeature(name=name, type=typed[0], sql=typed[1])
        if made:
            types.add(name, made.type)
            found.append(replace(made, level=order[name]))
    return found


def _refusals(
    tree: exp.Expression, name: str, features: Container[str], barred: Mapping[str, Refusal]
) -> dict[str, Refusal]:
    """Return why names cannot be used that ``tree``, of the feature ``name``, reads where they are no columns.

    Of another feature nothing is: that it failed has been said.
    """
    read = {column.lower() for column in column_names(tree)}
    others = {column for column in read if column in features and column != name.lower()}
    return dict.fromkeys(others) | {column: barred[column] for column in read - others if column in barred}


def _encoded(session: Session, feature: Feature) -> Feature:
    """Return ``feature`` with the encoding that its type and the config ask for."""
    asked, natural = session.config.features[feature.name].encode, encoding_of(feature.type)
    if natural is None:
        hint = "turn it into a number or a text, as in `extract(hour FROM x)`, `epoch(x)` or `CAST(x AS VARCHAR)`"
        session.say(("features", feature.name), f"a model cannot see a {feature.type}", hint)
    if asked is None:
        return replace(feature, encoding=natural or "number")
    if natural == "category" and asked.kind == "number":
        hint = "cast it in `sql:`, or set `encode: category`"
        session.say(("features", feature.name, "encode"), f"{feature.type} is not a number", hint)
    if natural == "number" and asked.kind not in ("number", "category"):
        hint = "set `encode: number` or `category`, or turn it into a text first: CAST(x AS VARCHAR)"
        session.say(
            ("features", feature.name, "encode"), f"{feature.type} is no text to encode as '{asked.kind}'", hint
        )
    return replace(feature, encoding="number" if asked.kind == "number" else "category", encode=asked)


def _path(session: Session, name: str) -> Path_:
    """Return the path of a feature's expression: the feature itself where only the expression is written."""
    written = session.composed.values.get("features", {}).get(name)
    return ("features", name, "sql") if isinstance(written, dict) else ("features", name)
