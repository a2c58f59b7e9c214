"""``conf/data/``: the sources, the project's table, the roles of its columns, and the checks its rows must pass."""

from typing import Literal

from pydantic import Field

from generator.schema.base import ColumnName, Duration, Identifier, Kind, Share, Sql, Strict
from generator.schema.source import Source

Role = Literal["key", "time", "input", "outcome", "drop"]


class Column(Strict):
    """A column of the project's table: what it holds, and when it is known."""

    role: Role = Field(
        default="input",
        description="when it is known: key names a row, time says when it happens, input is known when the prediction "
        "is made, outcome only later, drop is not used",
    )
    type: Kind | None = Field(default=None, description="what the column holds; worked out when `sql` is given")
    source: ColumnName | None = Field(
        default=None,
        alias="from",
        description="its name in the source, when that differs; the field of a structure in JSON or Parquet has a name "
        "as in customer.address.city",
    )
    read: Sql | None = Field(
        default=None,
        description="how its text in the source becomes the value, as in try_strptime(day, '%d.%m.%Y')",
    )
    nulls: tuple[str, ...] = Field(
        default=(),
        description="texts that stand for a missing value in this column, whatever blanks are around them; `read` and "
        "`type` see what is left",
        examples=[["NA", "-"]],
    )
    sql: Sql | None = Field(default=None, description="derive the column from others by this expression")
    known_after: Duration | None = Field(
        default=None,
        description="for an outcome: how long after the row's time it is certain; `problem.label_after` by default",
    )
    log: bool | None = Field(default=None, description="false: never logged, nor what is computed from it")


class Check(Strict):
    """A rule for rows. NULL passes, as in a SQL CHECK."""

    expect: Sql = Field(description="what has to be true of a row", examples=["distance > 0"])
    otherwise: Literal["quarantine", "clear", "warn", "fail"] = Field(
        description="what becomes of a row that breaks the rule: set aside, its columns in `clear` made NULL, counted "
        "only, or the stage stops"
    )
    source: Identifier | None = Field(
        default=None, description="the source it is about; the project's table by default"
    )
    clear: tuple[ColumnName, ...] = Field(default=(), description="columns set to NULL where the rule is broken")
    at_most: Share = Field(default=0.1, description="share of rows that may break the rule before `process` stops")


class Data(Strict):
    """Sources, table, checks."""

    sources: dict[Identifier, Source] = Field(
        description="files of data, each under a name of its own", examples=[{"flights": {"path": "flights.csv"}}]
    )
    table: Identifier = Field(description="the source that has one row for every thing to predict")
    columns: dict[ColumnName, Column] = Field(
        description="the columns of the table, each with what it holds and when it is known",
        examples=[
            {
                "carrier": {"type": "text", "role": "key"},
                "departure": {"sql": "time_hour + to_minutes(minute)", "role": "time"},
                "arr_delay": {"type": "float", "role": "outcome"},
            }
        ],
    )
    checks: dict[Identifier, Check] = Field(
        default_factory=dict,
        description="rules that rows have to pass, each under a name of its own",
        examples=[{"real_distance": {"expect": "distance > 0", "otherwise": "quarantine"}}],
    )
