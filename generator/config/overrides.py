"""Overrides from the command line: refused with a suggestion before Hydra sees them, and an origin of values."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from generator.config.source_map import Origin, Path_
from generator.errors import ConfigError, Problem, nearest, suggestion

GRAMMAR = "write key=value, group=option, +new.key=value or ~key; quote for the shell: 'features.x=\"a + b\"'"
SWEEP = "give one value here; `dvc exp run --queue -S ...` makes one experiment of each; a list is [a,b]"


def parse_overrides(texts: Sequence[str], folder: Path) -> list[Override]:
    """Return ``texts`` parsed; raises :class:`ConfigError` for wrong grammar, sweeps and unknown options."""
    found: list[Override] = []
    problems: list[Problem] = []
    for text in texts:
        try:
            found += OverridesParser.create().parse_overrides([text])
        except HydraException:
            problems.append(Problem(f"override {text}", 0, "", "not an override", GRAMMAR))
    for item in found:
        if item.is_sweep_override():
            problems.append(_problem(item, "several values at once", SWEEP))
        elif chooses(item, folder):
            problems += _unknown_options(item, folder)
    if problems:
        raise ConfigError(problems)
    return found


def chooses(item: Override, folder: Path) -> bool:
    """Return whether ``item`` chooses an option of a group, and does not set a value."""
    return (folder / item.key_or_group).is_dir() and not isinstance(item.value(), dict)


def unknown_keys(items: Sequence[Override], values: Mapping[str, Any], groups: Sequence[str]) -> Iterator[Problem]:
    """Yield a problem for each of ``items`` that sets a key which ``values``, composed without it, do not have."""
    added = tuple(item.key_or_group for item in items if item.is_add() or item.is_force_add())
    for item in items:
        key = item.key_or_group
        if key.startswith((*added, "hydra")) or item.package is not None:
            continue
        current: Any = values
        for part in key.split("."):
            known = [str(name) for name in current] if isinstance(current, dict) else []
            if part not in known:
                yield _problem(item, f"no such key '{part}'", _key_hint(item, part, [*known, *groups]))
                break
            current = current[part]


def origins_under(origins: Mapping[Path_, Origin], items: Sequence[Override], folder: Path) -> dict[Path_, Origin]:
    """Return ``origins`` with those of the values that ``items`` set instead."""
    found = dict(origins)
    for item in items:
        path: Path_ = tuple(item.key_or_group.replace("/", ".").split("."))
        if not chooses(item, folder) and not isinstance(item.value(), dict):
            found = {known: origin for known, origin in found.items() if known[: len(path)] != path}
        for below in _paths(path, item.value()):
            found[below] = Origin(f"override {item.input_line}", 0)
    return found


def _paths(path: Path_, value: Any) -> Iterator[Path_]:
    yield path
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _paths((*path, str(key)), below)


def _unknown_options(item: Override, folder: Path) -> Iterator[Problem]:
    home, value = folder / item.key_or_group, item.value()
    options = sorted(file.stem for file in home.glob("*.yaml"))
    for option in value if isinstance(value, list) else [value]:
        if option is not None and not item.is_delete() and str(option) not in options:
            yield _problem(item, f"no option '{option}'", suggestion(str(option), options))


def _key_hint(item: Override, part: str, known: Sequence[str]) -> str:
    near = nearest(part, known)
    return f"did you mean '{near}'?" if near else f"to give a key that conf/ leaves out, write +{item.input_line}"


def _problem(item: Override, what: str, hint: str) -> Problem:
    return Problem(f"override {item.input_line}", 0, item.key_or_group, what, hint)
