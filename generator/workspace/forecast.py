"""Which stages DVC will run once the rendered files are on disk, and how long each took when it last ran."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

Verdict = Literal["runs", "may run", "stays", "goes"]
Body = Mapping[str, Any]

SECONDS = ".dvc/tmp/seconds"
"""Where each stage leaves how long it took; see templates/package/common/outputs.py.jinja."""

ESCAPED = r"\\${"
"""How JSON has what DVC reads as a plain `${` in dvc.yaml, and writes as that to dvc.lock."""


@dataclass(frozen=True)
class Forecast:
    """What becomes of a stage, why, and about how many seconds it took last (None: not known)."""

    stage: str
    verdict: Verdict
    reasons: tuple[str, ...]
    seconds: float | None


def forecast(
    tree: Mapping[str, str], changed: Collection[str], root: Path, on_disk: Mapping[str, list[Any]]
) -> tuple[Forecast, ...]:
    """Return what becomes of every stage when ``dvc repro`` follows, in the order of the lifecycle.

    ``tree`` are the files as they will be on disk, edits among them; the paths in ``changed`` are not so yet. A stage
    runs whose command, parameters or files are no longer those of dvc.lock; one that reads what such a stage makes may
    run: DVC looks whether that has really changed. ``on_disk`` is what ``dvc status`` says of the folder as it is,
    which knows of data and folders.
    """
    stages = stages_of(tree["dvc.yaml"], tree["params.yaml"])
    lock = _read(root / "dvc.lock").get("stages", {})
    params = yaml.safe_load(tree["params.yaml"])
    reasons = {name: tuple(dict.fromkeys(_on_disk(on_disk.get(name, []), tree))) for name in stages}
    found = {
        name: tuple(
            dict.fromkeys((*_changed(body, lock.get(name), tree, params), *_folders(body, changed), *reasons[name]))
        )
        for name, body in stages.items()
    }
    made = {name: outs for name, body in stages.items() if (outs := _outs(body)) and name != "generate"}
    running = {name for name, reasons in found.items() if reasons}
    maybe: dict[str, tuple[str, ...]] = {}
    for name, body in stages.items():  # each comes after what it reads from
        sources = {out for other in (*running, *maybe) for out in made.get(other, ())}
        if name not in running and (read := [dep for dep in body.get("deps", []) if _inside(dep, sources)]):
            maybe[name] = tuple(read)
    seconds = durations(stages, root)
    goes = (Forecast(name, "goes", (), None) for name in lock if name not in stages)
    kept = (
        Forecast(
            name,
            "runs" if name in running else "may run" if name in maybe else "stays",
            found[name] or maybe.get(name, ()),
            seconds.get(name),
        )
        for name in stages
    )
    return (*kept, *goes)


def stages_of(pipeline: str, params: str) -> dict[str, Body]:
    """Return the stages of a dvc.yaml, those of a ``foreach`` one by one with their values filled in."""
    values = yaml.safe_load(params)
    found: dict[str, str] = {}
    for name, body in yaml.safe_load(pipeline).get("stages", {}).items():
        if "foreach" not in body:
            found[name] = json.dumps(body)
            continue
        for key, item in values.get(str(body["foreach"]).strip("${}"), {}).items():
            found[f"{name}@{key}"] = _filled(json.dumps(body["do"]), str(key), item)
    return {name: json.loads(text.replace(ESCAPED, "${")) for name, text in found.items()}


def durations(stages: Iterable[str], root: Path) -> dict[str, float]:
    """Return how many seconds each stage took when it last ran here, as its code has left them: DVC keeps no times."""
    found = {}
    for name in stages:
        file = root / SECONDS / name
        with suppress(OSError, ValueError):
            found[name] = float(file.read_text(encoding="utf-8"))
    return found


def _filled(text: str, key: str, item: Any) -> str:
    text = text.replace("${key}", key)
    return re.sub(r"\$\{item\.(\w+)\}", lambda match: str(item[match[1]]), text)


def _changed(body: Body, locked: Body | None, tree: Mapping[str, str], params: Mapping[str, Any]) -> Iterator[str]:
    """Yield what of a stage is not as dvc.lock has it: never run, its command, its files, its parameters."""
    if locked is None:
        yield "has never run"
        return
    if body.get("always_changed"):
        yield "asks each time whether sources have changed"
    if body["cmd"] != locked["cmd"]:
        yield "its command"
    digests = {entry["path"]: entry.get("md5") for entry in locked.get("deps", [])}
    deps = body.get("deps", [])
    yield from (dep for dep in deps if dep not in digests or (dep in tree and _digest(tree[dep]) != digests[dep]))
    yield from (f"{path} no longer" for path in digests if path not in deps)
    known = locked.get("params", {}).get("params.yaml", {})
    for key in body.get("params", []):
        if isinstance(key, dict):
            if params != known:
                yield "params.yaml"
        elif key not in known or _at(params, key) != known[key]:
            yield key
    outs = {entry["path"] for entry in locked.get("outs", [])}
    yield from (f"{path} is new" for path in _outs(body) if path not in outs)


def _folders(body: Body, changed: Collection[str]) -> Iterator[str]:
    """Yield the folders that a stage reads and in which a file changes; what it makes is another thing."""
    for dep in body.get("deps", []):
        if any(path.startswith(f"{dep}/") for path in changed):
            yield dep


def _on_disk(said: list[Any], tree: Mapping[str, str]) -> Iterator[str]:
    """Yield what ``dvc status`` says of a stage, but for the files that are rendered anew."""
    for entry in said:
        if not isinstance(entry, dict):
            continue  # "always changed", "changed command": dvc.lock says more
        for what in ("changed deps", "changed outs"):
            for path, state in entry.get(what, {}).items():
                if path not in tree and path != "params.yaml" and isinstance(state, str):
                    yield f"{path} ({state})"


def _outs(body: Body) -> list[str]:
    entries = [*body.get("outs", []), *body.get("metrics", []), *body.get("plots", [])]
    return [path for entry in entries for path in (entry if isinstance(entry, dict) else [entry])]


def _inside(path: str, places: set[str]) -> bool:
    """Return whether ``path`` is one of ``places``, in one, or holds one."""
    return any(path == place or path.startswith(f"{place}/") or place.startswith(f"{path}/") for place in places)


def _at(values: Mapping[str, Any], key: str) -> Any:
    for part in key.split("."):
        values = values.get(part, {}) if isinstance(values, Mapping) else {}
    return values


def _digest(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _read(file: Path) -> dict[str, Any]:
    found = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found if isinstance(found, dict) else {}
