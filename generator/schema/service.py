"""``conf/service/``: how the released model answers."""

from typing import Annotated

from pydantic import Field

from generator.schema.base import Strict, Text, Variable


class Service(Strict):
    """The HTTP service of the bundle."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)] = 8_000
    max_body: Annotated[int, Field(ge=1_024)] = Field(default=1_048_576, description="largest request body, in bytes")
    log: bool = Field(default=True, description="append every answer to logs/predictions.jsonl")
    api_key: Variable | None = Field(
        default=None, description="the environment variable that holds the key requests have to bring"
    )
