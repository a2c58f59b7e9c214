"""``conf/data/``: the sources, the project's table, the roles of its columns, and the checks its rows must pass."""

from typing import Literal

from pydantic import Field

from generator.schema.base import (
    ColumnName,
    Duration,
    FunctionName,
    Identifier,
    Kind,
    Setting,
    Share,
    Sql,
    Strict,
    Text,
)

Role = Literal["key", "time", "input", "outcome", "drop"]


class Source(Strict):
    """One file of data, in the project or inside an installed Python package; or a function that returns the rows."""

    path: Text | None = Field(
        default=None,
        description="a file of the project, or of the package when one is named; may be a .zip of one file",
    )
    python: FunctionName | None = Field(
        default=None, description="instead of a file, module.function of the project, which returns the rows"
    )
    params: dict[str, Setting] | None = Field(default=None, description="what the function is called with by name")
    deps: tuple[Text, ...] | None = Field(default=None, description="files that the function reads")
    package: Text | None = Field(default=None, description="the installed package that holds the file")
    format: Literal["csv", "parquet", "json"] = "csv"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    nulls: tuple[str, ...] = Field(default=("",), description="texts that stand for a missing value")
    columns: dict[ColumnName, Kind] = Field(
        default_factory=dict,
        description="columns to keep and what they hold; the project's table gives its own instead",
    )
    key: tuple[ColumnName, ...] = Field(
        default=(), description="columns that name a row, for lookups; no two rows share them"
    )
    known_at: ColumnName | None = Field(
        default=None,
        description="timestamp column after which a row is known; later rows are never looked up",
    )

    @property
    def is_text(self) -> bool:
        """Return whether every value is read as a text."""
        return self.python is None and self.format == "csv"


class Column(Strict):
    """A column of the project's table: what it holds, and when it is known."""

    role: Role = "input"
    type: Kind | None = Field(default=None, description="what the column holds; worked out when `sql` is given")
    source: ColumnName | None = Field(
        default=None, alias="from", description="its name in the source, when that differs"
    )
    sql: Sql | None = Field(default=None, description="derive the column from others by this expression")
    known_after: Duration | None = Field(
        default=None,
        description="for an outcome: how long after the row's time it is certain; `problem.label_after` by default",
    )


class Check(Strict):
    """A rule for rows. NULL passes, as in a SQL CHECK."""

    expect: Sql
    otherwise: Literal["quarantine", "clear", "warn", "fail"]
    source: Identifier | None = Field(
        default=None, description="the source it is about; the project's table by default"
    )
    clear: tuple[ColumnName, ...] = Field(default=(), description="columns set to NULL where the rule is broken")
    at_most: Share = Field(default=0.1, description="share of rows that may break the rule before `process` stops")


class Data(Strict):
    """Sources, table, checks."""

    sources: dict[Identifier, Source]
    table: Identifier = Field(description="the source that has one row for every thing to predict")
    columns: dict[ColumnName, Column]
    checks: dict[Identifier, Check] = Field(default_factory=dict)
