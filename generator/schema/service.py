"""``conf/service/``: how the released model answers."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from generator.schema.base import Identifier, Strict, Text, Variable, matching

OBJECTS = r"(s3|gs|abfs)://[A-Za-z0-9@][A-Za-z0-9@._/-]*[A-Za-z0-9_-]|file:///[A-Za-z0-9._/-]*[A-Za-z0-9_-]"

LOGS = "logs"
"""The folder of the log where the config names no other."""

LOG_TABLE = "prediction_log"
"""What the log is called where it is a source of rows."""

Folder = Annotated[
    str,
    Field(min_length=1, max_length=1_000),
    matching(r"(?!.*://)(?!\s)[^\0\n]*[^\s\0]", "folder", "not a folder: write one like /var/log/flights"),
]
"""A folder, from the project's root or absolute."""


class Expected(Strict):
    """The expected values of one field of a request, where they differ from what training rows show."""

    missing: bool | None = Field(default=None, description="whether the value may be missing")
    min: float | None = Field(default=None, description="the lowest expected number")
    max: float | None = Field(default=None, description="the highest expected number")
    values: tuple[str, ...] | None = Field(default=None, description="the expected texts")


StoreUrl = Annotated[
    str, matching(OBJECTS, "store", "no folder of an object store: write it like s3://bucket/log or file:///mnt/log")
]
"""A folder in an object store."""


class LogStore(Strict):
    """Where files of the log are kept that were written elsewhere: an object store, or a table of a database."""

    url: StoreUrl | None = Field(
        default=None,
        description="a folder, as fsspec names it, of S3 (s3://), Google (gs://), Azure (abfs://) or a shared disk "
        "(file:///); keys are in the environment, where the library of the store looks for them",
        examples=["s3://bucket/log"],
    )
    database: Variable | None = Field(
        default=None,
        description="instead of a folder, the environment variable that holds the URL of a database",
        examples=["LOG_DATABASE_URL"],
    )
    table: Identifier = Field(default="prediction_log", description="its table, which is made where it is missing")

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.url is None) == (self.database is None):
            raise PydanticCustomError("one_store", "two stores, or none: give either `url`, or `database`")
        return self


class Service(Strict):
    """The HTTP service of the bundle."""

    host: Text = Field(
        default="127.0.0.1", description="the address it listens to; 0.0.0.0 for all", examples=["0.0.0.0"]
    )
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(default=8_000, description="the port it listens to")
    workers: Annotated[int, Field(ge=1, le=256)] = Field(default=1, description="processes; one answers on one core")
    api_key: Variable | None = Field(
        default=None,
        description="the environment variable that holds the key, which has to be set; by default, none is asked for",
    )
    max_body: Annotated[int, Field(ge=1_024)] = Field(default=1_048_576, description="largest request body, in bytes")
    max_rows: Annotated[int, Field(ge=1)] = Field(default=1_000, description="most rows in one request")
    max_connections: Annotated[int, Field(ge=1)] = Field(
        default=1_000,
        description="connections at a time in a process; beyond it, those idle longest are closed",
    )
    timeout: Annotated[float, Field(gt=0)] = Field(
        default=10.0, description="seconds for a request's head, and for its body"
    )
    on_unexpected: Literal["mark", "refuse"] = Field(
        default="mark",
        description="what becomes of values that training has not seen: answered and marked, or refused",
    )
    expected: dict[Text, Expected] = Field(
        default_factory=dict,
        description="the expected values of a field, where they differ from those in reports/contract.yaml",
    )
    log: bool = Field(default=True, description="append every answer to predictions-*.jsonl before it leaves")
    log_folder: Folder = Field(
        default=LOGS,
        description="the folder that they are in: from the project's root, or absolute",
        examples=["/var/log/flights"],
    )
    log_failure: Literal["refuse", "serve"] = Field(
        default="refuse", description="what becomes of a request whose prediction cannot be logged"
    )
    log_max_bytes: Annotated[int, Field(ge=1_024)] = Field(
        default=104_857_600, description="size at which a new file of the log is begun"
    )
    log_max_hours: Annotated[float, Field(gt=0)] = Field(default=24.0, description="age at which one is begun")
    log_keep_days: Annotated[float, Field(gt=0)] | None = Field(
        default=None,
        description="how long files of the log are kept: this many days after the outcomes of their last lines are due "
        "(`problem.label_after`); for ever by default",
    )
    log_keep_bytes: Annotated[int, Field(ge=1_048_576)] | None = Field(
        default=None,
        description="size of all files beyond which the oldest are deleted, though none whose outcomes are not due yet",
    )

    log_store: LogStore | None = Field(
        default=None,
        description="where closed files of the log are brought to from other machines, so that `monitor` reads them",
    )

    @property
    def log_expires(self) -> bool:
        """Return whether files of the log are deleted at some time."""
        return bool(self.log and (self.log_keep_days or self.log_keep_bytes))
