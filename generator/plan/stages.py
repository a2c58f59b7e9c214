"""The stages of ``dvc.yaml``: what each runs, reads and leaves behind."""

from collections.abc import Iterator

from generator.plan.candidates import compares_rows, counts_rounds
from generator.plan.deploy import deploy_files
from generator.plan.folds import has_folds
from generator.plan.gate import gate_params
from generator.plan.log_store import store_plan
from generator.plan.logged_rows import holdouts, logged_files
from generator.plan.metrics import metric_columns
from generator.plan.report import report_inputs
from generator.plan.stage_files import (
    CHOSEN,
    FINAL,
    FINAL_ENCODERS,
    FINGERPRINTS,
    HOLDOUT,
    HOMES,
    PRODUCTION,
    REFERENCE,
    REPORTS,
    TRAINED,
    decision_of,
    is_probed,
    labels_of,
    snapshots_of,
    sources_of,
    table_of,
    templates_of,
)
from generator.plan.types import Stage
from generator.project import Project

FITTING = ("features.encoders", "common.stage", "common.outputs", "common.rounding", "common.settings")
"""What every candidate is fitted with."""


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
        yield from _model_stages(project)
        yield from _bundle_stages(project)
        if project.config.release.live:
            yield _live(project)
    yield _report(project)
    if project.config.alerts and project.config.problem.use != "descriptive":  # last: what fails keeps nothing waiting
        yield _stage(project, "alerts", deps=(f"{REPORTS}/monitor.json",))


def _data_stages(project: Project) -> Iterator[Stage]:
    """Yield the stages that read the data, and say what is in it."""
    package = project.config.project.package
    deps = (table_of(project), *logged_files(project), labels_of(project))
    if is_probed(project):
        yield _stage(project, "probe", persistent=(FINGERPRINTS,), always=True)
    collected = ("data/raw", f"{REPORTS}/collection.json")
    yield _stage(project, "collect", deps=sources_of(project), params=("engine",), outs=collected)
    yield _stage(
        project,
        "process",
        deps=("data/raw", f"{package}/data/process.sql"),
        params=("engine",),
        outs=("data/tables", "data/quarantine.parquet", f"{REPORTS}/contract.json"),
    )
    yield _stage(
        project,
        "define",
        deps=deps,
        params=("engine", "problem", "project.title"),
        outs=(f"{REPORTS}/brief.json", f"{REPORTS}/brief.md"),
    )
    yield _stage(
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
        yield _stage(project, "snapshots", deps=deps, params=("engine",), outs=("data/past", "data/snapshots"))
    audited = project.time is not None
    yield _stage(
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
        outs=(*TRAINED[:1], *holdouts(project), *TRAINED[1:], *((f"{REPORTS}/features.json",) if audited else ())),
    )


def _model_stages(project: Project) -> Iterator[Stage]:
    """Yield the stages that fit the candidates and choose among them."""
    config = project.config
    scoring, refits = f"{config.project.package}/models/scoring", config.release.refits
    yield Stage(
        name="train",
        command=f"python -m {config.project.package}.models.train_${{key}}",
        modules=(
            *FITTING,
            *(("features.folds",) if has_folds(project) else ()),
            *(("common.progress",) if counts_rounds(project) else ()),
            *(("common.heartbeat", "models.background") if compares_rows(project) else ()),
        ),
        deps=(*TRAINED, f"{config.project.package}/models/train_${{key}}.py", f"{scoring}/${{item.kind}}.py"),
        params=("model.${key}",),
        outs=("models/${key}",),
        foreach="${model}",
    )
    by_column = metric_columns(project).table or any(name in config.data.columns for name in config.metrics.slices)
    sliced = (table_of(project),) if by_column or project.time is not None else ()
    yield _stage(
        project,
        "evaluate",
        deps=("models", *TRAINED, HOLDOUT, *sliced, scoring),
        params=("metrics.bootstrap", "metrics.slice_rows", *decision_of(project)),
        outs=(f"{REPORTS}/evaluation.json", f"{REPORTS}/plots", REFERENCE, *((CHOSEN,) if refits else ())),
        metrics=(f"{REPORTS}/metrics.json",),
    )
    if refits:  # models/ depends on the code and the settings that each candidate was fitted with
        yield _stage(
            project, "refit", deps=("models", *TRAINED, HOLDOUT, CHOSEN, scoring), outs=(FINAL, FINAL_ENCODERS)
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
            *((FINAL, FINAL_ENCODERS) if project.config.release.refits else ()),
            "data/tables",
            *TRAINED,
            *holdouts(project),
            f"{REPORTS}/evaluation.json",
            *(f"{package}/{name}" for name in ("models/scoring", "service", "features/features.sql")),
            *((f"{package}/deploy",) if any(deploy_files(project)) else ()),
            *(("data/snapshots", f"{package}/features/latest.sql", *snapshots) if snapshots else ()),
        ),
        params=("service", "engine", *decision),
        outs=("bundle", f"{REPORTS}/package.json", f"{REPORTS}/contract.yaml"),
        summaries=(f"{REPORTS}/parity.json",),
    )
    scored = (f"{REPORTS}/package.json", *TRAINED, HOLDOUT, REFERENCE, table_of(project), f"{package}/models/scoring")
    yield _stage(
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
    yield _stage(
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
    return _stage(
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
        return _stage(project, "report", deps=reported, params=("metrics",), outs=(f"{REPORTS}/index.html",))
    return _stage(
        project,
        "report",
        deps=(*reported, "data/encoders.json", "models", f"{REPORTS}/plots"),
        params=("metrics", "features", "service", *decision_of(project)),
        outs=(f"{REPORTS}/index.html",),
    )


def _stage(project: Project, name: str, always: bool = False, **parts: tuple[str, ...]) -> Stage:
    """Return the stage that runs the module ``name``."""
    path = f"{HOMES[name]}.{name}"
    command = f"python -m {project.config.project.package}.{path}"
    return Stage(name=name, command=command, modules=(path,), always=always, **parts)  # type: ignore[arg-type]
