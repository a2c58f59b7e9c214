"""Plan how much rows count when a candidate is fitted: by the weight of the row, and by that of its class."""

from dataclasses import dataclass

from generator.plan.select import NOTHING
from generator.project import Project
from generator.schema.model import Candidate, LightGBM, Linear
from generator.sql.code import Code, python


@dataclass(frozen=True, kw_only=True)
class Weighting:
    """What the code of a candidate, or of the blend, has to have of weights: nothing where all rows count the same."""

    by_row: bool
    balanced: bool = False
    by_class: Code = NOTHING
    classes: Code = NOTHING
    variable: str = "weight"

    @property
    def used(self) -> bool:
        """Return whether rows count differently."""
        return self.by_row or self.balanced or bool(self.by_class)

    def code(self, text: str) -> Code:
        """Return ``text`` where rows count differently, else nothing."""
        return Code(text) if self.used else NOTHING

    @property
    def name(self) -> Code:
        """Return the variable with the weights, behind others."""
        return self.code(f", {self.variable}")

    @property
    def parameter(self) -> Code:
        """Return the parameter of a function that takes them, behind others."""
        return self.code(f", {self.variable}: np.ndarray")

    def read_scaled(self, path: str) -> Code:
        """Return the same as models are fitted with."""
        return self.code(f", scaled(read_weights({path}))")

    def read(self, path: str) -> Code:
        """Return what reads those of the rows in ``path``, behind what else is read."""
        target = f"read_target({path}, encoders)"
        factors = [f"read_weights({path})"] if self.by_row else []
        factors += [f"by_class({target}, {self.classes}, {self.by_class})"] if self.by_class else []
        return self.code(f", {' * '.join(factors) or f'np.ones(len({target}))'}")

    def of(self, rows: str) -> Code:
        """Return those of some ``rows``, behind other arguments."""
        return self.code(f", {self.variable}[{rows}]")

    def scaled(self, rows: str = "") -> Code:
        """Return those of ``rows``, or of all, as models are fitted with, behind other arguments."""
        return self.given("", rows)

    def given(self, name: str, rows: str = "") -> Code:
        """Return the same as the argument ``name``."""
        place = f"[{rows}]" if rows else ""
        found = f"balanced(weight{place}, target{place})" if self.balanced else f"scaled(weight{place})"
        return self.code(f", {name}{'=' if name else ''}{found}")

    @property
    def ones(self) -> Code:
        """Return those of the rows of ``target``, which is 1 where all count the same."""
        return Code("weight" if self.used else "np.ones(target.size)")

    @property
    def mean(self) -> Code:
        """Return the mean of the target."""
        return Code("np.average(target, weights=weight)" if self.used else "target.mean()")

    @property
    def shares(self) -> Code:
        """Return the shares of the classes."""
        count, total = ("target, weight", "weight.sum()") if self.used else ("target", "len(target)")
        return Code(f"np.bincount({count}, minlength=classes) / {total}")


def weighting(project: Project, candidate: Candidate | None = None) -> Weighting:
    """Plan the weights of the rows that ``candidate`` is fitted on, or those by which the blend is chosen."""
    given = candidate.class_weight if isinstance(candidate, Linear | LightGBM) else None
    several = project.config.problem.task == "multiclass"
    return Weighting(
        by_row=project.weight is not None,
        balanced=given == "balanced",
        by_class=python(given) if isinstance(given, dict) else NOTHING,
        classes=Code('encoders["classes"]' if several else '["false", "true"]'),
    )


def is_weighted(project: Project) -> bool:
    """Return whether rows count differently for any candidate."""
    return any(weighting(project, candidate).used for candidate in project.config.model.values())


@dataclass(frozen=True, kw_only=True)
class WeightsPlan:
    """What ``models/weights.py`` needs: whether classes are balanced, or have weights that are given."""

    balanced: bool
    by_class: bool


def weights_plan(project: Project) -> WeightsPlan:
    """Plan what weights are made of."""
    every = [weighting(project, candidate) for candidate in project.config.model.values()]
    return WeightsPlan(balanced=any(item.balanced for item in every), by_class=any(item.by_class for item in every))
