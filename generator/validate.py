"""Turn a composed mapping into a typed, frozen :class:`Config`, or say everything that is wrong with it."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from generator.compose import Composed, Path_
from generator.errors import ConfigError, Problem, excerpt, nearest
from generator.fields import allowed, kinds, known_fields, required
from generator.schema import Config
from generator.schema.features import AGGREGATES, FORMS
from generator.schema.model import OTHER_NAMES

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
PATTERNS = {
    "estimator": "write its dotted path, as in sklearn.ensemble.RandomForestClassifier; "
    "what is of another library can be a candidate of your own: `kind: own`",
    "memory_limit": "write it like 4GB or 512MiB",
    "lookup": "write source.column, as in planes.seats",
    "python": "write module.function, as in distances.bearing",
    "function": "write module.function, as in costs.late_cost",
}
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
    slips = {_meant(path, composed.values) for path, found in places.items() if found[0]["type"] == "extra_forbidden"}
    return [
        composed.problem(*_said(path, found, composed.values))
        for path, found in places.items()
        if not (found[0]["type"] == "missing" and path in slips)
    ]


def _meant(path: Path_, values: Any) -> Path_:
    """Return the path that was meant by the unknown key at its end, so that it is not called missing as well."""
    near = nearest(str(path[-1]), known_fields(path[:-1], values))
    return (*path[:-1], near) if near else ()


def _said(path: Path_, errors: Sequence[ErrorDetails], values: Any) -> Said:
    """Return the path, what is wrong there and a hint; more than one error comes from the members of a union."""
    error = errors[0]
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return path, f"no such key '{excerpt(path[-1])}'", _unknown_hint(path, error["input"], values)
    if kind == "missing":
        return path, f"the key '{path[-1]}' is missing", _missing_hint(path, values)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _kind(path, error["input"], values)
    if kind == "literal_error":
        return path, *_choice(error["input"], [name for item in errors for name in _expected(item)])
    if any(item["type"] in WANTED for item in errors):
        wanted = list(dict.fromkeys(WANTED[item["type"]] for item in errors if item["type"] in WANTED))
        if error["loc"][-1] == "[key]":
            return path, f"the name is read as {_written(path[-1])}, and a text is needed", "put quotes around it"
        return path, *_type(error["input"], wanted, list(known_fields(path, values)))
    limits = [name for name in LIMITS if name in context]
    if limits:
        bound = f"{LIMITS[limits[0]]} {context[limits[0]]}"
        return path, f"{error['input']!r} is out of range", f"write a number that is {bound}"
    return path, *_text(path, error)


def _expected(error: ErrorDetails) -> list[str]:
    names = str(error.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(",")
    return [name.strip("' ") for name in names]


def _unknown_hint(path: Path_, value: Any, values: Any) -> str:
    name, known = str(path[-1]), list(known_fields(path[:-1], values))
    if value is None and not name.isidentifier():
        return "put quotes around text that holds a comma: inside { } it ends there"
    if path[0] == "model" and name in OTHER_NAMES:
        return f"the name here is {OTHER_NAMES[name]}"
    near = nearest(name, known)
    if near:
        return f"did you mean '{near}'?"
    above = list(known_fields(path[:-2], values)) if len(path) > 2 else []
    if name in above:
        return f"it belongs one level up, beside '{path[-2]}'"
    return f"known here: {', '.join(known)}" if known else "leave it out"


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
        shown = "nothing is written here" if given is None else f"{excerpt(_written(given))} is not a feature"
        return (
            path,
            shown,
            "write a SQL expression as text, or a mapping with `lookup:`, `python:`, `avg:` and the like",
        )
    if not isinstance(given, dict):
        return path, *_type(given, ["a mapping"], ["kind"])
    tags = kinds(path, values)
    if given.get("kind") is None:
        return (*path, "kind"), "the key 'kind' is missing", f"add `kind:`, one of {', '.join(tags)}"
    if isinstance(_at(path, values), str):
        return path, *_choice(given["kind"], tags)
    return (*path, "kind"), *_choice(given["kind"], tags)


def _choice(given: Any, names: Sequence[str]) -> tuple[str, str]:
    names = list(dict.fromkeys(name for name in names if name))
    if given is None:
        return "nothing is written here", f"write one of {', '.join(names)}"
    near = nearest(str(given), names)
    meant = f"did you mean '{near}'? " if near else ""
    return f"'{excerpt(given)}' is not allowed here", f"{meant}allowed: {', '.join(names)}"


def _type(given: Any, wanted: Sequence[str], keys: Sequence[str]) -> tuple[str, str]:
    """Return what is wrong with a value of the wrong type, and the usual reason for it in YAML."""
    need = " or ".join(wanted)
    if given is None:
        return f"nothing is written here, and {need} is needed", "write it after the colon, or delete the line"
    what = f"{excerpt(_written(given))} is {_named(given)}, and {need} is needed"
    if wanted == ["a list"]:
        return what, f"write a list: [{excerpt(given)}]" if not isinstance(given, dict) else "write a list: [a, b]"
    if wanted == ["a mapping"]:
        return what, f"write keys and values, of: {', '.join(keys)}" if keys else "write keys and values: {key: value}"
    if isinstance(given, bool) and "a text" in wanted:
        return what, "YAML reads yes, no, on and off as true and false: put quotes around it"
    if isinstance(given, int | float) and "a text" in wanted:
        return what, "put quotes around it"
    if isinstance(given, str):
        numeric = given.replace(".", "", 1).lstrip("+-").isdigit()
        return what, "write it without quotes" if numeric or given.lower() in ("true", "false") else f"write {need}"
    return what, f"write {need}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, tuple | list):
        return f"[{', '.join(_written(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_written(item)}' for key, item in value.items())}}}"
    return str(value)


def _named(value: Any) -> str:
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", dict: "a mapping"}
    return names.get(type(value), "a list")


def _text(path: Path_, error: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong with a text, or with anything that is told in pydantic's or the schema's own words."""
    kind, given = error["type"], error["input"]
    if kind == "string_pattern_mismatch":
        return f"'{excerpt(given)}' is not of the right form", PATTERNS.get(str(path[-1]), error["msg"])
    if kind in ("string_too_short", "string_too_long"):
        context = error["ctx"]
        size = f"at least {context['min_length']}" if "min_length" in context else f"at most {context['max_length']}"
        return (
            f"{excerpt(repr(given))} is too {kind[-5:].strip('_')}",
            f"write {size} character{'s'[size.endswith(' 1') :]}",
        )
    if kind == "one_function":
        return error["msg"], f"write one of {', '.join(AGGREGATES)}"
    if kind == "too_short":
        return "nothing is chosen here", "give at least one"
    what, _, hint = error["msg"].removeprefix("Value error, ").partition(": ")
    return f"{excerpt(_written(given))} is {what}" if hint else what, hint or "see the comment in the first line"


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
