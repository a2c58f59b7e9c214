"""Text that is safe to print as code, and the few ways to make it.

Templates refuse to print a plain string (see :mod:`generator.render.render`); whatever comes from a config has to
become :class:`Code` here first, as a Python literal, a SQL identifier, a SQL string or a bound SQL expression.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from generator.sql import parsing as sql

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""libyaml, where PyYAML has it: several times faster."""


class Code(str):
    """Text that may be printed into rendered code as it stands."""

    __slots__ = ()


def python(value: Any) -> Code:
    """Return ``value`` as a Python literal."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{python(key)}: {python(item)}" for key, item in value.items())
        return Code("{" + inner + "}")
    if isinstance(value, tuple):
        return Code("(" + "".join(f"{python(item)}, " for item in value) + ")")
    if isinstance(value, list):
        return Code("[" + ", ".join(python(item) for item in value) + "]")
    if isinstance(value, str):
        return Code(repr(str(value)))
    return Code(repr(value))


def name(column: str, table: str | None = None) -> Code:
    """Return ``column`` as a SQL identifier."""
    return Code(sql.identifier(column, table))


def names(columns: Iterable[str]) -> Code:
    """Return ``columns`` as a list of SQL identifiers."""
    return Code(", ".join(name(column) for column in columns))


def text(value: str) -> Code:
    """Return ``value`` as a SQL string."""
    return Code(sql.literal(value))


def json_text(value: Any) -> Code:
    """Return ``value`` as JSON, which is also YAML."""
    return Code(json.dumps(value, ensure_ascii=False))


def yaml_text(value: str) -> Code:
    """Return ``value`` as a YAML string: plain where every reader takes it for a text, else in double quotes."""
    plain = re.fullmatch(r"[A-Za-z][\w./:-]+", value, flags=re.ASCII) and not value.endswith(":")
    if plain and yaml.safe_load(value) == value:
        return Code(value)
    if value.isprintable() and ('"' in value or "\\" in value):
        return Code("'" + value.replace("'", "''") + "'")
    return Code(yaml.safe_dump(str(value), default_style='"', allow_unicode=True, width=math.inf).rstrip("\n"))


def yaml_file(value: Mapping[str, Any]) -> str:
    """Return ``value`` as the text of a YAML file, its keys in their order."""
    layout: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "width": 120}
    found = str(yaml.dump(value, Dumper=DUMPER, **layout))
    return str(yaml.safe_dump(value, **layout)) if "\\U" in found else found  # libyaml would escape every emoji
