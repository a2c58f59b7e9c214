"""``ninefold upgrade``: bring a project to this version of Ninefold."""

from collections import Counter
from pathlib import Path

import yaml

from generator import __version__
from generator.commands.common import Folder, bring, is_framework, rendered, say
from generator.config.migrations import migrated, version_of
from generator.new.wheel import renew
from generator.workspace.diff import BASE, SUFFIX, base, compare, read
from generator.workspace.moves import FLAT, current, relocated
from generator.workspace.write import create, remove


def upgrade(project: Folder = Path()) -> None:
    """Bring a project that an earlier Ninefold rendered to this one: rename keys in conf/, and render it anew.

    Where rendered modules moved, your own modules and conf/ follow.
    The line of requirements.txt that pins Ninefold follows, and the wheel in vendor/ where that is what it names.
    Your edits are merged as `ninefold generate` merges them; what clashes stops it before a rendered file is written,
    and running it again goes on. Commit before, and look at the difference after.

    Examples: `ninefold upgrade`, then `git diff` and `dvc repro`.
    """
    conf = project / "conf"
    for file in sorted(conf.rglob("*.yaml")):
        try:
            text, renames = migrated(file.read_text(encoding="utf-8-sig"), file.relative_to(conf).parts[:-1])
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            continue  # reported with its place where it is rendered
        if renames:
            create({file.relative_to(project).as_posix(): text}, project)
        for line in renames:
            say(f"{file.relative_to(project)}:{line}")
    for path, (before, text) in followers(project).items():
        create({path: text}, project)
        if before != path:
            remove(project / before, project)
        say(f"   update  {path}: rendered modules are in folders by step now")
    was = version_of(project) or "an earlier version"
    tree = rendered(project, [])
    changes = compare(tree, project)
    bring(changes, tree, project)
    for path in renew(project):
        say(f"   update  {path}")
    counts = Counter(change.status for change in changes)
    said = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    say(f"{was} -> {__version__}: {said}")


def followers(project: Path) -> dict[str, tuple[str, str]]:
    """Return the user's own modules, templates and config that name rendered modules where they no longer are.

    Each path with the one it had, where a template follows the one of ours that it replaces, and its text.
    """
    bases = sorted((project / BASE).glob(f"*/{FLAT}{SUFFIX}"))
    if not bases or is_framework(project):
        return {}
    package = bases[0].parent.name
    own = (
        file
        for file in (project / package).rglob("*.py")
        if not base(file.relative_to(project).as_posix(), project).is_file()
    )
    files = (*own, *(project / "conf").rglob("*.yaml"), *(project / "templates/package").rglob("*.jinja"))
    found = {}
    for file in sorted(files):
        path, text = file.relative_to(project).as_posix(), read(file) or ""
        head, _, name = path.partition("/package/")
        template = path.startswith("templates/")
        place = f"{head}/package/{current(name)}" if template else path
        anew = relocated(text, "{{ project.package }}" if template else package)
        if (place, anew) != (path, text):
            found[place] = (path, anew)
    return found
