"""Plan the candidates: how each is trained, and how they are compared."""

import hashlib
from dataclasses import dataclass

from generator.plan.metrics import Reads, metric_columns
from generator.plan.tasks import LIGHTGBM_LOSSES, Task, task_of
from generator.project import Project
from generator.schema.model import Own
from generator.schema.tuning import Optuna
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class TuningPlan:
    """How long settings are searched for."""

    trials: int
    rounds: int
    seed: int


@dataclass(frozen=True, kw_only=True)
class SklearnPlan:
    """The estimator of a candidate, and whether its columns are prepared: gaps filled, numbers scaled, codes split."""

    module: Code
    name: Code
    prepared: bool

    @property
    def unfitted(self) -> Code:
        """Return the code that makes the estimator."""
        return Code("build(params, codes, matrix.shape[1])" if self.prepared else f"{self.name}(**params)")


@dataclass(frozen=True, kw_only=True)
class CandidatePlan:
    """What a ``train_<candidate>.py`` needs."""

    candidate: Code
    classes: bool
    baseline_words: Code
    linear_words: Code
    linear_template: str
    linear_imports: Code
    linear_type: Code
    linear_arguments: Code
    objective: str
    loss: str
    tuning: TuningPlan | None
    progress: int
    sklearn: SklearnPlan | None
    own: Code
    refit: bool


@dataclass(frozen=True, kw_only=True)
class OwnPlan:
    """What the modules that score candidates of the project's own need."""

    task: Task
    names: tuple[Code, ...]
    libraries: tuple[str, ...]
    dimensions: int

    @property
    def modules(self) -> Code:
        """Return the modules as they are imported."""
        return Code(", ".join(self.names))


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A candidate's name and its kind, which is the module that scores it."""

    name: Code
    kind: Code


@dataclass(frozen=True, kw_only=True)
class CandidatesPlan:
    """What ``candidates.py`` needs: who competes, and the modules that score them."""

    candidates: tuple[Candidate, ...]
    scorers: Code


@dataclass(frozen=True, kw_only=True)
class EvaluatePlan:
    """What ``evaluate.py`` needs."""

    table: Code
    time: str
    slices: tuple[str, ...]
    columns: tuple[str, ...]
    decision: bool
    curve_arguments: Code
    labels: Code
    refit: bool
    reads: Reads

    @property
    def inside(self) -> Code:
        """Return the code for the metrics of the rows of a slice."""
        return self.reads.metrics_of("inside")

    @property
    def measuring(self) -> Code:
        """Return what is imported of the metrics."""
        reading = "HIGHER_IS_BETTER, PRIMARY, Bootstrap, Columns, measure, metrics_of, part"
        return Code(reading if self.reads.columns else "HIGHER_IS_BETTER, METRICS, PRIMARY, Bootstrap, measure")

    @property
    def about(self) -> str:
        """Return which model the figures are of."""
        return SHIPPED[self.refit]


SHIPPED = {
    True: "The figures are of models fitted on training rows alone. What is released is the chosen candidate fitted "
    "again on all rows, the holdout too, with the settings, rounds and kinds of encodings that training chose.",
    False: "The figures are of models fitted on training rows alone, and the chosen one is released as it is.",
}
"""What is released, by whether the chosen candidate is fitted again."""


def candidate_plan(project: Project, candidate: str) -> CandidatePlan:
    """Plan the training of one candidate."""
    task = task_of(project)
    tuning = project.config.tuning
    search = (
        TuningPlan(trials=tuning.trials, rounds=tuning.rounds, seed=tuning.seed) if isinstance(tuning, Optuna) else None
    )
    chosen, found = project.config.model[candidate], project.estimators.get(candidate)
    return CandidatePlan(
        candidate=Code(candidate),
        classes=task.classes,
        baseline_words=task.baseline_words,
        linear_words=task.linear_words,
        linear_template=task.linear_template,
        linear_imports=task.linear_imports,
        linear_type=task.linear_type,
        linear_arguments=task.linear_arguments,
        objective=task.objective,
        loss=LIGHTGBM_LOSSES.get(project.config.metrics.primary, task.loss),
        tuning=search,
        progress=0 if search else 50,
        sklearn=SklearnPlan(module=Code(found.module), name=Code(found.name), prepared=not found.takes_gaps)
        if found
        else None,
        own=Code(chosen.module if isinstance(chosen, Own) else ""),
        refit=project.config.release.refits,
    )


UNEXPLAINED = ("sklearn", "own")
"""The kinds of candidates that give no contributions by themselves."""


def compares_rows(project: Project) -> bool:
    """Return whether a candidate is explained by comparing rows with a background row."""
    return any(candidate.kind in UNEXPLAINED for candidate in project.config.model.values())


def counts_rounds(project: Project) -> bool:
    """Return whether training a candidate shows progress."""
    return any(candidate.kind == "lightgbm" for candidate in project.config.model.values())


def own_modules(project: Project) -> tuple[Code, ...]:
    """Return the modules of the candidates of the project's own."""
    found = {candidate.module for candidate in project.config.model.values() if isinstance(candidate, Own)}
    return tuple(Code(module) for module in sorted(found))


def digests(project: Project) -> dict[str, str]:
    """Return the digest of the module of each candidate of the project's own, in params.yaml.

    All candidates are one stage with one list of files; their params differ, so that each is trained when its own are
    changed.
    """
    found = {}
    for label, candidate in project.config.model.items():
        if isinstance(candidate, Own):
            text = project.modules[f"{project.config.project.package}/{candidate.module}.py"]
            found[label] = hashlib.sha256(text.encode()).hexdigest()
    return found


def scorer_plan(project: Project, kind: str) -> OwnPlan | Task:
    """Plan the modules that score candidates of ``kind``, for evaluation and for the service."""
    task = task_of(project)
    if kind != "own":
        return task
    own = [candidate for candidate in project.config.model.values() if isinstance(candidate, Own)]
    libraries = {"numpy", *(library for candidate in own for library in candidate.libraries)}
    return OwnPlan(
        task=task, names=own_modules(project), libraries=tuple(sorted(libraries)), dimensions=2 if task.classes else 1
    )


def candidates_plan(project: Project) -> CandidatesPlan:
    """Plan the list of the candidates."""
    candidates = tuple(
        Candidate(name=Code(label), kind=Code(item.kind)) for label, item in project.config.model.items()
    )
    return CandidatesPlan(
        candidates=candidates, scorers=Code(", ".join(sorted({candidate.kind for candidate in candidates})))
    )


def evaluate_plan(project: Project) -> EvaluatePlan:
    """Plan the comparison of the candidates."""
    return EvaluatePlan(
        table=Code(project.config.data.table),
        time=project.time.name if project.time else "",
        slices=project.config.metrics.slices,
        columns=tuple(name for name in project.config.metrics.slices if name in project.config.data.columns),
        decision=project.config.problem.decision is not None,
        curve_arguments=task_of(project).curve_arguments,
        labels=task_of(project).label_arguments,
        refit=project.config.release.refits,
        reads=metric_columns(project),
    )
