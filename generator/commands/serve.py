"""``ninefold serve``: start the service of the version in production, of another one, or of the candidate."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, say, served_package

CANDIDATE = "bundle"
POINTER = "registry/production.json"
"""What says which version is in production, and is followed."""
FILES = ("--bundle", "--data", "--logs")
"""Options of the service that name files."""


def serve(
    context: typer.Context,
    candidate: Annotated[
        bool, typer.Option("--candidate", help="Serve bundle/, the last build, released or not.")
    ] = False,
    version: Annotated[
        int | None, typer.Option("--version", help="Serve this version, whatever is in production.", min=1)
    ] = None,
    project: Folder = Path(),
) -> None:
    """Start the service of the version in production on this machine, until Ctrl-C; it logs to logs/ of the project.

    It follows production: after `ninefold promote` or `rollback` it answers with the other version, and loses no
    request. All other arguments are passed to the service.

    Examples: `ninefold serve`, `ninefold serve --version 2`, `ninefold serve --candidate --port 9000`.
    """
    if candidate and version is not None:
        raise typer.BadParameter("--candidate is no version: give one of the two")
    home = project / CANDIDATE if candidate else project
    package = served_package(home)
    if package is None:
        say(f"There is no service in {home} yet: run `dvc repro package`.")
        raise typer.Exit(1)
    command = [sys.executable, "-B", "-m", f"{package}.service", *_from_here(context.args)]
    if not candidate:
        home = _released(project, package, version)
        command += ["--follow", str((project / POINTER).absolute())] if version is None else []
    # The service takes the place of this process, so that what ends it, Ctrl-C or `kill`, ends the service.
    os.chdir(home)
    os.execv(command[0], command)


def _from_here(arguments: Sequence[str]) -> Iterator[str]:
    """Yield ``arguments`` of the service, which starts in another folder, with files as they are seen from this one."""
    before = ""
    for argument in arguments:
        name, sign, value = argument.partition("=")
        if before in FILES:
            yield str(Path(argument).absolute())
        else:
            yield f"{name}={Path(value).absolute()}" if sign and name in FILES else argument
        before = argument


def _released(project: Path, package: str, version: int | None) -> Path:
    """Return the folder of ``version``, or of that in production; exit with what to do where there is none."""
    command = [
        sys.executable,
        "-B",
        "-m",
        f"{package}.release.registry",
        *([] if version is None else ["--version", str(version)]),
    ]
    asked = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    say(asked.stderr.strip())
    if asked.returncode:
        say("`ninefold serve --candidate` serves bundle/ all the same.")
        raise typer.Exit(1)
    return Path(asked.stdout.strip())
