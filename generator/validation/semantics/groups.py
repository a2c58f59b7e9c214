"""What rows are kept together by: one expression over the columns of the table."""

from collections.abc import Iterable

from generator.config.source_map import Path_
from generator.project import Column
from generator.schema.split import AtRandom
from generator.sql.binding import BoundExpression
from generator.sql.parsing import column_names, identifier
from generator.validation.semantics.session import Refusal, Session

PATH: Path_ = ("split", "group")


def resolve_group(session: Session, columns: Iterable[Column]) -> BoundExpression | None:
    """Return the expression of the groups, or None where there are none or it is refused."""
    split = session.config.split
    if not isinstance(split, AtRandom) or split.group is None:
        return None
    tree = session.tree(PATH, split.group)
    if tree is None:
        return None
    types = {column.name: column.type for column in columns if column.role != "drop"}
    if not column_names(tree):
        inputs = (name for name, column in session.config.data.columns.items() if column.role == "input")
        name = identifier(next(inputs, "customer"))
        session.say(PATH, "the same for every row, as it reads no column", f"name a column, as in `group: {name}`")
        return None
    typed = session.typed(PATH, tree, types, _barred(session, types))
    return typed[1] if typed else None


def _barred(session: Session, types: Iterable[str]) -> dict[str, Refusal]:
    """Return why columns that are not read cannot be used."""
    found: dict[str, Refusal] = {}
    for name, column in session.config.data.columns.items():
        if name not in types:
            place = session.composed.origin(("data", "columns", name, "role"))
            hint = f"give it `role: input` in {place.file}:{place.line}: no feature is made of it by that"
            found[name.lower()] = (f"'{name}' has `role: drop`", hint) if column.role == "drop" else None
    return found
