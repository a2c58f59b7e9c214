"""Hydra's defaults lists: the groups and options that they name, and those that are not there."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from generator.errors import Problem, suggestion


def groups(folder: Path) -> list[str]:
    """Return the names of the groups in ``folder``."""
    return sorted(item.name for item in folder.iterdir() if item.is_dir())


def missing_options(node: yaml.Node | None, file: Path, folder: Path, shown: str) -> Iterator[Problem]:
    """Yield a problem for every group and option that the defaults list of ``file`` names and ``folder`` lacks.

    ``node`` is what ``file`` holds, and ``shown`` what it is called.
    """
    for group, option, line in _defaults(node):
        base = folder if group.startswith("/") else file.parent
        home, path = base / group.lstrip("/"), f"defaults.{group}"
        options = sorted(item.stem for item in home.glob("*.yaml"))
        if not home.is_dir():
            yield Problem(shown, line, path, "no such group", suggestion(group, groups(base)))
        elif option == "???":
            yield Problem(shown, line, path, "no option is chosen", f"options: {', '.join(options)}")
        elif (home / f"{option}.yml").is_file():
            hint = f"rename {option}.yml to {option}.yaml"
            yield Problem(shown, line, path, f"no file '{option}.yaml'", hint)
        elif option not in options:
            yield Problem(shown, line, path, f"no option '{option}'", suggestion(option, options))
    for name, line in _bare(node):
        if not (file.parent / f"{name}.yaml").is_file():
            homes = [*sorted(found.parent.name for found in folder.glob(f"*/{name}.yaml")), "group"]
            hint = f"write its group too, as in `- {homes[0]}: {name}`"
            yield Problem(shown, line, "defaults", f"no file '{name}.yaml'", hint)


def option_lines(file: Path) -> dict[str, int]:
    """Return the line on which the ``defaults`` list of ``file`` chooses an option of each group."""
    node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    return {group: line for group, _, line in _defaults(node)}


def _defaults(node: yaml.Node | None) -> Iterator[tuple[str, str, int]]:
    """Yield (group, option, line) for the entries of a ``defaults`` list that name an option outright."""
    for group, options in (pair for entry in _entries(node, yaml.MappingNode) for pair in entry.value):
        name = group.value.removeprefix("override ").split("@")[0]
        if name.startswith(("optional ", "hydra/")):
            continue
        for option in options.value if isinstance(options, yaml.SequenceNode) else [options]:
            if isinstance(option, yaml.ScalarNode) and not option.tag.endswith(":null") and "${" not in option.value:
                yield name, option.value.removesuffix(".yaml"), option.start_mark.line + 1


def _bare(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Yield (name, line) for the entries of a ``defaults`` list that name a file of the same folder."""
    for entry in _entries(node, yaml.ScalarNode):
        if entry.value != "_self_" and not entry.value.startswith(("/", "optional ")) and "${" not in entry.value:
            yield entry.value.split("@")[0].removesuffix(".yaml"), entry.start_mark.line + 1


def _entries(node: yaml.Node | None, kind: type[yaml.Node]) -> list[yaml.Node]:
    """Return the entries of ``kind`` of the ``defaults`` list of ``node``."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    lists = [value for key, value in pairs if key.value == "defaults" and isinstance(value, yaml.SequenceNode)]
    return [entry for found in lists for entry in found.value if isinstance(entry, kind)]
