"""Plan the gate: the reference that a released model has to beat, and the columns that it is measured with."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from generator.plan.log_store import store_plan
from generator.plan.metrics import Reads, higher_is_better, metric_columns
from generator.plan.monitor import MonitorPlan, monitor_plan
from generator.plan.stage_files import decision_of
from generator.plan.tasks import task_of
from generator.plan.types import Stage
from generator.project import Project
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class GatePlan:
    """What ``gate.py`` and ``challenge.py`` need.

    ``guarded`` are the slices in which nothing may become worse; ``tolerated`` the metrics of which it is said how much
    worse they may become, each with whether more of it is better.
    """

    no_skill_template: str
    no_skill_arguments: Code
    guarded: tuple[str, ...]
    tolerated: dict[str, bool]
    decision: bool
    learns: bool
    grouped: bool
    reads: Reads

    def bootstrap(self, rows: str) -> Code:
        """Return the code of the bootstrap of ``rows`` of the holdout, an expression: by groups if there are any."""
        return Code(f"bootstrap({rows})" if self.grouped else "bootstrap()")

    def drawn(self, rows: str) -> Code:
        """Return the argument that says of which ``rows`` of the holdout the groups are resampled."""
        return Code(f", {rows}" if self.grouped else "")

    @property
    def challenging(self) -> Code:
        """Return what ``gate.py`` imports of ``challenge.py``."""
        return Code(f"{'FEWEST_GROUPS, HOLDOUT, ' if self.grouped else ''}Found, challenged, gain_in, tells")

    @property
    def enough_groups(self) -> Code:
        """Return the code of a further condition under which some ``rows`` of the holdout are compared."""
        return Code(" and group_count(HOLDOUT, rows) >= FEWEST_GROUPS" if self.grouped else "")

    @property
    def drawn_rows(self) -> Code:
        """Return the parameter for :meth:`drawn`."""
        return Code(", rows: np.ndarray" if self.grouped else "")

    @property
    def asking(self) -> Code:
        """Return what asks the champion: of rows of the log it gets the features that were logged, too."""
        return Code("ask_as_logged" if self.learns else "ask")

    @property
    def measuring(self) -> Code:
        """Return what ``gate.py`` imports of the metrics."""
        return Code("Columns, measure, part" if self.reads.columns else "measure")

    @property
    def comparing(self) -> Code:
        """Return what ``challenge.py`` imports of the metrics."""
        return Code(
            "PRIMARY, Bootstrap, Columns, measure, part" if self.reads.columns else "PRIMARY, Bootstrap, measure"
        )


@dataclass(frozen=True, kw_only=True)
class ReleasePlan:
    """What the modules that register versions need.

    ``experiment`` is the name of the one that they are rendered for, if they are; ``artifact`` what the bundle is
    called in tags; ``inputs`` are the files and folders that a commit has to hold before a version is made of them;
    ``labelled`` counts the rows that a released model is fitted on.
    """

    experiment: str
    artifact: Code
    inputs: tuple[str, ...]
    primary: str
    reads: Reads
    decision: bool
    labelled: Code
    live: bool
    store: bool
    measured: bool
    monitor: MonitorPlan

    @property
    def modules(self) -> tuple[str, ...]:
        """Return the modules of the registry; one compares versions on live requests, if they are."""
        names = ("attempts", "lineage", "listing", "registry", "release", "retrain", "tags", "versions")
        return (*names, *(("live",) if self.live else ()))


def release_plan(project: Project, steps: tuple[Stage, ...], watched: tuple[str, ...], experiment: str) -> ReleasePlan:
    """Plan what registers versions of a project with the stages ``steps``, rendered from the folders ``watched``."""
    package = project.config.project.package
    log = project.config.service.log_folder  # git does not keep it
    folders = dict.fromkeys(("conf", "templates", *watched))  # the first two whether or not Ninefold is still there
    written = (*folders, package, "params.yaml", "dvc.yaml")
    return ReleasePlan(
        experiment=experiment,
        artifact=Code(artifact(package)),
        inputs=(*written, *dict.fromkeys(_read(steps, written, log))),
        primary=project.config.metrics.primary,
        reads=metric_columns(project),
        decision=project.config.problem.decision is not None,
        labelled=Code('counts["known"]' + ("" if project.config.release.refits else ' - counts["holdout"]')),
        live=project.config.release.live is not None,
        store=store_plan(project) is not None,
        measured=monitor_plan(project).measured,
        monitor=monitor_plan(project),
    )


def artifact(package: str) -> str:
    """Return what the bundle of ``package`` is called as an artifact of DVC and in tags of GTO."""
    return package.replace("_", "-")


def _read(steps: tuple[Stage, ...], written: tuple[str, ...], log: str) -> Iterator[str]:
    """Yield what else than ``written`` the stages read and none makes, with the files by which DVC keeps it."""
    outs = (
        out for step in steps for out in (*step.outs, *step.persistent, *step.edited, *step.summaries, *step.metrics)
    )
    made = [PurePosixPath(path) for path in (*written, log, *outs)]
    for dep in (dep.replace("\\${", "${") for step in steps for dep in step.deps):
        path = PurePosixPath(dep)
        ours = any(path.is_relative_to(out) or out.is_relative_to(path) for out in made)
        if not ours and not path.is_absolute() and ".." not in path.parts and "://" not in dep:
            yield from (dep, f"{dep}.dvc")


def gate_plan(project: Project) -> GatePlan:
    """Plan the reference that a released model has to beat."""
    task = task_of(project)
    classes = ', len(encoders["classes"])' if task.classes else ""
    return GatePlan(
        no_skill_template=f"package/release/gate/{task.name}.py.jinja",
        no_skill_arguments=Code(classes),
        guarded=guarded(project),
        tolerated={name: higher_is_better(project, name) for name in project.config.release.tolerances},
        decision=project.config.problem.decision is not None,
        learns=project.learns_from_log,
        grouped=project.group is not None,
        reads=metric_columns(project),
    )


def guarded(project: Project) -> tuple[str, ...]:
    """Return the columns and features in whose groups a challenger must not be worse than the champion."""
    given = project.config.release.slices
    return project.config.metrics.slices if given is None else given


def gate_params(project: Project) -> tuple[str, ...]:
    """Return the settings that decide on a challenger."""
    config = project.config
    return (
        "metrics.bootstrap",
        "metrics.guardrails",
        *(("metrics.slice_rows", "release.slice_tolerance") if guarded(project) else ()),
        *decision_of(project),
        *(f"release.{key}" for key in ("min_gain", "beat_baseline", "min_holdout", "stage")),
        *(("release.tolerances",) if config.release.tolerances else ()),
    )
