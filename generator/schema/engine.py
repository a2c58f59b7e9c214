"""``conf/engine/``: what runs the SQL."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import Strict


class Engine(Strict):
    """DuckDB, inside the process."""

    kind: Literal["duckdb"]
    memory_limit: Annotated[str, Field(pattern=r"^\d+(\.\d+)?\s?(MB|MiB|GB|GiB)$")] = Field(
        default="4GB", description="what DuckDB may hold in memory; it spills to disk beyond that"
    )
    threads: Annotated[int, Field(ge=1)] = Field(default=2, description="how many threads DuckDB works with")
