"""``ninefold promote``: put a version into production."""

from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, ask_registry, say, served_package
from generator.config.compose import compose
from generator.errors import ConfigError

UNTRIED = "it is not set, so no version is tried on live requests"
TRY = """\
set it there, and run `dvc repro` before --shadow, --canary or --alone:
        live: {mode: shadow}                # both score, the version in production answers
        live: {mode: canary, share: 0.1}    # the one that is tried answers a tenth of the requests"""


def promote(
    version: Annotated[
        int | None, typer.Argument(help="A version of `ninefold registry`; without it bundle/, as a new one.", min=1)
    ] = None,
    to: Annotated[str, typer.Option("--to", help="The stage: production or staging.")] = "production",
    anyway: Annotated[bool, typer.Option("--anyway", help="Promote bundle/ whatever its verdict is.")] = False,
    shadow: Annotated[bool, typer.Option("--shadow", help="Try it: both score, production answers.")] = False,
    canary: Annotated[
        float | None, typer.Option("--canary", help="Try it: it answers this share of the requests.", min=0, max=1)
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Try it no more.")] = False,
    project: Folder = Path(),
) -> None:
    """Put a version into production, or bundle/ where its verdict is `promote` and all that it is made of is committed.

    `dvc repro` does that by itself where everything is committed before it runs. Services that follow production take
    the version within seconds, and lose no request.

    With `release.stage: staging` in the config a new version goes to staging first, and `release.live` tries it there
    on live requests; what was seen counts when it is promoted. `--shadow`, `--canary` and `--alone` change how, in
    services that run.

    Examples: `ninefold promote`, `ninefold promote 3`, `ninefold promote --canary 0.1`.
    """
    if shadow or canary is not None or alone:
        _check_tried(project)
    named = [str(version)] if version is not None else []
    given = {"--anyway": anyway, "--shadow": shadow, "--alone": alone}
    asked = [option for option, is_given in given.items() if is_given]
    share = ["--canary", str(canary)] if canary is not None else []
    ask_registry(project, "promote", *named, "--to", to, *asked, *share)


def _check_tried(project: Path) -> None:
    """Raise ConfigError where the config has no version tried on live requests; exit where the code does not yet."""
    package = served_package(project)
    if package is None or (project / package / "release/live.py").is_file():
        return
    config = compose(project / "conf")
    if config.at(("release", "live")) is None:
        raise ConfigError([config.problem(("release", "live"), UNTRIED, TRY)])
    say("`release.live` is set, and the code does not know it yet: run `dvc repro`.")
    raise typer.Exit(1)
