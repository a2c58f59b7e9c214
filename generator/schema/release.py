"""``conf/release/``: what a challenger must show before it replaces the champion."""

from typing import Annotated

from pydantic import Field

from generator.schema.base import Strict


class Release(Strict):
    """The gate between an evaluated model and the registry."""

    min_gain: Annotated[float, Field(ge=0)] = Field(
        default=0.0, description="gain in the primary metric that a challenger must show beyond the noise"
    )
    beat_baseline: bool = Field(default=True, description="refuse a model that is not better than the base rate")
