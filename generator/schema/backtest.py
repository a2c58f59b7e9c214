"""``conf/backtest/``: how history is replayed."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import Identifier, Strict


class Backtest(Strict):
    """What `ninefold backtest` replays: the windows of the past, and the models that are compared in them."""

    period: Literal["day", "week", "month", "quarter", "year"] | None = Field(
        default=None,
        description="the length of a window; by default the shortest that makes at most 24 of them",
        examples=["month"],
    )
    first: Annotated[int, Field(ge=1)] = Field(
        default=3, description="windows of rows that the first model is fitted on, before any is compared"
    )
    latest: Annotated[int, Field(ge=1)] = Field(
        default=3, description="windows that models of the latest rows alone are fitted on"
    )
    candidate: Identifier | None = Field(
        default=None, description="the candidate that is fitted; by default the chosen one", examples=["lightgbm"]
    )
