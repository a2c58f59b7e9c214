"""JSON Schema files from which editors complete, explain and check the files of ``conf/``: one for each group.

They are laxer than the checks. A file may leave out what another gives, and hold ``${...}`` in place of any value.
"""

import json
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from generator.cache import Cache, generator_digest
from generator.schema.document import Node, document, resolved

FOLDER = ".ninefold/schema"
DRAFT = "http://json-schema.org/draft-07/schema#"
INTERPOLATION: Node = {
    "title": "an interpolation, as in ${project.package}",
    "type": "string",
    "pattern": r"\$\{.+\}|^\?\?\?$",
}
DEFAULTS: Node = {
    "type": "array",
    "description": "options that are composed into this file, in order; see Hydra's defaults list",
}
SCHEMAS = Cache("schemas", limit=1)
SUBGROUPS = (("data", "sources"),)
"""Folders inside the folders of groups, as paths of the config."""


def schemas() -> dict[str, str]:
    """Return the schema files by their paths from the project's root."""
    return SCHEMAS.get(f"{version('pydantic')} {generator_digest()}", _schemas)


def _schemas() -> dict[str, str]:
    groups = [(name,) for name in document()["properties"] if name != "project"]
    files = {"/".join(path): _file(_at(path)) for path in (*groups, *SUBGROUPS)}
    return {f"{FOLDER}/{name}.json": text for name, text in {"config": _file(_whole()), **files}.items()}


def _at(path: Iterable[str]) -> Node:
    node = document()
    for part in path:
        node = resolved(node)["properties"][part]
    return node


def _whole() -> Node:
    """Return the schema of ``conf/config.yaml``, which may set what a group holds, and may configure Hydra."""
    groups = {name: {"$ref": f"{name}.json"} for name in document()["properties"] if name != "project"}
    given = {"project": document()["properties"]["project"], **groups, "hydra": {"type": "object"}}
    return {**document(), "properties": given}


def _file(node: Node) -> str:
    """Return a file with ``node`` as what stands at its top, and whatever that refers to."""
    top = _with_defaults(_lax(_written_out(node)))
    found: dict[str, Node] = {}
    waiting = _references(top)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = INTERPOLATION if name == "interpolation" else _lax(document()["$defs"][name])
            waiting |= _references(found[name])
    body = {"$schema": DRAFT, **top, "definitions": dict(sorted(found.items()))}
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def _written_out(node: Node) -> Node:
    """Return ``node`` with no reference at its top, nor at that of its forms."""
    node = {key: value for key, value in resolved(node).items() if key != "$defs"}
    return {
        key: [_written_out(form) for form in value] if key in ("anyOf", "oneOf") else value
        for key, value in node.items()
    }


def _with_defaults(node: Node) -> Node:
    """Return ``node`` with the key ``defaults``, in each of its forms."""
    if "anyOf" in node:
        return {**node, "anyOf": [_with_defaults(form) for form in node["anyOf"]]}
    named = {key.replace("^", "^(?!defaults$)", 1): value for key, value in node.get("patternProperties", {}).items()}
    names = {"patternProperties": named} if named else {}
    return {**node, **names, "properties": {"defaults": DEFAULTS, **node.get("properties", {})}}


def _lax(node: Node) -> Node:
    """Return ``node`` with nothing required, and with interpolations in place of values."""
    found: Node = {}
    for key, value in node.items():
        if key in ("properties", "patternProperties"):
            found[key] = {name: _or_interpolation(name, item) for name, item in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            found[key] = _or_interpolation("", value)
        elif key in ("anyOf", "oneOf"):
            found["anyOf"] = [_lax(form) for form in value]
        elif key == "$ref":
            found[key] = value.replace("#/$defs/", "#/definitions/")
        elif key not in ("required", "minProperties") and not (key == "default" and value is None):
            found[key] = value
    if "patternProperties" in found:
        found["additionalProperties"] = False
    return found


def _or_interpolation(name: str, node: Node) -> Node:
    """Return ``node`` with an interpolation beside it, unless any text will do, or it distinguishes forms."""
    lax = _lax(node)
    free = lax.get("type") == "string" and not {"pattern", "enum", "format"} & lax.keys()
    if name == "kind" or free:
        return lax
    said: Node = {key: lax.pop(key) for key in ("description", "default", "examples") if key in lax}
    forms = lax["anyOf"] if lax.keys() == {"anyOf"} else [lax]
    return {**said, "anyOf": [*forms, {"$ref": "#/definitions/interpolation"}]}


def _references(node: Any) -> set[str]:
    """Return the names of the definitions that ``node`` refers to."""
    if isinstance(node, dict):
        path = str(node.get("$ref", "")).removeprefix("#/definitions/")
        own = {path} if path and not path.endswith(".json") else set()
        return own.union(*map(_references, node.values()))
    return set().union(*map(_references, node)) if isinstance(node, list) else set()
