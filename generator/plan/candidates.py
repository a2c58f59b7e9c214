"""Plan the candidates: how each is trained, and how they are compared."""

import hashlib
from dataclasses import dataclass

from generator.plan.candidate_kinds import is_bounded, is_compared, is_exponential
from generator.plan.folds import has_folds
from generator.plan.loss import chooses_strength
from generator.plan.monotone import Monotone, monotone_of
from generator.plan.tasks import LIGHTGBM_LOSSES, task_of
from generator.plan.tuning import is_searched
from generator.plan.weighting import Weighting, weighting
from generator.project import Project
from generator.schema.model import LightGBM, Linear, Own
from generator.schema.tuning import Optuna
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class SklearnPlan:
    """The estimator of a candidate, and whether its columns are prepared: gaps filled, numbers scaled, codes split."""

    module: Code
    name: Code
    prepared: bool

    @property
    def weight(self) -> str:
        """Return what the weights of rows are called when it is fitted: the last step of a pipeline takes its own."""
        return f"{self.name.lower()}__sample_weight" if self.prepared else "sample_weight"

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
    compared: bool
    bounded: bool
    splines: bool
    exponential: bool
    strengths: bool
    loss: str
    searched: bool
    trial_rounds: int
    progress: int
    sklearn: SklearnPlan | None
    own: Code
    refit: bool
    folds: bool
    weighting: Weighting
    monotone: Monotone

    @property
    def rows_template(self) -> str:
        """Return what renders how LightGBM reads the rows it is fitted on, and those by which it stops early."""
        weighted = "weighted_" if self.weighting.used else ""
        return f"package/models/lightgbm/{'rows_of_folds' if self.folds else f'{weighted}rows_of_part'}.py.jinja"

    @property
    def validate_template(self) -> str:
        """Return what renders how a linear model predicts validated rows."""
        return f"package/models/linear/{'folds' if self.folds else 'part'}.py.jinja"

    @property
    def model_parameters(self) -> Code:
        """Return the parameters of what makes a linear model, besides those that each has."""
        knots = ", knots: dict[int, list[float]]" if self.splines else ""
        return Code(knots + (", background: list[float | None], most: float" if self.exponential else ""))

    @property
    def model_arguments(self) -> Code:
        """Return what is given for :attr:`model_parameters`."""
        knots = ", knots" if self.splines else ""
        return Code(
            knots + (", background_row(matrix, categorical(encoders)), float(target.max())" if self.exponential else "")
        )

    @property
    def background(self) -> Code:
        """Return what a model is given besides its trees, where these give no contributions."""
        return Code(", background_row(matrix, categorical(encoders))" if self.compared else "")

    @property
    def bounds(self) -> Code:
        """Return what it is given besides, where its predictions are kept within the targets that it is fitted on."""
        return Code(", bounds=(float(target.min()), float(target.max()))" if self.bounded else "")

    @property
    def rows(self) -> Code:
        """Return the parameters with the rows by which LightGBM stops early."""
        return Code("folds: list[Fold]" if self.folds else "fit: lgb.Dataset, watched: lgb.Dataset")

    @property
    def rows_given(self) -> Code:
        """Return what is given for :attr:`rows`."""
        return Code("folds" if self.folds else "fit, watched")

    @property
    def compared_words(self) -> Code:
        """Return by what rows settings are compared."""
        return Code("in all folds" if self.folds else "on the validation part")

    @property
    def trials(self) -> Code:
        """Return what the summary of a search says besides."""
        return Code(', "trials": trials' if self.searched else "")

    @property
    def classes_given(self) -> Code:
        """Return what a baseline is given besides the target."""
        return Code(", classes" if self.classes else "")


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
    members: tuple[str, ...]


def candidate_plan(project: Project, candidate: str) -> CandidatePlan:
    """Plan the training of one candidate."""
    task = task_of(project)
    tuning = project.config.tuning
    searched = is_searched(project, candidate)
    chosen, found = project.config.model[candidate], project.estimators.get(candidate)
    return CandidatePlan(
        candidate=Code(candidate),
        classes=task.classes,
        baseline_words=task.baseline_words,
        linear_words=POISSON_WORDS if is_exponential(chosen) else task.linear_words,
        linear_template=POISSON_TEMPLATE if is_exponential(chosen) else task.linear_template,
        linear_imports=POISSON_TYPE if is_exponential(chosen) else task.linear_imports,
        linear_type=POISSON_TYPE if is_exponential(chosen) else task.linear_type,
        linear_arguments=task.linear_arguments,
        objective=chosen.objective or task.objective if isinstance(chosen, LightGBM) else task.objective,
        compared=is_compared(chosen),
        bounded=is_bounded(project, chosen),
        splines=isinstance(chosen, Linear) and chosen.params.splines > 0,
        exponential=is_exponential(chosen),
        strengths=chooses_strength(chosen),
        loss=LIGHTGBM_LOSSES.get(project.config.metrics.primary, task.loss),
        searched=searched,
        trial_rounds=tuning.rounds if isinstance(tuning, Optuna) else 0,
        progress=0 if searched else 50,
        sklearn=SklearnPlan(module=Code(found.module), name=Code(found.name), prepared=not found.takes_gaps)
        if found
        else None,
        own=Code(chosen.module if isinstance(chosen, Own) else ""),
        refit=project.config.release.refits,
        folds=has_folds(project),
        weighting=weighting(project, chosen),
        monotone=monotone_of(chosen),
    )


POISSON_WORDS, POISSON_TYPE = Code("Poisson regression"), Code("PoissonRegressor")
POISSON_TEMPLATE = "package/models/linear/poisson.py.jinja"
"""How a linear model of a logarithm is fitted."""


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


def members_of(project: Project) -> tuple[str, ...]:
    """Return the candidates that the blend combines, in the order of the config; nothing where there is no blend."""
    blend = project.config.blend
    if blend is None:
        return ()
    every = [name for name, item in project.config.model.items() if item.kind != "baseline"]
    return tuple(name for name in every if blend.members is None or name in blend.members)


def candidates_plan(project: Project) -> CandidatesPlan:
    """Plan the list of the candidates."""
    kinds: dict[str, str] = {label: item.kind for label, item in project.config.model.items()}
    kinds |= {"blend": "blend"} if project.config.blend else {}
    candidates = tuple(Candidate(name=Code(label), kind=Code(kind)) for label, kind in kinds.items())
    return CandidatesPlan(
        candidates=candidates,
        scorers=Code(", ".join(sorted({candidate.kind for candidate in candidates}))),
        members=members_of(project),
    )
