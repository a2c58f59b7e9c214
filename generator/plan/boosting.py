"""Plan how LightGBM is imported."""

from dataclasses import dataclass

from generator.project import Project
from generator.schema.model import Own


@dataclass(frozen=True, kw_only=True)
class BoostingPlan:
    """What ``boosting.py`` needs: whether LightGBM is imported without its interfaces to other libraries."""

    alone: bool


def boosting_plan(project: Project) -> BoostingPlan:
    """Plan the import: a model of the project's own, in the same process, may use these interfaces."""
    return BoostingPlan(alone=not any(isinstance(candidate, Own) for candidate in project.config.model.values()))
