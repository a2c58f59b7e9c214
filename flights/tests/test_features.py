"""features.sql and the service compute the same features, one for each name in FEATURES."""

from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pytest

from flights.features import features, snapshots
from flights.features.columns import FEATURES
from flights.service.features import Features
from flights.service.request import COLUMNS, Row
from flights.service.rows import CLEAN
from flights.tests.examples import REQUEST, TABLES, write_params, write_tables

UNKNOWN = {field: value if field == "departure" else None for field, value in REQUEST.items()}
REQUESTS = [REQUEST, UNKNOWN]


@pytest.fixture
def rows() -> list[Row]:
    """Requests of which everything is known, and nothing but the time."""
    return msgspec.convert(REQUESTS, list[Row], strict=False)


@pytest.fixture
def computed() -> list[tuple[Any, ...]]:
    """What features.sql makes of the rows, with nothing to look up."""
    with duckdb.connect() as database:
        database.execute(TABLES["planes"])
        database.execute(TABLES["airports"])
        database.execute(TABLES["weather"])
        database.execute(TABLES["flights"])
        database.execute("CREATE TEMP VIEW events AS FROM flights")
        database.execute(snapshots.SNAPSHOTS_SQL.read_text(encoding="utf-8"))
        asked = pa.Table.from_pylist(REQUESTS).rename_columns(list(COLUMNS))
        database.register("__rows", asked.append_column("__row", pa.array(range(len(REQUESTS)))))
        database.execute(CLEAN.read_text(encoding="utf-8"))
        database.execute(features.FEATURES_SQL.read_text(encoding="utf-8"))
        assert database.sql("FROM features").columns == ["__row", *FEATURES]
        return database.sql("SELECT * EXCLUDE (__row) FROM features ORDER BY __row").fetchall()


def test_sql_and_the_service_agree(
    rows: list[Row], computed: list[tuple[Any, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_params()
    write_tables()
    service = Features(Path("data"))
    assert [service.of(row) for row in rows] == computed
