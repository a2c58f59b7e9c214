"""``encode:`` of a feature: how models see it, in one word or as a mapping with ``kind:`` and options."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from generator.schema.base import Strict

Count = Annotated[int, Field(ge=1)]
Columns = Annotated[int, Field(ge=1, le=1_000)]
"""How many columns of a matrix may come from one feature: each row fills them all."""


class Number(Strict):
    """The value itself."""

    kind: Literal["number"]
    impute: Literal["none", "mean", "median", "zero"] = Field(
        default="none", description="what replaces a missing value"
    )
    indicator: bool = Field(default=False, description="whether one more column marks where a value was missing")
    scale: bool = Field(default=False, description="whether to subtract the mean and divide by the standard deviation")


class Category(Strict):
    """A code for each value, which trees split into groups and linear models weigh one by one."""

    kind: Literal["category"]
    min_count: Count = Field(default=1, description="values seen less often in training share one code")


class OneHot(Strict):
    """A column of zeros and ones for each value."""

    kind: Literal["one_hot"]
    min_count: Count = Field(default=10, description="values seen less often in training share one column")
    most: Columns = Field(default=50, description="how many values have a column of their own, at most")


class Ordinal(Strict):
    """The place of each value in an order."""

    kind: Literal["ordinal"]
    order: tuple[str, ...] | None = Field(default=None, description="the values, lowest first; sorted by default")


class Target(Strict):
    """What the target is on average where the value occurs, shrunk to the overall mean where it is rare."""

    kind: Literal["target"]
    smooth: Annotated[float, Field(gt=0, le=1e9)] = Field(
        default=20.0, description="how many rows the overall mean counts as"
    )
    folds: Annotated[int, Field(ge=2, le=100)] = Field(
        default=5, description="folds of the cross-fitting: a row is encoded by what the other folds say"
    )
    count: bool = Field(
        default=False, description="whether one more column has log(1 + n) of the `n` rows of training with the value"
    )


class Hash(Strict):
    """A one in the column that a hash of the value selects."""

    kind: Literal["hash"]
    buckets: Columns = Field(default=32, description="how many columns")


class TextWords(Strict):
    """The words of a text, each with its weight (TF-IDF)."""

    kind: Literal["text"]
    terms: Columns = Field(default=100, description="how many words have a column, at most")
    min_count: Count = Field(default=5, description="rows of training that a word has to be in")


def _long_form(value: Any) -> Any:
    """Return the long form of an encoding given as a word."""
    if isinstance(value, str):
        return {"kind": value}
    if value is None or isinstance(value, dict | Strict):
        return value
    raise PydanticCustomError("encoding", "no encoding: write a word like `one_hot`, or a mapping with `kind:`")


Forms = Annotated[Number | Category | OneHot | Ordinal | Target | Hash | TextWords, Field(discriminator="kind")]
Word = Literal["number", "category", "one_hot", "ordinal", "target", "hash", "text"]

Encoding = Annotated[Forms, BeforeValidator(_long_form, json_schema_input_type=Word | Forms)]
