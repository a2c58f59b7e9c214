"""``ninefold upgrade``: bring a project to this version of Ninefold."""

from collections import Counter
from pathlib import Path

import yaml

from generator import __version__
from generator.commands.common import Folder, bring, rendered, say
from generator.config.migrations import migrated, version_of
from generator.new.wheel import renew
from generator.workspace.diff import compare
from generator.workspace.write import create


def upgrade(project: Folder = Path()) -> None:
    """Bring a project that an earlier Ninefold rendered to this one: rename keys in conf/, and render it anew.

    The line of requirements.txt that pins Ninefold follows, and the wheel in vendor/ where that is what it names.
    Your edits are merged as `ninefold generate` merges them; what clashes stops it before a rendered file is written,
    and running it again goes on. Commit before, and look at the difference after.

    Examples: `ninefold upgrade`, then `git diff` and `dvc repro`.
    """
    conf = project / "conf"
    for file in sorted(conf.rglob("*.yaml")):
        try:
            text, told = migrated(file.read_text(encoding="utf-8-sig"), file.relative_to(conf).parts[:-1])
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            continue  # told with its place where it is rendered
        if told:
            create({file.relative_to(project).as_posix(): text}, project)
        for line in told:
            say(f"{file.relative_to(project)}:{line}")
    was = version_of(project) or "an earlier version"
    tree = rendered(project, [])
    changes = compare(tree, project)
    bring(changes, tree, project)
    for path in renew(project):
        say(f"   update  {path}")
    counts = Counter(change.status for change in changes)
    said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    say(f"{was} -> {__version__}: {said}")
