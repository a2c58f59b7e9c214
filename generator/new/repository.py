"""Put a new folder under git and DVC."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from generator.new.answers import UnfitError
from generator.workspace.write import discard

NOBODY = ("-c", "user.name=Ninefold", "-c", "user.email=ninefold@localhost")
"""Who commits where git knows nobody; the first commit is the tool's, after all."""


def initialise(folder: Path, data: str | None) -> None:
    """Make ``folder`` a repository of git and DVC, with the file ``data`` in DVC's care; raises :class:`UnfitError`."""
    _run(folder, "git", "init", "--quiet", "--initial-branch", "main")
    _dvc(folder, "init")
    _dvc(folder, "config", "hydra.enabled", "true")
    _dvc(folder, "config", "core.autostage", "false")
    if data is not None:
        _dvc(folder, "add", data)
    _run(folder, "git", "add", "--all")


def commit(folder: Path, message: str) -> None:
    """Commit what is staged in ``folder``, in the name of its user where git knows one."""
    _run(folder, "git", *_author(folder), "commit", "--quiet", "--message", message)


def repository_around(folder: Path) -> Path | None:
    """Return the repository of git that the new ``folder`` will be a part of; None where it is to be one of its own.

    A folder that the repository around it ignores is no part of it.
    """
    parent = next(path for path in folder.absolute().parents if path.is_dir())
    found = _asked(parent, "git", "rev-parse", "--show-toplevel")
    if found.returncode or not _asked(parent, "git", "check-ignore", "--quiet", str(folder.absolute())).returncode:
        return None
    return Path(found.stdout.removesuffix("\n"))


def give_up(folder: Path) -> tuple[str, ...]:
    """Make ``folder`` no repository of git any more, and return the files that were staged in it.

    What is left of DVC there is what ``dvc init --subdir`` makes inside another repository.
    """
    listed = _run(folder, "git", "ls-files", "-z")
    discard(folder / ".git")
    return tuple(name for name in listed.split("\0") if name)


def commit_within(folder: Path, names: Iterable[str], message: str) -> Iterator[str]:
    """Commit the files ``names`` of ``folder`` to the repository around it, and nothing else that is staged there.

    Yields what its owner has to know: that the commit failed, or that rules of the repository ignore such files.
    """
    names = tuple(names)
    listed = "\0".join(names)
    literal = ("git", "--literal-pathspecs")
    ours = ("--pathspec-from-file=-", "--pathspec-file-nul")
    ignored = _asked(folder, "git", "check-ignore", "--no-index", "--verbose", "-z", "--stdin", text=listed).stdout
    rules = list(zip(*[iter(ignored.split("\0")[:-1])] * 4, strict=False))
    try:
        _run(folder, *literal, "add", "--force", *ours, text=listed)
        _run(folder, *literal, *_author(folder), "commit", "--quiet", "--message", message, *ours, text=listed)
    except UnfitError as error:
        yield f"{error}\nthe project is made, and not committed"
    for source, line, rule, name in rules[:1]:
        more = f" and {len(rules) - 1} more" if len(rules) > 1 else ""
        yield (
            f"{source}:{line}: the rule {rule} of the repository ignores {name}{more}: committed all the same; new "
            "files there would not be, so change the rule"
        )


def pins(*extras: str, libraries: Iterable[str] = ()) -> Iterator[str]:
    """Yield what the project runs on, with the versions that are installed: Ninefold's ``extras`` and ``libraries``."""
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


def _author(folder: Path) -> tuple[str, ...]:
    known = _asked(folder, "git", "config", "user.email").returncode == 0
    return () if known else NOBODY


def _dvc(folder: Path, *arguments: str) -> None:
    _run(folder, sys.executable, "-m", "dvc", *arguments)


def _asked(folder: Path, *command: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``command``, which reads ``text``, and return what became of it."""
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, input=text)
    except FileNotFoundError as error:
        raise UnfitError(f"{command[0]} is needed and not installed") from error


def _run(folder: Path, *command: str, text: str | None = None) -> str:
    """Run ``command``, which reads ``text``, and return what it printed; raises :class:`UnfitError` where it fails."""
    done = _asked(folder, *command, text=text)
    if done.returncode:
        said = "\n".join(filter(None, (done.stdout.strip(), done.stderr.strip())))
        hint = "\ninstall what a project runs on: pip install 'ninefold[project]'" if "No module named" in said else ""
        raise UnfitError(f"{' '.join(command[:4])} failed:\n{said}{hint}")
    return done.stdout
