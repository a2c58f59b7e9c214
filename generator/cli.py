"""The command ``ninefold``: its verbs, and how a problem with a config is reported."""

import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer

from generator import __version__
from generator.commands.common import say
from generator.errors import ConfigError

VERBS = (
    "new",
    "import",
    "generate",
    "plan",
    "run",
    "backtest",
    "compare",
    "adopt",
    "serve",
    "registry",
    "promote",
    "rollback",
    "retrain",
    "show",
    "explain",
    "contract",
    "upgrade",
    "eject",
)
"""The verbs in the order of a project's life; each is the function of its name in a module of its name."""

PROGRAMS = ("git", "dvc")
"""What verbs run."""

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
PASSING = ("run", "backtest", "serve")
"""Verbs that hand on what they do not know."""


def app(verbs: Iterable[str] = VERBS) -> typer.Typer:
    """Return the command line with ``verbs``, whose modules are imported here and not before."""
    ours = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        help="""Describe an ML project in conf/, and get its whole life as code.

Edit a file in conf/, then type `dvc repro`: its first stage renders the code anew, and only what the edit touches
runs again. `ninefold run` does the same and goes on by itself when an edit changes the stages themselves.
""",
    )
    ours.callback(invoke_without_command=True)(_root)
    for verb in verbs:
        name = f"{verb}_" if verb == "import" else verb  # a word of Python itself
        function = getattr(import_module(f"generator.commands.{name}"), name)
        ours.command(verb, context_settings=PASSED_ON if verb in PASSING else None)(function)
    return ours


def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        print(__version__)
        raise typer.Exit()


def main() -> None:
    """Run the command line; print what is wrong with a config instead of a traceback."""
    named = [verb for verb in VERBS if verb in sys.argv[1:2]]
    try:
        app(named or VERBS)()
    except ConfigError as error:
        say(str(error))
        count = len(error.problems)
        say(f"{count} problem{'s' if count > 1 else ''} in the config; nothing was written.")
        sys.exit(1)
    except OSError as error:
        say(message_of(error))
        sys.exit(1)


def message_of(error: OSError) -> str:
    """Return what is wrong with a file, a folder, or a program that is not there."""
    name = str(error.filename or "")
    if isinstance(error, FileNotFoundError) and name in PROGRAMS:
        return f"{name} is not installed, or not on the PATH: install it, and try again"
    what = error.strerror or str(error)
    return f"{name}: {what[0].lower()}{what[1:]}" if name and what else what or type(error).__name__
