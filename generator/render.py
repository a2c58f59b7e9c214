"""Print a plan: a pure function from :class:`Plan` to the text of every file, formatted once."""

import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from generator.code import Code, json_text, python, yaml_text
from generator.pipeline import pipeline
from generator.plan import Plan

Tree = dict[str, str]
"""Paths from the project's root, with forward slashes, to texts."""


def render(plan: Plan, overrides: Path | None = None) -> Tree:
    """Return every file of ``plan``; templates in the folder ``overrides`` take the place of ours."""
    environment = _environment(overrides)
    tree = {
        file.path: environment.get_template(file.template).render(plan=file.context, project=plan.project)
        for file in plan.files
    }
    formatted = _formatted(tree, plan.project.package)
    dvc = {"dvc.yaml": pipeline(plan.stages, {**plan.own, **formatted}, plan.project.package, plan.sections)}
    return dict(sorted((formatted | dvc | plan.texts).items()))


def templates_folder() -> Path:
    """Return the folder of our templates: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).with_name("templates")
    return inside if inside.is_dir() else Path(__file__).parent.parent / "templates"


def _environment(overrides: Path | None) -> Environment:
    folders = [folder for folder in (overrides, templates_folder()) if folder is not None and folder.is_dir()]
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        finalize=_only_code,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {"py": python, "json": json_text, "yaml": yaml_text}
    return environment


def _only_code(value: Any) -> Any:
    """Let through what is safe to print as code; a plain string has not been made safe, so it is our bug."""
    if isinstance(value, (Code, bool, int)):
        return value
    raise TypeError(f"a template prints a plain {type(value).__name__}: {value!r:.80}")


def _formatted(tree: Mapping[str, str], package: str) -> Tree:
    """Return ``tree`` with its Python sorted and formatted by ruff, under the settings rendered with it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in tree.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        if any(path.endswith(".py") for path in tree):
            ruff = shutil.which("ruff", path=sysconfig.get_path("scripts")) or "ruff"
            _run([ruff, "check", "--quiet", "--no-cache", "--fix", "--select", "I", package], folder)
            _run([ruff, "format", "--quiet", "--no-cache", package], folder)
        return {path: (folder / path).read_text(encoding="utf-8") for path in tree}


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"rendered code cannot be formatted, which is a fault of Ninefold:\n{done.stdout}{done.stderr}"
        )
