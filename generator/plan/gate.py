"""Plan the gate: the reference that a released model has to beat, and the columns that it is measured with."""

from dataclasses import dataclass

from generator.plan.metrics import Reads, metric_columns
from generator.plan.tasks import task_of
from generator.project import Project
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class GatePlan:
    """What ``gate.py`` needs."""

    no_skill_template: str
    no_skill_arguments: Code
    reads: Reads

    @property
    def measuring(self) -> Code:
        """Return what is imported of the metrics."""
        return Code(
            "PRIMARY, Bootstrap, Columns, measure, part" if self.reads.columns else "PRIMARY, Bootstrap, measure"
        )


@dataclass(frozen=True, kw_only=True)
class ReleasePlan:
    """What ``release.py`` needs: the name of the experiment that it is rendered for, if it is."""

    experiment: str
    reads: Reads


def gate_plan(project: Project) -> GatePlan:
    """Plan the reference that a released model has to beat."""
    task = task_of(project)
    classes = ', len(encoders["classes"])' if task.classes else ""
    return GatePlan(
        no_skill_template=f"package/release/gate/{task.name}.py.jinja",
        no_skill_arguments=Code(classes),
        reads=metric_columns(project),
    )
