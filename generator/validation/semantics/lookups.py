"""Lookups: a feature read from another source by that source's key."""

from collections.abc import Iterable, Mapping

from generator.config.source_map import Path_
from generator.errors import excerpt, suggestion
from generator.project import Dimension, LookupFeature
from generator.schema.features import Lookup
from generator.sql.binding import BoundExpression
from generator.sql.parsing import encoding_of
from generator.validation.semantics.session import Refusal, Session


def resolve_lookup(
    session: Session,
    name: str,
    feature: Lookup,
    inputs: Mapping[str, str],
    barred: Mapping[str, Refusal],
    dimensions: Iterable[Dimension],
) -> LookupFeature | None:
    """Return the feature ``name`` with its key bound to ``inputs``, or None where it is refused."""
    found = _column(session, name, feature, dimensions)
    if found is None:
        return None
    dimension, column = found
    types = dict(dimension.columns)
    key = ", ".join(dimension.key)
    if len(feature.by) != len(dimension.key):
        what = f"{len(feature.by)} given, and the key of '{dimension.name}' has {len(dimension.key)}"
        hint = f"give one expression for each of: {key}" if key else f"add `key:` to data.sources.{dimension.name}"
        session.say(("features", name, "by"), what, hint)
        return None
    features: dict[str, Refusal] = {
        other.lower(): (f"'{other}' is a feature, and a lookup is by columns", session.instead_of(other))
        for other in session.computed()
    }
    by = [
        _bound(
            session,
            session.part(("features", name, "by"), index),
            text,
            (part, types.get(part)),
            inputs,
            {**features, **barred},
        )
        for index, (part, text) in enumerate(zip(dimension.key, feature.by, strict=True))
    ]
    if None in by:
        return None
    return LookupFeature(
        name=name,
        type=types[column],
        dimension=dimension.name,
        column=column,
        by=tuple(part for part in by if part is not None),
    )


def _column(
    session: Session, name: str, feature: Lookup, dimensions: Iterable[Dimension]
) -> tuple[Dimension, str] | None:
    path: Path_ = ("features", name, "lookup")
    known = {dimension.name: dimension for dimension in dimensions}
    source, _, column = feature.lookup.partition(".")
    if source not in known:
        hint = suggestion(source, known) or "add a source with a key to `data.sources`"
        session.say(path, f"no source '{source}' to look up", hint)
        return None
    types = dict(known[source].columns)
    if column not in types:
        hint = suggestion(column, types) or f"list it in `data.sources.{source}.columns`"
        session.say(path, f"'{source}' has no column '{column}'", hint)
        return None
    return known[source], column


def _bound(
    session: Session,
    path: Path_,
    text: str,
    part: tuple[str, str | None],
    inputs: Mapping[str, str],
    barred: Mapping[str, Refusal],
) -> BoundExpression | None:
    """Return one expression of a key bound to ``inputs``; its type has to be that of ``part`` of the key."""
    tree = session.tree(path, text)
    typed = session.served(path, tree, inputs, barred) if tree is not None else None
    if typed is None:
        return None
    (kind, sql), (key, wanted) = typed, part
    if wanted and kind != wanted and {encoding_of(kind), encoding_of(wanted)} != {"number"}:
        what = f"'{excerpt(text)}' is {kind}, and the key '{key}' is {wanted}"
        session.say(path, what, f"cast it, as in CAST(x AS {wanted}), or use another column")
    return sql
