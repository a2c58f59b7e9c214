"""Turn a composed mapping into a typed, frozen :class:`Config`, or say everything that is wrong with it."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from generator.compose import Composed, Path_
from generator.errors import ConfigError, Problem, suggestion
from generator.schema import Config

HINTS = {
    "missing": "this key has to be given",
    "bool_type": "write true or false, without quotes",
    "int_type": "write a whole number, without quotes",
    "float_type": "write a number, without quotes",
    "string_type": "write text; quote it if YAML reads it as something else",
    "dict_type": "write a mapping: keys, colons and values",
    "model_type": "write a mapping: keys, colons and values",
    "tuple_type": "write a list: [a, b]",
}


def validate(composed: Composed) -> Config:
    """Return the config, or raise :class:`ConfigError` with a problem for every mistake."""
    try:
        return Config.model_validate(_tuples(composed.values))
    except ValidationError as error:
        raise ConfigError(_problem(item, composed) for item in error.errors(include_url=False)) from error


def _tuples(value: Any) -> Any:
    """Return ``value`` with lists as tuples, since the frozen models hold tuples."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    return value


def _problem(error: ErrorDetails, composed: Composed) -> Problem:
    path = _real_path(error["loc"], composed.values)
    kind, context = error["type"], error.get("ctx", {})
    what, hint = error["msg"].removeprefix("Value error, "), HINTS.get(kind, "")
    if kind == "extra_forbidden":
        what = f"no such key '{path[-1]}'"
        hint = suggestion(str(path[-1]), _known_keys(path[:-1], composed.values))
    elif kind == "missing":
        what = f"the key '{path[-1]}' is missing"
    elif kind == "literal_error":
        allowed = [name.strip("' ") for name in str(context["expected"]).replace(" or ", ", ").split(",")]
        given = error["input"]
        what = f"'{given}' is not allowed here"
        near = suggestion(str(given), allowed)
        hint = f"allowed: {', '.join(allowed)}" + (f"; {near}" if near.startswith("did you mean") else "")
    elif kind in ("union_tag_invalid", "union_tag_not_found"):
        given = error["input"].get("kind") if isinstance(error["input"], dict) else error["input"]
        allowed = str(context.get("expected_tags", "")).replace("'", "")
        path = (*path, "kind")
        what = f"'{given}' is not a kind" if given is not None else "the key 'kind' is missing"
        hint = f"allowed: {allowed}" if allowed else "say which kind it is"
    elif kind.endswith("_type") and kind in HINTS:
        what = f"{error['input']!r} has the wrong type: {error['msg'][0].lower()}{error['msg'][1:]}"
    return composed.problem(path, what, hint)


def _real_path(location: Path_, values: Any) -> Path_:
    """Return ``location`` without the tags that pydantic adds for the members of a union."""
    path: list[str | int] = []
    current = values
    for index, part in enumerate(location):
        if isinstance(current, dict) and part in current:
            current = current[part]
        elif isinstance(current, (list, tuple)) and isinstance(part, int) and part < len(current):
            current = current[part]
        elif index < len(location) - 1 or part == "[key]":
            continue
        else:
            current = None
        path.append(part)
    return tuple(path)


def _known_keys(path: Path_, values: Any) -> list[str]:
    """Return the keys that the schema knows at ``path``."""
    kind: Any = Config
    current = values
    for part in path:
        current = current[part] if isinstance(current, dict) else None
        members = [_below(member, part) for member in _members(kind, None)]
        kind = next((member for member in members if member is not None), None)
    models = list(_members(kind, current))
    return [field.alias or name for model in models[:1] for name, field in model.model_fields.items()]


def _below(kind: Any, part: str | int) -> Any:
    """Return the type of the member ``part`` of ``kind``."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                return field.annotation
        return None
    arguments = get_args(kind)
    return arguments[1] if get_origin(kind) is dict else arguments[0] if arguments else None


def _members(kind: Any, given: Any) -> Iterator[Any]:
    """Yield the types that ``kind`` allows, the one that fits what is ``given`` first."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        members = [model for member in get_args(kind) for model in _members(member, given)]
        yield from sorted(members, key=lambda member: not _fits(member, given))
    else:
        yield kind


def _fits(model: Any, given: Any) -> bool:
    if not (isinstance(model, type) and issubclass(model, BaseModel) and isinstance(given, dict)):
        return False
    tag = model.model_fields.get("kind")
    if tag is not None and get_origin(tag.annotation) is Literal:
        return given.get("kind") in get_args(tag.annotation)
    return any(name in given for name in model.model_fields)
