"""Plan the blend of candidates, where the config asks for one: its members, and how their predictions are combined."""

from dataclasses import dataclass

from generator.plan.folds import validated_words
from generator.plan.tasks import Task, task_of
from generator.project import Project
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class Member:
    """A candidate that is combined, and its kind, which is the module that scores it."""

    name: Code
    kind: Code


@dataclass(frozen=True, kw_only=True)
class BlendPlan:
    """What the modules of a blend need."""

    members: tuple[Member, ...]
    task: Task
    refit: bool
    validated_words: Code

    @property
    def names(self) -> tuple[Code, ...]:
        """Return the candidates that are combined."""
        return tuple(member.name for member in self.members)

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


def members_of(project: Project) -> tuple[str, ...]:
    """Return the candidates that the blend combines, in the order of the config; nothing where there is no blend."""
    blend = project.config.blend
    if blend is None:
        return ()
    every = [name for name, item in project.config.model.items() if item.kind != "baseline"]
    return tuple(name for name in every if blend.members is None or name in blend.members)


def blended_kinds(project: Project) -> tuple[str, ...]:
    """Return the kinds of the members of the blend, each once."""
    return tuple(sorted({project.config.model[name].kind for name in members_of(project)}))


def blend_plan(project: Project) -> BlendPlan:
    """Plan the blend of ``project``, which has one."""
    return BlendPlan(
        members=tuple(
            Member(name=Code(name), kind=Code(project.config.model[name].kind)) for name in members_of(project)
        ),
        task=task_of(project),
        refit=project.config.release.refits,
        validated_words=validated_words(project),
    )
