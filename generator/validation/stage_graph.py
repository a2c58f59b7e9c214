"""How stages of one's own fit among ours: no two make one thing, and what a stage reads comes from somewhere."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from generator.config.composed import Composed
from generator.errors import Problem, nearest
from generator.plan.stages import own_stages, stages
from generator.plan.types import Stage
from generator.project import Project


def stage_problems(project: Project, composed: Composed) -> Iterator[Problem]:
    """Yield what is wrong with the graph of the stages; all of it is about those of the project's own."""
    own = own_stages(project)
    ours = stages(project, ("conf",))[: -len(own) or None]
    makers = {out: stage.name for stage in ours for out in made(stage, project)}
    names = {stage.name for stage in ours}
    for stage in own:
        if stage.name in names:
            hint = f"call it something else, as 'own_{stage.name}'"
            yield composed.problem(("stages", stage.name), f"a stage of ours is called '{stage.name}'", hint)
        for kind, paths in (("outs", stage.outs), ("metrics", stage.metrics)):
            for index, out in enumerate(paths):
                if (other := next((path for path in makers if touch(out, path)), None)) is not None:
                    what = f"'{out}' is what the stage '{makers[other]}' makes"
                    what += f": {other}" if other != out else ""
                    yield composed.problem(("stages", stage.name, kind, index), what, "choose another file or folder")
                else:
                    makers[out] = stage.name
    yield from _dependencies(project, composed, makers)
    yield from _circles((*ours, *own), {stage.name for stage in own} - names, project, composed)


def made(stage: Stage, project: Project) -> tuple[str, ...]:
    """Return the files and folders that ``stage`` makes, those of all candidates where it is one for each."""
    outs = (*stage.outs, *stage.persistent, *stage.edited, *stage.summaries, *stage.metrics)
    labels = project.config.model if stage.foreach else ("",)
    return tuple(out.replace("${key}", label) for out in outs for label in labels)


def touch(path: str, other: str) -> bool:
    """Return whether two paths are the same, or one is inside the other."""
    return f"{path}/".startswith(f"{other}/") or f"{other}/".startswith(f"{path}/")


def _dependencies(project: Project, composed: Composed, makers: Iterable[str]) -> Iterator[Problem]:
    for stage in own_stages(project):
        for index, path in enumerate(stage.deps):
            if not any(touch(path, out) for out in makers) and not (composed.root / path).exists():
                near = nearest(path, makers)
                hint = f"did you mean '{near}'?" if near else "put the file there, or let a stage make it"
                what = f"there is no '{path}', and no stage makes it"
                yield composed.problem(("stages", stage.name, "deps", index), what, hint)


def _circles(every: tuple[Stage, ...], own: set[str], project: Project, composed: Composed) -> Iterator[Problem]:
    """Yield a problem where stages wait for each other; the code itself, which all wait for, is no part of that."""
    outs = {stage.name: made(stage, project) for stage in every if stage.name != "generate"}
    waits = {
        stage.name: {
            name for name, paths in outs.items() for out in paths if any(touch(out, dep) for dep in stage.deps)
        }
        for stage in every
        if stage.name in outs
    }
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        first = next((name for name in circle if name in own), None)
        if first is not None:
            what = f"goes round in a circle: {' -> '.join(circle)}"
            yield composed.problem(("stages", first), what, "read something that is made earlier")
