"""The stages of ``dvc.yaml``: what each runs, reads and leaves behind."""

from collections.abc import Iterator
from typing import Any

from generator.plan.candidates import compares_rows, counts_rounds
from generator.plan.deploy import deploy_files
from generator.plan.metrics import metric_columns
from generator.plan.report import report_inputs
from generator.plan.types import Stage
from generator.project import Project

REPORTS = "reports"
CHOSEN = "reports/chosen.json"
"""Which candidate was chosen, and nothing else: an edit of what is reported fits nothing anew."""

REFERENCE = "data/reference.parquet"
"""Rows with the scores of models that have not seen them, kept with a released version to watch it by."""

FINAL, FINAL_ENCODERS = "final_model", "data/final_encoders.json"
"""The chosen candidate fitted on all rows, and how it sees them."""

FITTING = ("features.encoders", "common.stage", "common.outputs", "common.rounding", "common.settings")
"""What every candidate is fitted with."""

HOMES = {
    "define": "problem",
    "collect": "data",
    "process": "data",
    "explore": "exploration",
    "features": "features",
    "snapshots": "features",
    "evaluate": "evaluation",
    "refit": "models",
    "package": "packaging",
    "release": "release",
    "monitor": "monitoring",
    "report": "report",
}
"""The folder of the package that each stage's module is in."""

GATE = ("min_gain", "beat_baseline", "min_holdout")
"""What of ``release`` the gate goes by."""

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
    artifact = {"path": "bundle", "type": "model", "desc": "The service with its model, ready to run"}
    return {"plots": plots, "artifacts": {project.config.project.package.replace("_", "-"): artifact}}


def _literal(path: str) -> str:
    """Return ``path`` so that DVC looks for no variable in it."""
    return path.replace("${", "\\${")


def _watched(path: str) -> str:
    """Return what a stage that reads ``path`` depends on: the file, or the folder where the name of a file has a *."""
    folder, _, name = path.rpartition("/")
    return _literal(folder if "*" in name else path)


