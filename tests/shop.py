"""A project with its table in a folder and lookups in PostgreSQL, SQLite and a bucket, where each of them is there."""

import importlib.util
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.postgres import execute, server
from tests.sandbox import commit, run, start

FIRST, ADDED = 400, 1_000
"""Rows of each source at first, and those that come to them."""

PLACES = ("folder", "sqlite", "postgres", "bucket")


def level(row: int) -> int:
    """Return what row ``row`` of a lookup knows."""
    return row * 37 % 101


def orders(first: int, count: int) -> str:
    """Return ``count`` rows of the table as CSV: each has a key of each lookup, which came with it."""
    rows = "".join(f"{i},{i % 97},{3 * level(i) + i % 97}\n" for i in range(first, first + count))
    return f"id,size,price\n{rows}"


@dataclass(frozen=True)
class Shop:
    """The project in ``folder``, the places that its sources are in, and the environment that names them."""

    folder: Path
    places: tuple[str, ...]
    env: Mapping[str, str]

    def add(self, first: int, count: int) -> None:
        """Add ``count`` rows to every source."""
        rows = [(i, level(i)) for i in range(first, first + count)]
        values = ", ".join(map(str, rows))
        (self.folder / f"inputs/orders/{first}.csv").write_text(orders(first, count), encoding="utf-8")
        if "sqlite" in self.places:
            with sqlite3.connect(self.env["SHOP"].removeprefix("sqlite:///")) as database:
                database.executemany("INSERT INTO agents VALUES (?, ?)", rows)
            database.close()
        if "postgres" in self.places:
            execute(self.env["DATABASE_URL"], f"INSERT INTO areas VALUES {values}")
        if "bucket" in self.places:
            lines = "".join(f"{i},{known}\n" for i, known in rows)
            store().pipe(f"s3://shop/prices/{first}.csv", f"id,level\n{lines}".encode())


def store() -> Any:
    """Return the object store."""
    import fsspec

    return fsspec.filesystem("s3", skip_instance_cache=True)


@contextmanager
def bucket() -> Iterator[dict[str, str]]:
    """Start an object store with a bucket; yield the environment by which programs find it."""
    if not importlib.util.find_spec("moto") or not importlib.util.find_spec("s3fs"):
        pytest.skip("moto and s3fs are not installed")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    try:
        with pytest.MonkeyPatch.context() as patch:
            env = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", **keys}
            for name, value in env.items():
                patch.setenv(name, value)
            store().mkdir("shop")
            yield env
    finally:
        server.stop()


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """Start a server of PostgreSQL with a table; yield the environment by which programs find it."""
    with server() as url:
        execute(url, "CREATE TABLE areas (id integer PRIMARY KEY, level integer)")
        yield {"DATABASE_URL": url}


LOOKUPS = {
    "sqlite": ("agents", {"database": "SHOP", "table": "agents"}),
    "postgres": ("areas", {"database": "DATABASE_URL", "table": "areas"}),
    "bucket": ("prices", {"path": "s3://shop/prices/*.csv"}),
}


@contextmanager
def shop(folder: Path) -> Iterator[tuple[Shop, dict[str, str]]]:
    """Make the project in ``folder``; yield it with why places are missing."""
    database = folder.parent / "agents.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE agents (id INTEGER PRIMARY KEY, level INTEGER)")
    connection.close()
    places, env, missing = ["folder", "sqlite"], {"SHOP": f"sqlite:///{database}"}, {}
    with ExitStack() as stack:
        for place, begin in (("postgres", postgres), ("bucket", bucket)):
            try:
                env |= stack.enter_context(begin())
                places.append(place)
            except pytest.skip.Exception as why:
                missing[place] = str(why)
        made = Shop(folder, tuple(places), env)
        describe(made)
        yield made, missing


def describe(made: Shop) -> None:
    """Write conf/ of the project, its first rows, and put it under git and DVC."""
    used = [LOOKUPS[place] for place in made.places if place in LOOKUPS]
    columns = {"columns": {"id": "integer", "level": "integer"}, "key": ["id"]}
    data = {
        "sources": {"orders": {"path": "inputs/orders/*.csv"}} | {name: {**place, **columns} for name, place in used},
        "table": "orders",
        "columns": {
            "id": {"type": "integer", "role": "key"},
            "size": {"type": "integer"},
            "price": {"type": "float", "role": "outcome"},
        },
    }
    features = {"size": "size"} | {f"{name}_level": {"lookup": f"{name}.level", "by": "id"} for name, _ in used}
    start("weights", made.folder)
    conf = made.folder / "conf"
    for file, content in {
        "data/penguins": data,
        "features/penguins": features,
        "model/lightgbm": {
            "lightgbm": {"kind": "lightgbm", "rounds": 40, "early_stopping": 10, "params": {"min_data_in_leaf": 5}}
        },
        "explore/quick": {"rows": 300, "hypotheses": []},
        "metrics/errors": {"primary": "rmse", "report": [], "bootstrap": {"rounds": 50}},
        "problem/weight": {
            "question": "What does it cost?",
            "use": "predictive",
            "task": "regression",
            "target": {"name": "price", "sql": "price", "unknown": "none"},
        },
        "retrain/on_new_labels": {"on_alarm": True, "every": None, "new_labels": ADDED},
    }.items():
        (conf / file).parent.mkdir(exist_ok=True)
        (conf / f"{file}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    config = conf / "config.yaml"
    config.write_text(
        config.read_text()
        .replace("[baseline, linear, lightgbm]", "[baseline, lightgbm]")
        .replace("  - monitor: drift\n", "  - monitor: drift\n  - retrain: on_new_labels\n")
    )
    (made.folder / "inputs/orders").mkdir(parents=True)
    made.add(0, FIRST)
    run(made.folder, "dvc", "add", "-q", "inputs/orders")
    run(made.folder, "ninefold", "generate")
    commit(made.folder, "Describe the shop")
