"""Values that a config leaves open: ``???`` that nobody filled in, and ``${...}`` that leads nowhere."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import InterpolationToMissingValueError, OmegaConfBaseException

from generator.errors import suggestion
from generator.origins import Path_, dotted

Wrong = tuple[Path_, str, str]


def unresolved(config: DictConfig) -> list[Wrong]:
    """Return (path, what, hint) for every value of ``config`` that is missing or cannot be reached."""
    keys = [dotted(path) for path in _key_paths(OmegaConf.to_container(config))]
    return list(_below(config, keys, ()))


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
        return  # told where the value itself is missing
    except RecursionError:
        yield path, f"'{text}' goes round in a circle", "write the value itself in one of the places"
    except OmegaConfBaseException as error:
        yield path, *_reason(text, str(error).splitlines()[0], keys)


def _reason(text: str, said: str, keys: list[str]) -> tuple[str, str]:
    if "recursi" in said.lower():
        return f"'{text}' goes round in a circle", "write the value itself in one of the places"
    if unset := re.search(r"Environment variable '(.+)' not found", said):
        what = f"'{text}': the environment variable '{unset[1]}' is not set"
        return what, f"set it, or give what holds without it, as in ${{oc.env:{unset[1]},nothing}}"
    if "Interpolation key" in said:
        near = suggestion(text.partition("${")[2].partition("}")[0], keys)
        hint = near if near.startswith("did you mean") else "name a key by its whole path, as in ${project.package}"
        return f"'{text}' leads nowhere", hint
    return f"'{text}': {said[:1].lower()}{said[1:]}", "write the value itself, or a key as in ${project.package}"


def _key_paths(values: Any, path: Path_ = ()) -> Iterator[Path_]:
    for key, value in values.items() if isinstance(values, dict) else ():
        yield (*path, key)
        yield from _key_paths(value, (*path, key))
