"""``ninefold plan``: what an edit will do, before it does it."""

import difflib
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from generator.commands.common import Folder, Overrides, rendered, undone
from generator.sources.counts import counted
from generator.workspace.diff import Change, compare
from generator.workspace.forecast import Forecast, forecast

CHANGES = 2
"""The exit code when something would change; 1 is an error."""

COLOURS = {
    **{"+": "green", "-": "red", "@": "cyan"},
    **{"runs": "yellow", "may run": "blue", "goes": "red", "conflict": "red"},
}
REASONS = 3


def plan(
    overrides: Overrides = None,
    diff: Annotated[bool, typer.Option("--diff", help="Print the lines of rendered files that change.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    project: Folder = Path(),
) -> None:
    """Show what an edit of conf/ will do: the files that change, the stages that run, about how long. Writes nothing.

    A stage runs whose command, settings or code change; one that only reads what such a stage makes may run, since DVC
    skips it when the result is the same. Exits with 0 when nothing would change, 2 when something would, 1 on an error.

    Examples: `ninefold plan`, `ninefold plan --diff split=at_random`, `ninefold plan --json`.
    """
    tree = rendered(project, overrides or [])
    compared = compare(tree, project)
    changes = [change for change in compared if change.status not in ("identical", "edited", "deleted")]
    after = {change.path: change.text for change in compared if change.text is not None}
    stages = forecast(after, {change.path for change in changes}, project, _status(project))
    if as_json:
        print(json.dumps(_machine(changes, stages, project), indent=2))
    else:
        if message := undone(tuple(changes), project):
            typer.secho(message, fg=COLOURS["conflict"])
        for change in changes:
            typer.secho(_line(change, project), fg=COLOURS.get(change.status))
            for line in _diff(change, project)[2:] if diff else ():
                typer.secho(f"           {line}", fg=COLOURS.get(line[:1]))
        for stage in stages:
            typer.secho(_stage(stage), fg=COLOURS.get(stage.verdict), dim=stage.verdict == "stays")
        typer.echo(_summary(stages))
    if changes or any(stage.verdict == "runs" for stage in stages):
        raise typer.Exit(CHANGES)


def _status(project: Path) -> dict[str, list[Any]]:
    """Return what DVC says of the folder as it is; nothing where it is no repository of DVC yet."""
    command = [sys.executable, "-m", "dvc", "status", "--json"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    return dict(json.loads(done.stdout)) if done.returncode == 0 and done.stdout.strip() else {}


def _diff(change: Change, project: Path) -> list[str]:
    file = project / change.path
    before = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    after = (change.text or "").splitlines()
    return list(difflib.unified_diff(before, after, change.path, change.path, lineterm="", n=1))


def _counts(change: Change, project: Path) -> tuple[int, int]:
    lines = _diff(change, project)[2:]
    return sum(line[0] == "+" for line in lines), sum(line[0] == "-" for line in lines)


def _line(change: Change, project: Path) -> str:
    added, removed = _counts(change, project) if change.status != "conflict" else (0, 0)
    counts = f"  +{added} -{removed}" if added or removed else ""
    return f"{change.status:>9}  {change.path}{counts}"


def _stage(stage: Forecast) -> str:
    reasons = ", ".join(stage.reasons[:REASONS])
    more = f" and {len(stage.reasons) - REASONS} more" if len(stage.reasons) > REASONS else ""
    took = f"  (about {_words(stage.seconds)})" if stage.seconds is not None and stage.verdict != "stays" else ""
    why = f": {reasons}{more}" if reasons else ""
    return f"{stage.verdict:>9}  {stage.stage}{why}{took}"


def _summary(stages: tuple[Forecast, ...]) -> str:
    runs, maybe, stays = ([item for item in stages if item.verdict == word] for word in ("runs", "may run", "stays"))
    if not runs:
        return f"Nothing runs; {counted(len(stays), 'stage', 'stays', 'stay')}."
    least, most = (sum(stage.seconds or 0 for stage in found) for found in (runs, [*runs, *maybe]))
    took = f" About {_words(least)} to {_words(most)} by the last run." if most else ""
    return f"{len(runs)} to run, {len(maybe)} more that may, {len(stays)} stay.{took}"


def _words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def _machine(changes: list[Change], stages: tuple[Forecast, ...], project: Path) -> dict[str, Any]:
    files = []
    for change in changes:
        added, removed = _counts(change, project) if change.status != "conflict" else (0, 0)
        files.append({"path": change.path, "status": change.status, "added": added, "removed": removed})
    found = [
        {"stage": stage.stage, "verdict": stage.verdict, "reasons": list(stage.reasons), "seconds": stage.seconds}
        for stage in stages
    ]
    return {"files": files, "stages": found}
