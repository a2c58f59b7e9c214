"""``conf/tuning/``: whether, and how long, settings are searched for before a candidate is fitted."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from generator.schema.base import Identifier, Strict

Bound = int | float
Value = bool | int | float | str | None


class NoTuning(Strict):
    """Fit every candidate with the settings in its config."""

    kind: Literal["none"]


class Searched(Strict):
    """What a setting may be: a number between two bounds, or one of several values."""

    low: Bound | None = Field(
        default=None, description="the least number; whole ones, where both bounds are", examples=[7]
    )
    high: Bound | None = Field(default=None, description="the largest number", examples=[255])
    log: bool = Field(default=False, description="whether the ratio of two numbers counts, and not their difference")
    choices: tuple[Value, ...] | None = Field(
        default=None, description="the values, in place of numbers", examples=[["sqrt", "log2"]]
    )

    @model_validator(mode="after")
    def _is_a_range_or_choices(self) -> "Searched":
        """Refuse what is neither, both, or a range with nothing in it."""
        bounds = self.low, self.high
        if self.choices is not None:
            if bounds != (None, None) or self.log:
                raise PydanticCustomError("searched", "either bounds or `choices`, not both")
            if len(self.choices) < 2:
                raise PydanticCustomError("searched", "a search needs two choices, or more")
        elif self.low is None or self.high is None:
            raise PydanticCustomError("searched", "write {low: 1, high: 9}, or {choices: [a, b]}")
        elif self.low >= self.high:
            raise PydanticCustomError("searched", "`low` has to be less than `high`")
        elif self.log and self.low <= 0:
            raise PydanticCustomError("searched", "bounds by their ratio need a `low` above 0")
        return self

    def values(self) -> dict[str, object]:
        """Return the keys that say what the setting may be."""
        if self.choices is not None:
            return {"choices": list(self.choices)}
        return {"low": self.low, "high": self.high, "log": self.log}


Space = Annotated[
    dict[str, Searched],
    Field(description="what each of its settings may be", examples=[{"num_leaves": {"low": 7, "high": 63}}]),
]


class Optuna(Strict):
    """Search the settings of candidates with Optuna on validated rows, starting from those in their config.

    A trial is as good as its loss there: the log loss of classes, the primary metric of numbers where that is an error,
    else their squared error. Of many trials on one part the best loss is less often luck than the best ranking; between
    the candidates the primary metric chooses. What was tried is kept: a search that was stopped goes on, and one with
    more trials begins where the last has ended.
    """

    kind: Literal["optuna"]
    trials: Annotated[int, Field(ge=1)] = Field(default=25, description="how many settings of a candidate are tried")
    patience: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="stop after this many trials without a gain", examples=[10]
    )
    minutes: Annotated[float, Field(gt=0)] | None = Field(
        default=None,
        description="begin no trial of a candidate after this time; what is found then depends on the machine",
        examples=[10],
    )
    rounds: Annotated[int, Field(ge=1)] = Field(default=300, description="most trees in one trial of LightGBM")
    seed: int = Field(default=0, description="seed of the search")
    space: dict[Identifier, Space] = Field(
        default_factory=dict,
        description="what is searched of a candidate, in place of what is by default: five settings of LightGBM, the "
        "penalty and the knots of linear models, nothing of others; `{}` leaves a candidate as it is",
        examples=[{"forest": {"max_depth": {"low": 2, "high": 20}, "max_features": {"choices": ["sqrt", "log2"]}}}],
    )


Tuning = Annotated[NoTuning | Optuna, Field(discriminator="kind")]
