"""Plan the service: the request type, the endpoints, the log."""

from dataclasses import dataclass

from generator.plan.log_store import StorePlan, store_plan
from generator.plan.logged import LoggedPlan, logged_plan
from generator.plan.requests import PythonType, attribute_names, field_names, needed_columns, python_type
from generator.plan.snapshots import ZERO, furthest
from generator.plan.tasks import task_of
from generator.project import Project
from generator.sql.code import Code

ANSWERS = {
    "binary": Code('`{"probability": 0.25}`'),
    "multiclass": Code('`{"class": "...", "probabilities": {"...": 0.25}}`'),
    "regression": Code('`{"value": 12.5}`'),
}
WITH_BOUNDS = Code('`{"value": 12.5, "low": 9.1, "high": 17.0}`')


@dataclass(frozen=True, kw_only=True)
class InputPlan:
    """One field of a request."""

    attribute: Code
    type: Code


@dataclass(frozen=True, kw_only=True)
class ServicePlan:
    """What the modules of ``service/`` need.

    ``expires`` says whether files of the log are deleted one day, which is never before ``label_after`` seconds;
    ``logged`` is what the log keeps of a prediction, None for all.
    """

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
    interval: bool
    tables: bool
    calls: bool
    decision: bool
    log: bool
    log_folder: str
    expires: bool
    label_after: int
    logged: LoggedPlan | None
    store: StorePlan | None
    live: bool
    learns: bool
    api_key: Code
    port: int
    refit: bool

    @property
    def computed(self) -> Code:
        """Return the variable with the file of the holdout as its features are computed."""
        return Code("COMPUTED" if self.learns else "HOLDOUT")

    @property
    def computed_import(self) -> Code:
        """Return what is imported for it."""
        return Code("" if self.learns else "HOLDOUT, ")

    @property
    def log_modules(self) -> tuple[tuple[str, str], ...]:
        """Return the modules of the log, with their templates where these are called otherwise."""
        kept = ("service/feedback.py", "service/log.py") if self.log else ()
        closed = ("service/log_files.py",) if self.closes else ()
        shipped = ("service/ship.py", "monitoring/fetch.py", "packaging/dependencies.py") if self.store else ()
        live = ("service/challenger.py",) if self.live else ()
        store = (("service/log_store.py", self.store.template),) if self.store else ()
        return (*((name, "") for name in (*kept, *closed, *shipped, *live)), *store)

    @property
    def closes(self) -> bool:
        """Return whether anybody has to know that a file of the log is no longer written to."""
        return self.expires or self.store is not None

    @property
    def keep(self) -> Code:
        """Return what the log is given to know when its files are deleted."""
        return Code(", Keep.of(self.settings)" if self.expires else "")

    @property
    def entry_inputs(self) -> Code:
        """Return the type of what the log keeps of a request."""
        return Code("dict[str, Any]" if self.logged else "Row")

    @property
    def entry_row(self) -> Code:
        """Return the variable that it is in."""
        return Code("inputs" if self.logged else "row")

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


def service_plan(project: Project) -> ServicePlan:
    """Plan the request type, the inputs in SQL, and the endpoints."""
    task, config = task_of(project), project.config
    columns = needed_columns(project)
    attributes, fields = attribute_names(column.name for column in columns), field_names(columns)
    kinds = [python_type(column.type) for column in columns]
    interval = config.problem.prediction_interval is not None
    known = (*(["classes"] if task.classes else []), *(["interval"] if interval else []))
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
        answer_words=WITH_BOUNDS if interval else ANSWERS[task.name],
        answer_arguments=Code("".join(f"self.predictor.scorer.{name}, " for name in known)),
        score_type=task.score_type,
        outcome_type=task.outcome_type,
        classes=task.classes,
        interval=interval,
        tables=bool(project.lookups or project.window_aggregates),
        calls=bool(project.calls),
        decision=config.problem.decision is not None,
        log=config.service.log,
        log_folder=config.service.log_folder,
        expires=config.service.log_expires,
        label_after=int((config.problem.label_after or ZERO).total_seconds()),
        logged=logged_plan(project),
        store=store_plan(project),
        live=config.release.live is not None,
        learns=project.learns_from_log,
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
