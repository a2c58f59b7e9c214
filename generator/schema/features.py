"""``conf/features/``: each feature in one line: an expression, a lookup, the past by key, or a Python function."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from generator.schema.base import ColumnName, Duration, FunctionName, Span, Sql, Sqls, Strict
from generator.schema.encoding import Encoding

Encoded = Annotated[
    Encoding | None,
    Field(
        description="how models see it; worked out from the type by default", examples=["one_hot", {"kind": "target"}]
    ),
]

AGGREGATES = ("avg", "sum", "count", "min", "max", "stddev", "count_distinct", "last")

OTHER_WORDS = {
    "average": "avg",
    "group_by": "by",
    "mean": "avg",
    "nunique": "count_distinct",
    "on": "by",
    "std": "stddev",
    "window": "over",
}
"""What others call the keys of features, for hints."""


class Expression(Strict):
    """A feature computed from a row's inputs and from earlier features."""

    sql: Sql = Field(
        description="an expression over the row's inputs and earlier features; alone, it needs no `sql:`",
        examples=["extract(hour FROM departure)"],
    )
    encode: Encoded = None


class Lookup(Strict):
    """A feature read from a dimension table by key; NULL where the key is not found."""

    lookup: Annotated[str, Field(pattern=r"^[^.]+\.[\s\S]+$")] = Field(
        description="the source and its column, as in planes.seats", examples=["planes.seats"]
    )
    by: Sqls = Field(
        description="expressions over the inputs that match the source's key, in its order", examples=["tailnum"]
    )
    encode: Encoded = None


class Aggregate(Strict):
    """A window aggregate: computed from earlier rows with the same key, as of the last snapshot before the decision.

    Exactly one of the functions is given. Where no row counts, ``count`` and ``count_distinct`` are 0, the rest NULL.
    """

    avg: Sql | None = Field(default=None, description="the mean of an expression", examples=["arr_delay >= 30"])
    sum: Sql | None = Field(default=None, description="the sum of an expression")
    count: Sql | None = Field(
        default=None, description="how many rows have an expression that is not NULL, or '*' for all rows"
    )
    min: Sql | None = Field(default=None, description="the least value of an expression")
    max: Sql | None = Field(default=None, description="the greatest value of an expression")
    stddev: Sql | None = Field(
        default=None, description="the standard deviation of an expression, of the sample; NULL below two values"
    )
    count_distinct: Sql | None = Field(default=None, description="how many different values an expression has")
    last: Sql | None = Field(default=None, description="the value of the latest row where it is not NULL")
    where: Sql | None = Field(default=None, description="only rows for which this is true", examples=["distance > 500"])
    by: Sqls = Field(
        min_length=1,
        description="expressions over the inputs; rows that agree in them count",
        examples=[["origin", "dest"]],
    )
    over: Span = Field(description="how far back from the snapshot: whole steps of `every`, or all")
    every: Duration = Field(default=timedelta(days=1), description="how often a snapshot is taken")
    lag: Duration | None = Field(
        default=None, description="how long after its time a row counts; never before its outcomes are known"
    )
    ahead: Duration | None = Field(
        default=None, description="how long before its time a row of inputs is known, as a timetable is"
    )
    encode: Encoded = None

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

    python: FunctionName = Field(
        description="module.function, in the project's own package", examples=["distances.bearing"]
    )
    of: Sqls = Field(
        min_length=1, description="what it is called with: inputs, features, expressions", examples=[["lat", "lon"]]
    )
    encode: Encoded = None


def _long_form(value: Any) -> Any:
    """Return the long form of a feature given as bare SQL."""
    return {"sql": value} if isinstance(value, str) else value


FORMS: dict[type[Strict], str] = {
    Lookup: "a lookup",
    Aggregate: "the past",
    Computed: "a function",
    Expression: "a row",
}
"""What the forms are called: no names that a key could have, so that they can be recognised in an error's path."""


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


Form = Annotated[
    Annotated[Expression, Tag("a row")]
    | Annotated[Lookup, Tag("a lookup")]
    | Annotated[Aggregate, Tag("the past")]
    | Annotated[Computed, Tag("a function")],
    Discriminator(_which),
]
Feature = Annotated[Form, BeforeValidator(_long_form, json_schema_input_type=Sql | Form)]

Features = dict[ColumnName, Feature]
