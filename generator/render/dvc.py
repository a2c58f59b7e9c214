"""Write ``dvc.yaml``: the planned stages, with the modules that each really imports as its dependencies."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from generator.modules.imports import Read, computed, imported
from generator.plan import Plan, Stage
from generator.sql.code import yaml_file

PIPELINE = "dvc.yaml"
APART = "backtest/dvc.yaml"
"""The pipeline of stages that run when they are asked for."""


def pipeline(
    stages: Iterable[Stage], package: str, extra: Mapping[str, Any], tree: Mapping[str, str], read: Read
) -> str:
    """Return the text of ``dvc.yaml`` for ``stages`` that run modules of ``package``; ``extra`` are its other sections.

    ``read`` gives the modules as they will be on disk, ``tree`` those that are rendered, as they are rendered.
    """
    entries = {stage.name: _entry(stage, package, tree, read) for stage in stages}
    return yaml_file({"stages": entries, **extra})


def pipelines(plan: Plan, tree: Mapping[str, str], read: Read) -> dict[str, str]:
    """Return every ``dvc.yaml`` of ``plan`` by its path; ``tree`` and ``read`` are as in :func:`pipeline`."""
    package = plan.project.package
    found = {PIPELINE: pipeline(plan.stages, package, plan.sections, tree, read)}
    if plan.apart:
        entries = {stage.name: {"wdir": "..", **_entry(stage, package, tree, read)} for stage in plan.apart}
        found[APART] = yaml_file({"stages": entries})
    return found


def unfollowed(stages: Iterable[Stage], package: str, tree: Mapping[str, str], read: Read) -> Iterator[str]:
    """Yield each import in a module of the user's own, or edited, whose name is computed: no stage can wait for it."""
    paths = set().union(*(_modules(stage, package, tree, read) for stage in stages))
    for path in sorted(paths):
        ours = {call for _, call in computed(tree.get(path, ""))}
        yield from (f"{path}:{line}: {call}" for line, call in computed(read(path) or "") if call not in ours)


def _modules(stage: Stage, package: str, tree: Mapping[str, str], read: Read) -> set[str]:
    """Return the files that the modules of ``stage`` import.

    Those that it names as files, or that are in a folder it names, say so themselves as they are rendered; what a user
    made them import comes to it.
    """
    found = set().union(*(imported(f"{package}.{module}", read) for module in stage.modules))
    named = [re.sub(r"\$\{[^}]*\}", "*", dep) for dep in stage.deps]
    for path in (path for path in tree if path.endswith(".py") and read(path) != tree[path]):
        if any(fnmatchcase(path, name) or path.startswith(f"{name}/") for name in named):
            module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            found |= imported(module, read) - imported(module, lambda file: tree.get(file, read(file))) - {path}
    return found


def _entry(stage: Stage, package: str, tree: Mapping[str, str], read: Read) -> dict[str, Any]:
    modules = _modules(stage, package, tree, read)
    covered = {path for path in modules if any(path.startswith(f"{dep}/") for dep in stage.deps)}
    body: dict[str, Any] = {"cmd": stage.command}
    body["deps"] = list(dict.fromkeys([*sorted(modules - covered), *stage.deps]))
    if stage.always:
        body["always_changed"] = True
    if stage.params:
        body["params"] = list(stage.params)
    outs: list[Any] = list(stage.outs)
    outs += [{out: {"cache": False}} for out in stage.summaries]
    outs += [{out: {"persist": True}} for out in stage.persistent]
    outs += [{out: {"cache": False, "persist": True}} for out in stage.edited]
    body |= {"outs": outs} if outs else {}
    if stage.metrics:
        body["metrics"] = [{metric: {"cache": False}} for metric in stage.metrics]
    return {"foreach": stage.foreach, "do": body} if stage.foreach else body