def _stages(project: Project, watched: tuple[str, ...]) -> Iterator[Stage]:
    config = project.config
    package = config.project.package
    labels = f"{package}/problem/labels.sql"
    table = f"data/tables/{config.data.table}.parquet"
    sources = config.data.sources.values()
    files = tuple(_watched(source.path) for source in sources if source.path and source.package is None)
    files = tuple(dict.fromkeys((*files, *(_literal(file) for source in sources for file in source.deps or ()))))
    trained = ("data/train.parquet", "data/encoders.json")

    def module(name: str, **parts: object) -> Stage:
        path = f"{HOMES[name]}.{name}"
        return Stage(name=name, command=f"python -m {package}.{path}", modules=(path,), **parts)  # type: ignore[arg-type]

    if watched:
        yield Stage(name="generate", command="ninefold generate", deps=(*watched, "params.yaml"), edited=(package,))
    yield module("collect", deps=files, params=("engine",), outs=("data/raw", f"{REPORTS}/collection.json"))
    yield module(
        "process",
        deps=("data/raw", f"{package}/data/process.sql"),
        params=("engine",),
        outs=("data/tables", "data/quarantine.parquet", f"{REPORTS}/contract.json"),
    )
    yield module(
        "define",
        deps=(table, labels),
        params=("engine", "problem", "project.title"),
        outs=(f"{REPORTS}/brief.json", f"{REPORTS}/brief.md"),
    )
    looks = (f"{package}/report/page.css", f"{package}/report/page.html")
    yield module(
        "explore",
        deps=(table, labels, f"{package}/exploration/explore.sql", *looks),
        params=("engine", "explore", "project.title"),
        outs=(f"{REPORTS}/exploration.json", f"{REPORTS}/explore.html"),
    )
    reported = tuple(f"{REPORTS}/{name}.json" for name in report_inputs(project))
    page = (f"{REPORTS}/index.html",)
    if config.problem.use == "descriptive":
        deps = (*reported, "data/quarantine.parquet", *looks)
        yield module("report", deps=deps, params=("metrics",), outs=page)
        return
    past = bool(project.window_aggregates)
    read = (f"{package}/features/snapshots.sql",) if past else ()
    if past:
        deps = (table, *read, f"{package}/features/latest.sql")
        yield module("snapshots", deps=deps, params=("engine",), outs=("data/past", "data/snapshots"))
    audited = project.time is not None
    yield module(
        "features",
        deps=(
            "data/tables",
            labels,
            *(("data/past", *read) if past else ()),
            f"{package}/features/features.sql",
            *((f"{package}/features/audit.sql",) if audited else ()),
        ),
        params=("engine",),
        outs=(
            "data/train.parquet",
            "data/holdout.parquet",
            "data/encoders.json",
            *((f"{REPORTS}/features.json",) if audited else ()),
        ),
    )
    yield Stage(
        name="train",
        command=f"python -m {package}.models.train_${{key}}",
        modules=(
            *FITTING,
            *(("common.progress",) if counts_rounds(project) else ()),
            *(("models.background",) if compares_rows(project) else ()),
        ),
        deps=(*trained, f"{package}/models/train_${{key}}.py", f"{package}/models/scoring/${{item.kind}}.py"),
        params=("model.${key}",),
        outs=("models/${key}",),
        foreach="${model}",
    )
    refits = config.release.refits
    decision = ("problem.decision",) if config.problem.decision is not None else ()
    reads = metric_columns(project)
    by_column = reads.table or any(name in config.data.columns for name in config.metrics.slices)
    sliced = (table,) if by_column or audited else ()
    yield module(
        "evaluate",
        deps=("models", *trained, "data/holdout.parquet", *sliced, f"{package}/models/scoring"),
        params=("metrics.bootstrap", "metrics.slice_rows", *decision),
        outs=(f"{REPORTS}/evaluation.json", f"{REPORTS}/plots", REFERENCE, *((CHOSEN,) if refits else ())),
        metrics=(f"{REPORTS}/metrics.json",),
    )
    if refits:  # models/ tells of the code and the settings that each candidate was fitted with
        yield module(
            "refit",
            deps=("models", *trained, "data/holdout.parquet", CHOSEN, f"{package}/models/scoring"),
            outs=(FINAL, FINAL_ENCODERS),
        )
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
            *((FINAL, FINAL_ENCODERS) if refits else ()),
            "data/tables",
            "data/train.parquet",
            "data/encoders.json",
            "data/holdout.parquet",
            f"{REPORTS}/evaluation.json",
            f"{package}/models/scoring",
            f"{package}/service",
            f"{package}/features/features.sql",
            *((f"{package}/deploy",) if any(deploy_files(project)) else ()),
            *(("data/snapshots", f"{package}/features/latest.sql", *read) if past else ()),
        ),
        params=("service", "engine", *decision),
        outs=("bundle", f"{REPORTS}/package.json", f"{REPORTS}/contract.yaml"),
        summaries=(f"{REPORTS}/parity.json",),
    )
    yield module(
        "release",
        deps=(
            "bundle",
            f"{REPORTS}/package.json",
            *trained,
            "data/holdout.parquet",
            REFERENCE,
            table,
            f"{package}/models/scoring",
        ),
        params=("engine", "metrics.bootstrap", "metrics.guardrails", *(f"release.{key}" for key in GATE)),
        persistent=("registry",),
        summaries=(f"{REPORTS}/release.json",),
    )
    yield module(
        "monitor",
        deps=("registry", "logs"),
        params=("monitor", "metrics.bootstrap"),
        summaries=(f"{REPORTS}/monitor.json",),
    )
    yield module(
        "report",
        deps=(*reported, "data/quarantine.parquet", "data/encoders.json", "models", f"{REPORTS}/plots", *looks),
        params=("metrics", "features", "service", *decision),
        outs=page,
    )
