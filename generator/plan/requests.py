"""What a request holds: the columns that features are computed from, their Python types, and names for them."""

import builtins
import itertools
import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from generator.project import (
    Column,
    ExpressionFeature,
    Feature,
    FunctionFeature,
    LookupFeature,
    Project,
    WindowAggregate,
    expressions_of,
)
from generator.sql import parsing as sql

TAKEN = frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "l", "date", "datetime", "time"])
"""Names that a field of a request does not get, though it could."""

UNESCAPED = {'"': "'", "\\": "/", **{chr(code): " " for code in range(32)}}
"""What stands in the name of a field for what JSON escapes, which msgspec does not take there."""


@dataclass(frozen=True, kw_only=True)
class PythonType:
    """How a DuckDB type looks in a request: its annotation, and the lines of code that this needs."""

    annotation: str
    imports: tuple[str, ...] = ()
    alias: str = ""


BITS = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32}
"""The sizes of whole numbers that are not of 64 bits."""

_DATETIME = ("from datetime import datetime",)
PYTHON_TYPES = {
    "BOOLEAN": PythonType(annotation="bool"),
    "VARCHAR": PythonType(annotation="str"),
    "DATE": PythonType(annotation="date", imports=("from datetime import date",)),
    "TIME": PythonType(annotation="time", imports=("from datetime import time",)),
    "TIMESTAMP": PythonType(
        annotation="Timestamp", imports=_DATETIME, alias="Timestamp = Annotated[datetime, Meta(tz=False)]"
    ),
    "TIMESTAMP WITH TIME ZONE": PythonType(
        annotation="ZonedTime", imports=_DATETIME, alias="ZonedTime = Annotated[datetime, Meta(tz=True)]"
    ),
}


def needed_columns(project: Project) -> tuple[Column, ...]:
    """Return the columns of the table that a request holds, in the order of the config.

    Those are the ones that features are computed from; where predictions become rows of the table, all that are known.
    """
    known = project.with_role("key", "time", "input")
    return known if project.learns_from_log else featured_columns(project)


def featured_columns(project: Project) -> tuple[Column, ...]:
    """Return the columns of the table from which features are computed, in the order of the config."""
    used = {column for feature in project.features for column in _used(project, feature)}
    return tuple(column for column in project.with_role("key", "time", "input") if column.name in used)


def _used(project: Project, feature: Feature) -> Iterator[str]:
    for expression in expressions_of(feature):
        yield from expression.columns
    if project.time and _is_timed(project, feature):
        yield project.time.name


def _is_timed(project: Project, feature: Feature) -> bool:
    """Return whether the value depends on when the decision is made."""
    match feature:
        case WindowAggregate():
            return True
        case LookupFeature():
            return any(item.name == feature.dimension and item.known_at for item in project.dimensions)
        case ExpressionFeature() | FunctionFeature():
            return False
        case _:
            assert_never(feature)


def python_type(kind: str) -> PythonType:
    """Return how values of DuckDB type ``kind`` look in a request; text where JSON has nothing nearer."""
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return PythonType(annotation="float")
    return _integer(kind) if kind in sql.NUMBERS else PYTHON_TYPES.get(kind, PythonType(annotation="str"))


def _integer(kind: str) -> PythonType:
    size = BITS.get(kind, 64)
    annotation = f"Integer{BITS.get(kind, '')}"
    alias = f"{annotation} = Annotated[int, Meta(ge=-(2**{size - 1}), le=2**{size - 1} - 1)]"
    return PythonType(annotation=annotation, alias=alias)


def attribute_names(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return a plain Python name for each of ``names``, none of them in ``taken``: its own where that is one."""
    names = list(names)
    return _distinct(names, [_attribute(name, frozenset(taken)) for name in names], "_")


def field_names(columns: tuple[Column, ...]) -> list[str]:
    """Return a name for each column that JSON holds as it stands: its own where that is one."""
    table = str.maketrans(UNESCAPED)
    names = [column.name for column in columns]
    return _distinct(names, [name.translate(table) for name in names], " ")


def _distinct(names: list[str], wanted: list[str], mark: str) -> list[str]:
    """Return ``wanted`` with a number behind what would be there twice; what is its own name stays as it is."""
    taken = {own for own, want in zip(names, wanted, strict=True) if own == want}
    found = []
    for own, want in zip(names, wanted, strict=True):
        numbered = (f"{want}{mark}{count}" for count in itertools.count(2))
        free = want if own == want else next(item for item in itertools.chain([want], numbered) if item not in taken)
        taken.add(free)
        found.append(free)
    return found


def _attribute(column: str, taken: frozenset[str]) -> str:
    words = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_") or "field"
    words = f"field_{words}" if words[0].isdigit() else words
    return f"{words}_" if words in TAKEN or words in taken else words
