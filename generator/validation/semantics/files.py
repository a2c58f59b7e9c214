"""Files of data that are there: the columns that they lack, and keys that several rows share, found before a run."""

from pathlib import Path

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.schema.source import Source
from generator.sources.counts import counted
from generator.sql.parsing import TYPES
from generator.validation.semantics.reading import doubles_of, names_of
from generator.validation.semantics.session import Session


def check_files(session: Session) -> None:
    """Say which columns the files of the sources lack, and which keys of lookups are not unique.

    What is absent, made by a stage or too large to be looked into is left alone.
    """
    data = session.config.data
    made = [out for stage in (session.config.stages or {}).values() for out in stage.outs]
    for label, source in data.sources.items():
        path = source.path or ""
        file = _first(session.composed.root, source)
        if file is None or any(f"{path}/".startswith(f"{out}/") for out in made):
            continue
        there, shown = names_of(source, file), path if "*" not in path else f"{file.parent.name}/{file.name}"
        for place, name in _expected(session, label, source):
            if there and name not in there and ("." not in name or source.format == "json"):
                hint = suggestion(name, there)
                session.say(place, f"{shown} has no column '{name}'", f"{hint}; `from:` gives the name in the file")
        if label != data.table and source.key and "*" not in path:
            _keys(session, label, source, file)


def _first(root: Path, source: Source) -> Path | None:
    """Return the file of ``source``, of several the first; None where there is none in the project."""
    if not source.path or source.is_remote or source.package is not None:
        return None
    file = root / source.path
    if "*" in file.name:
        start, _, end = file.name.partition("*")
        fitting = sorted(item for item in file.parent.glob("*") if _fits(item.name, start, end))
        return fitting[0] if fitting else None
    return file if file.is_file() else None


def _fits(name: str, start: str, end: str) -> bool:
    """Return whether ``name`` begins and ends so; an ``end`` with a further * is left to the stage."""
    return "*" not in end and len(name) >= len(start) + len(end) and name.startswith(start) and name.endswith(end)


def _keys(session: Session, label: str, source: Source, file: Path) -> None:
    """Say which keys of a source several rows have, unless a check may set those aside."""
    checks = session.config.data.checks.values()
    if any(check.source == label and check.otherwise == "quarantine" for check in checks):
        return
    found = doubles_of(source, file, {name: TYPES[kind] for name, kind in source.columns.items()})
    if found:
        shared = "; ".join(f"{words} in {counted(count, 'row')}" for words, count in found)
        hint = "keep one row of each (a `python:` source can), or add to `key:` what distinguishes them"
        what = f"{source.path} has several rows of a key, and a lookup reads one: {shared}"
        session.say(("data", "sources", label, "key"), what, hint)


def _expected(session: Session, label: str, source: Source) -> list[tuple[Path_, str]]:
    """Return the columns that are read of a source, each with the place where it is given."""
    data = session.config.data
    if label != data.table:
        return [(("data", "sources", label, "columns", name), name) for name in source.columns]
    read = ((name, column) for name, column in data.columns.items() if column.sql is None)
    return [
        (("data", "columns", name, *(("from",) if column.source else ())), column.source or name)
        for name, column in read
    ]
