"""``conf/blend/``: a candidate that combines the others."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import Identifier, Strict


class Blend(Strict):
    """A weighted mean of candidates: of log-odds, of log-probabilities for several classes, of values for numbers.

    It competes with the others under the name ``blend``, and is chosen only where it is better than every other by more
    than noise.
    """

    kind: Literal["greedy"] = Field(
        description="how weights are found: by greedy forward selection with replacement, for the least loss on "
        "validated rows; on fewer than 300 of them they are equal"
    )
    members: Annotated[tuple[Identifier, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="the candidates that are combined; by default all but baselines",
        examples=[["linear", "lightgbm"]],
    )
    steps: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=25,
        description="how often a member is added, the best at the time; weights are multiples of 1 / steps",
    )
