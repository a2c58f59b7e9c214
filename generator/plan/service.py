"""Plan the bundle, and the service in it."""

from dataclasses import dataclass

from generator.plan.bulk import bulk_modules
from generator.plan.candidates import compares_rows, own_modules
from generator.plan.collect import collect_plan
from generator.plan.deploy import deploy_files
from generator.plan.encoding import encoding_plan
from generator.plan.functions import functions_plan
from generator.plan.requests import PythonType, attribute_names, field_names, needed_columns, python_type
from generator.plan.serving_features import ServingFeaturesPlan
from generator.plan.snapshots import ZERO, furthest
from generator.plan.tasks import task_of
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

ANSWERS = {
    "binary": Code('`{"probability": 0.25}`'),
    "multiclass": Code('`{"class": "...", "probabilities": {"...": 0.25}}`'),
    "regression": Code('`{"value": 12.5}`'),
}


@dataclass(frozen=True, kw_only=True)
class InputPlan:
    """One field of a request."""

    attribute: Code
    type: Code


@dataclass(frozen=True, kw_only=True)
class ServicePlan:
    """What the modules of ``service/`` need."""

    table: Code
    imports: tuple[Code, ...]
    types: tuple[Code, ...]
    inputs: tuple[InputPlan, ...]
    columns: tuple[str, ...]
    renamed: dict[str, str]
    aliased: bool
    past: bool
    time: str
    before: int
    prediction_words: Code
    answer_template: str
    score_template: str
    answer_names: Code
    answer_words: Code
    answer_arguments: Code
    score_type: Code
    outcome_type: Code
    classes: bool
    tables: bool
    calls: bool
    decision: bool
    log: bool
    api_key: Code
    port: int
    refit: bool

    @property
    def encoders(self) -> Code:
        """Return the file with the encoders of the model that answers."""
        return Code("data/final_encoders.json" if self.refit else "data/encoders.json")

    @property
    def scorer_parameters(self) -> Code:
        """Return what can be said to the scorer besides its bundle."""
        data = ", data: Path | None = None" if self.tables else ""
        return Code(data + (', model: str = "model"' if self.refit else ""))

    @property
    def scorer_arguments(self) -> Code:
        """Return the same, as the command line gives it."""
        return Code((", data=given.data" if self.tables else "") + (", model=given.model" if self.refit else ""))

    @property
    def scorer_model(self) -> Code:
        """Return the folder of the model."""
        return Code("model" if self.refit else '"model"')


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
    refit: bool

    @property
    def final(self) -> Code:
        """Return the folder of the model that answers."""
        return Code("FINAL" if self.refit else "MODELS / chosen")

    @property
    def fitted_rows(self) -> Code:
        """Return the code that counts the rows it was fitted on."""
        final, evaluated = 'read_json(FINAL / "summary.json")["rows"]', "pq.read_metadata(TRAIN).num_rows"
        return Code(final if self.refit else evaluated)


def service_plan(project: Project) -> ServicePlan:
    """Plan the request type, the inputs in SQL, and the endpoints."""
    task, config = task_of(project), project.config
    columns = needed_columns(project)
    attributes, fields = attribute_names(column.name for column in columns), field_names(columns)
    kinds = [python_type(column.type) for column in columns]
    return ServicePlan(
        table=Code(config.data.table),
        imports=tuple(Code(line) for line in sorted({line for kind in kinds for line in _imports(kind)})),
        types=tuple(Code(line) for line in sorted({kind.alias for kind in kinds if kind.alias})),
        inputs=tuple(
            InputPlan(
                attribute=Code(attribute),
                type=Code(kind.annotation if column.role == "time" else f"{kind.annotation} | None"),
            )
            for attribute, column, kind in zip(attributes, columns, kinds, strict=True)
        ),
        columns=tuple(column.name for column in columns),
        renamed={attribute: field for attribute, field in zip(attributes, fields, strict=True) if attribute != field},
        aliased=fields != [column.name for column in columns],
        past=bool(project.window_aggregates),
        time=project.time.name if project.time else "",
        before=int(((config.problem.decide_before or ZERO) + furthest(project)).total_seconds()),
        prediction_words=task.prediction_words,
        answer_template=f"package/service/responses/{task.name}.py.jinja",
        score_template=f"package/packaging/live_service/{task.name}.py.jinja",
        answer_names=Code(", ".join(_answer_names(project))),
        answer_words=ANSWERS[task.name],
        answer_arguments=Code("self.predictor.scorer.classes, " if task.classes else ""),
        score_type=task.score_type,
        outcome_type=task.outcome_type,
        classes=task.classes,
        tables=bool(project.lookups or project.window_aggregates),
        calls=bool(project.calls),
        decision=config.problem.decision is not None,
        log=config.service.log,
        api_key=Code(config.service.api_key or ""),
        port=config.service.port,
        refit=config.release.refits,
    )


def _imports(kind: PythonType) -> tuple[str, ...]:
    return (*kind.imports, *(["from typing import Annotated"] if kind.alias else []))


def _answer_names(project: Project) -> list[str]:
    """Return what ``app.py`` imports of ``responses.py``."""
    decision = ["Decision"] if project.config.problem.decision is not None else []
    return ["Answer", *decision, "Explanation", "Part", "answer", "explained"]


def package_plan(project: Project, served: ServingFeaturesPlan) -> PackagePlan:
    """Plan what goes into the bundle."""
    decision, past = project.config.problem.decision is not None, served.snapshots
    functions = functions_plan(project)
    calling = ("features/calls.py", "features/functions.py") if functions.calls else ()
    own = {f"{module}.py" for module in (*functions.modules, *own_modules(project))}
    encoding = tuple(f"features/encoding/{name}" for name in encoding_plan(project).files)
    modules = (
        *MODULES,
        *bulk_modules(project, collect_plan(project)),
        *encoding,
        *own,
        *calling,
        *(("evaluation/__init__.py", "evaluation/payoff.py") if decision else ()),
        *(PAST_MODULES if past else ()),
        *(("service/models/contributions.py",) if compares_rows(project) else ()),
    )
    return PackagePlan(
        modules=tuple(sorted(modules)),
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
        refit=project.config.release.refits,
    )
