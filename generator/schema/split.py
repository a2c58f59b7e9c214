"""``conf/split/``: which rows are learned from, which choose between candidates, and which are looked at once."""

import re
from contextlib import suppress
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from generator.schema.base import PATTERN, Duration, Strict, words

Part = Annotated[float, Field(gt=0, lt=0.9)]
Folds = Annotated[int, Field(ge=2)]


def _date(value: Any) -> Any:
    """Return an ISO date that came as text; YAML gives dates, OmegaConf gives text."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError("not a date: write it as 2013-10-01") from error


def _share_or_duration(value: Any) -> Any:
    """Return a share as it is, and a duration as one."""
    if isinstance(value, bool | int | float):
        if not isinstance(value, bool) and 0 < value < 0.9:
            return float(value)
    elif isinstance(value, str | timedelta):
        with suppress(ValidationError):
            return SPAN.validate_python(value)
        if (percent := re.fullmatch(r"(\d+(?:\.\d+)?) ?%", str(value))) is not None:
            raise PydanticCustomError(
                "holdout", "not a share of the rows: write it as {share}", {"share": f"{float(percent[1]) / 100:g}"}
            )
    raise PydanticCustomError(
        "holdout", "not a share of the rows: write one less than 0.9, as in 0.25, or a duration, as in '90 days'"
    )


SPAN: TypeAdapter[timedelta] = TypeAdapter(Duration)
ShareOrDuration = Annotated[
    float | timedelta,
    BeforeValidator(_share_or_duration),
    PlainSerializer(lambda value: words(value) if isinstance(value, timedelta) else value),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.9},
                {"type": "string", "title": "a duration, as in 90 days", "pattern": f"^{PATTERN}$"},
            ]
        }
    ),
]
"""A share of the rows, or those of a span of time."""

Day = Annotated[date, BeforeValidator(_date), PlainSerializer(str)]


class Validated(Strict):
    """How candidates are compared on the training rows: on one part of them, or out of fold on all or most."""

    @model_validator(mode="before")
    @classmethod
    def _one_part_or_folds(cls, data: Any) -> Any:
        """Return ``data`` with no validation part where there are folds, and the usual one where that is null."""
        if not isinstance(data, dict):
            return data
        if data.get("folds") is not None:
            return {"validation": None, **data}
        return {key: value for key, value in data.items() if key != "validation" or value is not None}


class ByTime(Validated):
    """Train on earlier rows, hold out the latest."""

    kind: Literal["time"]
    holdout: ShareOrDuration = Field(
        default=0.25,
        description="which rows are held out, the latest: a share of them, or those of this span before the latest row "
        "with a known outcome; both move on with new rows, and what was held out is trained on then",
        examples=["90 days"],
    )
    holdout_from: Day | None = Field(
        default=None,
        description="hold out from this day on instead: the holdout grows with new rows",
        examples=["2013-10-01"],
    )
    validation: Part | None = Field(default=0.2, description="share of the training rows, the latest, that chooses")
    folds: Folds | None = Field(
        default=None,
        description="choose out of fold instead: the training rows are cut into one block of time more than this, and "
        "each block but the first is predicted by models fitted on all rows before it; it takes as many times the work",
        examples=[3],
    )


class AtRandom(Validated):
    """Shuffle by a digest of the row's key and the seed; classes keep their shares."""

    kind: Literal["random"]
    holdout: Part = Field(default=0.25, description="share of rows that is held out")
    validation: Part | None = Field(default=0.2, description="share of the training rows that chooses")
    folds: Folds | None = Field(
        default=None,
        description="choose out of fold instead: the training rows are shuffled into this many parts, and each is "
        "predicted by models fitted on the others; it takes as many times the work",
        examples=[3],
    )
    group: str | None = Field(
        default=None,
        description="rows of which this expression has one value stay together: no part, and no fold, has some of them "
        "and another the rest, so that figures are of customers, patients or the like that no model was fitted on; a "
        "row of which it is NULL is a group of its own",
        examples=["customer"],
    )
    seed: int = Field(default=0, description="seed of the split")


Split = Annotated[ByTime | AtRandom, Field(discriminator="kind")]
