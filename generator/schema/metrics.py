"""``conf/metrics/``: what is measured, what decides, and what must not get worse."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from generator.schema.base import NAME, ColumnName, FunctionName, Identifier, Strict, Text

Probability = Literal["roc_auc", "average_precision", "log_loss", "brier", "calibration_error"]
AtThreshold = Literal["accuracy", "balanced_accuracy", "precision", "recall", "f1", "mcc"]
AtTop = Literal["recall_at_k", "precision_at_k"]
Binary = Literal[Probability, AtThreshold, AtTop]
Multiclass = Literal["log_loss", "accuracy", "balanced_accuracy", "macro_f1", "mcc", "roc_auc_ovr"]
Regression = Literal["rmse", "mae", "r2", "mape", "rmsle", "quantile_loss"]
OF_TASKS: dict[str, tuple[str, ...]] = {
    "binary": get_args(Binary),
    "multiclass": get_args(Multiclass),
    "regression": get_args(Regression),
}
"""Our metrics for each task."""

OURS = tuple(dict.fromkeys(name for names in OF_TASKS.values() for name in names))
SAME: dict[str, dict[str, str]] = {
    "binary": {"macro_f1": "f1", "roc_auc_ovr": "roc_auc"},
    "multiclass": {"f1": "macro_f1", "roc_auc": "roc_auc_ovr"},
    "regression": {},
}
"""For each task what a metric of another is called where it measures the same there."""


def _known(name: str, info: ValidationInfo) -> str:
    """Refuse what is no metric of ours nor of ``own``, as pydantic refuses what is not to choose from."""
    known = (*OURS, *info.data.get("own", {}))
    if name not in known and "own" in info.data:  # where it is not, something else is wrong there
        raise PydanticCustomError("literal_error", "Input should be {expected}", {"expected": ", ".join(known)})
    return name


Metric = Annotated[
    str, AfterValidator(_known), WithJsonSchema({"anyOf": [{"enum": list(OURS)}, {"type": "string", "pattern": NAME}]})
]
"""One of ours, which editors complete, or the name of one of the project's own."""


class Bounds(Strict):
    """The range a guarded metric must stay in for a release."""

    min: float | None = Field(default=None, description="the least it may be", examples=[0.7])
    max: float | None = Field(default=None, description="the most it may be", examples=[0.08])


class OwnMetric(Strict):
    """A metric of the project's own: a function of the target and the score, and of columns where it asks for some."""

    function: FunctionName = Field(
        description="module.function, in the project's own package", examples=["costs.late_cost"]
    )
    better: Literal["higher", "lower"] = Field(description="which way is better")
    columns: tuple[ColumnName, ...] = Field(
        default=(),
        description="columns and features of the scored rows that the function takes too, as a dict of arrays",
        examples=[["distance"]],
    )
    title: Text | None = Field(
        default=None, description="what the report calls it; its name by default", examples=["Cost"]
    )
    meaning: Text | None = Field(default=None, description="how the report explains it", examples=["USD a row"])


class Bootstrap(Strict):
    """How intervals are computed: resamples of the same rows for every candidate."""

    rounds: Annotated[int, Field(ge=50, le=10_000)] = Field(default=200, description="how many resamples are drawn")
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        default=0.95, description="share of such intervals that hold the true value"
    )
    seed: int = Field(default=0, description="seed of the resampling")


class Metrics(Strict):
    """The primary metric chooses; the others are reported; guardrails stop a release."""

    own: dict[Identifier, OwnMetric] = Field(
        default_factory=dict,
        description="metrics of the project's own, by name",
        examples=[{"late_cost": {"function": "costs.late_cost", "better": "lower"}}],
    )
    primary: Metric = Field(
        description="the metric that chooses between candidates; binary has roc_auc to precision_at_k, multiclass "
        "log_loss to roc_auc_ovr, regression rmse to quantile_loss",
        examples=["roc_auc"],
    )
    report: tuple[Metric, ...] = Field(default=(), description="metrics that are shown too", examples=[["log_loss"]])
    guardrails: dict[Metric, Bounds] = Field(
        default_factory=dict,
        description="reported metrics with the bounds outside of which nothing is released",
        examples=[{"calibration_error": {"max": 0.08}}],
    )
    slices: tuple[ColumnName, ...] = Field(
        default=(),
        description="input columns and features whose groups are scored one by one; many numbers by quarters",
    )
    slice_rows: Annotated[int, Field(ge=10)] = Field(default=200, description="fewest rows a group needs to be scored")
    threshold: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None,
        description="probability above which a row counts as positive in accuracy, precision, recall, f1, mcc and "
        "balanced_accuracy; by default where acting begins to pay, and 0.5 where nothing is decided",
        examples=[0.3],
    )
    k: Annotated[float, Field(gt=0)] = Field(
        default=0.1,
        description="how many rows recall_at_k and precision_at_k take from the top: a count, or below 1 a share",
        examples=[100],
    )
    quantile: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.5, description="the quantile that quantile_loss measures", examples=[0.9]
    )
    bootstrap: Bootstrap = Bootstrap()
