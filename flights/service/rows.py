"""Read a file of rows to be scored: as the project reads its own, or with the columns of data/tables/flights.parquet."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from flights.data.paths import exact
from flights.data.prepare import Step, prepared
from flights.data.quotes import quotes
from flights.data.readers import read_csv
from flights.data.unpack import OPENERS, unpacked
from flights.service.request import COLUMNS

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".orc": "orc",
    ".dta": "stata",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
}
OWN = "csv"
STEPS: tuple[Step, ...] = ()
RAW, CLEAN = (Path(__file__).with_name(name) for name in ("raw.sql", "inputs.sql"))
RAW_COLUMNS = (
    "carrier",
    "flight",
    "origin",
    "dest",
    "tailnum",
    "distance",
    "sched_arr_time",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "time_hour",
)
FORMS = {"raw": (RAW, RAW_COLUMNS), "clean": (CLEAN, COLUMNS)}
"""The SQL that makes inputs of rows as the project's own file has them, and as its table does, with the columns it reads."""


@dataclass(frozen=True)
class Rows:
    """The rows of a file, the columns that are needed of them, and the SQL that makes inputs of these."""

    relation: duckdb.DuckDBPyRelation
    columns: tuple[str, ...]
    sql: str


def open_rows(database: duckdb.DuckDBPyConnection, path: Path, folder: Path, form: str | None) -> Rows:
    """Return the rows of ``path``, which is unpacked and rewritten in ``folder`` where it has to be.

    ``form`` is one of FORMS; by default that of which the file has the columns, the raw one where it has both.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    packed = path.suffix.lower() in OPENERS
    [file] = prepared([path], [unpacked] if packed else [], folder / "unpacked")
    kind = FORMATS.get(file.suffix.lower(), OWN)
    if kind == "csv" and not file.stat().st_size:
        raise ValueError(f"{path} is empty: its first line has to name the columns")
    relation = read(database, file, kind, folder)
    if kind == "json" and not relation.limit(1).fetchall():  # of no rows it has no columns
        relation = nothing(database)
    sql, columns = FORMS[form or form_of(relation, kind, path)]
    check_columns(relation, columns, path)
    return Rows(relation, columns, sql.read_text(encoding="utf-8"))


def read(database: duckdb.DuckDBPyConnection, file: Path, kind: str, folder: Path) -> duckdb.DuckDBPyRelation:
    """Return the rows of ``file``, read as the project's own where it is of the same ``kind``."""
    if kind == OWN:
        return read_csv(database, prepared([file], STEPS, folder / "prepared"))
    if kind == "csv":
        return database.read_csv(exact([file]), all_varchar=True, header=True, **quotes(database, exact([file])))
    if kind == "parquet":
        return database.read_parquet(exact([file]))
    if kind == "json":
        return database.read_json(exact([file]), sample_size=-1)
    raise ValueError(
        f"{file}: can read {', '.join(name for name, of in FORMATS.items() if of in ('csv', 'parquet', 'json'))}"
    )


def nothing(database: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Return no rows, which have the columns of a request."""
    columns = (duckdb.ConstantExpression(None).cast("VARCHAR").alias(name) for name in COLUMNS)
    return database.sql("SELECT 1").select(*columns).limit(0)


def form_of(relation: duckdb.DuckDBPyRelation, kind: str, path: Path) -> str:
    """Return in which of FORMS rows are; raise where they are in none, naming what they lack for each."""
    fits = [form for form, (_, columns) in FORMS.items() if not lacking(relation, columns)]
    if not fits:
        raise ValueError(
            f"{path} lacks columns: {', '.join(lacking(relation, RAW_COLUMNS))} (as the project's own file has them), "
            f"or {', '.join(lacking(relation, COLUMNS))} (as data/tables/flights.parquet has them)"
        )
    types = dict(zip(relation.columns, relation.types, strict=True))
    texts = all(types[name] == "VARCHAR" for name in RAW_COLUMNS if name in types)
    return fits[-1] if kind == "parquet" and not texts else fits[0]


def lacking(relation: duckdb.DuckDBPyRelation, columns: tuple[str, ...]) -> list[str]:
    """Return those of ``columns`` that ``relation`` does not have."""
    return [name for name in columns if name not in relation.columns]


def check_columns(relation: duckdb.DuckDBPyRelation, columns: tuple[str, ...], path: Path) -> None:
    """Raise where ``relation`` lacks any of ``columns``, naming all."""
    if missing := lacking(relation, columns):
        raise ValueError(f"{path} lacks columns: {', '.join(missing)}")
