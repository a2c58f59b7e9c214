"""Files of data that are there: the columns that they lack, told before anything runs."""

from pathlib import Path

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.schema.data import Source
from generator.sources.paths import exact
from generator.sources.reading import options_of, steps_of
from generator.sql.duckdb_catalog import ANSWERS, duckdb_version
from generator.validation.semantics.session import Session


def check_files(session: Session) -> None:
    """Say which columns the files of the sources lack; what is absent, or has to be prepared first, is left alone."""
    data = session.config.data
    made = [out for stage in (session.config.stages or {}).values() for out in stage.outs]
    for label, source in data.sources.items():
        path = source.path or ""
        file = session.composed.root / path
        if any(f"{path}/".startswith(f"{out}/") for out in made) or not _is_plain(source, file):
            continue
        there = _names(source, file)
        for place, name in _expected(session, label, source):
            if there and name not in there and "." not in name:
                hint = suggestion(name, there)
                session.say(place, f"{path} has no column '{name}'", f"{hint}; `from:` gives the name in the file")


def _is_plain(source: Source, file: Path) -> bool:
    """Return whether the names of the columns can be read at once."""
    direct = source.format in ("csv", "parquet") and source.package is None
    return bool(source.path) and direct and file.is_file() and not steps_of(source)


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


def _names(source: Source, file: Path) -> list[str]:
    """Return the names of the columns of ``file``; none where it cannot be read, which its stage tells of."""

    def read() -> list[str]:
        import duckdb  # which takes a while, and is not needed where the file is known

        with duckdb.connect() as database:
            reader = database.read_csv if source.format == "csv" else database.read_parquet
            try:
                return list(reader(exact([file])[0], **options_of(source)).columns)
            except duckdb.Error:
                return []

    state = file.stat()
    question = (duckdb_version(), str(file.absolute()), state.st_size, state.st_mtime_ns, options_of(source))
    return list(ANSWERS.recall(f"names {question!r}", read))
