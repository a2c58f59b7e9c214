"""What validation has established about a project: names bound, types known, order worked out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from sqlglot import exp

from generator.schema.config import Config
from generator.schema.encoding import Encoding
from generator.schema.problem import Problem
from generator.sql.binding import BoundExpression, called
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
    sql: BoundExpression | None
    level: int
    known_after: timedelta | None = None
    read: BoundExpression | None = None
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
    expect: BoundExpression
    otherwise: str
    clear: tuple[str, ...]
    at_most: float


@dataclass(frozen=True, kw_only=True)
class AnyFeature:
    """What every feature has, whatever its form.

    ``encoding`` says whether models are given a number or a category, ``encode`` how they see it; where that is None,
    it is decided on the training rows. ``level`` is how many steps of derivation it is away from what rows hold.
    """

    name: str
    type: str
    encoding: str = "number"
    encode: Encoding | None = None
    level: int = 0


@dataclass(frozen=True, kw_only=True)
class ExpressionFeature(AnyFeature):
    """An expression over the inputs and earlier features."""

    sql: BoundExpression


@dataclass(frozen=True, kw_only=True)
class LookupFeature(AnyFeature):
    """A column of a dimension, read by the values of its key."""

    dimension: str
    column: str
    by: tuple[BoundExpression, ...]


@dataclass(frozen=True, kw_only=True)
class WindowAggregate(AnyFeature):
    """A function over earlier rows with the same key: of which value, where, and which rows count at a snapshot.

    Snapshots are taken ``every`` so often. A row counts from ``lag`` after its time on (before it, where negative),
    for as long as ``over`` says; always, where that is None.
    """

    function: str
    value: BoundExpression
    value_type: str
    where: BoundExpression | None
    by: tuple[BoundExpression, ...]
    every: timedelta
    over: timedelta | None
    lag: timedelta
    ahead: bool


@dataclass(frozen=True, kw_only=True)
class FunctionFeature(AnyFeature):
    """A call of a Python function of the project: where it is, the DuckDB types it takes, and its arguments.

    ``strict`` functions take no None: where an argument is NULL, so is the result, and they are not called.
    """

    module: str
    function: str
    parameters: tuple[str, ...]
    arguments: tuple[BoundExpression, ...]
    strict: bool

    @property
    def called(self) -> str:
        """Return what the function is called in SQL: its own two names, where SQL has no function of that name."""
        name = f"{self.module}_{self.function}"
        return f"{RESERVED}{name}" if is_function(name) else name

    @property
    def sql(self) -> BoundExpression:
        """Return the call as SQL has it."""
        return called(self.called, self.arguments)


ComputedFeature = ExpressionFeature | FunctionFeature
"""What SQL computes from a row, in the order of its level."""

Feature = ExpressionFeature | LookupFeature | WindowAggregate | FunctionFeature


def expressions_of(feature: Feature) -> tuple[BoundExpression, ...]:
    """Return the expressions over a row that ``feature`` is computed, or looked up, by."""
    match feature:
        case ExpressionFeature() | FunctionFeature():
            return (feature.sql,)
        case LookupFeature() | WindowAggregate():
            return feature.by
        case _:
            assert_never(feature)


@dataclass(frozen=True)
class Target:
    """The target as one SQL expression: BOOLEAN for binary, VARCHAR for multiclass, DOUBLE for regression."""

    sql: BoundExpression


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
    weight: BoundExpression | None
    """How much a row counts when models are fitted, as DOUBLE; None where all count the same."""
    estimators: Mapping[str, Estimator]
    modules: Mapping[str, str]
    """The texts of the project's own modules, by their paths from its root."""
    group: BoundExpression | None = None
    """What rows are kept together by, where they are split at random."""

    def with_role(self, *roles: str) -> tuple[Column, ...]:
        """Return the columns that have one of ``roles``, in the order of the config."""
        return tuple(column for column in self.columns if column.role in roles)

    @property
    def learns_from_log(self) -> bool:
        """Return whether predictions of the log with known outcomes are rows of the table."""
        return self.config.data.sources[self.config.data.table].log is not None

    @property
    def target_column(self) -> Column | None:
        """Return the outcome that the target is, where it is one as it stands, and not computed from it."""
        tree = self.target.sql.tree
        inner = tree if self.config.problem.task == "binary" else tree.this  # the others are cast to their type
        return next(
            (item for item in self.with_role("outcome") if isinstance(inner, exp.Column) and inner.name == item.name),
            None,
        )

    @property
    def time(self) -> Column | None:
        """Return the time column, if the table has one."""
        return next(iter(self.with_role("time")), None)

    @property
    def window_aggregates(self) -> tuple[WindowAggregate, ...]:
        """Return the features over earlier rows, in the order of the config."""
        return tuple(feature for feature in self.features if isinstance(feature, WindowAggregate))

    @property
    def lookups(self) -> tuple[LookupFeature, ...]:
        """Return the features that are looked up, in the order of the config."""
        return tuple(feature for feature in self.features if isinstance(feature, LookupFeature))

    @property
    def calls(self) -> tuple[FunctionFeature, ...]:
        """Return the features in Python, in the order of the config."""
        return tuple(feature for feature in self.features if isinstance(feature, FunctionFeature))

    @property
    def by_level(self) -> tuple[Feature, ...]:
        """Return the features in an order in which each can be computed from those before it."""
        return tuple(sorted(self.features, key=lambda feature: feature.level))
