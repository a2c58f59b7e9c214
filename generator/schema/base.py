"""What every part of the config shares: frozen models that refuse unknown keys, and the types of single values."""

import keyword
import re
from datetime import timedelta
from typing import Annotated, Any, Literal, LiteralString

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
NAME = "[a-z][a-z0-9_]{0,62}"


class Strict(BaseModel):
    """A frozen part of the config that refuses keys it does not know."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=True, allow_inf_nan=False, defer_build=True
    )


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"\s*(\d+)\s+(second|minute|hour|day|week)s?\s*", str(value))
    if not match:
        raise PydanticCustomError("duration", "not a duration: write it like '3 hours', '7 days' or '90 minutes'")
    return timedelta(seconds=int(match[1]) * UNITS[match[2]])


def _span(value: Any) -> timedelta | str:
    try:
        return "all" if value == "all" else _duration(value)
    except PydanticCustomError as error:
        raise PydanticCustomError("duration", "not a span: write it like '7 days' or '6 hours', or 'all'") from error


def _words(value: timedelta | str) -> str:
    """Return ``value`` in its largest whole unit, the way a user writes it: ``3 hours``."""
    if isinstance(value, str):
        return value
    seconds = int(value.total_seconds())
    unit, size = next((u, s) for u, s in reversed(UNITS.items()) if seconds % s == 0)
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _identifier(value: str) -> str:
    if keyword.iskeyword(value):
        raise PydanticCustomError("identifier", "a word of Python itself: choose another name")
    if not re.fullmatch(NAME, value):
        raise PydanticCustomError(
            "identifier", "not a plain name: use small letters, digits and underscores, as in 'late_flights'"
        )
    return value


def _column_name(value: str) -> str:
    if not value.strip() or "\0" in value:
        raise PydanticCustomError("column_name", "not a name: write one that can be seen, without a NUL character")
    return value


def matching(pattern: str, kind: LiteralString, otherwise: LiteralString) -> AfterValidator:
    """Return a validator of texts that are wholly of ``pattern``; ``otherwise`` says what is wrong and what to do."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise PydanticCustomError(kind, otherwise)
        return value

    return AfterValidator(check)


PATTERN = r"\s*[0-9]+\s+(second|minute|hour|day|week)s?\s*"

Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(_words),
    WithJsonSchema(
        {"type": "string", "title": "a duration, as in 3 hours", "examples": ["3 hours"], "pattern": f"^{PATTERN}$"}
    ),
]
"""A span of time, written as a count and a unit; at least one second."""

Span = Annotated[
    timedelta | Literal["all"],
    BeforeValidator(_span),
    PlainSerializer(_words),
    WithJsonSchema(
        {
            "type": "string",
            "title": "a duration, as in 7 days, or all",
            "examples": ["7 days"],
            "pattern": f"^({PATTERN}|all)$",
        }
    ),
]
"""A span of time before a moment, or all of it."""

Identifier = Annotated[
    str,
    AfterValidator(_identifier),
    WithJsonSchema(
        {
            "type": "string",
            "title": "a plain name, as in late_flights",
            "examples": ["late_flights"],
            "pattern": f"^{NAME}$",
        }
    ),
]
"""A name that becomes the name of a module, folder or stage."""

ColumnName = Annotated[str, AfterValidator(_column_name)]
"""A name of a column or feature: any text that can be seen."""

Variable = Annotated[
    str, matching(r"[A-Z_][A-Z0-9_]{0,127}", "variable", "not a variable's name: use capitals, as in SERVICE_API_KEY")
]
"""The name of an environment variable."""

QUOTED = r'(?:[^".]+|"(?:[^"]|"")+")'
TableName = Annotated[
    str,
    matching(
        rf"(?:{QUOTED}\.)?{QUOTED}",
        "table_name",
        'not a table\'s name: write table or schema.table, and a name with a dot or quote like "it.em""s"',
    ),
]
"""A table of a database, with its schema or without."""

Text = Annotated[str, Field(min_length=1, max_length=2_000)]
"""Words for people."""

Share = Annotated[float, Field(ge=0, le=1)]
"""A part of a whole, 0 to 1."""

Sql = Annotated[str, Field(min_length=1, max_length=10_000, title="a SQL expression")]
"""One SQL expression in DuckDB's dialect."""


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Sqls = Annotated[tuple[Sql, ...], BeforeValidator(_several, json_schema_input_type=Sql | tuple[Sql, ...])]
"""SQL expressions; one alone needs no brackets."""

FunctionName = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$")]
"""A function of a module in the project's own package: ``module.function``."""

_Setting = TypeAliasType("_Setting", "bool | int | float | str | tuple[_Setting, ...] | dict[str, _Setting] | None")
Setting = Annotated[_Setting, WithJsonSchema({"description": "whatever the code takes"})]
"""A value for code that is not ours: whatever YAML can say."""

Kind = Annotated[
    Literal["boolean", "integer", "float", "text", "date", "timestamp"], Field(description="what the column holds")
]
"""What a column holds; ``timestamp`` has no zone, and is UTC where the data gives one."""


def words(value: timedelta | str) -> str:
    """Return a duration as people say it: ``3 hours``; or ``all``."""
    return _words(value)
