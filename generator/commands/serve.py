"""``ninefold serve``: start the service of the version in production, or of the candidate."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, say

CANDIDATE = "bundle"


def serve(
    context: typer.Context,
    candidate: Annotated[
        bool, typer.Option("--candidate", help="Serve bundle/, which was made last, released or not.")
    ] = False,
    project: Folder = Path(),
) -> None:
    """Start the service of the version in production on this machine, until Ctrl-C; it logs to logs/ of the project.

    Whatever follows goes to the service.

    Examples: `ninefold serve`, `ninefold serve --candidate`, `ninefold serve --port 9000 --workers 2`.
    """
    home = project / CANDIDATE if candidate else project
    package = next((file.parents[1].name for file in sorted(home.glob("*/service/__main__.py"))), None)
    if package is None:
        say(f"There is no service in {home} yet: run `dvc repro package`.")
        raise typer.Exit(1)
    bundle = _production(project, package) if home == project else home
    command = [sys.executable, "-B", "-m", f"{package}.service", *context.args]
    # The service takes the place of this process, so that what ends it, Ctrl-C or `kill`, ends the service.
    os.chdir(bundle)
    os.execv(command[0], command)


def _production(project: Path, package: str) -> Path:
    """Return the folder of the version in production, and say which it is; exit with what to do where there is none."""
    command = [sys.executable, "-B", "-m", f"{package}.registry"]
    asked = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    say(asked.stderr.strip())
    if asked.returncode:
        say("`ninefold serve --candidate` serves bundle/ all the same.")
        raise typer.Exit(1)
    return Path(asked.stdout.strip())
