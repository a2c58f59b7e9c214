"""``conf/features/``: each feature in one line: an expression, a lookup, the past by key, or a Python function."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from generator.schema.base import ColumnName, Duration, FunctionName, Span, Sql, Strict
from generator.schema.encoding import Encoding

AGGREGATES = ("avg", "sum", "count", "min", "max", "stddev", "count_distinct", "last")


class Expression(Strict):
    """A feature computed from a row's inputs and from earlier features."""

    sql: Sql
    encode: Encoding | None = Field(default=None, description="how models see it; worked out from the type by default")


class Lookup(Strict):
    """A feature read from a dimension table by key; NULL where the key is not found."""

    lookup: Annotated[str, Field(pattern=r"^[^.]+\.[\s\S]+$")] = Field(description="source.column")
    by: tuple[Sql, ...] = Field(description="expressions over the inputs that match the source's key, in its order")
    encode: Encoding | None = None


class Aggregate(Strict):
    """A feature of the past: what earlier rows with the same key say, as of the last snapshot before the decision.

    Exactly one of the functions is given. Where no row counts, ``count`` and ``count_distinct`` are 0, the rest NULL.
    """

    avg: Sql | None = None
    sum: Sql | None = None
    count: Sql | None = Field(default=None, description="an expression that is not NULL, or '*' for all rows")
    min: Sql | None = None
    max: Sql | None = None
    stddev: Sql | None = Field(default=None, description="of the sample; NULL below two values")
    count_distinct: Sql | None = None
    last: Sql | None = Field(default=None, description="the value of the latest row where it is not NULL")
    where: Sql | None = Field(default=None, description="only rows for which this is true")
    by: tuple[Sql, ...] = Field(min_length=1, description="expressions over the inputs; rows that agree in them count")
    over: Span = Field(description="how far back from the snapshot: whole steps of `every`, or all")
    every: Duration = Field(default=timedelta(days=1), description="how often a snapshot is taken")
    lag: Duration | None = Field(
        default=None, description="how long after its time a row counts; never before its outcomes are known"
    )
    ahead: Duration | None = Field(
        default=None, description="how long before its time a row of inputs is known, as a timetable is"
    )
    encode: Encoding | None = None

    @model_validator(mode="after")
    def _one_function(self) -> "Aggregate":
        given = [name for name in AGGREGATES if getattr(self, name) is not None]
        if len(given) != 1:
            raise PydanticCustomError(
                "one_function", "of the functions of the past, {names} given, and one is needed",
                {"names": f"{' and '.join(given)} are" if given else "none is"},
            )  # fmt: skip
        return self

    @property
    def function(self) -> str:
        """Return the name of the function that is given."""
        return next(name for name in AGGREGATES if getattr(self, name) is not None)

    @property
    def value(self) -> str:
        """Return the expression that the function is of."""
        return str(getattr(self, self.function))


class Computed(Strict):
    """A feature that a Python function of the project computes, the same one in training and in the service."""

    python: FunctionName = Field(description="module.function, in the project's own package")
    of: tuple[Sql, ...] = Field(min_length=1, description="what it is called with: inputs, features, expressions")
    encode: Encoding | None = None


def _long_form(value: Any) -> Any:
    """Return the long form of a feature given as bare SQL, and of a single ``by`` or ``of``."""
    if isinstance(value, str):
        return {"sql": value}
    if isinstance(value, dict):
        single = {key: (value[key],) for key in ("by", "of") if isinstance(value.get(key), str)}
        return {**value, **single}
    return value


FORMS: dict[type[Strict], str] = {
    Lookup: "a lookup",
    Aggregate: "the past",
    Computed: "a function",
    Expression: "a row",
}
"""What the forms are called: no names that a key could have, so that they can be told apart in an error's path."""


def _which(value: Any) -> str | None:
    """Return which form ``value`` is meant to be, also where it has a slip."""
    if isinstance(value, Strict):
        return FORMS[type(value)]
    if not isinstance(value, dict):
        return None
    if "sql" in value:
        return FORMS[Expression]
    if any(key in value for key in (*AGGREGATES, "over", "every", "lag", "ahead")):
        return FORMS[Aggregate]
    if "python" in value or "of" in value:
        return FORMS[Computed]
    return FORMS[Lookup] if "lookup" in value or "by" in value else FORMS[Expression]


Feature = Annotated[
    Annotated[Expression, Tag("a row")]
    | Annotated[Lookup, Tag("a lookup")]
    | Annotated[Aggregate, Tag("the past")]
    | Annotated[Computed, Tag("a function")],
    Discriminator(_which),
    BeforeValidator(_long_form),
]

Features = dict[ColumnName, Feature]
