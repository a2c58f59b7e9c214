"""What is wrong with a single value of the config, in words, and the usual reason for it."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic_core import ErrorDetails

from generator.errors import excerpt, nearest
from generator.schema.features import AGGREGATES

PATTERNS = {
    "estimator": "write its dotted path, as in sklearn.ensemble.RandomForestClassifier; "
    "what is of another library can be a candidate of your own: `kind: own`",
    "function": "write module.function, as in costs.late_cost",
    "memory_limit": "write it like 4GB or 512MiB",
    "lookup": "write source.column, as in planes.seats",
    "python": "write module.function, as in distances.bearing",
}
OTHER_VALUES = {
    "auc": "roc_auc",
    "bool": "boolean",
    "categorical": "text",
    "classification": "binary",
    "datetime": "timestamp",
    "double": "float",
    "f1_macro": "macro_f1",
    "f1_score": "f1",
    "matthews_corrcoef": "mcc",
    "mean_absolute_error": "mae",
    "mean_absolute_percentage_error": "mape",
    "pinball": "quantile_loss",
    "pinball_loss": "quantile_loss",
    "root_mean_squared_error": "rmse",
    "feature": "input",
    "id": "key",
    "ignore": "drop",
    "int": "integer",
    "label": "outcome",
    "number": "float",
    "numeric": "float",
    "onehot": "one_hot",
    "str": "text",
    "string": "text",
    "target": "outcome",
    "varchar": "text",
}
"""What others call the values among which a key is chosen, for hints; only where the choice has them."""


def choice(given: Any, names: Sequence[str]) -> tuple[str, str]:
    """Return what is wrong with a value that is none of ``names``, and what to write."""
    names = list(dict.fromkeys(name for name in names if name))
    if given is None:
        return "nothing is written here", f"write one of {', '.join(names)}"
    if isinstance(given, tuple | list | dict):
        what = f"{excerpt(written(given))} is {_named(given)}, and one word is needed"
        return what, f"write one of {', '.join(names)}"
    other = OTHER_VALUES.get(str(given).lower())
    near = other if other in names else nearest(str(given), names)
    meant = f"did you mean '{near}'? " if near else ""
    return f"'{excerpt(given)}' is not allowed here", f"{meant}allowed: {', '.join(names)}"


def mistyped(given: Any, wanted: Sequence[str], keys: Sequence[str]) -> tuple[str, str]:
    """Return what is wrong with a value of the wrong type, and the usual reason for it in YAML."""
    need = " or ".join(wanted)
    if given is None:
        return f"nothing is written here, and {need} is needed", "write it after the colon, or delete the line"
    what = f"{excerpt(written(given))} is {_named(given)}, and {need} is needed"
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
        if "a number" in wanted and re.fullmatch(r"[\d.]+ ?%", given):
            return what, f"write it as {float(given.rstrip('% ')) / 100:g}"
        return what, "write it without quotes" if numeric or given.lower() in ("true", "false") else f"write {need}"
    return what, f"write {need}"


def written(value: Any) -> str:
    """Return ``value`` as it would be written in a config, in short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, tuple | list):
        return f"[{', '.join(written(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {written(item)}' for key, item in value.items())}}}"
    return str(value)


def _named(value: Any) -> str:
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", dict: "a mapping"}
    return names.get(type(value), "a list")


def mistold(key: str, error: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong with a text, or with anything that is said in pydantic's or the schema's own words."""
    kind, given = error["type"], error["input"]
    if kind == "string_pattern_mismatch":
        return f"'{excerpt(given)}' is not of the right form", PATTERNS.get(key, error["msg"])
    if kind in ("string_too_short", "string_too_long"):
        context = error["ctx"]
        size = f"at least {context['min_length']}" if "min_length" in context else f"at most {context['max_length']}"
        return (
            f"{excerpt(repr(given))} is too {kind[-5:].strip('_')}",
            f"write {size} character{'s'[size.endswith(' 1') :]}",
        )
    if kind in ("variable", "remote"):  # which may hold a password, so that it is not shown
        what, _, hint = error["msg"].partition(": ")
        more = "; a secret itself stays out of the config" if kind == "variable" else ""
        return f"what is written here is {what}", f"{hint}{more}"
    if kind == "one_function":
        return error["msg"], f"write one of {', '.join(AGGREGATES)}"
    if kind == "too_short":
        return "nothing is chosen here", "give at least one"
    what, _, hint = error["msg"].removeprefix("Value error, ").partition(": ")
    return f"{excerpt(written(given))} is {what}" if hint else what, hint or "see the comment in the first line"
