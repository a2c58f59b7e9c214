"""Write the values of an experiment into ``conf/``: options into defaults lists, values where they are said."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from generator.config.compose import compose
from generator.config.composed import Composed
from generator.config.defaults import groups
from generator.config.source_map import Path_, dotted, read_yaml
from generator.errors import ConfigError, Problem
from generator.experiments.text import NoPlaceError, flow, node_at, with_value, without
from generator.validation.check import check
from generator.workspace.diff import read
from generator.workspace.write import create

CONF, ROOT = "conf", "config.yaml"
ROUNDS = 4
"""How often what still differs is written: what follows from an option shows only once that is chosen."""

GONE = object()
"""In the place of a value that is no longer there."""


def adopted(project: Path, overrides: Iterable[tuple[Path_, Any]]) -> dict[str, str]:
    """Return the files of ``conf/`` that change, by their paths, so that it says ``overrides`` too.

    Raises :class:`ConfigError` where ``conf/`` cannot be made to say that.
    """
    with tempfile.TemporaryDirectory() as name:
        draft = Path(name)
        shutil.copytree(project / CONF, draft / CONF)
        found = values(project, draft=draft)
        wanted = _with(found, overrides)
        differing = list(differences(found, wanted))
        _choose(draft, found, wanted)
        for number in range(ROUNDS if differing else 0):
            with suppress(ConfigError):  # an option that needs a value besides: that is among those written here
                differing = list(differences(values(project, draft=draft), wanted))
            for path, value in differing:
                _write(draft, path, value, wanted, gone_is_null=number > 0)
        if left := [_by_hand(path, value, draft) for path, value in differences(values(project, draft=draft), wanted)]:
            raise ConfigError(left)
        files = sorted(file.relative_to(draft).as_posix() for file in (draft / CONF).rglob("*.yaml"))
        texts = {path: read(draft / path) or "" for path in files}
    return {path: text for path, text in texts.items() if text != read(project / path)}


def values(project: Path, *overrides: str, draft: Path | None = None) -> dict[str, Any]:
    """Return what ``conf/`` of ``draft``, else of ``project``, says under ``overrides``, as params.yaml has it."""
    composed = replace(compose((draft or project) / CONF, overrides), root=project.resolve())
    return plain(check(composed).config.model_dump(mode="json", by_alias=True, exclude_none=True))


def plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a ``params.yaml`` that conf/ says: all but the digests of modules."""
    models = {
        name: {key: item for key, item in model.items() if key != "digest"}
        for name, model in params.get("model", {}).items()
    }
    return {**params, "model": models} if models else dict(params)


