"""The command ``ninefold``: its verbs, and how a problem with a config is told."""

import sys
from typing import Annotated

import typer

from generator import __version__
from generator.commands.common import say
from generator.commands.contract import contract
from generator.commands.eject import eject
from generator.commands.explain import explain
from generator.commands.generate import generate
from generator.commands.import_ import import_
from generator.commands.new import new
from generator.commands.plan import plan
from generator.commands.run import run
from generator.commands.serve import serve
from generator.commands.show import show
from generator.commands.upgrade import upgrade
from generator.errors import ConfigError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="""Describe an ML project in conf/, and get its whole life as code.

Edit a file in conf/, then type `dvc repro`: its first stage renders the code anew, and only what the edit touches
runs again. `ninefold run` does the same and goes on by itself when an edit changes the stages themselves.
""",
)
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
"""For verbs that hand on what they do not know."""

app.command()(new)
app.command("import")(import_)
app.command()(generate)
app.command()(plan)
app.command(context_settings=PASSED_ON)(run)
app.command(context_settings=PASSED_ON)(serve)
app.command()(show)
app.command()(explain)
app.command()(contract)
app.command()(upgrade)
app.command()(eject)


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        print(__version__)
        raise typer.Exit()


def main() -> None:
    """Run the command line; print what is wrong with a config instead of a traceback."""
    try:
        app()
    except ConfigError as error:
        say(str(error))
        count = len(error.problems)
        say(f"{count} problem{'s' if count > 1 else ''} in the config; nothing was written.")
        sys.exit(1)
