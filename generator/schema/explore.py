"""``conf/explore/``: how much data exploration looks at, and which hypotheses it tests."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import Strict

Hypothesis = Literal["signal", "nonlinear", "interactions", "missingness", "categories", "more_data", "drift"]


class Explore(Strict):
    """The exploration: a profile of every column, and cheap tests of what will work."""

    rows: Annotated[int, Field(ge=100)] = Field(
        default=20_000, description="training rows the hypotheses are tested on"
    )
    hypotheses: tuple[Hypothesis, ...] = Field(
        default=(), description="the hypotheses to test before anything is trained", examples=[["signal", "drift"]]
    )
    suspicious: Annotated[float, Field(gt=0.5, le=1)] = Field(
        default=0.95,
        description="a single input that ranks the target this well is reported as a likely leak",
    )
    seed: int = Field(default=0, description="seed of the sample")
