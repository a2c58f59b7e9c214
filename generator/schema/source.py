"""A source of ``data.sources``: where its rows come from, and how a file is laid out."""

import codecs
import re
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from generator.schema.base import (
    QUOTED,
    ColumnName,
    FunctionName,
    Kind,
    Setting,
    Strict,
    TableName,
    Text,
    Variable,
)


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
        description="a file of the project, of the package when one is named, or a URL of an HTTP server or an object "
        "store; may be packed as .gz, .zst, .bz2, .xz or a .zip of one file; with a *, all files of a folder whose "
        "names fit, as in inputs/orders/*.csv or s3://shop/orders/*.csv",
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
    log: Text | None = Field(
        default=None,
        description="of the project's table: the folder of the prediction log, `service.log_folder`; predictions whose "
        "outcomes came to /feedback are rows as well, with the features that were logged",
        examples=["logs"],
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

    @field_validator("path")
    @classmethod
    def _has_no_password(cls, path: str | None) -> str | None:
        if path is not None and "://" in path and "@" in urlsplit(path).netloc:
            raise PydanticCustomError(
                "password",
                "a URL with a user or a password, which everybody could read: leave them out; the libraries of object "
                "stores take keys from the environment, as in AWS_ACCESS_KEY_ID",
            )
        return path

    @field_validator("deps")
    @classmethod
    def _is_near(cls, deps: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if any("://" in path for path in deps or ()):
            raise PydanticCustomError("remote", "a URL, and these are files of the project: a URL is a source, `path:`")
        return deps

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
    def is_remote(self) -> bool:
        """Return whether the file is elsewhere: over HTTP or in an object store."""
        return "://" in (self.path or "")

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
