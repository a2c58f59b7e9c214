"""``conf/data/``: the sources, the project's table, the roles of its columns, and the checks its rows must pass."""

import codecs
import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from generator.schema.base import (
    QUOTED,
    ColumnName,
    Duration,
    FunctionName,
    Identifier,
    Kind,
    Setting,
    Share,
    Sql,
    Strict,
    TableName,
    Text,
    Variable,
)

Role = Literal["key", "time", "input", "outcome", "drop"]


def table_parts(table: str) -> tuple[str | None, str]:
    """Return the schema, None where none is given, and the name of a table, without the quotes around them."""
    *schema, name = (
        part[1:-1].replace('""', '"') if part.startswith('"') else part for part in re.findall(QUOTED, table)
    )
    return (schema[0] if schema else None), name


class Source(Strict):
    """A file of data, in the project or in an installed Python package; a function that returns rows; a database."""

    path: Text | None = Field(
        default=None,
        description="a file of the project, or of the package when one is named; may be packed as .gz, .zst, .bz2, "
        ".xz or a .zip of one file; with a *, all files of a folder whose names fit, as in inputs/orders/*.csv",
    )
    python: FunctionName | None = Field(
        default=None,
        description="instead of a file, module.function of the project, which returns the rows",
        examples=["orders.latest"],
    )
    params: dict[str, Setting] | None = Field(
        default=None, description="what the function is called with by name", examples=[{"year": 2024}]
    )
    database: Variable | None = Field(
        default=None,
        description="instead of a file, the environment variable that holds the URL of a database, as in "
        "postgresql://user:password@host/name; the URL itself is written nowhere",
        examples=["DATABASE_URL"],
    )
    table: TableName | None = Field(
        default=None,
        description="the table or view of the database, with its schema where it needs one",
        examples=["public.orders"],
    )
    deps: tuple[Text, ...] | None = Field(
        default=None,
        description="files that the function, or the database, reads",
        examples=[["inputs/orders.db"]],
    )
    package: Text | None = Field(default=None, description="the installed package that holds the file")
    format: Literal["csv", "excel", "parquet", "json", "arrow", "orc", "stata"] = Field(
        default="csv", description="how the file is written; excel is any workbook, .ods too, arrow is Feather too"
    )
    sheet: Text | None = Field(default=None, description="the sheet of a workbook; the first by default")
    delimiter: str = Field(
        default=",",
        min_length=1,
        max_length=4,
        description="what separates the values of a CSV file, as , or ||; a blank stands for any number of blanks",
    )
    skip: int = Field(default=0, ge=0, description="lines of a CSV file, or rows of a sheet, above the names")
    header: bool = Field(
        default=True,
        description="whether the first line holds the names of the columns; without, these are column0, column1, ...",
    )
    comment: str = Field(default="", description="the prefix of comment lines in a CSV file", examples=["#"])
    footer: tuple[Text, ...] | None = Field(
        default=None,
        description="values that mark the last rows of a CSV file or a sheet as no data: a total, a note",
        examples=[["Total"]],
    )
    row_names: bool = Field(
        default=False,
        description="whether each row begins with a row name that has no column name above it, as R writes it; the "
        "column is called row_name",
    )
    rewrite: bool = Field(
        default=False,
        description="whether a CSV file is written anew, line by line, before DuckDB reads it: slower, and fit for "
        "short rows, mixed line ends, names with line breaks, and rows that repeat the names",
    )
    encoding: Text = Field(
        default="utf-8",
        description="the encoding of a CSV file, by Python's name for it",
        examples=["windows-1252", "utf-16"],
    )
    nulls: tuple[str, ...] = Field(
        default=("",),
        description="texts that stand for a missing value in every column of a CSV file; see also `nulls` of a column",
    )
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

    @field_validator("path", "deps")
    @classmethod
    def _is_near(cls, given: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        if any("://" in path for path in ([given] if isinstance(given, str) else given or ())):
            raise PydanticCustomError(
                "remote",
                "a URL, and only files of the project are read: fetch it into one, or return its rows from a function, "
                "`python:`, which may read keys and passwords from os.environ",
            )
        return given

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError as error:
            raise PydanticCustomError(
                "encoding", "no encoding of text that Python knows: write it like windows-1252 or utf-16"
            ) from error
        return encoding

    @property
    def is_in_utf8(self) -> bool:
        """Return whether a CSV file can be read as it is."""
        return codecs.lookup(self.encoding).name in ("utf-8", "utf-8-sig", "ascii")

    @model_validator(mode="after")
    def _one_folder(self) -> Self:
        folder, _, name = (self.path or "").rpartition("/")
        if "*" in f"{folder}{name}" and ("*" in folder or not folder or self.package or name.endswith(".zip")):
            raise PydanticCustomError(
                "pattern", "a pattern names files of one folder: write it like inputs/orders/*.csv"
            )
        return self

    @property
    def is_workbook(self) -> bool:
        """Return whether the file is a workbook, which is read as CSV."""
        return self.format == "excel"

    @property
    def is_converted(self) -> bool:
        """Return whether the file is written as Parquet before it is read."""
        return self.format in ("arrow", "orc", "stata")

    @property
    def is_text(self) -> bool:
        """Return whether every value is read as a text."""
        return self.path is not None and self.format in ("csv", "excel")

    @property
    def is_rewritten(self) -> bool:
        """Return whether the rows of a CSV file are written anew before DuckDB reads them."""
        asked = self.rewrite or self.row_names or self.comment or self.footer or self.delimiter == " "
        return self.is_text and bool(asked)


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
