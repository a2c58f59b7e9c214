"""Plan the bundle: the modules, libraries and tables in it."""

from dataclasses import dataclass

from generator.plan.blend import blend_plan
from generator.plan.bulk import bulk_modules
from generator.plan.candidate_kinds import compares_rows
from generator.plan.candidates import own_modules
from generator.plan.collect import collect_plan
from generator.plan.deploy import deploy_files
from generator.plan.encoding import encoding_plan
from generator.plan.functions import functions_plan
from generator.plan.log_store import StorePlan, store_plan
from generator.plan.logged import LoggedPlan, logged_plan
from generator.plan.requests import featured_columns, needed_columns
from generator.plan.serving_features import ServingFeaturesPlan
from generator.plan.stage_files import HOLDOUT, TRAINED
from generator.project import Project
from generator.sources.reading import libraries_of
from generator.sql.code import Code

LIBRARIES = (
    "anyio",
    "click",
    "h11",
    "httptools",
    "idna",
    "msgspec",
    "prometheus_client",
    "pyyaml",
    "starlette",
    "typing_extensions",
    "uvicorn",
    "uvloop",
)
"""What the service runs on, and what that runs on: it is installed without looking for more."""

BULK_LIBRARIES = ("duckdb", "numpy", "pyarrow", "scipy")
"""What scoring files and refreshing the past run on besides."""

MODULES = (
    "__init__.py",
    "common/__init__.py",
    "common/digests.py",
    "common/engine.py",
    "common/outputs.py",
    "common/progress.py",
    "common/settings.py",
    "common/stage.py",
    "data/__init__.py",
    "features/__init__.py",
    "features/columns.py",
    "features/encoders.py",
    "features/features.sql",
    "models/__init__.py",
    "models/scoring/__init__.py",
)
PAST_MODULES = (
    "features/latest.sql",
    "features/lookup_tables.py",
    "features/snapshots.py",
    "features/snapshots.sql",
)
"""What a bundle needs to see the past as it stood, and to refresh it."""


@dataclass(frozen=True, kw_only=True)
class PackagePlan:
    """What ``package.py`` needs."""

    modules: tuple[str, ...]
    libraries: tuple[str, ...]
    bulk_libraries: tuple[str, ...]
    lookups: dict[str, tuple[str, ...]]
    snapshots: tuple[str, ...]
    time: str
    tables: bool
    past: bool
    deployed: bool
    decision: bool
    interval: bool
    refit: bool
    logged: LoggedPlan | None
    naming: tuple[str, ...]
    store: StorePlan | None
    blended: tuple[str, ...]

    @property
    def unlogged(self) -> list[str]:
        """Return the features that are not logged."""
        return list(self.logged.unlogged) if self.logged else []

    @property
    def final(self) -> Code:
        """Return the folder of the model that answers."""
        return Code("FINAL" if self.refit else "folder_of(chosen)")

    @property
    def contract_rows(self) -> tuple[str, ...]:
        """Return the files of the rows that the model that answers is fitted on."""
        return (TRAINED[0], HOLDOUT) if self.refit else (TRAINED[0],)

    @property
    def contract_words(self) -> Code:
        """Return in words which rows these are."""
        return Code("all labelled rows" if self.refit else "the training rows")

    @property
    def fitted_rows(self) -> Code:
        """Return the code that counts the rows it was fitted on."""
        final, evaluated = 'read_json(FINAL / "summary.json")["rows"]', "pq.read_metadata(TRAIN).num_rows"
        return Code(final if self.refit else evaluated)


def package_plan(project: Project, served: ServingFeaturesPlan) -> PackagePlan:
    """Plan what goes into the bundle."""
    decision, past = project.config.problem.decision is not None, served.snapshots
    boosted = any(candidate.kind == "lightgbm" for candidate in project.config.model.values())
    interval = project.config.problem.prediction_interval is not None
    functions = functions_plan(project)
    calling = ("features/calls.py", "features/functions.py") if functions.calls else ()
    own = {f"{module}.py" for module in (*functions.modules, *own_modules(project))}
    encoding = tuple(f"features/encoding/{name}" for name in encoding_plan(project).files)
    store = store_plan(project)
    modules = (
        *MODULES,
        *bulk_modules(project, collect_plan(project)),
        *encoding,
        *own,
        *calling,
        *(("evaluation/__init__.py", "evaluation/payoff.py") if decision else ()),
        *(("models/prediction_interval.py", "common/rounding.py") if interval else ()),
        *(("common/boosting.py",) if boosted else ()),
        *(PAST_MODULES if past else ()),
        *(("data/database.py",) if store and store.database else ()),
        *(("service/models/contributions.py",) if compares_rows(project) else ()),
    )
    return PackagePlan(
        modules=tuple(sorted({*modules})),
        libraries=tuple(sorted((*LIBRARIES, *served.libraries))),
        bulk_libraries=tuple(
            sorted((*BULK_LIBRARIES, *libraries_of(project.config.data.sources[project.config.data.table])))
        ),
        lookups=served.looked_up,
        snapshots=tuple(table.attribute for table in past),
        time=project.time.name if project.time else "",
        tables=served.tables,
        past=bool(past),
        deployed=any(deploy_files(project)),
        decision=decision,
        interval=interval,
        refit=project.config.release.refits,
        logged=logged_plan(project),
        naming=_naming(project),
        store=store,
        blended=blend_plan(project).kinds,
    )


def _naming(project: Project) -> tuple[str, ...]:
    """Return the columns of a request that no feature is computed from, and that name a row."""
    used = featured_columns(project)
    return tuple(item.name for item in needed_columns(project) if item.role == "key" and item not in used)
