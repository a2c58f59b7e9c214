"""``ninefold run``: render, then reproduce."""

import subprocess
import sys
from pathlib import Path

import typer

from generator.commands.common import Folder, bring, check_version, rendered
from generator.workspace.diff import compare


def run(context: typer.Context, project: Folder = Path()) -> None:
    """Render the code, then run `dvc repro`: one command even when an edit changes the stages.

    All other arguments are passed to DVC.

    Examples: `ninefold run`, `ninefold run train`, `ninefold run --force evaluate`.
    """
    check_version(project)
    tree = rendered(project, [])
    bring(compare(tree, project), tree, project)
    raise typer.Exit(
        subprocess.run([sys.executable, "-m", "dvc", "repro", *context.args], cwd=project, check=False).returncode
    )
