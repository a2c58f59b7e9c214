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
    """What ``metrics.py`` needs."""

    target_words: Code
    prediction_words: Code
    imports: tuple[Code, ...]
    templates: tuple[str, ...]
    names: tuple[Code, ...]
    primary: Code
    higher: bool
    likelihood: Code


def metrics_plan(project: Project) -> MetricsPlan:
    """Plan the metrics that were asked for, the primary one first."""
    metrics, task = project.config.metrics, TASKS[project.config.problem.task]
    asked = tuple(dict.fromkeys((metrics.primary, *metrics.report)))
    ranked = ("ranked",) if set(asked) & set(RANKING) else ()
    return MetricsPlan(
        task.target_words,
        task.prediction_words,
        tuple(Code(line) for line in sorted({SKLEARN[item] for item in asked if item in SKLEARN})),
        tuple(f"package/metrics/{item}.py.jinja" for item in (*ranked, *asked)),
        tuple(Code(item) for item in asked),
        Code(metrics.primary),
        metrics.primary not in LOWER_IS_BETTER,
        task.likelihood,
    )
