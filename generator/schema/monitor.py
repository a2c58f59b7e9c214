"""``conf/monitor/``: how the released model is watched."""

from typing import Annotated

from pydantic import Field

from generator.schema.base import Strict


class Monitor(Strict):
    """Drift of features and scores against the holdout, with thresholds set by its own chunks."""

    false_alarms: Annotated[float, Field(gt=0, lt=0.5)] = Field(
        default=0.01, description="share of unchanged chunks in which some alarm may ring"
    )
    chunk_rows: Annotated[int, Field(ge=50)] = Field(
        default=2_000, description="rows compared with the reference at a time"
    )
    chunks: Annotated[int, Field(ge=20)] = Field(default=200, description="reference chunks that set the thresholds")
    min_rows: Annotated[int, Field(ge=1)] = Field(default=200, description="logged rows before anything is judged")
    seed: int = Field(default=0, description="what the reference chunks are drawn with")
