"""Plan the metrics: which are measured, which decides, and which way is better."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from generator.plan.tasks import task_of
from generator.project import Project
from generator.schema.metrics import AtThreshold, AtTop, OwnMetric
from generator.sql.code import Code

SKLEARN = {
    "macro_f1": "from sklearn.metrics import f1_score",
    "mcc": "from sklearn.metrics import matthews_corrcoef",
    "r2": "from sklearn.metrics import r2_score",
}
BY_TASK = (*get_args(AtThreshold),)
"""Metrics that are other functions for two classes than for several."""

SHARED = {
    "ranked": ("roc_auc", "roc_auc_ovr", "average_precision", *get_args(AtTop)),
    "confused": get_args(AtThreshold),
    "taken": get_args(AtTop),
}
"""What metrics for classes have in common, and which do; ``confused`` is of two classes alone."""

LOWER_IS_BETTER = (
    *("log_loss", "brier", "calibration_error"),
    *("rmse", "mae", "mape", "rmsle", "quantile_loss"),
)


@dataclass(frozen=True, kw_only=True)
class Constant:
    """A number that metrics are computed with, and where it comes from."""

    name: Code
    value: float
    words: Code


@dataclass(frozen=True, kw_only=True)
class Reads:
    """The columns and features of scored rows that metrics read, and how code hands them on: not at all without any."""

    columns: tuple[str, ...]
    table: tuple[str, ...]
    """Those that are in the table; the others are features."""

    @property
    def parameter(self) -> Code:
        """Return the last parameter of a function that measures rows."""
        return Code(", columns: Columns" if self.columns else "")

    @property
    def argument(self) -> Code:
        """Return what is given for :attr:`parameter`."""
        return Code(", columns" if self.columns else "")

    @property
    def metrics(self) -> Code:
        """Return the code for the metrics by name."""
        return Code("metrics_of(columns)" if self.columns else "METRICS")

    def of(self, rows: str, columns: str = "columns") -> Code:
        """Return what is given for :attr:`parameter` where ``rows`` of ``columns``, expressions, are measured alone."""
        return Code(f", part({columns}, {rows})" if self.columns else "")

    def metrics_of(self, rows: str, columns: str = "columns") -> Code:
        """Return the code for the metrics of ``rows`` of ``columns``, expressions, by name."""
        return Code(f"metrics_of(part({columns}, {rows}))" if self.columns else "METRICS")


@dataclass(frozen=True, kw_only=True)
class MetricsPlan:
    """What ``metrics.py`` needs; ``own`` says whether any metric is the project's own."""

    target_words: Code
    prediction_words: Code
    imports: tuple[Code, ...]
    templates: tuple[str, ...]
    names: tuple[Code, ...]
    own: bool
    reads: Reads
    reading: tuple[str, ...]
    calls: dict[str, Code]
    modules: tuple[Code, ...]
    primary: Code
    higher: bool
    likelihood: Code
    constants: tuple[Constant, ...]
    most: Code
    grouped: bool


def asked_metrics(project: Project) -> tuple[str, ...]:
    """Return the metrics that were asked for, the primary one first."""
    metrics = project.config.metrics
    return tuple(dict.fromkeys((metrics.primary, *metrics.report)))


def metric_columns(project: Project) -> Reads:
    """Return the columns and features that the metrics asked for read, each once."""
    own = project.config.metrics.own
    read = (column for name in asked_metrics(project) if name in own for column in own[name].columns)
    columns = tuple(dict.fromkeys(read))
    return Reads(columns=columns, table=tuple(name for name in columns if name in project.config.data.columns))


def higher_is_better(project: Project, metric: str) -> bool:
    """Return whether a higher value of ``metric`` is the better one."""
    own = project.config.metrics.own.get(metric)
    return own.better == "higher" if own else metric not in LOWER_IS_BETTER


def metrics_plan(project: Project) -> MetricsPlan:
    """Plan the metrics that were asked for, the primary one first."""
    metrics, task = project.config.metrics, task_of(project)
    asked = asked_metrics(project)
    ours = tuple(item for item in asked if item not in metrics.own)
    own = {item: metrics.own[item] for item in asked if item in metrics.own}
    binary = task.name == "binary"
    shared = tuple(name for name, users in SHARED.items() if set(ours) & set(users) and (binary or name == "ranked"))
    return MetricsPlan(
        target_words=task.target_words,
        prediction_words=task.prediction_words,
        imports=tuple(
            Code(line) for line in sorted({SKLEARN[item] for item in ours if item in SKLEARN and not binary})
        ),
        templates=tuple(f"package/evaluation/metrics/{_place(item, task.name)}.py.jinja" for item in (*shared, *ours)),
        names=tuple(Code(item) for item in asked),
        own=bool(own),
        reads=metric_columns(project),
        reading=tuple(item for item in own if own[item].columns),
        calls={item: _call(own[item]) if item in own else Code(item) for item in asked},
        modules=tuple(Code(module) for module in sorted({item.function.split(".")[0] for item in own.values()})),
        primary=Code(metrics.primary),
        higher=higher_is_better(project, metrics.primary),
        likelihood=task.likelihood,
        constants=tuple(_constants(project, ours) if binary or task.name == "regression" else ()),
        most=Code("K * rows.sum()" if metrics.k < 1 else "K"),
        grouped=project.group is not None,
    )


def _call(own: OwnMetric) -> Code:
    """Return the code that makes a metric of a function of the project's own."""
    read = f", {own.columns!r}, columns" if own.columns else ""
    return Code(f"repeated({own.function}{read})")


def _place(metric: str, task: str) -> str:
    """Return the template of a metric, which has a folder where it is another function for each task."""
    return f"{task}/{metric}" if metric in BY_TASK else metric


def threshold(project: Project) -> tuple[float, str]:
    """Return the probability above which a row counts as positive, and where that comes from."""
    given, decision = project.config.metrics.threshold, project.config.problem.decision
    if given is not None:
        return given, "as metrics.threshold says"
    if decision is not None:
        payoff = decision.payoff
        gain = payoff.act_positive - payoff.pass_positive
        loss = payoff.pass_negative - payoff.act_negative
        if gain > 0 and loss > 0:
            return round(loss / (gain + loss), 6), "where acting begins to pay"
    return 0.5, "where the two classes are as likely"


def _constants(project: Project, metrics: tuple[str, ...]) -> Iterator[Constant]:
    """Yield the numbers that ``metrics`` are computed with."""
    settings = project.config.metrics
    if set(metrics) & set(get_args(AtThreshold)):
        value, words = threshold(project)
        yield Constant(name=Code("THRESHOLD"), value=value, words=Code(f"a row counts as positive above it: {words}"))
    if set(metrics) & set(get_args(AtTop)):
        value = settings.k if settings.k < 1 else int(settings.k)
        yield Constant(
            name=Code("K"),
            value=value,
            words=Code("of the rows, from the top" if settings.k < 1 else "rows, from the top"),
        )
    if "quantile_loss" in metrics:
        yield Constant(name=Code("QUANTILE"), value=settings.quantile, words=Code("that predictions are for"))
