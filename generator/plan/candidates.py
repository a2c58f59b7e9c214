"""Plan the candidates: how each is trained, and how they are compared."""

from dataclasses import dataclass

from generator.code import Code
from generator.plan.words import LIGHTGBM_METRICS, TASKS
from generator.project import Project
from generator.schema.tuning import Optuna


@dataclass(frozen=True)
class TuningPlan:
    """How long settings are searched for, and which way is better."""

    trials: int
    rounds: int
    seed: int
    direction: str


@dataclass(frozen=True)
class SklearnPlan:
    """The estimator of a candidate, and whether its columns are prepared: gaps filled, numbers scaled, codes split."""

    module: Code
    name: Code
    prepared: bool


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
    sklearn: SklearnPlan | None


@dataclass(frozen=True)
class Candidate:
    """A candidate's name and its kind, which is the module that scores it."""

    name: Code
    kind: Code


@dataclass(frozen=True)
class CandidatesPlan:
    """What ``candidates.py`` needs: who competes, and the modules that score them."""

    candidates: tuple[Candidate, ...]
    scorers: Code


@dataclass(frozen=True)
class EvaluatePlan:
    """What ``evaluate.py`` needs."""

    table: Code
    slices: tuple[str, ...]
    decision: bool
    curve_arguments: Code


def candidate_plan(project: Project, candidate: str) -> CandidatePlan:
    """Plan the training of one candidate."""
    task = TASKS[project.config.problem.task]
    metric = LIGHTGBM_METRICS.get(project.config.metrics.primary, task.default_metric)
    tuning = project.config.tuning
    direction = "maximize" if metric in ("auc", "average_precision") else "minimize"
    search = TuningPlan(tuning.trials, tuning.rounds, tuning.seed, direction) if isinstance(tuning, Optuna) else None
    found = project.estimators.get(candidate)
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
        SklearnPlan(Code(found.module), Code(found.name), not found.takes_gaps) if found else None,
    )


UNEXPLAINED = ("sklearn",)
"""The kinds of candidates that cannot tell by themselves what moved a score."""


def compares_rows(project: Project) -> bool:
    """Return whether a candidate is explained by comparing rows with a usual one."""
    return any(candidate.kind in UNEXPLAINED for candidate in project.config.model.values())


def candidates_plan(project: Project) -> CandidatesPlan:
    """Plan the list of the candidates."""
    candidates = tuple(Candidate(Code(label), Code(item.kind)) for label, item in project.config.model.items())
    return CandidatesPlan(candidates, Code(", ".join(sorted({candidate.kind for candidate in candidates}))))


def evaluate_plan(project: Project) -> EvaluatePlan:
    """Plan the comparison of the candidates."""
    return EvaluatePlan(
        Code(project.config.data.table),
        project.config.metrics.slices,
        project.config.problem.decision is not None,
        TASKS[project.config.problem.task].curve_arguments,
    )
