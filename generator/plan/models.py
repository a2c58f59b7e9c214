"""Plan features, candidates, metrics and evaluation."""

from collections.abc import Iterable
from dataclasses import dataclass

from generator import sql
from generator.code import Code, name
from generator.plan.tables import ColumnPlan, Join, Step, layers
from generator.plan.words import LIGHTGBM_METRICS, TASKS
from generator.project import Column, Feature, Project
from generator.schema.base import words
from generator.schema.tuning import Optuna

SKLEARN = {
    "macro_f1": "from sklearn.metrics import f1_score",
    "r2": "from sklearn.metrics import r2_score",
}
RANKING = ("roc_auc", "roc_auc_ovr", "average_precision")
LOWER_IS_BETTER = ("log_loss", "brier", "calibration_error", "rmse", "mae")


@dataclass(frozen=True)
class FeaturesPlan:
    """What ``features.sql``, ``features.py`` and ``columns.py`` need."""

    lookups: tuple[str, ...]
    steps: tuple[Step, ...]
    last_step: Code
    selected: tuple[ColumnPlan, ...]
    target: str
    features: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True)
class MetricsPlan:
    """What ``metrics.py`` needs."""

    target_words: Code
    prediction_words: Code
    imports: tuple[Code, ...]
    templates: tuple[str, ...]
    names: tuple[Code, ...]
    primary: Code
    higher: bool
    likelihood: Code


@dataclass(frozen=True)
class TuningPlan:
    """How long settings are searched for, and which way is better."""

    trials: int
    rounds: int
    seed: int
    direction: str


@dataclass(frozen=True)
class CandidatePlan:
    """What a ``train_<candidate>.py`` needs."""

    candidate: Code
    classes: bool
    baseline_words: Code
    linear_words: Code
    estimator: Code
    estimator_code: Code
    objective: str
    metric: str
    tuning: TuningPlan | None
    progress: int


@dataclass(frozen=True)
class Candidate:
    """A candidate's name and its kind, which is the module that scores it."""

    name: Code
    kind: Code


@dataclass(frozen=True)
class EvaluatePlan:
    """What ``evaluate.py`` needs."""

    table: Code
    candidates: tuple[Candidate, ...]
    scorers: Code
    slices: tuple[str, ...]
    decision: bool
    curve_arguments: Code


def features_plan(project: Project) -> FeaturesPlan:
    """Plan the joins, the layers and the final selection of features."""
    joins: dict[tuple[str, tuple[str, ...]], Join] = {}
    looked_up = []
    for feature in project.features:
        if feature.dimension is not None:
            join = joins.setdefault((feature.dimension, feature.by), _join(project, feature, joins.keys()))
            looked_up.append(ColumnPlan(name(feature.name), sql=name(feature.column or "", join.alias)))
    own = [
        Column(item.name, "", item.type, "", item.sql, item.level)
        for item in project.features
        if item.sql and item.level
    ]
    first = Code("looked_up" if looked_up else "inputs")
    steps = layers(own, first)
    if looked_up:
        steps = (Step(first, Code("inputs"), tuple(looked_up), Code("inputs.*"), tuple(joins.values())), *steps)
    selected = tuple(ColumnPlan(name(item.name), sql=_final(item)) for item in project.features)
    return FeaturesPlan(
        tuple(dict.fromkeys(dimension for dimension, _ in joins)),
        steps,
        steps[-1].name if steps else first,
        selected,
        project.config.problem.target.name,
        tuple(item.name for item in project.features),
        tuple(item.name for item in project.features if item.encoding == "category"),
    )


def _final(feature: Feature) -> Code:
    """Return a feature with an explicit type: what models see as a number is DOUBLE, a category VARCHAR."""
    kind = "VARCHAR" if feature.encoding == "category" else "DOUBLE"
    return name(feature.name) if feature.type == kind else Code(f"CAST({name(feature.name)} AS {kind})")


def _join(project: Project, feature: Feature, taken: Iterable[tuple[str, tuple[str, ...]]]) -> Join:
    dimension = next(item for item in project.dimensions if item.name == feature.dimension)
    count = sum(1 for other, _ in taken if other == dimension.name)
    alias = dimension.name if not count else f"{dimension.name}_{count + 1}"
    conditions = [
        f"{name(key, alias)} = {sql.render(sql.rename(sql.parse(by), str, 'inputs'))}"
        for key, by in zip(dimension.key, feature.by, strict=True)
    ]
    decide_before = project.config.problem.decide_before
    if dimension.known_at and project.time and decide_before:
        moment = f"{name(project.time.name, 'inputs')} - INTERVAL '{words(decide_before)}'"
        conditions.append(f"{name(dimension.known_at, alias)} <= {moment}")
    return Join(name(dimension.name), name(alias), bool(count), Code(" AND ".join(conditions)))


def metrics_plan(project: Project) -> MetricsPlan:
    """Plan the metrics that were asked for, the primary one first."""
    metrics, task = project.config.metrics, TASKS[project.config.problem.task]
    asked = tuple(dict.fromkeys((metrics.primary, *metrics.report)))
    ranked = ("ranked",) if set(asked) & set(RANKING) else ()
    return MetricsPlan(
        task.target_words,
        task.prediction_words,
        tuple(Code(line) for line in sorted({SKLEARN[item] for item in asked if item in SKLEARN})),
        tuple(f"package/metrics/{item}.py.jinja" for item in (*ranked, *asked)),
        tuple(Code(item) for item in asked),
        Code(metrics.primary),
        metrics.primary not in LOWER_IS_BETTER,
        task.likelihood,
    )


def candidate_plan(project: Project, candidate: str) -> CandidatePlan:
    """Plan the training of one candidate."""
    task = TASKS[project.config.problem.task]
    metric = LIGHTGBM_METRICS.get(project.config.metrics.primary, task.default_metric)
    tuning = project.config.tuning
    direction = "maximize" if metric in ("auc", "average_precision") else "minimize"
    search = TuningPlan(tuning.trials, tuning.rounds, tuning.seed, direction) if isinstance(tuning, Optuna) else None
    return CandidatePlan(
        Code(candidate),
        task.classes,
        task.baseline_words,
        task.linear_words,
        task.estimator,
        task.estimator_code,
        task.objective,
        metric,
        search,
        0 if search else 50,
    )


def evaluate_plan(project: Project) -> EvaluatePlan:
    """Plan the comparison of the candidates."""
    candidates = tuple(Candidate(Code(label), Code(item.kind)) for label, item in project.config.model.items())
    return EvaluatePlan(
        Code(project.config.data.table),
        candidates,
        Code(", ".join(sorted({candidate.kind for candidate in candidates}))),
        project.config.metrics.slices,
        project.config.problem.decision is not None,
        TASKS[project.config.problem.task].curve_arguments,
    )
