"""The files that stages hand on to each other."""

from generator.plan.types import Stage
from generator.project import Project
from generator.schema.origins import DatabaseTable, ProjectFile, RemoteFile, RowsFunction, Unwatched, origin_of

REPORTS = "reports"
CHOSEN = "reports/chosen.json"
"""Which candidate was chosen, and nothing else: an edit of what is reported fits nothing anew."""

REFERENCE = "data/reference.parquet"
"""Rows with the scores of models that have not seen them, kept with a released version to watch it by."""

FINAL, FINAL_ENCODERS = "final_model", "data/final_encoders.json"
"""The chosen candidate fitted on all rows, and how it sees them."""

TRAINED = ("data/train.parquet", "data/encoders.json")
"""The training rows, and how candidates see them."""

BLENDED = "blend"
"""The candidate that combines the others."""

HOLDOUT = "data/holdout.parquet"

PRODUCTION = ("registry/versions", "registry/production.json")
"""The versions, and which of them is in production."""

FINGERPRINTS = "data/sources.json"
"""What sources are like that DVC cannot see into."""

HOMES = {
    "define": "problem",
    "probe": "data",
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
    "alerts": "monitoring",
    "live": "release",
    "report": "report",
}
"""The folder of the package that each stage's module is in."""


def unwatched(project: Project) -> dict[str, Unwatched]:
    """Return the sources that DVC cannot see into: URLs, and tables of databases of which no files say it."""
    origins = {label: origin_of(source) for label, source in project.config.data.sources.items()}
    return {
        label: origin
        for label, origin in origins.items()
        if isinstance(origin, RemoteFile) or (isinstance(origin, DatabaseTable) and not origin.deps)
    }


def is_probed(project: Project) -> bool:
    """Return whether there is anything to ask whether it has changed: a source, or the prediction log."""
    return bool(unwatched(project)) or project.learns_from_log


def sources_of(project: Project) -> tuple[str, ...]:
    """Return the files that the sources are read from, without those of packages."""
    origins = [origin_of(source) for source in project.config.data.sources.values()]
    files = [origin.watched for origin in origins if isinstance(origin, ProjectFile)]
    read = [file for origin in origins if isinstance(origin, DatabaseTable | RowsFunction) for file in origin.deps]
    asked = (FINGERPRINTS,) if is_probed(project) else ()
    return tuple(dict.fromkeys(_literal(file) for file in (*files, *read, *asked)))


def _literal(path: str) -> str:
    """Return ``path`` so that DVC looks for no variable in it."""
    return path.replace("${", "\\${")


def table_of(project: Project) -> str:
    """Return the Parquet file of the table."""
    return f"data/tables/{project.config.data.table}.parquet"


def labels_of(project: Project) -> str:
    """Return the SQL of the target and of the split."""
    return f"{project.config.project.package}/problem/labels.sql"


def templates_of(project: Project, *pages: str) -> tuple[str, ...]:
    """Return the HTML templates of ``pages``, with those that every page is made of."""
    folder = f"{project.config.project.package}/report/templates"
    return tuple(f"{folder}/{name}" for name in ("base.html", "macros.html", "style.css", *pages))


def snapshots_of(project: Project) -> tuple[str, ...]:
    """Return the SQL that takes snapshots, where there are any."""
    return (f"{project.config.project.package}/features/snapshots.sql",) if project.window_aggregates else ()


def blended_of(project: Project) -> tuple[str, ...]:
    """Return the folder of the candidate that combines the others, where there is one."""
    return (BLENDED,) if project.config.blend else ()


def interval_of(project: Project) -> tuple[str, ...]:
    """Return the offsets of the prediction intervals, where there are any."""
    return (f"{REPORTS}/prediction_interval.json",) if project.config.problem.prediction_interval else ()


def decision_of(project: Project) -> tuple[str, ...]:
    """Return the settings of the decision, where there is one."""
    return ("problem.decision",) if project.config.problem.decision is not None else ()


def stage_of(project: Project, name: str, always: bool = False, **parts: tuple[str, ...]) -> Stage:
    """Return the stage that runs the module ``name``."""
    path = f"{HOMES[name]}.{name}"
    command = f"python -m {project.config.project.package}.{path}"
    return Stage(name=name, command=command, modules=(path,), always=always, **parts)  # type: ignore[arg-type]
