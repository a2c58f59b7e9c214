"""``ninefold compare``: runs beside each other."""

from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, say
from generator.experiments.runs import UnknownRunError, baseline, experiments, run_of
from generator.experiments.table import table


def compare(
    runs: Annotated[
        list[str] | None,
        typer.Argument(help="Experiments or commits; every experiment of this commit without.", metavar="EXPERIMENT"),
    ] = None,
    project: Folder = Path(),
) -> None:
    """Print experiments below the workspace: the chosen candidate, metrics with an interval, what was changed.

    The best comes first, by the primary metric. If the workspace is that of an experiment, its commit is shown instead.
    `dvc exp show` has every value of every run.

    Examples: `ninefold compare`, `ninefold compare muggy-bits main`.
    """
    try:
        compared = [baseline(project), *(run_of(project, name) for name in runs or experiments(project))]
    except UnknownRunError as error:
        raise typer.BadParameter(str(error)) from error
    for line in table(compared):
        typer.echo(line)
    if len(compared) == 1:
        say("There is no experiment of this commit yet: `dvc exp run -S KEY=VALUE` makes one.")
    else:
        say("`ninefold adopt EXPERIMENT` writes the settings of one into conf/.")
