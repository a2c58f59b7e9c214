"""Plan the blend of candidates, where the config asks for one: its members, and how their predictions are combined."""

from dataclasses import dataclass, replace

from generator.plan.candidates import Candidate, members_of
from generator.plan.folds import validated_words
from generator.plan.tasks import Task, task_of
from generator.plan.weighting import Weighting, weighting
from generator.project import Project
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class BlendPlan:
    """What the modules of a blend need."""

    members: tuple[Candidate, ...]
    task: Task
    refit: bool
    validated_words: Code
    grouped: bool
    row_weights: Weighting

    @property
    def divided(self) -> Code:
        """Return the code of the number by which each row that is validated is divided from others."""
        return Code("read_groups(TRAIN)[read_parts(TRAIN)]" if self.grouped else "np.arange(len(target))")

    @property
    def read_part(self) -> Code:
        """Return what reads the weights of the rows by which the blend is chosen."""
        return self.row_weights.code(", read_weights(TRAIN)[read_parts(TRAIN)]")

    @property
    def kinds(self) -> tuple[Code, ...]:
        """Return the kinds of the members, each once."""
        return tuple(dict.fromkeys(sorted(member.kind for member in self.members)))

    @property
    def modules(self) -> Code:
        """Return the modules of the kinds as they are imported."""
        return Code(", ".join(self.kinds))

    @property
    def libraries(self) -> Code:
        """Return the code of what the members are served with."""
        return Code(", ".join(f"*{kind}.LIBRARIES" for kind in self.kinds))


def blend_plan(project: Project) -> BlendPlan:
    """Plan the blend of ``project``, which has one."""
    return BlendPlan(
        members=tuple(
            Candidate(name=Code(name), kind=Code(project.config.model[name].kind)) for name in members_of(project)
        ),
        task=task_of(project),
        refit=project.config.release.refits,
        validated_words=validated_words(project),
        grouped=project.group is not None,
        row_weights=replace(weighting(project), variable="row_weight"),
    )
