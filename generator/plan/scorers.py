"""Plan the modules that score candidates of each kind, for evaluation and for the service."""

from dataclasses import dataclass

from generator.plan.candidate_kinds import is_bounded, is_compared, is_exponential
from generator.plan.candidates import own_modules
from generator.plan.tasks import Task, task_of
from generator.project import Project
from generator.schema.model import LightGBM, Linear, Own
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class ScorerPlan:
    """What the modules that score linear models and LightGBM need.

    ``splines`` says whether a linear candidate has some, ``exponential`` whether one is linear in a logarithm, and
    ``compared`` whether one of LightGBM is explained by comparing rows with a background row; ``bounded`` whether one
    has linear trees that predict a number: one row far from all others would be predicted as far from them.
    """

    task: Task
    splines: bool
    exponential: bool
    compared: bool
    bounded: bool

    def within(self, score: str) -> Code:
        """Return the code for a score of LightGBM within the targets that it was fitted on."""
        return Code(f"min(max({score}, self.low), self.high)" if self.bounded else score)

    @property
    def kept_column(self) -> Code:
        """Return what the service keeps of a column of numbers."""
        return Code("segmented(column)" if self.splines else "column")


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


def _compares_trees(project: Project) -> bool:
    """Return whether that is so for a candidate of LightGBM."""
    return any(isinstance(item, LightGBM) and is_compared(item) for item in project.config.model.values())


def _has_splines(project: Project) -> bool:
    """Return whether a linear candidate has splines."""
    return any(isinstance(item, Linear) and item.params.splines for item in project.config.model.values())


def scorer_plan(project: Project, kind: str) -> OwnPlan | ScorerPlan | Task:
    """Plan the modules that score candidates of ``kind``, for evaluation and for the service."""
    task = task_of(project)
    if kind in ("lightgbm", "linear"):
        return ScorerPlan(
            task=task,
            splines=_has_splines(project),
            exponential=any(map(is_exponential, project.config.model.values())),
            compared=_compares_trees(project),
            bounded=any(is_bounded(project, item) for item in project.config.model.values()),
        )
    if kind != "own":
        return task
    own = [candidate for candidate in project.config.model.values() if isinstance(candidate, Own)]
    libraries = {"numpy", *(library for candidate in own for library in candidate.libraries)}
    return OwnPlan(
        task=task, names=own_modules(project), libraries=tuple(sorted(libraries)), dimensions=2 if task.classes else 1
    )
