"""``ninefold eject``: take Ninefold out of a project, which goes on without it."""

from pathlib import Path
from typing import Annotated

import typer

from generator.commands.common import Folder, bring, is_framework, rendered, say
from generator.new.wheel import VENDOR, wheels
from generator.workspace.diff import compare
from generator.workspace.eject import FOLDERS, mentions, uncommitted, without
from generator.workspace.write import leave, remove

UNCOMMITTED = "Git would not bring these back, and conf/ is removed: commit them first, or say --force."


def eject(
    force: Annotated[bool, typer.Option("--force", help="Proceed even if git could not restore files.")] = False,
    project: Folder = Path(),
) -> None:
    """Take Ninefold out of the project, and leave it working: plain DVC stages and plain code, without conf/.

    The stage `generate`, conf/ and .ninefold/ go; params.yaml keeps the values that stages read, to be edited from now
    on. Nothing has to run again. It asks for a clean git, which keeps conf/ in its history.

    Examples: `ninefold eject`, then `dvc status`, then `git add --all && git commit -m "Eject"`.
    """
    if is_framework(project):
        raise typer.BadParameter("this is Ninefold itself, not a project of yours")
    lost = uncommitted(project)
    if not force and lost is None:
        raise typer.BadParameter("the project is in no git repository, which would keep conf/: `git init` and commit")
    if not force and lost:
        say("\n".join(f"  {path}" for path in lost))
        say(UNCOMMITTED)
        raise typer.Exit(1)
    if any(
        change.status not in ("identical", "edited", "deleted") for change in compare(rendered(project, []), project)
    ):
        say("The tree is not what conf/ says, so nothing was done: run `ninefold generate` and commit first.")
        raise typer.Exit(1)
    tree = rendered(project, [], last=True)
    bring(compare(tree, project), tree, project)
    texts = without(project)
    leave(texts, FOLDERS, project)
    for path in (*sorted(texts), *(f"{folder}/" for folder in FOLDERS)):
        say(f"{'update' if path in texts else 'removed':>9}  {path}")
    for wheel in wheels(project):
        remove(wheel, project)
        say(f"{'removed':>9}  {VENDOR}/{wheel.name}")
    for path in mentions(project):
        say(f"  mention  {path}")
    say("Ninefold is out. See `dvc status`, put right what still mentions it or conf/, and commit.")
