"""Turn a composed mapping into a typed, frozen :class:`Config`, or say everything that is wrong with it."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from generator.config.composed import Composed
from generator.config.source_map import Path_, dotted
from generator.errors import ConfigError, Problem, excerpt, nearest
from generator.schema.config import Config
from generator.schema.features import FORMS, OTHER_WORDS
from generator.schema.introspection import allowed, kinds, known_fields, required
from generator.schema.model import OTHER_NAMES
from generator.validation.messages import choice, mistold, mistyped, written

WANTED = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "a text",
    "date_type": "a date like 2013-10-01",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
}
LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
CANDIDATE = "a candidate stands under a name of its own: write `lightgbm:` above, say, and indent what belongs to it"
UNQUOTED = "write it as `key: value`; inside { } text that holds a comma needs quotes"
GROUP_BY_TIME = (
    "time orders the rows already: a model of earlier rows, those of the same group too, is scored on later ones, as "
    "in use; leave it out, or choose split=at_random where the model is used on new groups alone"
)
Said = tuple[Path_, str, str]


def validate(composed: Composed) -> Config:
    """Return the config, or raise :class:`ConfigError` with a problem for every mistake."""
    try:
        return Config.model_validate(_tuples(composed.values))
    except ValidationError as error:
        raise ConfigError(_problems(error.errors(include_url=False), composed)) from error


def as_meant(composed: Composed) -> Composed:
    """Return ``composed`` with every misspelt key as it was meant; unknown keys that resemble none stay as they are."""
    try:
        Config.model_validate(_tuples(composed.values))
    except ValidationError as error:
        unknown = [item["loc"] for item in error.errors(include_url=False) if item["type"] == "extra_forbidden"]
        values = deepcopy(composed.values)
        for path in [_real_path(location, composed.values) for location in unknown]:
            meant = _meant(path, composed.values)
            if meant:
                parent = _at(path[:-1], values)
                parent.setdefault(meant[-1], parent.pop(path[-1]))
        return replace(composed, values=values)
    return composed


def _at(path: Path_, values: Any) -> Any:
    for part in path:
        values = values[part]
    return values


def _tuples(value: Any) -> Any:
    """Return ``value`` with lists as tuples, since the frozen models hold tuples."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    return value


def _problems(errors: Sequence[ErrorDetails], composed: Composed) -> list[Problem]:
    places: dict[Path_, list[ErrorDetails]] = {}
    for error in errors:
        places.setdefault(_real_path(error["loc"], composed.values), []).append(error)
    unknown = [path for path, found in places.items() if found[0]["type"] == "extra_forbidden"]
    slips = {_meant(path, composed.values) for path in unknown}
    nested = {path[:-1] for path in unknown if path[-1] in path[:-1]}
    return [
        composed.problem(*_said(path, found, composed.values))
        for path, found in places.items()
        if not (found[0]["type"] == "missing" and (path in slips or path[:-1] in nested))
    ]


def _meant(path: Path_, values: Any) -> Path_:
    """Return the path that was meant by the unknown key at its end, so that it is not called missing as well."""
    near = nearest(str(path[-1]), known_fields(path[:-1], values))
    return (*path[:-1], near) if near else ()


def _said(path: Path_, errors: Sequence[ErrorDetails], values: Any) -> Said:
    """Return the path, what is wrong there and a hint; more than one error comes from the members of a union."""
    error = errors[0]
    kind, context = error["type"], error.get("ctx", {})
    if kind in ("extra_forbidden", "invalid_key"):
        return path, f"no such key '{excerpt(path[-1])}'", _unknown_hint(path, error["input"], values)
    if kind == "missing":
        return path, f"the key '{path[-1]}' is missing", _missing_hint(path, values)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _kind(path, error["input"], values)
    if kind == "literal_error":
        return path, *choice(error["input"], [name for item in errors for name in _expected(item)])
    if any(item["type"] in WANTED for item in errors):
        wanted = list(dict.fromkeys(WANTED[item["type"]] for item in errors if item["type"] in WANTED))
        if error["loc"][-1] == "[key]":
            return path, f"the name is read as {written(path[-1])}, and a text is needed", "put quotes around it"
        what, hint = mistyped(error["input"], wanted, list(known_fields(path, values)))
        return path, what, CANDIDATE if path[0] == "model" and len(path) == 2 else hint
    limits = [name for name in LIMITS if name in context]
    if limits:
        bound = f"{LIMITS[limits[0]]} {context[limits[0]]}"
        return path, f"{error['input']!r} is out of range", f"write a number that is {bound}"
    return path, *mistold(str(path[-1]), error)


