"""Change single values in a YAML text, and leave all else as it was written: comments, order, quotes, layout."""

import math
from collections.abc import Mapping
from typing import Any

import yaml

from generator.config.source_map import Path_, read_key
from generator.sql.code import yaml_text

Pair = tuple[yaml.Node, yaml.Node]


class NoPlaceError(Exception):
    """There is no place in the text where this could be written."""


def with_value(text: str, path: Path_, value: Any) -> str:
    """Return ``text`` in which the mapping at ``path[:-1]`` says ``value`` for ``path[-1]``; it may lack that key."""
    mapping = _mapping_at(text, path[:-1])
    if mapping is None:
        return f"{_ended(text)}{_line(path[-1], value)}\n"
    pair = _pair(mapping, path[-1])
    if pair is None:
        return _inserted(text, mapping, _line(path[-1], value))
    _, found = pair
    if isinstance(found, yaml.CollectionNode) and not found.flow_style:
        return f"{text[: _colon(text, pair)]} {flow(value)}{text[_end(text, pair) :]}"
    before = text[: found.start_mark.index]
    space = "" if before.endswith((" ", "\n")) else " "
    return f"{before}{space}{flow(value)}{text[_end(text, pair) :]}"


def without(text: str, path: Path_) -> str:
    """Return ``text`` without the key at ``path``; a mapping that has no other is left as ``{}``."""
    mapping = _mapping_at(text, path[:-1])
    pair = _pair(mapping, path[-1]) if mapping is not None else None
    if mapping is None or pair is None:
        raise NoPlaceError
    if len(mapping.value) == 1 and len(path) > 1:
        return with_value(text, path[:-1], {})
    start, end = pair[0].start_mark.index, _end(text, pair)
    if not mapping.flow_style:
        following = text.find("\n", end)
        return text[: text.rfind("\n", 0, start) + 1] + (text[following + 1 :] if following >= 0 else "")
    place = mapping.value.index(pair)
    if place + 1 < len(mapping.value):
        return text[:start] + text[mapping.value[place + 1][0].start_mark.index :]
    return text[: _end(text, mapping.value[place - 1])] + text[end:]


def node_at(node: yaml.Node | None, path: Path_) -> Pair | None:
    """Return the key and the value at ``path`` below ``node``; the value twice for an empty path, None for no place."""
    if node is None or not path:
        return None if node is None else (node, node)
    pair = _pair(node, path[0])
    return pair if pair is None or len(path) == 1 else node_at(pair[1], path[1:])


def flow(value: Any) -> str:
    """Return ``value`` as YAML that fits in a line, with texts that a composer of configs takes as they are."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(_line(key, item) for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return yaml_text(value.replace("${", "\\${"))
    return str(yaml.safe_dump(value, width=math.inf)).removesuffix("\n...\n").removesuffix("\n")


def _line(key: str | int, value: Any) -> str:
    return f"{flow(key)}: {flow(value)}"


def _mapping_at(text: str, path: Path_) -> yaml.MappingNode | None:
    """Return the mapping at ``path``; None where the whole text is empty."""
    found = node_at(yaml.compose(text, Loader=yaml.SafeLoader), path)
    if found is None and not path:
        return None
    if found is None or not isinstance(found[1], yaml.MappingNode):
        raise NoPlaceError
    return found[1]


def _pair(node: yaml.Node, key: str | int) -> Pair | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next(((name, value) for name, value in pairs if read_key(name) == key), None)


def _inserted(text: str, mapping: yaml.MappingNode, line: str) -> str:
    """Return ``text`` with ``line`` as the last of ``mapping``."""
    if mapping.flow_style:
        place = mapping.end_mark.index - 1
        return f"{text[:place].rstrip()}{', ' if mapping.value else ''}{line}{text[place:]}"
    place = text.find("\n", _end(text, mapping.value[-1]))
    before, after = (text[:place], text[place:]) if place >= 0 else (text, "\n")
    return f"{before}\n{' ' * mapping.value[0][0].start_mark.column}{line}{after}"


def _end(text: str, pair: Pair) -> int:
    """Return where the last letter of a pair ends, without the comments that follow it."""
    key, value = pair
    if isinstance(value, yaml.CollectionNode) and not value.flow_style and value.value:
        last = value.value[-1]
        return _end(text, last if isinstance(value, yaml.MappingNode) else (last, last))
    if isinstance(value, yaml.ScalarNode) and value.style in ("|", ">"):
        return len(text[: value.end_mark.index].rstrip())
    return max(int(key.end_mark.index), int(value.end_mark.index))


def _colon(text: str, pair: Pair) -> int:
    """Return the place after the colon of a pair."""
    return text.index(":", pair[0].end_mark.index) + 1


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
