"""``conf/split/``: which rows are learned from, which choose between candidates, and which are looked at once."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from generator.schema.base import Strict

Part = Annotated[float, Field(gt=0, lt=0.9)]


def _date(value: Any) -> Any:
    """Return an ISO date that came as text; YAML gives dates, OmegaConf gives text."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError("not a date: write it as 2013-10-01") from error


Day = Annotated[date, BeforeValidator(_date), PlainSerializer(str)]


class ByTime(Strict):
    """Train on earlier rows, hold out the latest."""

    kind: Literal["time"]
    holdout: Part = Field(default=0.25, description="share of rows, the latest, that is held out")
    holdout_from: Day | None = Field(
        default=None, description="hold out from this day on instead", examples=["2013-10-01"]
    )
    validation: Part = Field(default=0.2, description="share of the training rows, the latest, that chooses")


class AtRandom(Strict):
    """Shuffle by a digest of the row's key and the seed; classes keep their shares."""

    kind: Literal["random"]
    holdout: Part = Field(default=0.25, description="share of rows that is held out")
    validation: Part = Field(default=0.2, description="share of the training rows that chooses")
    seed: int = Field(default=0, description="seed of the split")


Split = Annotated[ByTime | AtRandom, Field(discriminator="kind")]
