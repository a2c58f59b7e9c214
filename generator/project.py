"""What validation has established about a project: names bound, types known, order worked out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from generator.schema.config import Config
from generator.schema.encoding import Encoding
from generator.schema.problem import Problem
from generator.sql.parsing import is_function

RESERVED = "__"
"""What the names of the columns begin with that a project adds to its own: ``__row``, ``__target``, ``__part``."""


@dataclass(frozen=True)
class Column:
    """A column of the project's table; ``level`` 0 is read from the source, higher levels are derived in order.

    ``nulls`` are the texts in the source that stand for a missing value. ``read`` makes the value of the text that is
    left, where that takes more than a cast.
    """

    name: str
    source: str
    type: str
    role: str
    sql: str | None
    level: int
    known_after: timedelta | None = None
    read: str | None = None
    nulls: tuple[str, ...] = ()

    def certain_after(self, problem: Problem) -> timedelta | None:
        """Return how long after its row's time an outcome is certain, be it no time at all; None where nothing says."""
        return problem.label_after if self.known_after is None else self.known_after


@dataclass(frozen=True)
class Dimension:
    """A source that lookups read: its columns with their DuckDB types, and the key that names a row."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    known_at: str | None


@dataclass(frozen=True)
class Rule:
    """A check whose expression is bound to its source."""

    name: str
    source: str
    expect: str
    otherwise: str
    clear: tuple[str, ...]
    at_most: float


@dataclass(frozen=True)
class Past:
    """A function over the past: of which value, where, by which key, and which rows count at a snapshot.

    Snapshots are taken ``every`` so often. A row counts from ``lag`` after its time on (before it, where negative),
    for as long as ``over`` says; always, where that is None.
    """

    function: str
    value: str
    type: str
    where: str | None
    every: timedelta
    over: timedelta | None
    lag: timedelta
    ahead: bool


@dataclass(frozen=True)
class Call:
    """A Python function of the project: where it is, the DuckDB types it takes, and what it is called with.

    ``strict`` functions take no None: where an argument is NULL, so is the result, and they are not called.
    """

    module: str
    function: str
    types: tuple[str, ...]
    arguments: tuple[str, ...]
    strict: bool

    @property
    def name(self) -> str:
        """Return what the function is called in SQL: its own two names, where SQL has no function of that name."""
        name = f"{self.module}_{self.function}"
        return f"{RESERVED}{name}" if is_function(name) else name


@dataclass(frozen=True)
class Feature:
    """A feature with its type, in one of four forms.

    An expression (``sql``), a lookup (``dimension`` and ``column``, ``by`` its key), the ``past`` of a key (``by``), or
    the ``call`` of a function, which is an expression too in SQL. ``encoding`` says whether models are given a number
    or a category, ``encode`` how they see it; where that is None, it is decided on the training rows.
    """

    name: str
    type: str
    encoding: str
    level: int
    sql: str | None = None
    dimension: str | None = None
    column: str | None = None
    by: tuple[str, ...] = ()
    past: Past | None = None
    call: Call | None = None
    encode: Encoding | None = None


@dataclass(frozen=True)
class Target:
    """The target as one SQL expression: BOOLEAN for binary, VARCHAR for multiclass, DOUBLE for regression."""

    sql: str


@dataclass(frozen=True)
class Estimator:
    """A class of scikit-learn: the module it is imported from, its name, and whether it can be fitted on gaps."""

    module: str
    name: str
    takes_gaps: bool


@dataclass(frozen=True)
class Project:
    """A config that has passed every check, with what the checks found out."""

    config: Config
    columns: tuple[Column, ...]
    dimensions: tuple[Dimension, ...]
    rules: tuple[Rule, ...]
    features: tuple[Feature, ...]
    target: Target
    estimators: Mapping[str, Estimator]
    modules: Mapping[str, str]
    """The texts of the project's own modules, by their paths from its root."""

    def with_role(self, *roles: str) -> tuple[Column, ...]:
        """Return the columns that have one of ``roles``, in the order of the config."""
        return tuple(column for column in self.columns if column.role in roles)

    @property
    def time(self) -> Column | None:
        """Return the time column, if the table has one."""
        return next(iter(self.with_role("time")), None)
