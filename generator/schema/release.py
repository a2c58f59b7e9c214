"""``conf/release/``: what a challenger must show before it replaces the champion."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import ColumnName, Identifier, Strict


class Live(Strict):
    """How the version in staging, the challenger, is tried beside the one in production."""

    mode: Literal["shadow", "canary"] = Field(
        default="shadow",
        description="`shadow`: both score each request and the version in production answers; `canary`: the challenger "
        "answers a share of the requests",
    )
    share: Annotated[float, Field(gt=0, lt=1)] = Field(default=0.1, description="the share of keys in a canary")
    key: ColumnName | None = Field(
        default=None,
        description="the field of a request whose hash decides who answers, so that a key always has the same answer; "
        "by default each request is drawn by itself",
        examples=["customer"],
    )
    min_rows: Annotated[int, Field(ge=30)] = Field(
        default=1_000, description="rows of the challenger that have to be seen before it is promoted"
    )
    tolerance: Annotated[float, Field(ge=0)] | None = Field(
        default=None,
        description="by how much the primary metric of the challenger may be worse on live rows; it is promoted once "
        "they show, beyond the noise, that it is not worse by more; by default as much as the gate found it better",
    )
    most_errors: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.01, description="share of its requests that the challenger may fail at"
    )


class Release(Strict):
    """The gate between an evaluated model and the registry."""

    min_gain: Annotated[float, Field(ge=0)] = Field(
        default=0.0, description="gain in the primary metric that a challenger must show beyond the noise"
    )
    beat_baseline: bool = Field(default=True, description="refuse a model that is not better than the base rate")
    min_holdout: Annotated[int, Field(ge=0)] = Field(
        default=10, description="fewest holdout rows of the rarer outcome, or outside the largest class, to decide by"
    )
    tolerances: dict[Identifier, Annotated[float, Field(ge=0, description="how much worse it may be")]] = Field(
        default_factory=dict,
        description="reported metrics, and by how much each may be worse than that of the version in production: where "
        "one is worse by more, beyond the noise, nothing is released",
        examples=[{"log_loss": 0.01}],
    )
    slices: tuple[ColumnName, ...] | None = Field(
        default=None,
        description="which of `metrics.slices` have no group in which the primary metric may be worse than that of the "
        "version in production, beyond the noise; all of them by default, `[]` for none",
        examples=[["origin"]],
    )
    slice_tolerance: Annotated[float, Field(ge=0)] = Field(
        default=0.0, description="by how much the primary metric may be worse in a group of those slices"
    )
    stage: Literal["production", "staging"] = Field(
        default="production",
        description="where a version goes whose verdict is promote: production, or staging, until someone types "
        "`ninefold promote`",
    )
    refit: Literal["all", "training"] = Field(
        default="all",
        description="which rows the released model is fitted on: `all` fits the chosen candidate again, once it was "
        "evaluated, on training rows and holdout alike; `training` releases the very model that was evaluated: choose "
        "it where rows are ordered by time and the holdout is too small a part of them to add anything, or where an "
        "audit asks for the figures of the model that runs",
    )

    live: Live | None = Field(
        default=None,
        description="whether a new version is tried in staging, on live requests, before it goes into production",
    )

    @property
    def refits(self) -> bool:
        """Return whether the chosen candidate is fitted again once it was evaluated."""
        return self.refit == "all"
