"""``conf/retrain/``: when a new model is fitted on all rows there are, and what that has to be worth."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from generator.schema.base import Duration, Strict


class Retrain(Strict):
    """When `ninefold retrain` fits a new model; any of what is given is enough."""

    on_alarm: bool = Field(default=True, description="when monitoring alarms, on performance or on the scores")
    every: Duration | None = Field(
        default=timedelta(days=30),
        description="when the version in production, and the last attempt, are older than this; null for never",
    )
    new_labels: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="when there are this many more labelled rows than the last model was fitted on, released or not",
        examples=[1000],
    )
    min_gain: Annotated[float, Field(ge=0)] = Field(
        default=0.0,
        description="loss in the primary metric, from the holdout to what is realised, below which an alarm is not "
        "retrained for",
    )
    cost: Annotated[float, Field(ge=0)] = Field(
        default=0.0,
        description="what a retraining costs, with the work of people, in the currency of the decision: an alarm by "
        "which less is lost in 30 days is not retrained for",
    )
