"""What the schema knows at a path of the config: its keys, and what each of them holds."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from generator.config.source_map import Path_
from generator.schema.config import Config


def known_fields(path: Path_, values: Any, kind: str | None = None) -> dict[str, FieldInfo]:
    """Return the fields that the mapping at ``path`` may have, by the names that users write; of ``kind``, if given."""
    models = [model for model in _models(path, values) if kind is None or kind in allowed(model.model_fields["kind"])]
    return written_fields(models[0]) if models else {}


def kinds(path: Path_, values: Any) -> tuple[str, ...]:
    """Return what the key ``kind`` of the mapping at ``path`` may say; empty where there is only one kind."""
    tags = [model.model_fields["kind"] for model in _models(path, values) if "kind" in model.model_fields]
    return tuple(name for tag in tags for name in allowed(tag))


def required(field: FieldInfo) -> tuple[str, ...]:
    """Return the keys that have to be given in the mapping that ``field`` holds; empty where it holds none."""
    models = [member for member in _members(field.annotation, None) if _is_model(member)]
    return tuple(name for model in models[:1] for name, key in written_fields(model).items() if key.is_required())


def written_fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of ``model`` by the names that users write."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models(path: Path_, values: Any) -> list[type[BaseModel]]:
    kind: Any = Config
    current = values
    for part in path:
        below = [_below(member, part) for member in _members(kind, current)]
        kind = next((member for member in below if member is not None), None)
        current = _value(current, part)
    return [member for member in _members(kind, current) if _is_model(member)]


def allowed(field: FieldInfo) -> tuple[str, ...]:
    """Return the values among which ``field`` is chosen; empty where it is not a choice."""
    found = [_choices(member) for member in _members(field.annotation, None)]
    return tuple(dict.fromkeys(value for values in found for value in values)) if all(found) else ()


def _choices(member: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in get_args(member)) if get_origin(member) is Literal else ()


def _value(current: Any, part: str | int) -> Any:
    if isinstance(current, dict):
        return current.get(part)
    if isinstance(current, list | tuple) and isinstance(part, int) and part < len(current):
        return current[part]
    return None


def _below(kind: Any, part: str | int) -> Any:
    """Return the type of the member ``part`` of ``kind``."""
    if _is_model(kind):
        fields = kind.model_fields.items()
        return next((field.annotation for name, field in fields if part in (name, field.alias)), None)
    arguments = get_args(kind)
    return arguments[1] if get_origin(kind) is dict else arguments[0] if arguments else None


def _members(kind: Any, given: Any) -> Iterator[Any]:
    """Yield the types that ``kind`` allows, the one that fits what is ``given`` first."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        members = [below for member in get_args(kind) for below in _members(member, given) if below is not NoneType]
        yield from sorted(members, key=lambda member: -_fit(member, given))
    else:
        yield kind


def _fit(model: Any, given: Any) -> int:
    """Return how well ``given`` fits ``model``: by its kind, or else by the number of keys they share."""
    if not (_is_model(model) and isinstance(given, dict)):
        return 0
    tag = model.model_fields.get("kind")
    if tag is not None and get_origin(tag.annotation) is Literal:
        return int(given.get("kind") in get_args(tag.annotation))
    return sum(name in given for name in model.model_fields)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
