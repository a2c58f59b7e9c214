"""Plan the backtest: how long outcomes take, and how windows are measured."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from generator.plan.folds import fold_names, has_folds
from generator.plan.metrics import Reads, metric_columns
from generator.plan.stage_files import HOLDOUT, REPORTS, TRAINED, blended_of, decision_of, table_of
from generator.plan.tasks import task_of
from generator.plan.types import Stage
from generator.project import Project
from generator.sql.code import Code

ZERO = timedelta(0)

MODULES = ("__init__", "history", "fits", "policies", "backtest")


@dataclass(frozen=True, kw_only=True)
class BacktestPlan:
    """What the modules of the backtest need; ``delay`` is in seconds, from a decision until its outcome is certain."""

    delay: int
    reads: Reads
    decision: bool
    classes: bool
    parts: list[str]
    blended: bool

    @property
    def measuring(self) -> Code:
        """Return what is imported of the metrics."""
        names = "Bootstrap, metrics_of, part" if self.reads.columns else "METRICS, Bootstrap"
        return Code(f"HIGHER_IS_BETTER, PRIMARY, {names}")


def backtest_plan(project: Project) -> BacktestPlan:
    """Plan how history is replayed."""
    problem = project.config.problem
    named = {*project.target.sql.columns, *(project.weight.columns if project.weight else ())}
    read = {column for column in project.with_role("outcome") if column.name in named}
    delays = [column.certain_after(problem) or ZERO for column in read]
    return BacktestPlan(
        delay=int((max(delays, default=ZERO) + (problem.decide_before or ZERO)).total_seconds()),
        reads=metric_columns(project),
        decision=problem.decision is not None,
        classes=task_of(project).classes,
        parts=["fit", *fold_names(project)] if has_folds(project) else [],
        blended=project.config.blend is not None,
    )


def backtest_files(project: Project) -> Iterator[tuple[str, str, BacktestPlan]]:
    """Yield the modules of the backtest, where there is one, as :data:`generator.plan.files.Module`."""
    for name in MODULES if project.config.backtest is not None else ():
        yield f"backtest/{name}.py", "", backtest_plan(project)


def backtest_stages(project: Project) -> Iterator[Stage]:
    """Yield the stage of ``backtest/dvc.yaml``, which `dvc repro` runs when it is named, and not otherwise."""
    if project.config.backtest is not None:
        package = project.config.project.package
        validated = "split.folds" if has_folds(project) else "split.validation"
        yield Stage(
            name="backtest",
            command=f"python -m {package}.backtest.backtest",
            modules=("backtest.backtest",),
            deps=(*TRAINED, HOLDOUT, table_of(project), f"{REPORTS}/metrics.json", f"{package}/models"),
            params=("backtest", "model", *blended_of(project), validated, "metrics.bootstrap", *decision_of(project)),
            persistent=("backtest/fits",),
            summaries=(f"{REPORTS}/backtest.json",),
        )
