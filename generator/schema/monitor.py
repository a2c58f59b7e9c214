"""``conf/monitor/``: how the released model is watched."""

from typing import Annotated

from pydantic import Field

from generator.schema.base import Strict


class Monitor(Strict):
    """Performance, scores and data quality, window by window, against rows from before the release."""

    false_alarms_per_quarter: Annotated[float, Field(gt=0)] = Field(
        default=0.25,
        description="false alarms that the project may raise in a quarter of a year, all features, metrics and windows "
        "together; 0.25 is one a year. What the rows of the reference can promise is reported beside it",
    )
    chunk_rows: Annotated[int, Field(ge=50)] = Field(default=2_000, description="rows of a window of the log")
    windows: Annotated[int, Field(ge=10)] = Field(default=100, description="windows that are reported, the latest")
    chunks: Annotated[int, Field(ge=20)] = Field(
        default=200, description="chunks of the reference that set the thresholds: blocks in time at most, or draws"
    )
    min_rows: Annotated[int, Field(ge=1)] = Field(
        default=200, description="rows of a window, and rows with an outcome, before they are compared"
    )
    unexpected: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.05,
        description="share of the rows of a window in which a field may be missing or unexpected by the contract "
        "before data quality raises an alarm",
    )
    rows_as_outcomes: bool = Field(
        default=False,
        description="whether rows that are collected later give the outcomes of predictions with their key and time, "
        "besides those that are sent to /feedback",
    )
    seed: int = Field(default=0, description="seed of draws from the reference")
