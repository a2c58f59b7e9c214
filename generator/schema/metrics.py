"""``conf/metrics/``: what is measured, what decides, and what must not get worse."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from generator.schema.base import ColumnName, FunctionName, Identifier, Strict, Text

Binary = Literal["roc_auc", "average_precision", "log_loss", "brier", "calibration_error"]
Multiclass = Literal["log_loss", "accuracy", "macro_f1", "roc_auc_ovr"]
Regression = Literal["rmse", "mae", "r2"]
OURS = tuple(dict.fromkeys(name for task in (Binary, Multiclass, Regression) for name in get_args(task)))


def _known(name: str, info: ValidationInfo) -> str:
    """Refuse what is no metric of ours nor of ``own``, as pydantic refuses what is not to choose from."""
    known = (*OURS, *info.data.get("own", {}))
    if name not in known and "own" in info.data:  # where it is not, something else is wrong there
        raise PydanticCustomError("literal_error", "Input should be {expected}", {"expected": ", ".join(known)})
    return name


Metric = Annotated[str, AfterValidator(_known)]


class Bounds(Strict):
    """The range a guarded metric must stay in for a release."""

    min: float | None = None
    max: float | None = None


class OwnMetric(Strict):
    """A metric of the project's own: a function of the target and the score."""

    function: FunctionName = Field(description="module.function, in the project's own package")
    better: Literal["higher", "lower"] = Field(description="which way is better")
    title: Text | None = Field(default=None, description="what the report calls it; its name by default")
    meaning: Text | None = Field(default=None, description="how the report explains it")


class Bootstrap(Strict):
    """How intervals are computed: resamples of the same rows for every candidate."""

    rounds: Annotated[int, Field(ge=50, le=10_000)] = 200
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    seed: int = 0


class Metrics(Strict):
    """The primary metric chooses; the others are reported; guardrails stop a release."""

    own: dict[Identifier, OwnMetric] = Field(default_factory=dict, description="metrics of the project's own, by name")
    primary: Metric = Field(description="the metric that decides")
    report: tuple[Metric, ...] = ()
    guardrails: dict[Metric, Bounds] = Field(default_factory=dict)
    slices: tuple[ColumnName, ...] = Field(default=(), description="input columns whose groups are scored one by one")
    slice_rows: Annotated[int, Field(ge=10)] = Field(default=200, description="fewest rows a group needs to be scored")
    bootstrap: Bootstrap = Bootstrap()
