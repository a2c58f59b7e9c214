"""Rows of the holdout: as requests, as features, and as the model scores them offline; the code of the project."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import lightgbm as lgb
import msgspec
import numpy as np
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, only benchmarks/ is there

from flights.features.columns import CATEGORIES  # noqa: E402
from flights.features.encoders import read_matrix  # noqa: E402
from flights.packaging.bundles import as_it_stood  # noqa: E402
from flights.packaging.live_service import free_port  # noqa: E402

__all__ = [
    "CATEGORIES",
    "Rows",
    "as_it_stood",
    "booster",
    "free_port",
    "held",
    "inputs",
    "matrix",
    "read_json",
    "write_json",
]

TABLE = ROOT / "data/tables/flights.parquet"
HOLDOUT = ROOT / "data/holdout.parquet"
TRAIN = ROOT / "data/train.parquet"
BUNDLE = ROOT / "bundle"


@dataclass(frozen=True)
class Rows:
    """Rows of the holdout in their order."""

    requests: list[dict[str, Any]]
    features: list[dict[str, Any]]
    matrix: np.ndarray

    def scores(self) -> np.ndarray:
        """Return what the model of the bundle gives, offline and on one thread."""
        return np.asarray(booster().predict(self.matrix, num_threads=1))


def read_json(path: Path) -> Any:
    """Return what the JSON file ``path`` holds."""
    return msgspec.json.decode(path.read_bytes())


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as JSON."""
    path.write_bytes(msgspec.json.encode(value))


def inputs() -> str:
    """Return the columns that a request has, as SQL."""
    return ", ".join(f'"{name}"' for name in read_json(BUNDLE / "bundle.json")["inputs"])


def booster() -> lgb.Booster:
    """Return the model of the bundle."""
    return lgb.Booster(model_file=str(BUNDLE / "model/model.txt"))


def matrix(path: Path) -> np.ndarray:
    """Return the features in ``path`` as the model sees them, one row after the other."""
    return np.ascontiguousarray(read_matrix(path, read_json(BUNDLE / "model/encoders.json")))


def held(count: int) -> Rows:
    """Return the first ``count`` rows of the holdout."""
    features = pq.read_table(HOLDOUT).slice(0, count)
    with duckdb.connect() as database:
        database.register("wanted", features)
        database.read_parquet(str(TABLE)).create_view("known")
        found = database.sql(f"SELECT {inputs()} FROM known SEMI JOIN wanted USING (__row) ORDER BY __row")
        requests = found.to_arrow_table().to_pylist()
    return Rows(requests, features.to_pylist(), matrix(HOLDOUT)[:count])