def differences(before: Mapping[str, Any], after: Mapping[str, Any], path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Yield each path at which ``after`` differs from ``before``, with what it says there: GONE for nothing."""
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, GONE), after.get(key, GONE)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from differences(old, new, (*path, key))
        elif old != new:
            yield (*path, key), new


def at(value: Any, path: Path_) -> Any:
    """Return what ``value`` says at ``path``, GONE for nothing."""
    for part in path:
        value = value.get(part, GONE) if isinstance(value, Mapping) else GONE
    return value


def _with(values: Mapping[str, Any], overrides: Iterable[tuple[Path_, Any]]) -> dict[str, Any]:
    """Return ``values`` with ``overrides`` in their places."""
    found = deepcopy(dict(values))
    for (*above, last), value in overrides:
        inner = found
        for key in above:
            inner = inner.setdefault(str(key), {})
        if value is GONE:
            inner.pop(str(last), None)
        else:
            inner[str(last)] = value
    return found


# Options


def _choose(draft: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Write into the defaults list which option of each group comes nearest to what is ``wanted``."""
    file = draft / CONF / ROOT
    for group in groups(draft / CONF):
        if found.get(group) == wanted.get(group):
            continue
        text = file.read_text(encoding="utf-8")
        entry = _entry(text, group)
        options = {file.stem: _option(file) for file in sorted((draft / CONF / group).glob("*.yaml"))}
        if isinstance(entry, yaml.SequenceNode):
            chosen: Any = _several([str(item.value) for item in entry.value], options, wanted.get(group, {}))
        elif isinstance(entry, yaml.ScalarNode):
            chosen = min(
                options, key=lambda name: (_distance(options[name], wanted.get(group, {})), name != entry.value)
            )
        else:
            continue
        start, end = entry.start_mark.index, entry.end_mark.index
        if yaml.safe_load(text[start:end]) != chosen:
            create({ROOT: f"{text[:start]}{flow(chosen)}{text[end:]}"}, draft / CONF)


def _entry(text: str, group: str) -> yaml.Node | None:
    """Return what the defaults list in ``text`` chooses of ``group``."""
    listed = node_at(yaml.compose(text, Loader=yaml.SafeLoader), ("defaults",))
    entries = listed[1].value if listed else ()
    return next((found[1] for entry in entries if (found := node_at(entry, (group,)))), None)


def _option(file: Path) -> dict[str, Any]:
    """Return what an option says, without what it includes."""
    said = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    return {key: value for key, value in said.items() if key != "defaults"} if isinstance(said, dict) else {}


def _several(now: Sequence[str], options: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, Any]) -> list[str]:
    """Return the options that make the keys of ``wanted``, in their order; those that are chosen ``now`` go first."""
    order = [*now, *(name for name in options if name not in now)]
    makers = [next((name for name in order if key in options.get(name, {})), None) for key in wanted]
    return list(dict.fromkeys(name for name in makers if name is not None))


def _distance(said: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many values of an option are others in ``wanted``, and (less is better) how many are the same."""
    others = sum(at(wanted, path) != value for path, value in _leaves(said))
    return others, others - sum(1 for _ in _leaves(said))


def _leaves(said: Mapping[str, Any], path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    for key, value in said.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


# Values


def _write(draft: Path, path: Path_, value: Any, wanted: Mapping[str, Any], gone_is_null: bool) -> None:
    """Write ``value`` at ``path`` into the file of ``draft`` that says it; leave what has no place there."""
    composed = compose(draft / CONF)
    place = path
    while len(place) > 1 and not isinstance(at(composed.values, place[:-1]), Mapping):
        place = place[:-1]  # what is short there, as in `hour: extract(...)`, is written out
    known = at(composed.values, place) is not GONE
    value = value if place == path else at(wanted, place)
    if value is GONE and not known:
        return
    file, inner = _home(composed, draft, place if known else place[:-1])
    inner = inner if known else (*inner, place[-1])
    text = read(draft / file) or ""
    windows = "\r\n" in text
    text = text.replace("\r\n", "\n")
    try:
        text = without(text, inner) if value is GONE and not gone_is_null else with_value(text, inner, _short(value))
    except NoPlaceError:
        return
    create({file: text.replace("\n", "\r\n") if windows else text}, draft)


def _short(value: Any) -> Any:
    """Return ``value`` as one writes it: an expression alone for a feature that is nothing else."""
    if value is GONE:
        return None
    return value["sql"] if isinstance(value, Mapping) and [*value] == ["sql"] else value


def _home(composed: Composed, draft: Path, path: Path_) -> tuple[str, Path_]:
    """Return the file in which ``path`` is said, and the path that it has in there."""
    origin = composed.origins.get(path)
    if origin is not None and (draft / origin.file).is_file():
        node, _ = read_yaml(draft / origin.file, origin.file)
        for start in range(len(path) + 1):
            found = node_at(node, path[start:])
            if found is not None and origin.line in (found[0].start_mark.line + 1, found[1].start_mark.line + 1):
                return origin.file, path[start:]
    return f"{CONF}/{ROOT}", path


def _by_hand(path: Path_, value: Any, draft: Path) -> Problem:
    """Return what has to be written by hand."""
    origin = compose(draft / CONF).origin(path)
    hint = "take the key away" if value is GONE else f"write {flow(value)} there"
    return Problem(origin.file, origin.line, dotted(path), "this cannot be written by itself", hint)
