"""The parts of a SELECT that templates print: columns, joins, and layers of columns derived from each other."""

from collections.abc import Iterable
from dataclasses import dataclass

from generator.project import Column
from generator.sql.code import Code, name

NOTHING = Code("")
ALL = Code("*")


@dataclass(frozen=True, kw_only=True)
class ColumnPlan:
    """One column of a SELECT."""

    name: Code
    sql: Code = NOTHING

    @property
    def renamed(self) -> bool:
        """Return whether the column's expression is more than its name."""
        return self.sql != self.name


@dataclass(frozen=True, kw_only=True)
class Join:
    """A dimension table as ``features.sql`` joins it."""

    table: Code
    alias: Code
    aliased: bool
    condition: Code


@dataclass(frozen=True, kw_only=True)
class Step:
    """One layer of derived columns over the layer before; ``star`` is what it takes over from it."""

    name: Code
    before: Code
    columns: tuple[ColumnPlan, ...]
    star: Code = ALL
    joins: tuple[Join, ...] = ()


def layers(columns: Iterable[Column], first: Code) -> tuple[Step, ...]:
    """Return derived columns in layers, each over the one before, so that none is used before it exists."""
    columns = tuple(columns)
    steps: list[Step] = []
    for level in sorted({column.level for column in columns if column.sql is not None}):
        before = steps[-1].name if steps else first
        derived = [column for column in columns if column.sql is not None and column.level == level]
        plans = tuple(ColumnPlan(name=name(column.name), sql=Code(column.sql)) for column in derived)
        steps.append(Step(name=Code(f"step_{level}"), before=before, columns=plans))
    return tuple(steps)
