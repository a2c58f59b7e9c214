"""Plan the report: which steps it covers, which tiles and charts it shows, what each metric means."""

from dataclasses import dataclass
from typing import get_args

from generator.plan.folds import validated_words
from generator.plan.metrics import asked_metrics, threshold
from generator.plan.tuning import tuning_plan
from generator.project import Project
from generator.schema.metrics import AtThreshold, AtTop
from generator.sql.code import Code

TITLES = {
    "roc_auc": "ROC-AUC",
    "roc_auc_ovr": "ROC-AUC, each class against the rest",
    "average_precision": "Average precision",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "calibration_error": "Calibration error",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "mcc": "Matthews correlation",
    "recall_at_k": "Recall at the top",
    "precision_at_k": "Precision at the top",
    "macro_f1": "Macro F1",
    "rmse": "Root mean squared error",
    "mae": "Mean absolute error",
    "r2": "R²",
    "mape": "Mean absolute percentage error",
    "rmsle": "Root mean squared logarithmic error",
    "quantile_loss": "Quantile loss",
}
MEANINGS = {
    "roc_auc": "The chance that a random positive row scores higher than a random negative one. 0.5 is guessing, "
    "1 is perfect.",
    "roc_auc_ovr": "The chance that a row of a class scores higher for it than a row of another, on average over "
    "the classes.",
    "average_precision": "Precision, averaged over all values of recall. Guessing gives the base rate.",
    "log_loss": "The mean of -log of the probability predicted for the outcome. Lower is better; 0 is perfect.",
    "brier": "The mean squared error of the probability. Lower is better.",
    "calibration_error": "How far, on average, predicted probabilities are from observed frequencies. Lower is better.",
    "accuracy": "The share of rows that are taken for what they are.",
    "balanced_accuracy": "The share of rows that are taken for what they are, averaged over the classes.",
    "precision": "The share of rows above the threshold that are positive.",
    "recall": "The share of positive rows that are above the threshold.",
    "f1": "The balance of precision and recall at the threshold: their harmonic mean.",
    "mcc": "The correlation of what rows are with what they are taken for. 0 is guessing, 1 is perfect.",
    "recall_at_k": "The share of positive rows that are among those that score highest.",
    "precision_at_k": "The share of the rows that score highest that are positive.",
    "macro_f1": "The balance of precision and recall, averaged over the classes: small classes count as much as "
    "large ones.",
    "rmse": "The typical error in units of the target; large errors weigh more. Lower is better.",
    "mae": "The mean distance from the actual value, in units of the target. Lower is better.",
    "mape": "The mean distance from the actual value, as a share of it. Lower is better.",
    "rmsle": "The typical difference of the logarithms of 1 + value. Lower is better.",
    "quantile_loss": "The mean cost of a prediction of the quantile, with another price for too low than for too high. "
    "Lower is better.",
    "r2": "The share of the target's variance that is explained. 0 is predicting the mean, 1 is perfect.",
}


@dataclass(frozen=True, kw_only=True)
class FigurePlan:
    """A figure: its title, the call that draws it, and how to read it."""

    title: str
    call: Code
    reading: str


FIGURES = {
    "binary": (
        FigurePlan(
            title="ROC",
            call=Code('roc(found["roc"])'),
            reading="The further above the dashed line of guessing, the better it ranks.",
        ),
        FigurePlan(
            title="Precision and recall",
            call=Code('precision_recall(found["precision_recall"])'),
            reading="How many of those flagged are positive, the more positives are to be found.",
        ),
        FigurePlan(
            title="Calibration",
            call=Code('calibration(found["calibration"])'),
            reading="Below the dashed line it promises too much, above too little.",
        ),
    ),
    "multiclass": (
        FigurePlan(
            title="Confusion",
            call=Code('confusion(found["confusion"])'),
            reading="Rows of each actual class by the class they were taken for; the diagonal is right.",
        ),
        FigurePlan(
            title="Confidence",
            call=Code('confidence(found["confidence"])'),
            reading="Below the dashed line it is surer than it should be, above less sure.",
        ),
    ),
    "regression": (
        FigurePlan(
            title="Predicted and actual",
            call=Code('predicted(found["predicted"])'),
            reading="On the dashed line a prediction is exact.",
        ),
        FigurePlan(
            title="Errors",
            call=Code('residuals(found["residuals"])'),
            reading="Right of zero the actual value was higher than predicted, left of it lower.",
        ),
    ),
}
PAYOFF = FigurePlan(
    title="Payoff",
    call=Code('payoff(found["payoff"])'),
    reading="What acting above each threshold would have brought; the dashed line is where acting begins to pay.",
)
DESCRIBED = ("brief", "sources", "processing", "metrics", "exploration")
MODELLED = (*DESCRIBED, "features", "models", "package", "release")
SHARED_BY_PAGES = ("base.html", "style.css", "macros.html", "explored.html")


