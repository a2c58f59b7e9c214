"""``ninefold serve``: start the service of the bundle."""

import os
import sys
from pathlib import Path

import typer

from generator.commands.common import Folder, say


def serve(context: typer.Context, project: Folder = Path()) -> None:
    """Start the service of bundle/ on this machine, until Ctrl-C.

    Whatever follows goes to the service. Examples: `ninefold serve`, `ninefold serve --port 9000 --workers 2`.
    """
    bundle = project / "bundle"
    found = sorted(bundle.glob("*/service/__main__.py"))
    if not found:
        say(f"There is no service in {bundle} yet: run `dvc repro package`.")
        raise typer.Exit(1)
    command = [sys.executable, "-m", f"{found[0].parents[1].name}.service", *context.args]
    # The service takes the place of this process, so that what ends it, Ctrl-C or `kill`, ends the service.
    os.chdir(bundle)
    os.execv(command[0], command)
