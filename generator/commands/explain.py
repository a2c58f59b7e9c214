"""``ninefold explain``: explain a key of the config."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import indent, wrap
from typing import Annotated, Any

import typer

from generator.commands.common import Folder, composed
from generator.config.annotate import given_at, parts
from generator.config.composed import Composed
from generator.errors import ConfigError, excerpt
from generator.schema.document import document
from generator.schema.reference import (
    Entry,
    UnknownKeyError,
    default_of,
    entries,
    example_of,
    flow,
    keys,
    type_of,
)

WIDTH = 100


def explain(
    key: Annotated[
        str | None, typer.Argument(help="A key or group, as in `split` or `model.lightgbm.params.num_leaves`.")
    ] = None,
    project: Folder = Path(),
) -> None:
    """Explain a key of the config: its type, default, current value and an example; without a key, list them.

    Works outside of a project as well. Examples: `ninefold explain`, `ninefold explain problem.use`.
    """
    if key is None:
        print("\n".join(_groups()))
        return
    here = _here(project)
    path = [_bare(part) for part in parts(key.replace("/", "."))]
    try:
        found = entries(path, here.values if here else None)
    except UnknownKeyError as error:
        raise typer.BadParameter(f"{error}: {error.hint}") from error
    print("\n\n".join("\n".join(_lines(entry, here)) for entry in found))


def _bare(part: str) -> str:
    return part[1:-1] if part[0] in "'\"" and part[-1] == part[0] else part


def _here(project: Path) -> Composed | None:
    """Return the config of the folder ``project``, if it has one that can be composed."""
    try:
        return composed(project, [])
    except ConfigError:
        return None


def _groups() -> Iterator[str]:
    """Yield every group with its meaning and its keys."""
    for group in keys(Entry((), document())):
        names = dict.fromkeys(child.path[-1] for child in keys(group))
        yield f"{group.path[-1]}: {' '.join(group.meanings)}"
        yield from wrap(", ".join(names), WIDTH, initial_indent="    ", subsequent_indent="    ")


def _lines(entry: Entry, here: Composed | None) -> Iterator[str]:
    """Yield the lines that explain ``entry``."""
    yield ".".join(entry.path) + (f" (of `kind: {entry.kind}`)" if entry.kind and entry.path[-1] != "kind" else "")
    for meaning in entry.meanings:
        yield from wrap(meaning, WIDTH, initial_indent="    ", subsequent_indent="    ")
    yield ""
    yield f"type      {type_of(entry.node)}"
    yield f"default   {default_of(entry)}"
    if here is not None:
        yield f"here      {_current(entry, here)}"
    if text := example_of(entry):
        yield from ("example", indent(text.rstrip("\n"), "    "))
    below = keys(entry)
    if below:
        yield "keys"
    for child in below:
        name = f"{child.path[-1]}{f' ({child.kind})' if child.kind else ''}"
        for lead, meaning in zip([name, *[""] * len(child.meanings)], child.meanings, strict=False):
            yield from wrap(meaning, WIDTH, initial_indent=f"    {lead:<24} ", subsequent_indent=" " * 29)


def _current(entry: Entry, here: Composed) -> str:
    value: Any = here.values
    for part in entry.path:
        if not isinstance(value, dict) or part not in value:
            return "not given"
        value = value[part]
    return f"{excerpt(flow(value))}, from {given_at(entry.path, value, here)}"
