"""Plan the tests that are rendered with a project: made-up rows, and values computed by hand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from sqlglot import exp

from generator.plan.candidates import Candidate, candidates_plan
from generator.plan.example_candidates import example_candidates, learners
from generator.plan.logged import LoggedPlan, logged_plan
from generator.plan.metrics import Reads, asked_metrics, higher_is_better, metric_columns, threshold
from generator.plan.requests import field_names, needed_columns, python_type
from generator.plan.tasks import task_of
from generator.project import Project, expressions_of
from generator.schema.metrics import AtThreshold
from generator.schema.service import Service
from generator.sql import parsing as sql
from generator.sql.code import Code, name

VALUES: dict[str, Any] = {
    "bool": True,
    "str": "1",
    "Integer": 1,
    "float": 1.0,
    "date": "2024-03-01",
    "time": "12:30:00",
    "Timestamp": "2024-03-01T12:30:00",
    "ZonedTime": "2024-03-01T12:30:00Z",
}
HARMLESS = (exp.Column, exp.Identifier, exp.Literal, exp.Paren, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Boolean)
"""What an expression may hold and work for every value."""

ANSWER_KEYS = {
    "binary": ["id", "probability", "unexpected"],
    "multiclass": ["id", "class", "probabilities", "unexpected"],
    "regression": ["id", "value", "unexpected"],
}
OUTCOMES: dict[str, Any] = {"binary": True, "multiclass": "a class", "regression": 1.5}
TARGETS: dict[str, list[float]] = {
    "binary": [0, 0, 1, 1],
    "multiclass": [0, 1, 2, 1],
    "regression": [1.0, 2.0, 3.0, 6.0],
}
SCORES: dict[str, list[Any]] = {
    "binary": [0.1, 0.4, 0.35, 0.8],
    "multiclass": [[0.8, 0.1, 0.1], [0.2, 0.6, 0.2], [0.1, 0.3, 0.6], [0.5, 0.3, 0.2]],
    "regression": [1.0, 2.0, 4.0, 4.0],
}
BY_HAND = {
    "binary": {
        "roc_auc": 0.75,
        "average_precision": 0.833333,
        "log_loss": 0.472288,
        "brier": 0.158125,
        "calibration_error": 0.3375,
        "accuracy": 0.75,
        "balanced_accuracy": 0.75,
        "precision": 1.0,
        "recall": 0.5,
        "f1": 0.666667,
        "mcc": 0.57735,
    },
    "multiclass": {
        "log_loss": 0.612192,
        "accuracy": 0.75,
        "balanced_accuracy": 0.833333,
        "macro_f1": 0.777778,
        "mcc": 0.7,
        "roc_auc_ovr": 0.958333,
    },
    "regression": {
        **{"rmse": 1.118034, "mae": 0.75, "r2": 0.642857},
        **{"mape": 0.166667, "rmsle": 0.20187},
    },
}


@dataclass(frozen=True, kw_only=True)
class EmptyTable:
    """A table that features are made from, and the statement that makes it, empty."""

    name: Code
    statement: str


@dataclass(frozen=True, kw_only=True)
class TestsPlan:
    """What the rendered tests need."""

    request: dict[str, Any]
    params: dict[str, Any]
    tables: tuple[EmptyTable, ...]
    past: Code
    calls: bool
    time: str
    task_template: str
    candidates: tuple[Candidate, ...]
    learners: tuple[str, ...]
    first: Code
    trainers: Code
    scorers: Code
    decision: bool
    log: bool
    logged: LoggedPlan | None
    answer_keys: list[str]
    interval: bool
    outcome: Any
    target: list[float]
    score: list[Any]
    by_hand: dict[str, float]
    better: Code
    worse: Code
    refit: bool
    folds: bool
    blended: bool
    grouped: bool
    reads: Reads
    weighted: bool

    @property
    def weight(self) -> Code:
        """Return what gives rows weights, where models are fitted with some."""
        return Code('.append_column("__weight", pa.array(1.0 + np.arange(len(level)) % 3))' if self.weighted else "")

    @property
    def measuring(self) -> Code:
        """Return what the tests of the metrics import."""
        return Code("COLUMNS, Bootstrap, gain, metrics_of" if self.reads.columns else "METRICS, Bootstrap, gain")


def tests_plan(project: Project) -> TestsPlan:
    """Plan the rows and values of the rendered tests."""
    config, task, competing = project.config, project.config.problem.task, candidates_plan(project)
    ours = [metric for metric in asked_metrics(project) if metric not in config.metrics.own]
    past, interval = bool(project.window_aggregates), config.problem.prediction_interval is not None
    higher = higher_is_better(project, config.metrics.primary)
    return TestsPlan(
        request=_request(project),
        params=_params(project),
        tables=tuple(_tables(project)),
        past=Code(config.data.table if past else ""),
        calls=bool(project.calls),
        time=_time_field(project),
        task_template=f"package/tests/examples/{task_of(project).name}.py.jinja",
        candidates=competing.candidates,
        learners=learners(project),
        first=next(item.name for item in competing.candidates if item.kind != "blend"),
        trainers=Code(", ".join(sorted(f"train_{item.name}" for item in competing.candidates))),
        scorers=competing.scorers,
        decision=config.problem.decision is not None,
        log=config.service.log,
        logged=logged_plan(project),
        answer_keys=_answer_keys(task, interval),
        interval=interval,
        outcome=OUTCOMES[task],
        target=TARGETS[task],
        score=SCORES[task],
        by_hand={metric: BY_HAND[task][metric] for metric in ours if _by_hand(project, metric)},
        better=Code("0.9" if higher else "0.1"),
        worse=Code("0.1" if higher else "0.9"),
        refit=config.release.refits,
        folds=config.split.folds is not None,
        blended=bool(competing.members),
        grouped=project.group is not None,
        reads=metric_columns(project),
        weighted=project.weight is not None,
    )


def _answer_keys(task: str, interval: bool) -> list[str]:
    """Return the keys of an answer, in their order."""
    keys = ANSWER_KEYS[task]
    return [*keys[:-1], "low", "high", keys[-1]] if interval else keys


def _by_hand(project: Project, metric: str) -> bool:
    """Return whether the value that was computed by hand holds here: some depend on numbers that the config gives."""
    known = metric in BY_HAND[project.config.problem.task]
    return known and (
        metric not in get_args(AtThreshold) or project.config.problem.task != "binary" or threshold(project)[0] == 0.5
    )


def _request(project: Project) -> dict[str, Any]:
    """Return a request that every expression of the project can be computed from; null where that is not sure."""
    columns, risky = needed_columns(project), _risky(project)
    fields = zip(field_names(columns), columns, strict=True)
    return {field: _value(column.type, column.name in risky) for field, column in fields}


def _value(kind: str, risky: bool) -> Any:
    annotation = python_type(kind).annotation
    known = kind in sql.TYPES.values() and not (risky and annotation in ("str", "Integer", "float"))
    return VALUES[annotation] if known else None


def _risky(project: Project) -> set[str]:
    """Return the columns in expressions that do not work for every value, as `sqrt(x)` and `CAST(x AS DATE)` do not."""
    expressions = [expression for feature in project.features for expression in expressions_of(feature)]
    return {
        column
        for expression in expressions
        if not all(isinstance(node, HARMLESS) for node in expression.tree.walk())
        for column in expression.columns
    }


def _params(project: Project) -> dict[str, Any]:
    problem = project.config.problem
    decision = {"problem": {"decision": problem.decision.model_dump(mode="json")}} if problem.decision else {}
    return {
        **example_candidates(project),
        "service": _service_params(project.config.service.log),
        "engine": {"memory_limit": "1GB", "threads": 1},
        **decision,
    }


def _service_params(log: bool) -> dict[str, Any]:
    return Service(log=log, max_body=4_096, max_rows=10).model_dump(mode="json", exclude_none=True)


def _tables(project: Project) -> Iterator[EmptyTable]:
    """Yield the tables that are looked up, and the project's own where features count its rows."""
    for dimension_name in dict.fromkeys(lookup.dimension for lookup in project.lookups):
        dimension = next(item for item in project.dimensions if item.name == dimension_name)
        yield EmptyTable(name=Code(dimension_name), statement=_statement(dimension_name, dimension.columns))
    if project.window_aggregates:
        kept = (column for column in project.columns if column.role != "drop")
        own = [("__row", "BIGINT"), *((column.name, column.type) for column in kept)]
        yield EmptyTable(name=Code(project.config.data.table), statement=_statement(project.config.data.table, own))


def _statement(table: str, columns: Iterable[tuple[str, str]]) -> str:
    return f"CREATE TABLE {name(table)} ({', '.join(f'{name(column)} {kind}' for column, kind in columns)})"


def _time_field(project: Project) -> str:
    """Return the field of a request that is never null; nothing where there is none."""
    columns = needed_columns(project)
    fields = zip(field_names(columns), columns, strict=True)
    return next((field for field, column in fields if column.role == "time"), "")
