"""``conf/features/``: each feature in one line, a row expression in SQL or a lookup in a dimension table."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from generator.schema.base import ColumnName, Sql, Strict

Encoding = Literal["number", "category"]


class Expression(Strict):
    """A feature computed from a row's inputs and from earlier features."""

    sql: Sql
    encode: Encoding | None = Field(default=None, description="how models see it; worked out from the type by default")


class Lookup(Strict):
    """A feature read from a dimension table by key; NULL where the key is not found."""

    lookup: Annotated[str, Field(pattern=r"^[^.]+\.[\s\S]+$")] = Field(description="source.column")
    by: tuple[Sql, ...] = Field(description="expressions over the inputs that match the source's key, in its order")
    encode: Encoding | None = None


def _long_form(value: Any) -> Any:
    """Return the long form of a feature given as bare SQL, and of a single ``by``."""
    if isinstance(value, str):
        return {"sql": value}
    if isinstance(value, dict) and isinstance(value.get("by"), str):
        return {**value, "by": (value["by"],)}
    return value


def _which(value: Any) -> str | None:
    """Return which form ``value`` is meant to be; ``by`` without ``lookup`` is a lookup with a slip.

    The names of the forms are none that a key could have, so that they can be told apart in the path of an error.
    """
    if isinstance(value, Expression | Lookup):
        return "a lookup" if isinstance(value, Lookup) else "a row"
    if not isinstance(value, dict):
        return None
    return "a lookup" if "lookup" in value or ("by" in value and "sql" not in value) else "a row"


Feature = Annotated[
    Annotated[Expression, Tag("a row")] | Annotated[Lookup, Tag("a lookup")],
    Discriminator(_which),
    BeforeValidator(_long_form),
]

Features = dict[ColumnName, Feature]
