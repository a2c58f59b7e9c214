"""Plan the evaluation: on what candidates are compared, and what is said of the figures."""

from dataclasses import dataclass

from generator.plan.folds import has_folds
from generator.plan.metrics import Reads, metric_columns
from generator.plan.tasks import task_of
from generator.project import Project
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class EvaluatePlan:
    """What ``evaluate.py`` needs."""

    table: Code
    time: str
    slices: tuple[str, ...]
    columns: tuple[str, ...]
    decision: bool
    curve_arguments: Code
    labels: Code
    refit: bool
    folds: bool
    blended: bool
    interval: bool
    grouped: bool
    reads: Reads

    @property
    def of_validation(self) -> Code:
        """Return the code that has the bootstrap resample the groups of the rows that candidates are compared on."""
        return Code(".of(read_groups(TRAIN)[read_parts(TRAIN)])" if self.grouped else "")

    @property
    def few_groups(self) -> Code:
        """Return the code of the doubts that few groups give, a line of its own."""
        return Code("\n        *few_groups(group_count(HOLDOUT))," if self.grouped else "")

    @property
    def of_holdout(self) -> Code:
        """Return the code that has the bootstrap resample the groups of the holdout."""
        return Code(".of(read_groups(HOLDOUT))" if self.grouped else "")

    @property
    def shipped_interval(self) -> Code:
        """Return the code of the intervals that are released: of rows in time, the errors on the latest say most."""
        if self.time:
            return Code("fit_interval(*latest(target, scores[chosen], validated, validation[chosen]), share)")
        return Code("fit_interval(np.append(validated, target), np.append(validation[chosen], scores[chosen]), share)")

    @property
    def compared(self) -> Code:
        """Return on what candidates are compared."""
        return Code("out of fold" if self.folds else "on the validation part")

    @property
    def part(self) -> str:
        """Return what the rows are called on which candidates are compared, as one thing."""
        return "part predicted out of fold" if self.folds else "validation part"

    @property
    def seen(self) -> Code:
        """Return what the models are fitted on that score the training rows of the reference."""
        return Code(OUT_OF_FOLD if self.folds else ON_ONE_PART)

    @property
    def of_part(self) -> Code:
        """Return the code of which rows are in a part of the reference."""
        return Code("pa.array(scored)" if self.folds else 'pc.equal(rows["__part"], name)')

    @property
    def inside(self) -> Code:
        """Return the code for the metrics of the rows of a slice."""
        return self.reads.metrics_of("inside")

    @property
    def measuring(self) -> Code:
        """Return what is imported of the metrics to measure candidates."""
        reading = "HIGHER_IS_BETTER, PRIMARY, Bootstrap, Columns, measure, metrics_of, part"
        return Code(reading if self.reads.columns else "HIGHER_IS_BETTER, METRICS, PRIMARY, Bootstrap, measure")

    @property
    def selecting(self) -> Code:
        """Return what is imported of them to choose one."""
        return Code(f"HIGHER_IS_BETTER, PRIMARY, Bootstrap, {'Columns, ' if self.reads.columns else ''}measure")

    @property
    def about(self) -> str:
        """Return which model the figures are of."""
        return SHIPPED[self.refit]


ON_ONE_PART = "Those of the validation part are scored by a model of the other training rows"
OUT_OF_FOLD = "Those of the folds are scored by models of other training rows"

SHIPPED = {
    True: "The figures are of models fitted on training rows alone. What is released is the chosen candidate fitted "
    "again on all rows, the holdout too, with the settings, rounds and kinds of encodings that training chose.",
    False: "The figures are of models fitted on training rows alone, and the chosen one is released as it is.",
}
"""What is released, by whether the chosen candidate is fitted again."""


def evaluate_plan(project: Project) -> EvaluatePlan:
    """Plan the comparison of the candidates."""
    return EvaluatePlan(
        table=Code(project.config.data.table),
        time=project.time.name if project.time else "",
        slices=project.config.metrics.slices,
        columns=tuple(name for name in project.config.metrics.slices if name in project.config.data.columns),
        decision=project.config.problem.decision is not None,
        curve_arguments=task_of(project).curve_arguments,
        labels=task_of(project).label_arguments,
        refit=project.config.release.refits,
        folds=has_folds(project),
        blended=project.config.blend is not None,
        interval=project.config.problem.prediction_interval is not None,
        grouped=project.group is not None,
        reads=metric_columns(project),
    )
