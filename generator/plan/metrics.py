"""Plan the metrics: which are measured, which decides, and which way is better."""

from dataclasses import dataclass

from generator.code import Code
from generator.plan.words import TASKS
from generator.project import Project

SKLEARN = {
    "macro_f1": "from sklearn.metrics import f1_score",
    "r2": "from sklearn.metrics import r2_score",
}
RANKING = ("roc_auc", "roc_auc_ovr", "average_precision")
LOWER_IS_BETTER = ("log_loss", "brier", "calibration_error", "rmse", "mae")


@dataclass(frozen=True)
class MetricsPlan:
    """What ``metrics.py`` needs; ``own`` says whether any metric is the project's own."""

    target_words: Code
    prediction_words: Code
    imports: tuple[Code, ...]
    templates: tuple[str, ...]
    names: tuple[Code, ...]
    own: bool
    calls: dict[str, Code]
    modules: tuple[Code, ...]
    primary: Code
    higher: bool
    likelihood: Code


def asked_metrics(project: Project) -> tuple[str, ...]:
    """Return the metrics that were asked for, the primary one first."""
    metrics = project.config.metrics
    return tuple(dict.fromkeys((metrics.primary, *metrics.report)))


def higher_is_better(project: Project, metric: str) -> bool:
    """Return whether a higher value of ``metric`` is the better one."""
    own = project.config.metrics.own.get(metric)
    return own.better == "higher" if own else metric not in LOWER_IS_BETTER


def metrics_plan(project: Project) -> MetricsPlan:
    """Plan the metrics that were asked for, the primary one first."""
    metrics, task = project.config.metrics, TASKS[project.config.problem.task]
    asked = asked_metrics(project)
    ours = tuple(item for item in asked if item not in metrics.own)
    own = {item: metrics.own[item].function for item in asked if item in metrics.own}
    ranked = ("ranked",) if set(ours) & set(RANKING) else ()
    return MetricsPlan(
        task.target_words,
        task.prediction_words,
        tuple(Code(line) for line in sorted({SKLEARN[item] for item in ours if item in SKLEARN})),
        tuple(f"package/metrics/{item}.py.jinja" for item in (*ranked, *ours)),
        tuple(Code(item) for item in asked),
        bool(own),
        {item: Code(f"repeated({own[item]})" if item in own else item) for item in asked},
        tuple(Code(module) for module in sorted({function.split(".")[0] for function in own.values()})),
        Code(metrics.primary),
        higher_is_better(project, metrics.primary),
        task.likelihood,
    )
