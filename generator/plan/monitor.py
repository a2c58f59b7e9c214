"""Plan monitoring: what lines of the log look like, how outcomes are joined to them, and how thresholds are set."""

from dataclasses import dataclass

from generator.plan.log_store import store_plan
from generator.plan.metrics import Reads, metric_columns
from generator.plan.requests import field_names, needed_columns
from generator.plan.snapshots import ZERO
from generator.plan.tasks import task_of
from generator.project import Project
from generator.sql.code import Code
from generator.sql.code import name as quoted

ESTIMATORS = {
    "binary": "from sklearn.isotonic import IsotonicRegression",
    "multiclass": "from sklearn.isotonic import IsotonicRegression",
    "regression": "from sklearn.tree import DecisionTreeRegressor",
}
"""What outcomes that are not known yet are estimated with."""


@dataclass(frozen=True, kw_only=True)
class MonitorPlan:
    """What monitoring needs: ``time`` says whether rows have an order, ``share`` which of its time the reference is.

    ``time_field`` is the field of a request with the time; ``due`` are the seconds until an outcome is certain, 0 where
    that is not known; ``keys`` are the fields by which rows of the table are joined, ``known_rows`` the query.
    ``measured`` says whether logged rows have all that the primary metric reads.
    """

    log_folder: str
    store: bool
    score_type: Code
    outcome_type: Code
    target_dtype: Code
    task: Code
    classes: bool
    time: bool
    time_field: str
    due: int
    keys: tuple[str, ...]
    known_rows: str
    share: float
    reads: Reads
    measured: bool
    decision: bool
    logged: bool
    slices: tuple[str, ...]

    @property
    def moment(self) -> Code:
        """Return the code of the time by which windows are cut."""
        return Code("row_time(prediction)" if self.time_field else "time")

    @property
    def joined(self) -> Code:
        """Return the code of what a row is joined by: its key and its time; nothing where rows are not joined."""
        parts = [f"prediction.inputs.get({key!r})" for key in self.keys]
        return Code(", ".join([*parts, *(["row_time(prediction)"] if self.time else [])]) if self.keys else "")

    @property
    def bias_words(self) -> Code:
        """Return what the bias of predictions is."""
        return Code(
            "more often the likeliest class is right than predicted" if self.classes else "targets exceed predictions"
        )

    @property
    def bias(self) -> Code:
        """Return the code of the bias of predictions."""
        likeliest = "(self.score.argmax(axis=1) == self.target).mean() - self.score.max(axis=1).mean()"
        return Code(likeliest if self.classes else "self.target.mean() - self.score.mean()")

    @property
    def estimator_template(self) -> str:
        """Return what renders how outcomes are drawn."""
        return f"package/monitoring/estimates/{self.task}.py.jinja"

    @property
    def estimator_import(self) -> Code:
        """Return what that imports."""
        return Code(ESTIMATORS[self.task])

    @property
    def measuring(self) -> Code:
        """Return what is imported of the metrics."""
        names = "PRIMARY, Bootstrap, gain, metrics_of" if self.reads.columns else "METRICS, PRIMARY, Bootstrap, gain"
        return Code(names)

    @property
    def metrics(self) -> Code:
        """Return the code for the metrics of rows without columns, by name."""
        return Code("metrics_of({})" if self.reads.columns else "METRICS")

    @property
    def columns(self) -> Code:
        """Return what is given for the columns of rows that have none."""
        return Code(", {}" if self.reads.columns else "")

    @property
    def explaining(self) -> Code:
        """Return what explains a change of the scores."""
        return Code("effects, slices_of" if self.slices else "effects")

    def value_of(self, outcome: str) -> Code:
        """Return the code of the target that an ``outcome`` is: the place of a class, or a number."""
        return Code(f"float(classes.get({outcome}, np.nan))" if self.classes else f"float({outcome})")

    @property
    def encoders_parameter(self) -> Code:
        """Return the parameter that says where the classes are."""
        return Code(", encoders: Path" if self.classes else "")

    @property
    def tables_parameter(self) -> Code:
        """Return the parameter that says whether rows of the table tell outcomes, where the log has to do without."""
        return Code(", tables: bool = True" if self.joined and self.logged else "")

    @property
    def classes_parameter(self) -> Code:
        """Return the parameter with the place of each class."""
        return Code(", classes: dict[str, int]" if self.classes else "")

    @property
    def classes_given(self) -> Code:
        """Return what is given for :attr:`classes_parameter`."""
        return Code(", classes" if self.classes else "")

    @property
    def classes_argument(self) -> Code:
        """Return what labels of classes are read with."""
        return Code(', bundle / "model/encoders.json"' if self.classes else "")


def monitor_plan(project: Project) -> MonitorPlan:
    """Plan how the log of the version in production is read and compared with the reference."""
    metrics, problem = project.config.metrics, project.config.problem
    columns = needed_columns(project)
    fields = dict(zip([column.name for column in columns], field_names(columns), strict=True))
    task, primary = task_of(project), metrics.own.get(metrics.primary)
    joins = project.config.monitor.rows_as_outcomes
    keys = tuple(column.name for column in project.with_role("key")) if joins else ()
    later = problem.label_after
    return MonitorPlan(
        log_folder=project.config.service.log_folder,
        store=store_plan(project) is not None,
        score_type=task.score_type,
        outcome_type=task.outcome_type,
        target_dtype=task.target_dtype,
        task=task.name,
        classes=task.classes,
        time=project.time is not None,
        time_field=fields.get(project.time.name, "") if project.time else "",
        due=int(((problem.decide_before or ZERO) + later).total_seconds()) if later else 0,
        keys=tuple(fields[key] for key in keys),
        known_rows=_known_rows(project, keys),
        share=_share(project),
        reads=metric_columns(project),
        measured=not (primary and primary.columns),
        decision=problem.decision is not None,
        logged=project.learns_from_log,
        slices=tuple(name for name in metrics.slices if name in fields or _is_feature(project, name)),
    )


def _share(project: Project) -> float:
    """Return the share of its time that the reference covers: all by time, else that of rows held out or validated."""
    split = project.config.split
    if split.kind == "time" or split.validation is None:
        return 1.0
    return round(split.holdout + (1 - split.holdout) * split.validation, 6)


def _known_rows(project: Project, keys: tuple[str, ...]) -> str:
    """Return the query for the key, the time in microseconds and the target of the rows whose outcome is known."""
    names = [quoted(key) for key in keys]
    time = [f"epoch_us(CAST({quoted(project.time.name)} AS TIMESTAMP))"] if project.time else []
    return f"SELECT {', '.join([*names, *time, '__target'])} FROM labelled"


def _is_feature(project: Project, name: str) -> bool:
    return any(feature.name == name for feature in project.features)
