"""Plan monitoring: what lines of the log look like, and how thresholds are set."""

from dataclasses import dataclass

from generator.plan.metrics import Reads, metric_columns
from generator.plan.tasks import task_of
from generator.project import Project
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class MonitorPlan:
    """What monitoring needs, and what its thresholds are set with: ``time`` says whether rows have an order.

    ``shares`` say which share of the rows of its time each part of the reference has. ``measured`` says whether logged
    rows tell the primary metric: they do not where it reads columns, which neither the log nor the reference keeps.
    """

    log_folder: str
    score_type: Code
    outcome_type: Code
    target_dtype: Code
    classes: bool
    time: bool
    shares: dict[str, float]
    reads: Reads
    measured: bool

    @property
    def limit(self) -> Code:
        """Return the code of a column's threshold; what follows the calendar has none."""
        if not self.time:
            return Code('"threshold": round(limit, 6)')
        threshold = "round(limit, 6) if limit < np.inf else None"
        return Code(f'"threshold": {threshold}, "calendar": limit == np.inf')

    @property
    def measuring(self) -> Code:
        """Return what is imported of the metrics."""
        names = "PRIMARY, Bootstrap, gain, metrics_of" if self.reads.columns else "METRICS, PRIMARY, Bootstrap, gain"
        return Code(f"HIGHER_IS_BETTER, {names}")

    @property
    def metrics(self) -> Code:
        """Return the code for the metrics of rows without columns, by name."""
        return Code("metrics_of({})" if self.reads.columns else "METRICS")

    @property
    def columns(self) -> Code:
        """Return what is given for the columns of rows that have none."""
        return Code(", {}" if self.reads.columns else "")


def monitor_plan(project: Project) -> MonitorPlan:
    """Plan what a logged score looks like, and whether its drift is compared with that of blocks of time."""
    split, metrics = project.config.split, project.config.metrics
    shares = {"holdout": 1.0, "validation": 1.0}
    if split.kind == "random":
        shares = {"holdout": split.holdout, "validation": round((1 - split.holdout) * split.validation, 6)}
    task = task_of(project)
    primary = metrics.own.get(metrics.primary)
    return MonitorPlan(
        log_folder=project.config.service.log_folder,
        score_type=Code("list[float]" if task.classes else "float"),
        outcome_type=task.outcome_type,
        target_dtype=task.target_dtype,
        classes=task.classes,
        time=project.time is not None,
        shares=shares,
        reads=metric_columns(project),
        measured=not (primary and primary.columns),
    )
