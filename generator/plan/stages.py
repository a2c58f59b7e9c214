"""The stages of ``dvc.yaml``: what each runs, reads and leaves behind."""

from collections.abc import Iterator

from generator.plan.deploy import deploy_files
from generator.plan.gate import gate_params
from generator.plan.log_store import store_plan
from generator.plan.logged_rows import holdouts, logged_files
from generator.plan.model_stages import model_stages
from generator.plan.report import report_inputs
from generator.plan.stage_files import (
    FINAL,
    FINAL_ENCODERS,
    FINGERPRINTS,
    HOLDOUT,
    PRODUCTION,
    REFERENCE,
    REPORTS,
    TRAINED,
    blended_of,
    decision_of,
    interval_of,
    is_probed,
    labels_of,
    snapshots_of,
    sources_of,
    stage_of,
    table_of,
    templates_of,
)
from generator.plan.types import Stage
from generator.project import Project


def stages(project: Project, watched: tuple[str, ...]) -> tuple[Stage, ...]:
    """Return the stages in the order of the lifecycle, then the project's own.

    ``watched`` are the folders that it is rendered from.
    """
    return (*_stages(project, watched), *own_stages(project))


def own_stages(project: Project) -> tuple[Stage, ...]:
    """Return the stages of the project's own."""
    package = project.config.project.package
    return tuple(
        Stage(
            name=name,
            command=stage.cmd or f"python -m {package}.{stage.module}",
            modules=(stage.module,) if stage.module else (),
            deps=tuple(dict.fromkeys(stage.deps)),
            params=(*((f"stages.{name}.params",) if stage.params else ()), *stage.settings),
            outs=stage.outs,
            metrics=stage.metrics,
        )
        for name, stage in (project.config.stages or {}).items()
    )


def _stages(project: Project, watched: tuple[str, ...]) -> Iterator[Stage]:
    package = project.config.project.package
    if watched:
        yield Stage(name="generate", command="ninefold generate", deps=(*watched, "params.yaml"), edited=(package,))
    yield from _data_stages(project)
    if project.config.problem.use != "descriptive":
        yield from _feature_stages(project)
        yield from model_stages(project)
        yield from _bundle_stages(project)
        if project.config.release.live:
            yield _live(project)
    yield _report(project)
    if project.config.alerts and project.config.problem.use != "descriptive":  # last: what fails keeps nothing waiting
        yield stage_of(project, "alerts", deps=(f"{REPORTS}/monitor.json",))


def _data_stages(project: Project) -> Iterator[Stage]:
    """Yield the stages that read the data, and say what is in it."""
    package = project.config.project.package
    deps = (table_of(project), *logged_files(project), labels_of(project))
    if is_probed(project):
        yield stage_of(project, "probe", persistent=(FINGERPRINTS,), always=True)
    collected = ("data/raw", f"{REPORTS}/collection.json")
    yield stage_of(project, "collect", deps=sources_of(project), params=("engine",), outs=collected)
    yield stage_of(
        project,
        "process",
        deps=("data/raw", f"{package}/data/process.sql"),
        params=("engine",),
        outs=("data/tables", "data/quarantine.parquet", f"{REPORTS}/contract.json"),
    )
    yield stage_of(
        project,
        "define",
        deps=deps,
        params=("engine", "problem", "project.title"),
        outs=(f"{REPORTS}/brief.json", f"{REPORTS}/brief.md"),
    )
    yield stage_of(
        project,
        "explore",
        deps=(*deps, f"{package}/exploration/explore.sql", *templates_of(project, "explored.html", "explore.html")),
        params=("engine", "explore", "project.title"),
        outs=(f"{REPORTS}/exploration.json", f"{REPORTS}/explore.html"),
    )


