"""``ninefold backtest``: replay history with each policy of retraining."""

import subprocess
import sys
from pathlib import Path

import typer

from generator.commands.common import Folder, bring, check_version, rendered, say
from generator.render.dvc import APART
from generator.workspace.diff import compare

ABSENT = """\
There is no backtest in this project: add `- backtest: replay` to the defaults of conf/config.yaml, and write
conf/backtest/replay.yaml, in which `first: 3` says how many windows the first model is fitted on. Rows need a time."""


def backtest(context: typer.Context, project: Folder = Path()) -> None:
    """Replay history: what each policy of retraining would have brought, and how models age.

    Renders the code, then runs `dvc repro backtest/dvc.yaml` and the stages that it reads from. A second run is free,
    and new data adds the fits of new windows alone. All other arguments are passed to DVC.

    Examples: `ninefold backtest`, `ninefold backtest --single-item`.
    """
    check_version(project)
    tree = rendered(project, [])
    if APART not in tree:
        say(ABSENT)
        raise typer.Exit(1)
    bring(compare(tree, project), tree, project)
    command = [sys.executable, "-m", "dvc", "repro", APART, *context.args]
    raise typer.Exit(subprocess.run(command, cwd=project, check=False).returncode)
