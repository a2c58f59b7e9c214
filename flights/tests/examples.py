"""Made-up rows for the tests: nothing in data/ is needed. Every feature follows the target, so each model can learn it."""

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.common.outputs import new_folder, write_json
from flights.features import snapshots
from flights.features.columns import CATEGORIES, FEATURES
from flights.features.encoders import fit_encoders
from flights.features.lookup_tables import write_keyed

REQUEST = {
    "carrier": "1",
    "flight": 1,
    "departure": "2024-03-01T12:30:00",
    "origin": None,
    "dest": None,
    "tailnum": "1",
    "distance": 1.0,
    "scheduled_departure": "2024-03-01T12:30:00",
    "sched_arr_time": None,
}
PARAMS: dict[str, Any] = {
    "model": {
        "baseline": {"kind": "baseline"},
        "linear": {"kind": "linear", "params": {"regularization": 1.0, "splines": 2, "max_iter": 1000, "min_count": 1}},
        "lightgbm": {
            "kind": "lightgbm",
            "rounds": 50,
            "early_stopping": 10,
            "params": {
                "num_leaves": 7,
                "learning_rate": 0.3,
                "min_data_in_leaf": 5,
                "feature_fraction": 1.0,
                "lambda_l2": 0.0,
                "cat_smooth": 1.0,
                "seed": 0,
            },
        },
    },
    "service": {
        "host": "127.0.0.1",
        "port": 8000,
        "workers": 1,
        "max_body": 4096,
        "max_rows": 10,
        "max_connections": 1000,
        "timeout": 10.0,
        "on_unexpected": "mark",
        "expected": {},
        "log": True,
        "log_folder": "logs",
        "log_failure": "refuse",
        "log_max_bytes": 104857600,
        "log_max_hours": 24.0,
    },
    "engine": {"memory_limit": "1GB", "threads": 1},
    "problem": {
        "decision": {
            "kind": "threshold",
            "action": "warn the passengers",
            "currency": "USD",
            "payoff": {"act_positive": 320.0, "act_negative": -110.0, "pass_positive": 0.0, "pass_negative": 0.0},
        }
    },
}
TABLES = {
    "planes": "CREATE TABLE planes (tailnum VARCHAR, year BIGINT, manufacturer VARCHAR, engines BIGINT, seats BIGINT)",
    "airports": "CREATE TABLE airports (faa VARCHAR, lat DOUBLE, lon DOUBLE, alt DOUBLE, tz DOUBLE)",
    "weather": "CREATE TABLE weather (origin VARCHAR, time_hour TIMESTAMP, temp DOUBLE, dewp DOUBLE, humid DOUBLE, wind_speed DOUBLE, precip DOUBLE, pressure DOUBLE, visib DOUBLE)",
    "flights": "CREATE TABLE flights (__row BIGINT, carrier VARCHAR, flight BIGINT, departure TIMESTAMP, origin VARCHAR, dest VARCHAR, tailnum VARCHAR, distance DOUBLE, scheduled_departure TIMESTAMP, sched_arr_time BIGINT, arr_delay DOUBLE, dep_delay DOUBLE, dep_time BIGINT, arr_time BIGINT, air_time DOUBLE, held BOOLEAN)",
}


def draw(rows: int = 200) -> tuple[pa.Array, np.ndarray]:
    """Return a target that is true for half of the rows, and the level that the features follow."""
    target = np.random.default_rng(0).permutation(rows) % 2
    return pa.array(target.astype(bool)), target.astype(np.float64)


def is_learnt(level: np.ndarray, score: np.ndarray) -> bool:
    """Return whether ``score`` separates the rows where the target is true from the others."""
    return bool(score[level > 0].min() > score[level <= 0].max())


def features(level: np.ndarray) -> pa.Table:
    """Return every feature for each of ``level``: a number near it, or a category named after it.

    The numbers are few, so that no bin of LightGBM has rows of two levels.
    """
    noise = np.random.default_rng(1).choice([-0.1, 0.0, 0.1], len(level))
    names = pa.array([f"{value:.0f}" for value in level])
    return pa.table({name: names if name in CATEGORIES else pa.array(level + noise) for name in FEATURES})


def write_training(target: pa.Array, level: np.ndarray) -> None:
    """Write data/train.parquet and data/encoders.json, every fourth row for validation."""
    parts = ["validation" if row % 4 == 0 else "fit" for row in range(len(level))]
    Path("data").mkdir()
    rows = pa.array(range(len(level)))
    table = features(level).append_column("__row", rows).append_column("__part", pa.array(parts))
    table = table.append_column("__target", target)
    pq.write_table(table, "data/train.parquet")
    write_json(Path("data/encoders.json"), fit_encoders(Path("data/train.parquet")))


def write_params() -> None:
    """Write the part of params.yaml that the tests need."""
    Path("params.yaml").write_text(json.dumps(PARAMS), encoding="utf-8")


def write_tables() -> None:
    """Write the tables that features are made from, without a row, and the snapshots of that past."""
    Path("data/tables").mkdir(parents=True)
    with duckdb.connect() as database:
        for table, statement in TABLES.items():
            database.execute(statement)
            database.table(table).write_parquet(f"data/tables/{table}.parquet")
            write_keyed(Path(f"data/tables/{table}.parquet"), Path(f"data/tables/{table}.json"))
    with duckdb.connect() as database, new_folder(snapshots.FOLDER) as folder:
        snapshots.refresh(database, snapshots.EVENTS, folder)