def _feature_stages(project: Project) -> Iterator[Stage]:
    """Yield the stages that compute the features."""
    package, snapshots = project.config.project.package, snapshots_of(project)
    if snapshots:
        deps = (table_of(project), *snapshots, f"{package}/features/latest.sql")
        yield stage_of(project, "snapshots", deps=deps, params=("engine",), outs=("data/past", "data/snapshots"))
    audited = project.time is not None
    summarised = audited or project.group is not None
    yield stage_of(
        project,
        "features",
        deps=(
            "data/tables",
            labels_of(project),
            *(("data/past", *snapshots) if snapshots else ()),
            f"{package}/features/features.sql",
            *((f"{package}/features/audit.sql",) if audited else ()),
        ),
        params=("engine",),
        outs=(*TRAINED[:1], *holdouts(project), *TRAINED[1:], *((f"{REPORTS}/features.json",) if summarised else ())),
    )


def _bundle_stages(project: Project) -> Iterator[Stage]:
    """Yield the stages that make a bundle, release it and watch it."""
    package, snapshots, decision = project.config.project.package, snapshots_of(project), decision_of(project)
    yield Stage(
        name="package",
        command=f"python -m {package}.packaging.package",
        modules=(
            "packaging.package",
            "service.__main__",
            "common.engine",
            *(("evaluation.payoff",) if decision else ()),
        ),
        deps=(
            "models",
            *blended_of(project),
            *((FINAL, FINAL_ENCODERS) if project.config.release.refits else ()),
            "data/tables",
            *TRAINED,
            *holdouts(project),
            *(f"{REPORTS}/evaluation.json", *interval_of(project)),
            *(f"{package}/{name}" for name in ("models/scoring", "service", "features/features.sql")),
            *((f"{package}/deploy",) if any(deploy_files(project)) else ()),
            *(("data/snapshots", f"{package}/features/latest.sql", *snapshots) if snapshots else ()),
        ),
        params=("service", "engine", *decision),
        outs=("bundle", f"{REPORTS}/package.json", f"{REPORTS}/contract.yaml"),
        summaries=(f"{REPORTS}/parity.json",),
    )
    scored = (f"{REPORTS}/package.json", *TRAINED, HOLDOUT, REFERENCE, table_of(project), f"{package}/models/scoring")
    yield stage_of(
        project,
        "release",
        deps=("bundle", f"{REPORTS}/collection.json", f"{REPORTS}/metrics.json", *scored, *logged_files(project)),
        params=("engine", *gate_params(project)),
        persistent=PRODUCTION[:1],
        edited=PRODUCTION[1:],
        summaries=(f"{REPORTS}/release.json",),
    )
    sliced = (*(("metrics.slice_rows",) if project.config.metrics.slices else ()), *decision)
    joined = ("data/tables", labels_of(project)) if project.config.monitor.rows_as_outcomes else ()
    engine, log = ("engine",) if joined else (), project.config.service.log_folder
    yield stage_of(
        project,
        "monitor",
        deps=(*PRODUCTION, f"{REPORTS}/brief.json", log, *joined, *templates_of(project, "monitor.html")),
        params=("monitor", "retrain", "metrics.bootstrap", "metrics.primary", "project.title", *sliced, *engine),
        # The page that it draws too says when versions were released and by whom, which is not the same for everyone:
        # it is no output. Since DVC restores outputs alone, what stands in the log is measured anew each time.
        edited=(f"{REPORTS}/monitor.json",),
        always=store_plan(project) is not None,
    )


def _live(project: Project) -> Stage:
    """Return the stage that compares the version in staging with that in production."""
    return stage_of(
        project,
        "live",
        deps=(*PRODUCTION, project.config.service.log_folder),
        params=("release.live", "metrics.bootstrap"),
        summaries=(f"{REPORTS}/live.json",),
        always=True,
    )


def _report(project: Project) -> Stage:
    """Return the stage that draws the page of everything."""
    reports = (f"{REPORTS}/{name}.json" for name in report_inputs(project))
    reported = (*reports, "data/quarantine.parquet", f"{project.config.project.package}/report/templates")
    if project.config.problem.use == "descriptive":
        return stage_of(project, "report", deps=reported, params=("metrics",), outs=(f"{REPORTS}/index.html",))
    return stage_of(
        project,
        "report",
        deps=(*reported, "data/encoders.json", "models", *blended_of(project), f"{REPORTS}/plots"),
        params=("metrics", "features", "service", *decision_of(project)),
        outs=(f"{REPORTS}/index.html",),
    )
