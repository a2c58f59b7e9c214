"""Plan the page that says what is where in a rendered package."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.plan.ci import Row, span
from generator.plan.types import File, Stage
from generator.project import Project
from generator.sql.code import Code

STEPS = {
    "problem": "1 Problem definition",
    "data": "2 Data collection, 3 processing",
    "exploration": "5 Data exploration",
    "features": "6 Features",
    "models": "7 Training",
    "evaluation": "7 Offline evaluation",
    "packaging": "8 Deployment",
    "release": "9 Release",
    "monitoring": "9 Monitoring",
    "report": "Report",
}
"""The step of the lifecycle that each folder with stages is for."""

FOLDERS = {
    "common": "what every stage uses: settings, outputs, DuckDB, progress",
    "problem": "the SQL of the target and of the split",
    "data": "reading sources; types, checks and quarantine",
    "exploration": "profile, hypotheses, warnings",
    "features": "SQL of the features and snapshots, encoders, the leak audit",
    "models": "training; how each kind of candidate is stored and scores",
    "evaluation": "metrics, which all stages share; curves; payoffs",
    "service": "the HTTP service and the batch scorer, as they run in the bundle",
    "packaging": "the bundle; proof that it computes what training did",
    "release": "the gate and the registry",
    "backtest": "replaying history: windows, fits, policies of retraining",
    "monitoring": "the prediction log, drift, realised performance, alarms",
    "deploy": "files that run the bundle elsewhere",
    "report": "pages: their charts, and their HTML templates, which are yours to change",
    "tests": "tests of the package: `python -m pytest`",
}
"""What is in each folder of a package."""


@dataclass(frozen=True, kw_only=True)
class StageRow:
    """A stage: its step, name and module, and what it leaves behind."""

    step: Code
    stage: Code
    module: Code
    outs: Code


@dataclass(frozen=True, kw_only=True)
class ReadmePlan:
    """What ``README.md`` of the package needs; ``renders`` says whether Ninefold still renders the project."""

    stages: tuple[StageRow, ...]
    folders: tuple[Row, ...]
    renders: bool


def readme(project: Project, files: Iterable[File], stages: Iterable[Stage], renders: bool) -> File:
    """Return the page for the package that is made of ``files``."""
    package = project.config.project.package
    there = {file.path.split("/")[1] for file in files if file.path.count("/") > 1}
    context = ReadmePlan(
        stages=tuple(_rows(package, stages)),
        folders=tuple(Row(name=Code(name), text=Code(text)) for name, text in FOLDERS.items() if name in there),
        renders=renders,
    )
    return File(path=f"{package}/README.md", template="package/README.md.jinja", context=context)


def _rows(package: str, stages: Iterable[Stage]) -> Iterator[StageRow]:
    """Yield a row for each stage that runs a module of the package, in the order of the lifecycle."""
    prefix = f"python -m {package}."
    for stage in stages:
        if stage.command.startswith(prefix):
            module = stage.command.removeprefix(prefix).replace("${key}", "<candidate>").replace(".", "/")
            outs = (*stage.outs, *stage.persistent, *stage.edited, *stage.metrics, *stage.summaries)
            yield StageRow(
                step=Code(STEPS.get(module.partition("/")[0], "Your own")),
                stage=Code(f"{stage.name}@<candidate>" if stage.foreach else stage.name),
                module=Code(f"{module}.py"),
                outs=Code(", ".join(span(out.replace("${key}", "<candidate>")) for out in outs)),
            )
