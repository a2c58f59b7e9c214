"""The runs that can be compared: the workspace, the commit it stands on, and experiments of DVC, as git keeps them."""

import io
import json
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from generator.errors import suggestion
from generator.experiments.conf import plain
from generator.plan.build import SOURCE

REF = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38})/(.+)")
PARAMS, METRICS = "params.yaml", "reports/metrics.json"


class UnknownRunError(Exception):
    """There is no such experiment or commit, or it holds no run."""


@dataclass(frozen=True)
class Run:
    """One run: its name, what it was run with, and its metrics, where it came that far."""

    name: str
    params: dict[str, Any]
    metrics: dict[str, Any]


def workspace(project: Path) -> Run:
    """Return the run that is in the folder ``project``."""
    files = {path: project / path for path in (PARAMS, METRICS)}
    try:
        texts = {path: file.read_text(encoding="utf-8") if file.is_file() else None for path, file in files.items()}
    except UnicodeDecodeError as error:
        raise UnknownRunError(f"{' or '.join(files)} is no text in UTF-8: {error}") from error
    return _run("workspace", texts[PARAMS], texts[METRICS])


def baseline(project: Path) -> Run:
    """Return the run that others are compared with: the workspace, or its commit where it holds an experiment."""
    file = project / SOURCE
    tried = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    return run_of(project, "HEAD") if tried and experiments(project) else workspace(project)


def run_of(project: Path, name: str) -> Run:
    """Return the run of the experiment or commit ``name``; raise UnknownRunError where there is none."""
    revision = _revision(project, name)
    return _run(name, *(_git(project, "show", f"{revision}:./{path}") for path in (PARAMS, METRICS)))


@contextmanager
def conf_of(project: Path, name: str) -> Iterator[Path]:
    """Yield a folder with the ``conf/`` from which the experiment or commit ``name`` set out."""
    command = ["git", "archive", "--format=tar", _revision(project, name), "conf"]
    done = subprocess.run(command, cwd=project, capture_output=True, check=False)
    if done.returncode:
        raise UnknownRunError(f"'{name}' holds no conf/")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
        yield Path(folder)


def experiments(project: Path) -> list[str]:
    """Return the names of the experiments that started from the commit that ``project`` stands on."""
    head = (_git(project, "rev-parse", "HEAD") or "").strip()
    return [name for name, base in _known(project) if base == head]


def _revision(project: Path, name: str) -> str:
    """Return what git calls the experiment or commit ``name``; of two experiments, the one from where we stand."""
    known = list(_known(project))
    head = (_git(project, "rev-parse", "HEAD") or "").strip()
    bases = [base for found, base in known if found == name]
    if len(bases) == 1 or head in bases:
        base = head if head in bases else bases[0]
        return f"refs/exps/{base[:2]}/{base[2:]}/{name}"
    if bases:
        raise UnknownRunError(f"'{name}' names {len(bases)} experiments: name its commit, as `dvc exp show` has it")
    if _git(project, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") is None:
        hint = suggestion(name, dict(known)) or "`dvc exp run` makes one"
        raise UnknownRunError(f"there is no experiment or commit '{name}': {hint}")
    return name


def _known(project: Path) -> Iterator[tuple[str, str]]:
    """Yield the name of each experiment that git knows, and the commit that it started from."""
    refs = _git(project, "for-each-ref", "--format=%(refname)", "refs/exps") or ""
    found = (REF.fullmatch(ref) for ref in refs.splitlines())
    yield from ((match[3], match[1] + match[2]) for match in found if match)


def _run(name: str, params: str | None, metrics: str | None) -> Run:
    if params is None:
        raise UnknownRunError(f"'{name}' holds no {PARAMS}")
    try:
        values, measured = yaml.safe_load(params), json.loads(metrics) if metrics else {}
    except (yaml.YAMLError, ValueError) as error:
        raise UnknownRunError(f"'{name}' holds a {PARAMS} or {METRICS} that cannot be read: {error}") from error
    if not isinstance(values, dict) or not isinstance(measured, dict):
        raise UnknownRunError(f"'{name}' holds a {PARAMS} or {METRICS} without names of values")
    return Run(name, plain(values), measured)


def _git(project: Path, *arguments: str) -> str | None:
    """Return what git says, None where it refuses."""
    done = subprocess.run(["git", *arguments], cwd=project, capture_output=True, check=False)
    return done.stdout.decode("utf-8") if done.returncode == 0 else None
