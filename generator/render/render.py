"""Print a plan: a pure function from :class:`Plan` to the text of every file, formatted once."""

import hashlib
import shutil
import subprocess
import sysconfig
import tempfile
import traceback
from collections.abc import Iterable, Mapping, Sized
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from generator.cache import Cache, generator_digest
from generator.errors import ConfigError, Problem
from generator.modules.templates import templates_folder
from generator.plan import File, Plan, ProjectPlan
from generator.render.dvc import pipelines
from generator.sql.code import Code, json_text, python, yaml_text

PRINTED = Cache("printed", limit=500)
"""What templates printed, by their texts and their plans."""

FORMATTED = Cache("formatted", limit=2)
"""What ruff made of the last trees."""

LONGEST = 10_000_000
"""Characters up to which a template of a project's own may multiply a text."""

Tree = dict[str, str]
"""Paths from the project's root, with forward slashes, to texts."""


def render(plan: Plan, overrides: Path | None = None) -> Tree:
    """Return every file of ``plan``; templates in the folder ``overrides`` take the place of ours."""
    printed = render_files(plan.files, plan.project, overrides)
    read = {path: text for path, text in printed.items() if path.endswith((".py", "/ruff.toml"))}
    package, ruff = plan.project.package, _ruff()
    made = ruff.stat()
    question = repr((str(ruff), made.st_mtime_ns, made.st_size, read))
    formatted = printed | FORMATTED.get(question, lambda: _formatted(read, package, ruff))
    whole = {**plan.own, **formatted}
    dvc = pipelines(plan, whole, whole.get)
    return dict(sorted((formatted | dvc | plan.texts).items()))


def render_files(files: Iterable[File], project: ProjectPlan, overrides: Path | None = None) -> Tree:
    """Return ``files`` as their templates print them."""
    folders = [folder for folder in (overrides, templates_folder()) if folder is not None and folder.is_dir()]
    known = f"{jinja2.__version__} {generator_digest()} {_digest(folders)} {project!r}"
    return {
        file.path: PRINTED.get(
            f"{known} {file.template} {file.context!r}", partial(_printed, file, project, overrides, tuple(folders))
        )
        for file in files
    }


def _digest(folders: Iterable[Path]) -> str:
    """Return a digest of all templates in ``folders``, of which one may include another."""
    parts = [
        part
        for folder in folders
        for file in sorted(folder.rglob("*.jinja"))
        for part in (file.relative_to(folder).as_posix().encode(), file.read_bytes())
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _printed(file: File, project: ProjectPlan, overrides: Path | None, folders: tuple[Path, ...]) -> str:
    """Return the text of ``file``; what breaks in a template of the user's own is reported with its file and line."""
    environment = _environment(folders)
    try:
        return str(environment.get_template(file.template).render(plan=file.context, project=project))
    except Exception as error:  # a template may do anything; ours doing so is our bug, and goes up as it is
        place = overrides and _place(error, overrides)
        if not place:
            raise
        hint = f"it takes the place of Ninefold's {file.template}, for {file.path}: compare the two"
        raise ConfigError([Problem(*place, "", f"{type(error).__name__}: {error}", hint)]) from error


def _place(error: Exception, folder: Path) -> tuple[str, int] | None:
    """Return the file and line of the innermost template in ``folder`` that ``error`` went through."""
    frames = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, TemplateSyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    inside = [(Path(file), line) for file, line in frames if folder.resolve() in Path(file).resolve().parents]
    return (inside[-1][0].resolve().relative_to(folder.resolve().parent).as_posix(), inside[-1][1]) if inside else None


class _Sandbox(ImmutableSandboxedEnvironment):
    """Where templates of a project's own run: they print, reach nothing but the plan, and make nothing too large."""

    intercepted_binops = frozenset(["*", "**"])

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Return what ``operator`` gives, where that is of a size that a file may have."""
        sizes = [len(side) if isinstance(side, Sized) else abs(side) for side in (left, right)]
        if operator == "**" or sizes[0] * sizes[1] > LONGEST:
            raise SecurityError(f"{operator} would make too much of {left!r:.20} and {right!r:.20}")
        return super().call_binop(context, operator, left, right)


@cache
def _environment(folders: tuple[Path, ...]) -> Environment:
    """Return what finds templates in ``folders``, the first of which comes first: a project's own, or ours alone."""
    environment = (Environment if folders == (templates_folder(),) else _Sandbox)(
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
    if isinstance(value, (Code, bool, int, StrictUndefined)):  # the last says itself what is missing
        return value
    raise TypeError(f"a template prints a plain {type(value).__name__}: {value!r:.80}")


def _ruff() -> Path:
    """Return the ruff that came with us, or any other."""
    return Path(shutil.which("ruff", path=sysconfig.get_path("scripts")) or shutil.which("ruff") or "ruff")


def _formatted(tree: Mapping[str, str], package: str, ruff: Path) -> Tree:
    """Return ``tree`` with its Python sorted and formatted by ruff, under the settings in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in tree.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        if any(path.endswith(".py") for path in tree):
            _run([str(ruff), "check", "--quiet", "--no-cache", "--fix", "--select", "F401,I", package], folder)
            _run([str(ruff), "format", "--quiet", "--no-cache", package], folder)
        return {path: (folder / path).read_text(encoding="utf-8") for path in tree}


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"rendered code cannot be formatted, which is a fault of Ninefold:\n{done.stdout}{done.stderr}"
        )
