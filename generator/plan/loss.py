"""Plan the loss by which strengths and weights are chosen on validated rows."""

from dataclasses import dataclass, replace

from generator.plan.tasks import task_of
from generator.plan.tuning import is_searched
from generator.plan.weighting import is_weighted
from generator.project import Project
from generator.schema.model import Linear
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class LossPlan:
    """What ``loss.py`` needs: the loss of each row, as code and in words."""

    loss: Code
    loss_words: Code
    weighted: bool = False

    @property
    def parameter(self) -> Code:
        """Return the parameter with the weights of the rows, where some count more than others."""
        return Code(", weight: np.ndarray | None = None" if self.weighted else "")

    @property
    def mean(self) -> Code:
        """Return the mean over the rows."""
        return Code(f"np.average({self.loss}, weights=weight)" if self.weighted else f"np.mean({self.loss})")

    @property
    def weighted_words(self) -> Code:
        """Return by what the mean is weighted."""
        return Code(", weighted by ``weight`` where that is given" if self.weighted else "")


BY_METRIC = {
    "mae": LossPlan(loss=Code("np.abs(target - score)"), loss_words=Code("absolute error")),
    "mape": LossPlan(
        loss=Code("np.abs(target - score) / np.maximum(1, np.abs(target))"), loss_words=Code("relative error")
    ),
}
"""The losses of numbers where the primary metric is one of these; else it is the squared error."""


def loss_plan(project: Project) -> LossPlan:
    """Plan the loss: of classes always the log loss, as ranking says little of how likely anything is."""
    return replace(_loss(project), weighted=is_weighted(project))


def _loss(project: Project) -> LossPlan:
    if likelihood := task_of(project).likelihood:
        return LossPlan(loss=Code(f"-np.log(np.maximum({likelihood}, 1e-12))"), loss_words=Code("log loss"))
    squared = LossPlan(loss=Code("np.square(target - score)"), loss_words=Code("squared error"))
    return BY_METRIC.get(project.config.metrics.primary, squared)


def chooses_strength(candidate: object) -> bool:
    """Return whether the strength of the penalty of ``candidate`` is chosen on validated rows."""
    return isinstance(candidate, Linear) and bool(candidate.params.strengths)


def has_loss(project: Project) -> bool:
    """Return whether anything is chosen by the loss."""
    return project.config.blend is not None or measures_loss(project)


def measures_loss(project: Project) -> bool:
    """Return whether training a candidate measures it: LightGBM watches a loss of its own."""
    others = {name: item for name, item in project.config.model.items() if item.kind != "lightgbm"}
    return any(chooses_strength(item) or is_searched(project, name) for name, item in others.items())