GROUPS_RESAMPLED = (
    "the same groups{% if found.evaluation is defined %}, {{ found.evaluation.groups.holdout | number }} in the holdout"
    "{% endif %},"
)
"""What is resampled where rows have groups, as a template."""


@dataclass(frozen=True, kw_only=True)
class ReportPlan:
    """What ``report.py``, ``titles.py`` and ``charts.py`` need: what to read, which charts to draw."""

    modelled: bool
    decision: bool
    read: tuple[Code, ...]
    settings: tuple[Code, ...]
    titles: dict[str, str]
    meanings: dict[str, str]
    chart_template: str
    curved: bool
    figures: tuple[FigurePlan, ...]
    validated_words: Code
    blended: bool
    searched: bool
    grouped: bool

    @property
    def resampled(self) -> Code:
        """Return what intervals are computed from, with what is known of the groups once candidates are evaluated."""
        return Code(GROUPS_RESAMPLED if self.grouped else "the same rows")

    @property
    def if_audited(self) -> Code:
        """Return the tag before the report of the audit; groups are counted without one, too."""
        return Code(f"{{% if found.features{'.audit' if self.grouped else ''} is defined %}}")


def report_plan(project: Project) -> ReportPlan:
    """Plan the report."""
    problem = project.config.problem
    modelled, decision = problem.use != "descriptive", problem.decision is not None
    named = asked_metrics(project)
    return ReportPlan(
        modelled=modelled,
        decision=decision,
        read=tuple(Code(name) for name in report_inputs(project)),
        settings=tuple(map(Code, ("metrics", *(("features", "service") if modelled else ())))),
        titles={name: TITLES.get(name) or _title(project, name) for name in named},
        meanings={name: _meaning(project, name) for name in named},
        chart_template=f"package/report/charts/{problem.task}.py.jinja",
        curved=problem.task != "regression",
        figures=(*FIGURES[problem.task], *((PAYOFF,) if decision else ())),
        validated_words=validated_words(project),
        blended=project.config.blend is not None,
        searched=tuning_plan(project) is not None,
        grouped=project.group is not None,
    )


def page_templates(project: Project) -> tuple[str, ...]:
    """Return the HTML templates of the pages, which are the same in every project but for a word or two."""
    problem = project.config.problem
    modelled = problem.use != "descriptive"
    task = ("confusion.html",) if modelled and problem.task == "multiclass" else ()
    sections = (*MODELLED, "monitoring") if modelled else DESCRIBED
    pages = ("modelled.html", "monitor.html") if modelled else ("described.html",)
    return (
        *SHARED_BY_PAGES,
        "explore.html",
        "report.html",
        *pages,
        *task,
        *(f"sections/{name}.html" for name in sections),
    )


def _title(project: Project, metric: str) -> str:
    return project.config.metrics.own[metric].title or metric.replace("_", " ").capitalize()


def _meaning(project: Project, metric: str) -> str:
    if metric in MEANINGS:
        settings = project.config.metrics
        taken = f"{settings.k:.0%} of the rows" if settings.k < 1 else f"{settings.k:,.0f} rows"
        value, words = threshold(project)
        said = {
            **dict.fromkeys(get_args(AtTop), f" The top is {taken}."),
            **dict.fromkeys(get_args(AtThreshold), f" The threshold is {value:g}, {words}."),
            "quantile_loss": f" The quantile is {settings.quantile:g}.",
        }
        task = project.config.problem.task
        return MEANINGS[metric] + ("" if task == "multiclass" else said.get(metric, ""))
    own = project.config.metrics.own[metric]
    return own.meaning or f"As {own.function} measures it. {own.better.capitalize()} is better."


def report_inputs(project: Project) -> tuple[str, ...]:
    """Return the names of the JSON files in reports/ that the report reads."""
    described = ("brief", "collection", "contract", "exploration")
    audited = ("features",) if project.time is not None or project.group is not None else ()
    later = (*audited, "evaluation", "package", "release", "monitor")
    return described if project.config.problem.use == "descriptive" else (*described, *later)
