"""What a key of the config means, from the schema itself: its type, default, keys, choices and an example."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import yaml
from pydantic import TypeAdapter

from generator.errors import nearest
from generator.schema.base import words
from generator.schema.document import Node, alternatives, document, resolved
from generator.schema.model import OTHER_NAMES

BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}
TYPES = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "a text"}
DURATION = re.compile(r"P(\d+D)?(T[\dHMS]+)?")
"""How JSON Schema writes the default of a duration."""

ANY = "<name>"
"""What stands for a name of the user's own in a path."""


@dataclass(frozen=True)
class Entry:
    """A key at ``path``: its ``node`` of the schema, whether it is ``required``, and the ``kind`` of its parent."""

    path: tuple[str, ...]
    node: Node
    required: bool = False
    kind: str = ""

    @property
    def meanings(self) -> tuple[str, ...]:
        """Return what the key is for, in words; of forms that it may take, each in turn."""
        own = resolved(self.node).get("description")
        said = [own] if own else [form["description"] for form in alternatives(self.node) if "description" in form]
        return tuple(" ".join(text.replace("``", "`").split()) for text in said)


class UnknownKeyError(Exception):
    """No key of the config has this path; ``hint`` is what may have been meant."""

    def __init__(self, path: str, hint: str) -> None:
        self.hint = hint
        super().__init__(f"no key '{path}'")


def entries(path: Sequence[str], values: Any = None) -> tuple[Entry, ...]:
    """Return what stands at ``path``; more than one where it differs with the kind of its parent.

    ``values``, the config where there is one, say of which kind that is. Raises :class:`UnknownKeyError`.
    """
    found: tuple[Entry, ...] = (Entry((), document()),)
    given = values
    for index, part in enumerate(path):
        below = [entry for parent in found for entry in _children(parent, part)]
        if not below:
            raise UnknownKeyError(".".join(path), _hint(path, index, found))
        own = given.get("kind") if isinstance(given, Mapping) else None
        given = given.get(part) if isinstance(given, Mapping) else None
        fitting = [entry for entry in below if entry.kind in ([own] if own else path[:index])]
        found = tuple({json.dumps(entry.node): entry for entry in fitting or below}.values())
    return found


def keys(entry: Entry) -> tuple[Entry, ...]:
    """Return the keys of the mappings that ``entry`` may hold, each once; ``<name>`` for names of the user's own."""
    found: dict[tuple[str, str], Entry] = {}
    for child in _children(entry, None):
        found.setdefault((child.path[-1], json.dumps(child.node)), child)
    return tuple(found.values())


def everything(entry: Entry | None = None) -> Iterator[Entry]:
    """Yield every key of the config, those of mappings under names of the user's own below ``<name>``."""
    for child in keys(entry or Entry((), document())):
        yield child
        yield from everything(child)


def type_of(node: Node) -> str:
    """Return what may be written for ``node``, in words."""
    forms = alternatives(node)
    choices = dict.fromkeys(str(value) for form in forms for value in form.get("enum", [form.get("const")]) if value)
    others = dict.fromkeys(_type(form) for form in forms if "enum" not in form and "const" not in form)
    return " or ".join([*([", ".join(choices)] if choices else []), *others])


def default_of(entry: Entry) -> str:
    """Return the default as it would be written, or why there is none."""
    if entry.required:
        return "none: it has to be given"
    default = resolved(entry.node).get("default")
    if isinstance(default, str) and DURATION.fullmatch(default):
        default = words(TypeAdapter(timedelta).validate_python(default))
    return "none" if default is None else flow(_given(default))


def example_of(entry: Entry) -> str:
    """Return an example as YAML, at its place in the config."""
    node = resolved(entry.node)
    fallback = next((value for form in alternatives(node) for value in _samples(form)), node.get("default"))
    value = next(iter(node.get("examples", ())), fallback)
    if value is None:
        return ""
    for part in reversed(entry.path):
        value = {"an_example" if part == ANY else part: value}
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100))


def _samples(form: Node) -> Iterator[Any]:
    """Yield values of ``form``: an example of its own, a choice, or one of what it has to hold."""
    yield from form.get("examples", ())
    yield from [form["const"]] if "const" in form else form.get("enum", ())
    parts = {key: next(_samples_of(form["properties"][key]), None) for key in form.get("required", ())}
    if parts and None not in parts.values():
        yield parts


def _samples_of(node: Node) -> Iterator[Any]:
    yield from resolved(node).get("examples", ())
    for form in alternatives(node):
        yield from _samples(form)


def _children(entry: Entry, part: str | None) -> Iterator[Entry]:
    """Yield what stands below ``entry`` at ``part``, or at every part."""
    for form in alternatives(entry.node):
        properties = form.get("properties", {})
        kind = str(resolved(properties.get("kind", {})).get("const", ""))
        for name, node in properties.items():
            if name == "kind":
                node = {"description": form["description"], **node}
            if part in (None, name):
                yield Entry((*entry.path, name), node, name in form.get("required", ()), kind)
        for node in _named(form):
            if part not in properties:
                yield Entry((*entry.path, part or ANY), node)


def _named(form: Node) -> list[Node]:
    """Return what stands under names of the user's own in ``form``."""
    other = form.get("additionalProperties")
    return [*form.get("patternProperties", {}).values(), *([other] if isinstance(other, dict) else [])]


def _type(form: Node) -> str:
    if form.get("type") == "array":
        return f"a list, each {type_of(form['items'])}"
    if form.get("type") == "object":
        kind = resolved(form.get("properties", {}).get("kind", {})).get("const")
        return f"a mapping with `kind: {kind}`" if kind else "a mapping"
    words = [form.get("title") or TYPES.get(form.get("type", ""), "any value")]
    return ", ".join([*words, *(f"{said} {form[key]}" for key, said in BOUNDS.items() if key in form)])


def _given(value: Any) -> Any:
    """Return ``value`` without the keys of mappings that nothing is given for."""
    if isinstance(value, dict):
        return {key: _given(item) for key, item in value.items() if item is not None}
    return value


def flow(value: Any) -> str:
    """Return ``value`` as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return str(text).removesuffix("\n").removesuffix("\n...")


def _hint(path: Sequence[str], index: int, above: Sequence[Entry]) -> str:
    """Return what may have been meant by the part of ``path`` at ``index``."""
    part = path[index]
    known = [child.path[-1] for entry in above for child in keys(entry) if child.path[-1] != ANY]
    if near := nearest(part, known):
        return f"did you mean '{'.'.join((*path[:index], near))}'?"
    if path[0] == "model" and part in OTHER_NAMES:
        return f"the name here is {OTHER_NAMES[part]}"
    elsewhere = {".".join(entry.path): entry.path[-1] for entry in everything()}
    name = nearest(part, elsewhere.values())
    places = [place for place, last in elsewhere.items() if last == name]
    if places:
        return f"did you mean {' or '.join(map(repr, places[:3]))}?"
    return f"known here: {', '.join(dict.fromkeys(known))}" if known else f"'{'.'.join(path[:index])}' holds no keys"
