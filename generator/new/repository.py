"""Put a new folder under git and DVC."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from generator.new.answers import UnfitError

NOBODY = ("-c", "user.name=Ninefold", "-c", "user.email=ninefold@localhost")
"""Who commits where git knows nobody; the first commit is the tool's, after all."""


def initialise(folder: Path, data: str | None) -> None:
    """Make ``folder`` a repository of git and DVC, with the file ``data`` in DVC's care; raises :class:`UnfitError`."""
    _run(folder, "git", "init", "--quiet", "--initial-branch", "main")
    _dvc(folder, "init", "--quiet")
    _dvc(folder, "config", "--quiet", "hydra.enabled", "true")
    _dvc(folder, "config", "--quiet", "core.autostage", "false")
    if data is not None:
        _dvc(folder, "add", "--quiet", data)


def commit(folder: Path, message: str) -> None:
    """Commit all of ``folder``, in the name of its user where git knows one."""
    _run(folder, "git", "add", "--all")
    known = (
        subprocess.run(["git", "config", "user.email"], cwd=folder, capture_output=True, check=False).returncode == 0
    )
    _run(folder, "git", *(() if known else NOBODY), "commit", "--quiet", "--message", message)


def pins(*extras: str, libraries: Iterable[str] = ()) -> Iterator[str]:
    """Yield what the project runs on, with the versions that are installed: Ninefold's ``extras`` and ``libraries``."""
    yield f"ninefold=={version('ninefold')}"
    yield from (f"{name}=={version(name)}" for name in libraries)
    for requirement in sorted(requires("ninefold") or ()):
        name, _, condition = requirement.partition(";")
        if "extra" in condition and not any(extra in condition for extra in extras):
            continue
        name = name.split(">")[0].split("=")[0].split("[")[0].strip()
        try:
            yield f"{name}=={version(name)}"
        except PackageNotFoundError:
            continue


def _dvc(folder: Path, *arguments: str) -> None:
    _run(folder, sys.executable, "-m", "dvc", *arguments)


def _run(folder: Path, *command: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise UnfitError(f"{command[0]} is needed and not installed") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        hint = "\ninstall what a project runs on: pip install 'ninefold[project]'" if "No module named" in said else ""
        raise UnfitError(f"{' '.join(command[:4])} failed:\n{said}{hint}")
