"""What ``dvc.yaml`` says beside its stages."""

from typing import Any

from generator.plan.gate import artifact
from generator.plan.stage_files import REPORTS
from generator.project import Project

PLOTS = {
    "binary": {
        "roc": ("false_positive_rate", "true_positive_rate", "linear", "ROC on the holdout"),
        "precision_recall": ("recall", "precision", "linear", "Precision and recall on the holdout"),
        "calibration": ("predicted_probability", "observed_frequency", "linear", "Calibration on the holdout"),
    },
    "multiclass": {
        "confusion": ("actual", "predicted", "confusion", "Actual and predicted classes of the holdout"),
        "confidence": (
            "predicted_probability",
            "observed_frequency",
            "linear",
            "Calibration of the likeliest class",
        ),
    },
    "regression": {
        "predicted": ("predicted", "actual", "scatter", "Predicted and actual values of the holdout"),
        "residuals": ("error", "rows", "linear", "Errors on the holdout"),
    },
}
"""What ``dvc plots show`` draws for each task: x, y, template and title of every file in reports/plots/."""

PAYOFF = ("threshold", "value_per_1000_rows", "linear", "Money per 1,000 rows by threshold")


def sections(project: Project) -> dict[str, Any]:
    """Return what ``dvc.yaml`` says beside its stages: the plots, and the bundle as an artifact with a name."""
    problem = project.config.problem
    if problem.use == "descriptive":
        return {}
    drawn = PLOTS[problem.task] | ({"payoff": PAYOFF} if problem.decision is not None else {})
    plots = [
        {f"{REPORTS}/plots/{name}.json": {"x": x, "y": y, "template": template, "title": title}}
        for name, (x, y, template, title) in drawn.items()
    ]
    bundle = {"path": "bundle", "type": "model", "desc": "The service with its model, ready to run"}
    return {"plots": plots, "artifacts": {artifact(project.config.project.package): bundle}}
