"""Compute the features of requests with features.sql, as training does, and score them with the chosen model."""

import hashlib
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
import msgspec
import numpy as np
import pyarrow as pa

from flights.columns import FEATURES
from flights.encoding import encode
from flights.outputs import read_json
from flights.service.request import COLUMNS, Row

INPUTS_SQL = Path(__file__).with_name("inputs.sql")
FEATURES_SQL = Path(__file__).parents[1] / "features.sql"
CARD = Path("bundle.json")
SUMS = Path("SHA256SUMS")
ENCODERS = Path("data/encoders.json")
MODEL = Path("model")
TABLES = Path("data/tables")
LOOKUPS = (
    "planes",
    "airports",
    "weather",
)


def open_database() -> duckdb.DuckDBPyConnection:
    """Return a database in memory with the lookup tables, the table of inputs and the view of their features."""
    database = duckdb.connect(config={"threads": 1})
    for table in LOOKUPS:
        database.read_parquet(str(TABLES / f"{table}.parquet")).create(table)
    database.execute(INPUTS_SQL.read_text(encoding="utf-8"))
    database.execute(FEATURES_SQL.read_text(encoding="utf-8"))
    return database


def tabulate(rows: list[Row]) -> pa.Table:
    """Return ``rows`` as a table, numbered in their order."""
    columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
    return pa.table({"__row": list(range(len(rows))), **dict(zip(COLUMNS, map(list, columns), strict=True))})


class Scorer:
    """The bundle in the working folder, loaded once; threads take turns, for they share one database."""

    def __init__(self) -> None:
        self.card = read_json(CARD)
        self.digest = hashlib.sha256(SUMS.read_bytes()).hexdigest()
        self.encoders = read_json(ENCODERS)
        self.model = import_module(f"flights.scoring.{self.card['kind']}").Model.load(MODEL)
        self.database = open_database()
        self.lock = Lock()

    def features(self, rows: list[Row]) -> pa.Table:
        """Return the features of ``rows``, one row each, in their order."""
        given = tabulate(rows)
        with self.lock:
            self.database.execute("DELETE FROM inputs")
            self.database.register("__given", given)
            self.database.execute("INSERT INTO inputs BY NAME FROM __given")
            return self.database.sql("FROM features ORDER BY __row").to_arrow_table().select(list(FEATURES))

    def score(self, features: pa.Table) -> np.ndarray:
        """Return the probability that the target is true, for each row of ``features``."""
        return self.model.predict(encode(features, self.encoders))

    def answers(self, score: np.ndarray) -> list[dict[str, Any]]:
        """Return what a client is told of each score."""
        return [{"probability": probability} for probability in score.tolist()]
