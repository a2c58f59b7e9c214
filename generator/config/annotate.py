"""Every value of a config beside where it was given: a file and line, an override, or nowhere, by default."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from generator.config.composed import Composed
from generator.config.source_map import Path_, dotted
from generator.errors import excerpt

DEFAULT = "default"
COLUMN = 72
"""Where comments begin, at the most; a longer line pushes its own further out."""


def given_at(path: Path_, value: Any, composed: Composed) -> str:
    """Return where ``value`` at ``path`` was given: ``conf/split/by_time.yaml:3``, ``override a=b`` or ``default``."""
    given: Any = composed.values
    for part in path:
        below = dict(enumerate(given)) if isinstance(given, list) else given
        if isinstance(below, dict) and part in below:
            given = below[part]
        elif isinstance(below, dict) or given != value:  # `encode: one_hot` gives the kind, and no more
            return DEFAULT
    origin = composed.origin(path)
    return excerpt(f"{origin.file}:{origin.line}" if origin.line else origin.file)


def parts(text: str) -> list[str]:
    """Return the parts of a path as a user writes it: ``data.columns.'a.b'.type``."""
    return re.findall(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^.]+", text)


def spelt(part: str, known: Mapping[str, Any]) -> str | None:
    """Return the one of the keys ``known`` that is written as ``part`` in a path, or None."""
    return next((key for key in known if part in (key, dotted((key,)))), None)


def annotated(values: Mapping[str, Any], composed: Composed) -> str:
    """Return ``values`` as YAML in which an aligned comment beside each says where it was given."""
    text = yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=math.inf)
    leaves = _leaves(yaml.compose(text, Loader=yaml.SafeLoader), values, ())
    origins = {line: given_at(path, value, composed) for line, path, value in leaves}
    lines = text.splitlines(keepends=True)
    bare = {number: lines[number].rstrip("\n") for number in origins}
    column = max((len(line) for line in bare.values() if len(line) <= COLUMN), default=0)
    for number, line in bare.items():
        lines[number] = f"{line:<{column}}  # {origins[number]}\n"
    return "".join(lines)


def _leaves(node: yaml.Node | None, value: Any, path: Path_) -> Iterator[tuple[int, Path_, Any]]:
    """Yield the line, counted from 0, on which each value ends that holds no others, with its path and itself."""
    if value and isinstance(node, yaml.MappingNode):
        for (_, below), (key, item) in zip(node.value, value.items(), strict=True):
            yield from _leaves(below, item, (*path, key))
    elif value and isinstance(node, yaml.SequenceNode):
        for index, (below, item) in enumerate(zip(node.value, value, strict=True)):
            yield from _leaves(below, item, (*path, index))
    elif node is not None:
        yield node.end_mark.line, path, value
