"""Where values come from: the file and line of every key in a YAML text, and what is wrong with the text itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from generator.errors import Problem

MOST = 100_000
"""Values that a file may hold once every alias is filled in."""

UNTAGGED = "put quotes around text that begins with !"

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Origin:
    """Where a value was written: a file as the user would type it, and a 1-based line (0: none)."""

    file: str
    line: int


def dotted(path: Path_) -> str:
    """Return ``path`` as a user would write it: ``features.hour.sql``, ``model.0``, ``columns.'a.b'.type``."""
    return ".".join(_part(part) for part in path)


def _part(part: str | int) -> str:
    text = str(part).lower() if isinstance(part, bool) else str(part)
    return text if text.isprintable() and re.fullmatch(r"[^\s.:'\"]+", text) else repr(part)


def origins_of(node: yaml.Node | None, shown: str, package: Path_ = ()) -> dict[Path_, Origin]:
    """Return the origin of every key under ``node``, with ``package`` put in front of its path."""
    return {path: Origin(shown, line) for path, line in _lines(node, package)} if node else {}


def block_of(file: Path, key: str) -> tuple[int, int]:
    """Return the lines of ``file``, first and one past the last, counted from 0, in which its key ``key`` stands.

    A comment in the line above belongs to it. Where the key is not there, both are the end of the file.
    """
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    node, _ = read_yaml(file, file.name)
    for name, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if name.value == key:
            first = name.start_mark.line
            last = min(value.end_mark.line + (value.end_mark.column > 0), len(lines))
            return first - (first > 1 and lines[first - 1].startswith("#")), last
    return len(lines), len(lines)


def read_yaml(file: Path, shown: str, package: Path_ = ()) -> tuple[yaml.Node | None, list[Problem]]:
    """Return the YAML in ``file``, placed at ``package``, as nodes, which know their lines; None for an empty file.

    With it comes what keeps ``file`` from being read as YAML in which every key is given once.
    """
    try:
        node: yaml.Node | None = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        if bomb := _too_large(node):
            hint = "write it out, with fewer `*`"
            return None, [Problem(shown, bomb.start_mark.line + 1, "", "far too large once every * is filled in", hint)]
        return node, list(_duplicate_keys(node, shown, package))
    except yaml.MarkedYAMLError as error:
        problem = Problem(shown, _line(error), "", f"not valid YAML: {error.problem}", _yaml_hint(error))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem(shown, line, "", "not text in UTF-8", "save the file with the encoding UTF-8")
    except yaml.YAMLError as error:
        what = f"not valid YAML: {str(error).splitlines()[0]}"
        problem = Problem(shown, 0, "", what, 'delete the character; in quotes, write it as "\\x07"')
    except RecursionError:
        hint = "look for `&` and `*` in the file"
        problem = Problem(shown, 0, "", "a value holds itself, or is nested too deeply", hint)
    return None, [problem]


def _too_large(node: yaml.Node | None) -> yaml.Node | None:
    """Return the innermost node that holds more than MOST values, counting what aliases stand for each time."""
    sizes: dict[int, int] = {}
    found: list[yaml.Node] = []

    def size(item: yaml.Node) -> int:
        if id(item) not in sizes:
            pairs = isinstance(item, yaml.MappingNode)
            below = [part for pair in item.value for part in (pair if pairs else [pair])]
            sizes[id(item)] = 1 + sum(map(size, below if isinstance(item, yaml.CollectionNode) else ()))
            found.extend([item] if sizes[id(item)] > MOST else [])
        return sizes[id(item)]

    if node is not None:
        size(node)
    return next(iter(found), None)


def scalars(node: yaml.Node | None, path: Path_ = ()) -> Iterator[tuple[Path_, yaml.ScalarNode]]:
    """Yield every scalar under ``node`` but the keys, with its path."""
    if isinstance(node, yaml.ScalarNode):
        yield path, node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from scalars(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from scalars(value, (*path, index))


def _line(error: yaml.MarkedYAMLError) -> int:
    """Return the line of ``error``: where a thing begins that is still open at the end of the file, if it is that."""
    opened = "stream" in str(error.problem) or "simple key" in str(error.context)
    mark = error.context_mark if opened and error.context_mark is not None else error.problem_mark
    return mark.line + 1 if mark else 0


def _yaml_hint(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.context} {error.problem}"
    if "\\t" in said:
        return "YAML is indented with spaces, never with tabs"
    if "mapping values are not allowed" in said:
        return "put quotes around text that holds ': '; check indentation here, and the colon in the line above"
    if "simple key" in said:
        return "a key is followed by a colon and a space, as in `key: value`"
    if "quoted scalar" in said:
        return "a quote is opened and never closed"
    if "flow" in said:
        return "close every { and [; put quotes around text that holds a comma, a bracket or a brace"
    if "alias" in said:
        return "quote text that begins with *; or name an anchor that is written above"
    return "check indentation, colons and quotes in this line and the one above"


def _lines(node: yaml.Node, path: Path_) -> Iterator[tuple[Path_, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, read_key(key))
            yield from _lines(value, below)
            yield below, key.start_mark.line + 1  # a key's own line, where its value begins on a later one
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index))


def read_key(node: yaml.Node) -> str | int:
    """Return a key as it arrives in the config: ``no`` and ``1`` are not texts."""
    plain = isinstance(node, yaml.ScalarNode) and not node.tag.endswith((":str", ":merge", ":timestamp"))
    key: str | int = yaml.safe_load(node.value) if plain else str(node.value)
    return key


def _duplicate_keys(node: yaml.Node | None, shown: str, path: Path_) -> Iterator[Problem]:
    if node is not None and not node.tag.startswith("tag:yaml.org,2002:"):
        yield Problem(shown, node.start_mark.line + 1, dotted(path), f"the tag {node.tag} is not known", UNTAGGED)
    elif node is not None and "python" in node.tag:
        yield Problem(shown, node.start_mark.line + 1, dotted(path), "a config holds no Python objects", UNTAGGED)
    if isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _duplicate_keys(value, shown, (*path, index))
    if not isinstance(node, yaml.MappingNode):
        return
    first: dict[str | int, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            hint = "put quotes around text that holds a bracket or a brace"
            yield Problem(shown, line, dotted(path), "a key has to be a text", hint)
            continue
        name = read_key(key)
        if name in first:
            hint = f"it is already given in line {first[name]}: keep one of the two"
            yield Problem(shown, line, dotted((*path, name)), "this key is given twice", hint)
        first.setdefault(name, line)
        yield from _duplicate_keys(value, shown, (*path, name))
