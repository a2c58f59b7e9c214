"""What a newer Ninefold calls otherwise: renamed keys are renamed in users' files, comments and all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from generator import __version__
from generator.config.source_map import Path_, dotted

VERSION = ".ninefold/version"
"""The file that says which Ninefold rendered a project."""

ANY = "*"


@dataclass(frozen=True)
class Renamed:
    """A key that has another name since ``version``: the path it had, with ``*`` for any name, and its name now.

    Where it also means something else, ``value`` is its default now.
    """

    version: str
    path: Path_
    name: str
    value: str = ""


RENAMED = (
    Renamed("0.1.0", ("service", "usual"), "expected"),
    Renamed("0.1.0", ("service", "on_unusual"), "on_unexpected"),
    # It was a share of chunks, and is a count a quarter: one cannot be computed from the other.
    Renamed("0.1.0", ("monitor", "false_alarms"), "false_alarms_per_quarter", "0.25"),
)
"""All keys that were ever renamed, the earliest first."""


def version_of(project: Path) -> str | None:
    """Return the version that rendered the folder ``project``; None where that is not known."""
    file = project / VERSION
    return file.read_text(encoding="utf-8").strip() if file.is_file() else None


def mismatch(project: Path) -> str:
    """Return what to do where another version than this one rendered ``project``; nothing where it fits."""
    was = version_of(project)
    if was is None or _minor(was) == _minor(__version__):
        return ""
    if _minor(was) > _minor(__version__):
        return f"Ninefold {was} rendered this project, and this is {__version__}: install ninefold=={was}."
    return f"Ninefold {was} rendered this project, and this is {__version__}: run `ninefold upgrade`."


def migrated(text: str, package: Path_, renamed: Iterable[Renamed] = RENAMED) -> tuple[str, tuple[str, ...]]:
    """Return a file of ``conf/`` whose values are placed at ``package`` with today's keys, and what was renamed.

    All else stays as it was written: order, comments, quotes.
    """
    renames: list[str] = []
    for item in renamed:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        for key, value in reversed(list(_found(node, package, item.path))):
            start, end = key.start_mark, key.end_mark
            was = text[value.start_mark.index : value.end_mark.index]
            if item.value:
                text = f"{text[: value.start_mark.index]}{item.value}{text[value.end_mark.index :]}"
            text = f"{text[: start.index]}{item.name}{text[end.index :]}"
            more = f", and {item.value} instead of {was}" if item.value else ""
            renames.insert(0, f"{start.line + 1}: {dotted(item.path)} is {item.name} since {item.version}{more}")
    return text, tuple(renames)


def _found(node: yaml.Node | None, package: Path_, path: Path_) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Yield the keys and values that stand at ``path`` below ``node``, which is placed at ``package``."""
    if package:
        fits = path and path[0] in (ANY, package[0])
        yield from _found(node, package[1:], path[1:]) if fits else ()
        return
    for key, value in node.value if isinstance(node, yaml.MappingNode) and path else ():
        if path[0] in (ANY, key.value):
            yield from [(key, value)] if len(path) == 1 else _found(value, (), path[1:])


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])
