"""``conf/metrics/``: what is measured, what decides, and what must not get worse."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import ColumnName, Strict

Binary = Literal["roc_auc", "average_precision", "log_loss", "brier", "calibration_error"]
Multiclass = Literal["log_loss", "accuracy", "macro_f1", "roc_auc_ovr"]
Regression = Literal["rmse", "mae", "r2"]
Metric = Binary | Multiclass | Regression


class Bounds(Strict):
    """The range a guarded metric must stay in for a release."""

    min: float | None = None
    max: float | None = None


class Bootstrap(Strict):
    """How intervals are computed: resamples of the same rows for every candidate."""

    rounds: Annotated[int, Field(ge=50, le=10_000)] = 200
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    seed: int = 0


class Metrics(Strict):
    """The primary metric chooses; the others are reported; guardrails stop a release."""

    primary: Metric
    report: tuple[Metric, ...] = ()
    guardrails: dict[Metric, Bounds] = Field(default_factory=dict)
    slices: tuple[ColumnName, ...] = Field(default=(), description="input columns whose groups are scored one by one")
    slice_rows: Annotated[int, Field(ge=10)] = Field(default=200, description="fewest rows a group needs to be scored")
    bootstrap: Bootstrap = Bootstrap()
