"""``conf/monitor/``: how the released model is watched."""

from typing import Annotated

from pydantic import Field

from generator.schema.base import Strict


class Monitor(Strict):
    """Realised performance and drift against rows from before the release, which set the thresholds too."""

    false_alarms: Annotated[float, Field(gt=0, lt=0.5)] = Field(
        default=0.01,
        description="share of unchanged chunks in which the scores may ring an alarm, in which the realised "
        "performance may, and in which some feature may seem to drift; where rows have a time, a hundred blocks of "
        "consecutive rows are needed to promise one in a hundred, and what is promised and was measured is reported",
    )
    chunk_rows: Annotated[int, Field(ge=50)] = Field(
        default=2_000, description="rows compared with the reference at a time"
    )
    chunks: Annotated[int, Field(ge=20)] = Field(
        default=200, description="chunks that set the thresholds: of rows drawn from the holdout, or blocks at most"
    )
    min_rows: Annotated[int, Field(ge=1)] = Field(
        default=200, description="logged rows, and rows with an outcome, before there is a verdict"
    )
    seed: int = Field(default=0, description="seed of the reference chunks")
