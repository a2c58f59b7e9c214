"""``ninefold contract``: put what training rows showed into the config, where people review it."""

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from generator.commands.common import Folder, say
from generator.config.compose import compose
from generator.config.composed import Composed
from generator.config.source_map import block_of
from generator.sources.counts import counted
from generator.workspace.write import replace_lines

LEARNED = "reports/contract.yaml"


def contract(
    show: Annotated[bool, typer.Option("--show", help="Print them, and write nothing.")] = False,
    project: Folder = Path(),
) -> None:
    """Write the expected values of requests, as found in the training rows, into conf/service/, for review.

    `dvc repro` learns them into reports/contract.yaml. From then on conf/ takes precedence; a line that you remove is
    learned again.

    Examples: `ninefold contract`, then `git diff conf/`.
    """
    file = project / LEARNED
    if not file.is_file():
        say(f"There is no {LEARNED} yet: run `dvc repro package`.")
        raise typer.Exit(1)
    text = file.read_text(encoding="utf-8")
    if show:
        print(text, end="")
        return
    learned = yaml.safe_load(text)
    if "expected" not in learned:
        say(f"{LEARNED} is from an earlier version: run `dvc repro package`.")
        raise typer.Exit(1)
    option = project / _service_file(compose(project / "conf"))
    body = yaml.safe_dump(
        _literal(learned), sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    ).splitlines()
    replace_lines(option, *block_of(option, "expected"), [text.splitlines()[0], *body])
    say(f"{option}: what is expected in {counted(len(learned['expected']), 'field')}; see `git diff conf/`")


def _literal(value: Any) -> Any:
    """Return ``value`` with texts that the composer takes as they are: ``${`` would be looked up."""
    if isinstance(value, dict):
        return {_literal(key): _literal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_literal(item) for item in value]
    return value.replace("${", "\\${") if isinstance(value, str) else value


def _service_file(composed: Composed) -> str:
    """Return the file of the option of ``service``, in which its first key stands."""
    return next(origin.file for path, origin in composed.origins.items() if path[:1] == ("service",) and len(path) > 1)
