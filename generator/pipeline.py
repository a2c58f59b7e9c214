"""Write ``dvc.yaml``: the planned stages, with the modules that each really imports as its dependencies."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from generator.code import yaml_file
from generator.plan import Stage

IMPORT = r"^[ \t]*from {package}(?:\.([\w.]+))? import (\([^)]*\)|.*)"
"""An import from inside the package, as ruff lays it out; reading every module as a tree takes a tenth of a second."""


def pipeline(stages: Iterable[Stage], tree: Mapping[str, str], package: str, extra: Mapping[str, Any]) -> str:
    """Return the text of ``dvc.yaml`` for ``stages`` that run modules of ``tree``; ``extra`` are its other sections."""
    entries = {stage.name: _entry(stage, tree, package) for stage in stages}
    return yaml_file({"stages": entries, **extra})


def imported(module: str, tree: Mapping[str, str], package: str) -> set[str]:
    """Return the files of ``package`` that ``module`` imports, directly or not, and its own."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        path = _file(waiting.pop(), tree, package)
        if path is None or path in found:
            continue
        found.add(path)
        for inside, names in re.findall(IMPORT.format(package=package), tree[path], re.MULTILINE):
            waiting += [inside, *(f"{inside}.{name}".lstrip(".") for name in re.findall(r"\w+", names))]
    return found


def _file(module: str, tree: Mapping[str, str], package: str) -> str | None:
    base = f"{package}/{module.replace('.', '/')}"
    return next((path for path in (f"{base}.py", f"{base}/__init__.py") if path in tree), None)


def _entry(stage: Stage, tree: Mapping[str, str], package: str) -> dict[str, Any]:
    modules = set().union(*(imported(module, tree, package) for module in stage.modules))
    covered = {path for path in modules if any(path.startswith(f"{dep}/") for dep in stage.deps)}
    body: dict[str, Any] = {"cmd": stage.command}
    body["deps"] = list(dict.fromkeys([*sorted(modules - covered), *stage.deps]))
    if stage.params:
        body["params"] = list(stage.params)
    outs: list[Any] = list(stage.outs)
    outs += [{out: {"persist": True}} for out in stage.persistent]
    outs += [{out: {"cache": False, "persist": True}} for out in stage.edited]
    body |= {"outs": outs} if outs else {}
    if stage.metrics:
        body["metrics"] = [{metric: {"cache": False}} for metric in stage.metrics]
    return {"foreach": stage.foreach, "do": body} if stage.foreach else body
