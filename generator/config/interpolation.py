"""Values that a config leaves open: ``???`` that nobody filled in, and ``${...}`` that leads nowhere or must not."""

import os
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import GrammarParseError, InterpolationToMissingValueError, OmegaConfBaseException
from omegaconf.grammar.gen.OmegaConfGrammarParser import OmegaConfGrammarParser
from omegaconf.grammar_parser import parse

from generator.config.source_map import Path_, dotted, scalars
from generator.errors import Problem, excerpt, suggestion

InterpolationResolverContext = OmegaConfGrammarParser.InterpolationResolverContext
Wrong = tuple[Path_, str, str]

ENVIRONMENT = "an environment variable is read, whose value would stand in params.yaml and in the code, which git keeps"
BY_NAME = (
    "write the value, if it is no secret; a secret is named where it is used, as in `database: DATABASE_URL` or "
    "`api_key: SERVICE_API_KEY`, and your own code may read os.environ"
)
CALLED_SECRET = re.compile(r"key|token|secret|passw|pwd|cred|auth|dsn|url|private", re.IGNORECASE)
"""Names of environment variables that may hold secrets."""

REMOVE = "then `git checkout params.yaml`, and `dvc queue remove` where the experiment was queued"
WHOLE, PART = 4, 8
"""Letters from which on a text that is such a value, or holds one, does so by no accident."""

MOST = 200_000
"""Characters and keys that a config may have once every ``${...}`` is filled in."""


def odd_interpolations(node: yaml.Node | None, shown: str, package: Path_) -> Iterator[Problem]:
    """Yield a problem for every text of a file, called ``shown``, that reads the environment or is no interpolation."""
    for path, scalar in scalars(node, package):
        if not re.search(r"(?<!\\)\$\{", scalar.value):
            continue
        place = (shown, scalar.start_mark.line + 1, dotted(path))
        if "oc.env" in scalar.value:
            yield Problem(*place, ENVIRONMENT, BY_NAME)
            continue
        try:
            parse(scalar.value)
        except GrammarParseError:
            hint = "name a key by its whole path, as in ${project.package}; for the signs themselves write \\${"
            yield Problem(*place, f"'{excerpt(scalar.value)}' cannot be filled in", hint)


def asks_a_resolver(node: yaml.Node | None) -> bool:
    """Return whether a text of a file asks a function for a value, as in ``${now:%Y}``, rather than another key."""
    texts = [scalar.value for _, scalar in scalars(node) if "${" in scalar.value]
    return any(isinstance(part, InterpolationResolverContext) for text in texts for part in _parts(parse(text)))


def _parts(tree: Any) -> Iterator[Any]:
    """Yield ``tree`` and all below it."""
    yield tree
    for child in tree.getChildren() if hasattr(tree, "getChildren") else ():
        yield from _parts(child)


def from_environment(node: yaml.Node | None, shown: str) -> Iterator[Problem]:
    """Yield a problem for every text of params.yaml, called ``shown``, that holds a secret of the environment.

    DVC fills in what an experiment is given (``-S``) by itself, and asks nobody.
    """
    secrets = {value: name for name, value in os.environ.items() if CALLED_SECRET.search(name) and len(value) >= WHOLE}
    for path, scalar in scalars(node, ()):
        text = scalar.value
        for value, name in secrets.items():
            if text == value or (len(value) >= PART and value in text):
                what = f"the value of the environment variable {name} stands here, and git and DVC would keep it"
                yield Problem(shown, scalar.start_mark.line + 1, dotted(path), what, f"{BY_NAME}; {REMOVE}")


def _refuse(*_: object) -> str:
    raise ValueError(ENVIRONMENT)


def unresolved(config: DictConfig) -> list[Wrong]:
    """Return (path, what, hint) for every value of ``config`` that is missing or cannot be reached."""
    plain = OmegaConf.to_container(config)
    if wrong := _too_long(plain):
        return [wrong]
    keys = [dotted(path) for path in _key_paths(plain)]
    return list(_below(config, keys, ()))


def _too_long(plain: Any) -> Wrong | None:
    """Return the first value that grows beyond measure when every ``${...}`` in it is filled in."""
    known: dict[str, float] = {}

    def grown(value: Any) -> float:
        if isinstance(value, dict | list):
            return 1 + sum(grown(item) for item in (value.values() if isinstance(value, dict) else value))
        return len(value) + sum(named(key) for key in REFERENCE.findall(value)) if isinstance(value, str) else 1

    def named(key: str) -> float:
        if key not in known:
            known[key] = 0  # in a circle, which is reported otherwise
            known[key] = grown(_at(plain, key))
        return known[key]

    try:
        return next(
            (
                (path, "far too long once every ${...} is filled in", "write it out, or refer to less")
                for path in _key_paths(plain)
                if grown(_at_path(plain, path)) > MOST
            ),
            None,
        )
    except RecursionError:
        return None  # reported where it is resolved


REFERENCE = re.compile(r"\$\{([\w.]+)\}")


def _at(values: Any, key: str) -> Any:
    return _at_path(values, tuple(key.split(".")))


def _at_path(values: Any, path: Path_) -> Any:
    for part in path:
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _below(node: Any, keys: list[str], path: Path_) -> Iterator[Wrong]:
    if node._is_none():
        return
    names: Iterable[Any] = node if isinstance(node, DictConfig) else range(len(node))
    for key in names:
        below = (*path, key)
        if OmegaConf.is_missing(node, key):
            yield below, "the value is missing", "write it in place of `???`"
        elif OmegaConf.is_interpolation(node, key):
            yield from _unreached(node, key, keys, below)
        elif isinstance(node[key], DictConfig | ListConfig):
            yield from _below(node[key], keys, below)


def _unreached(node: Any, key: Any, keys: list[str], path: Path_) -> Iterator[Wrong]:
    text = str(OmegaConf.to_container(node)[key])  # type: ignore[index]
    try:
        found = node[key]
        if isinstance(found, DictConfig | ListConfig):
            OmegaConf.to_container(found, resolve=True)
    except InterpolationToMissingValueError:
        return  # reported where the value itself is missing
    except RecursionError:
        yield path, f"'{text}' goes round in a circle", "write the value itself in one of the places"
    except OmegaConfBaseException as error:
        yield path, *_reason(text, str(error).splitlines()[0], keys)


def _reason(text: str, said: str, keys: list[str]) -> tuple[str, str]:
    if ENVIRONMENT in said:
        return ENVIRONMENT, BY_NAME
    if "recursi" in said.lower():
        return f"'{text}' goes round in a circle", "write the value itself in one of the places"
    if "Interpolation key" in said:
        near = suggestion(text.partition("${")[2].partition("}")[0], keys)
        hint = near if near.startswith("did you mean") else "name a key by its whole path, as in ${project.package}"
        return f"'{text}' leads nowhere", hint
    return f"'{text}': {said[:1].lower()}{said[1:]}", "write the value itself, or a key as in ${project.package}"


def _key_paths(values: Any, path: Path_ = ()) -> Iterator[Path_]:
    for key, value in values.items() if isinstance(values, dict) else ():
        yield (*path, key)
        yield from _key_paths(value, (*path, key))


OmegaConf.register_new_resolver("oc.env", _refuse, replace=True)