def _expected(error: ErrorDetails) -> list[str]:
    names = str(error.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(",")
    return [name.strip("' ") for name in names]


def _unknown_hint(path: Path_, value: Any, values: Any) -> str:
    name, known = str(path[-1]), list(known_fields(path[:-1], values))
    if not isinstance(path[-1], str):
        return "a decimal has a point, as in 0.1; inside { } text that holds a comma needs quotes"
    if value is None and not name.isidentifier():
        key, equals, rest = name.partition("=")
        return f"write `{key.strip()}: {rest.strip()}`" if equals else UNQUOTED
    if name in path[:-1]:
        return f"leave it out, and the indentation below it: what is here stands under '{dotted(path[:-1])}' already"
    if path[0] == "model" and name in OTHER_NAMES:
        return f"the name here is {OTHER_NAMES[name]}"
    if path == ("split", "group"):
        return GROUP_BY_TIME
    if path[0] == "features" and name in OTHER_WORDS:
        return f"the name here is {OTHER_WORDS[name]}"
    near = nearest(name, known)
    if near:
        return f"did you mean '{near}'?"
    above = list(known_fields(path[:-2], values)) if len(path) > 2 else []
    if name in above:
        return f"it belongs one level up, beside '{path[-2]}'"
    others = [kind for kind in kinds(path[:-1], values) if name in known_fields(path[:-1], values, kind)]
    elsewhere = f"`kind: {others[0]}` has it; " if others else ""
    return f"{elsewhere}known here: {', '.join(known)}" if known else "leave it out"


def _missing_hint(path: Path_, values: Any) -> str:
    if len(path) == 1 and path[0] != "project":
        return f"choose an option: add `- {path[0]}: <option>` to the defaults list of conf/config.yaml"
    field = known_fields(path[:-1], values).get(str(path[-1]))
    choices = allowed(field) if field else ()
    if choices:
        return f"add `{path[-1]}:`, one of {', '.join(choices)}"
    keys = required(field) if field else ()
    if keys:
        return f"add `{path[-1]}:` with {', '.join(keys)}"
    meaning = f": {field.description}" if field and field.description else ""
    return f"add `{path[-1]}:`{meaning}"


def _kind(path: Path_, given: Any, values: Any) -> Said:
    if path[0] == "features" and len(path) < 3:
        shown = "nothing is written here" if given is None else f"{excerpt(written(given))} is not a feature"
        return (
            path,
            shown,
            "write a SQL expression as text, or a mapping with `lookup:`, `python:`, `avg:` and the like",
        )
    if not isinstance(given, dict):
        return path, *mistyped(given, ["a mapping"], ["kind"])
    tags = kinds(path, values)
    if path[-1] in given:
        return (*path, path[-1]), f"no such key '{path[-1]}'", _unknown_hint((*path, path[-1]), given, values)
    if given.get("kind") is None:
        return (*path, "kind"), "the key 'kind' is missing", f"add `kind:`, one of {', '.join(tags)}"
    if isinstance(_at(path, values), str):
        return path, *choice(given["kind"], tags)
    return (*path, "kind"), *choice(given["kind"], tags)


def _real_path(location: Path_, values: Any) -> Path_:
    """Return ``location`` without the tags that pydantic adds for the members of a union."""
    path: list[str | int] = []
    current = values
    for index, part in enumerate(location):
        if isinstance(current, dict) and part in current:
            path.append(next(key for key in current if key == part))  # pydantic says 0 where YAML read `no`
            current = current[part]
        elif isinstance(current, list | tuple) and isinstance(part, int) and part < len(current):
            path.append(part)
            current = current[part]
        elif index == len(location) - 1 and part not in ("[key]", *FORMS.values()) and isinstance(current, dict):
            path.append(part)
    return tuple(path)
