"""Tables of databases as sources: a server of PostgreSQL and files of SQLite, names and types of every kind."""

import json
import re
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generator.new.fetching import at_hand
from generator.new.loading import UnreadableError
from generator.new.reading import opened
from generator.new.tables import stored
from generator.schema.source import table_parts
from generator.sources.database import BATCH, read_table
from tests.postgres import AS_IN_URLS, PASSWORD, execute, server
from tests.sandbox import copy, edit, free_port, ran, run, tree

NAMES = {
    '"Sales 2024"."it""em.s"': ("Sales 2024", 'it"em.s'),
    "public.orders": ("public", "orders"),
    "Größe 😀": (None, "Größe 😀"),
    '"a.b"': (None, "a.b"),
    'x."select"': ("x", "select"),
}
COLUMNS = ("Order ID", 'a "quoted" price', "when é", "select", "100% :x (y)", "nüll", "js", "churned?")


@pytest.mark.parametrize("table", NAMES)
def test_the_parts_of_a_name(table: str) -> None:
    assert table_parts(table) == NAMES[table]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of SQLite with a table of odd names and of values that come late, which the environment names."""
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as database:
        database.execute(
            'CREATE TABLE "or""der s" ("Order ID" INTEGER PRIMARY KEY, price NUMERIC(10, 2), late, "ö" DATE)'
        )
        late = (None if index < BATCH else "x" for index in range(BATCH + 5))
        rows = [(index, index / 4, text, "2024-01-31") for index, text in enumerate(late)]
        database.executemany('INSERT INTO "or""der s" VALUES (?, ?, ?, ?)', rows)
    database.close()
    monkeypatch.setenv("SHOP", f"sqlite:///{file}")
    return file


def test_types_do_not_depend_on_the_first_rows(shop: Path) -> None:
    rows = read_table("SHOP", 'or"der s').read_all()
    assert rows.schema == pa.schema(
        [("Order ID", pa.int64()), ("price", pa.float64()), ("late", pa.string()), ("ö", pa.string())]
    )
    assert rows.slice(BATCH, 1).to_pylist() == [{"Order ID": BATCH, "price": BATCH / 4, "late": "x", "ö": "2024-01-31"}]


def test_a_value_of_another_type_is_told(shop: Path) -> None:
    with sqlite3.connect(shop) as database:
        database.execute('UPDATE "or""der s" SET price = \'dear\' WHERE "Order ID" = 7')
    database.close()
    with pytest.raises(ValueError, match=r"price should hold double: .*dear.*; read a view"):
        read_table("SHOP", 'or"der s').read_all()


def test_a_table_without_rows_has_columns(shop: Path, tmp_path: Path) -> None:
    with sqlite3.connect(shop) as database:
        database.execute("CREATE TABLE none (a INTEGER, b TEXT)")
    database.close()
    assert read_table("SHOP", "none").read_all().schema.names == ["a", "b"]


REFUSED = {
    ("env:SHOP", "or der s"): 'there is no table or der s; there is: or"der s',
    ("env:SHOP", "other.orders"): 'unknown database "other"',
    ("env:SHOP", "a.b.c"): "not a table's name: write table or schema.table",
    ("env:SHOP", None): 'say with --table which table is meant; there is: or"der s',
    ("env:shop", "orders"): "not a variable's name: use capitals",
    ("env:UNSET", "orders"): "UNSET is not set",
    ("env:ABSENT", "orders"): "ABSENT names a file that is not there",
    ("env:NEAR", "orders"): "NEAR names a file by where it is seen from here",
    ("env:NO_URL", "orders"): "NO_URL holds no URL of a database",
    ("env:ODD", "orders"): "ODD names a kind of database that SQLAlchemy does not know",
    ("env:NO_PORT", "orders"): "NO_PORT holds no URL of a database",
    ("env:TWO_SIGNS", "orders"): "write one that is part of a password as %40",
    ("env:NOBODY", "orders"): "the database that NOBODY names cannot be reached: connection failed",
    ("env:NO_LIBRARY", "orders"): "not installed (pymysql): pip install 'ninefold[databases]'",
    ("postgresql://me:s3cret@host/shop", "orders"): "put its URL into an environment variable",
    ("shop.db", None): "put its URL into an environment variable",
    ("shop.csv", "orders"): "--table is about a database",
}
UNFIT = {
    "ABSENT": "sqlite:////nowhere/s3cret.db",
    "NEAR": "sqlite:///shop.db",
    "NO_URL": "s3cret",
    "ODD": "odd://me:s3cret@host/shop",
    "NO_PORT": "postgresql://me:s3cret@host:s3cret/shop",
    "TWO_SIGNS": "postgresql://me:a@s3cret@host/shop",
    "NO_LIBRARY": "mysql://me:s3cret@host/shop",
}


@pytest.mark.parametrize(("data", "table"), REFUSED)
def test_what_is_no_table_is_told(
    data: str, table: str | None, shop: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shop.parent)
    monkeypatch.setitem(sys.modules, "pymysql", None)
    monkeypatch.setenv("NOBODY", f"postgresql://me:s3cret@127.0.0.1:{free_port()}/shop")
    for name, url in UNFIT.items():
        monkeypatch.setenv(name, url)
    with pytest.raises(UnreadableError) as caught, at_hand(data, stored(data, table)):
        pass
    assert REFUSED[data, table] in str(caught.value)
    assert "s3cret" not in str(caught.value) + "".join(capfd.readouterr())


def test_nothing_is_left_where_there_is_no_database(tmp_path: Path) -> None:
    said = run(tmp_path, "ninefold", "new", "p", "--data", "env:UNSET", "--table", "t", "--target", "x", fails=True)
    assert said == (
        "UNSET is not set: put the database's URL into it, postgresql://user:password@host/name\nNothing was written.\n"
    )
    assert not list(tmp_path.iterdir())


def test_a_table_is_measured_as_a_file_is(shop: Path) -> None:
    source = stored("env:SHOP", '"or""der s"')
    with at_hand("env:SHOP", source) as files, opened(files) as raw:
        assert raw.columns == {"Order ID": "BIGINT", "price": "DOUBLE", "late": "VARCHAR", "ö": "VARCHAR"}
        assert raw.rows == BATCH + 5


def test_pipelines_are_given_the_url(tmp_path: Path) -> None:
    folder = copy("penguins", tmp_path / "birds")
    edit(folder / "conf/data/birds.yaml", 'path: measured/birds.csv, nulls: [NA, ""]', "database: SHOP, table: birds")
    files = tree(folder, "+ci.github=true", "+ci.gitlab=true", "+ci.secrets=[REMOTE]")
    assert "SHOP: ${{ secrets.SHOP }}\n" in files[".github/workflows/ninefold.yml"]
    for line in ("# - SHOP: the URL of a database\n", "# - REMOTE: for DVC's remote\n"):
        assert line in files[".gitlab-ci.yml"]
    assert 'partial(read_table, "SHOP", "birds")' in files["birds/data/collect.py"]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """Yield the URL of a server whose database holds a table of odd names and many types."""
    with server() as url:
        execute(
            url,
            'CREATE SCHEMA "odd schema"',
            """CREATE TABLE "odd schema"."größe ""t"".x" AS SELECT i AS "Order ID",
                 (i * 37 % 101)::numeric(10, 2) / 4 AS "a ""quoted"" price",
                 timestamptz '2024-03-01 12:00:00+01' + i * interval '1 hour' AS "when é",
                 i % 3 = 0 AS "select", 'x' || i % 5 AS "100% :x (y)", NULL::int AS "nüll",
                 jsonb_build_object('k', i % 7) AS js, (i * 7919 % 997) < 300 + 40 * (i % 5) AS "churned?"
               FROM generate_series(1, 2000) i""",
            'ALTER TABLE "odd schema"."größe ""t"".x" ADD PRIMARY KEY ("Order ID")',
            "CREATE VIEW wide AS SELECT i, repeat('x', 300) AS t FROM generate_series(1, 1200000) i",
            "CREATE VIEW kinds AS SELECT 1.5::numeric AS n, 'NaN'::numeric AS nan, 2::float4 AS f, true AS b, "
            "timestamptz '2024-03-01 12:00:00+01' AS z, timestamp '2024-03-01 12:00' AS t, date '2024-03-01' AS d, "
            "NULL::text AS nothing, '{1,2}'::int[] AS list, interval '1 day' AS gap, time '12:00' AS hour, "
            "'{\"a\": 1}'::jsonb AS js, '00000000-0000-0000-0000-000000000001'::uuid AS u, 'x'::char(3) AS c",
            "CREATE VIEW far AS SELECT timestamp 'infinity' AS t",
        )
        yield url


@pytest.mark.slow
def test_every_type_of_postgresql_comes_as_what_it_is(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres)
    rows = read_table("DATABASE_URL", "kinds", "public").read_all()
    told = {field.name: str(field.type) for field in rows.schema}
    assert [told.pop(name) for name in ("n", "nan", "f", "b")] == ["double", "double", "double", "bool"]
    assert [told.pop(name) for name in ("z", "t", "d")] == ["timestamp[us, tz=UTC]", "timestamp[us]", "date32[day]"]
    assert set(told.values()) == {"string"}
    (row,) = rows.to_pylist()
    assert (row["n"], row["z"].isoformat(), row["nothing"]) == (1.5, "2024-03-01T11:00:00+00:00", None)
    assert (row["list"], row["gap"], row["js"], row["c"]) == ("{1,2}", "1 day", '{"a": 1}', "x")


PEAK = """
from generator.sources.database import read_table
print(sum(len(batch) for batch in read_table("DATABASE_URL", "wide")))
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
"""Prints the rows, and the most memory in kB; ru_maxrss would count what the tests' own process had at the fork."""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table(postgres: str, tmp_path: Path) -> None:
    """The view holds 360 MB of texts."""
    *progress, rows, peak = run(tmp_path, "python", "-c", PEAK, env={"DATABASE_URL": postgres}).splitlines()
    assert (progress, int(rows)) == (["wide: 1,000,000 rows so far"], 1_200_000)
    assert int(peak) < 300_000


@pytest.mark.slow
def test_a_project_from_a_table_of_postgresql(postgres: str, tmp_path: Path) -> None:
    env = {"DATABASE_URL": postgres}
    new = ("ninefold", "new", "shop", "--data", "env:DATABASE_URL", "--target", "churned?")
    said = run(tmp_path, *new, "--table", '"odd schema"."größe ""t"".x"', env=env)
    folder = tmp_path / "shop"
    assert "sqlalchemy==" in (folder / "requirements.txt").read_text()
    said += run(folder, "dvc", "repro", env=env)
    assert ran(run(folder, "dvc", "repro")) == ["probe"]
    rows = pq.read_table(folder / "data/raw/shop.parquet")
    assert (tuple(rows.column_names), rows.num_rows) == (COLUMNS, 2000)
    assert roles(folder) == {"Order ID": "key", "when é": "time", "nüll": "drop", "churned?": "outcome"}
    check_code(folder)
    assert ran(run(folder, "dvc", "repro", "--force", "collect", env=env)) == ["generate", "probe", "collect"]
    assert ran(run(folder, "dvc", "repro")) == ["probe"]
    execute(postgres, 'UPDATE "odd schema"."größe ""t"".x" SET "select" = NOT "select" WHERE "Order ID" < 9')
    run(folder, "dvc", "repro", "--force", "collect", env=env)  # neither count nor cursor tells of it
    assert "process" in ran(run(folder, "dvc", "repro"))
    said += run(folder, "dvc", "repro", "--force", "collect", env={"DATABASE_URL": f"{postgres}x"}, fails=True)
    assert "the database that DATABASE_URL names cannot be reached" in said
    secrets = (PASSWORD, AS_IN_URLS)
    assert not any(secret in said for secret in secrets)
    for file in (file for file in tmp_path.rglob("*") if file.is_file()):
        content = file.read_bytes()
        assert not any(secret.encode() in content for secret in secrets), file


@pytest.mark.slow
def test_a_project_from_a_table_of_sqlite(tmp_path: Path) -> None:
    """Where DVC is told of the file, it looks by itself whether that has changed."""
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as database:
        names = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}" {kind}' for name, kind in KINDS.items())
        database.execute(f'CREATE TABLE "größe ""t"".x" ({names})')
        database.executemany(f'INSERT INTO "größe ""t"".x" VALUES ({", ".join("?" * len(KINDS))})', stock())
    database.close()
    env = {"SHOP": f"sqlite:///{file}"}
    new = ("ninefold", "new", "shop", "--data", "env:SHOP", "--target", "churned?", "--table", '"größe ""t"".x"')
    run(tmp_path, *new, env=env)
    folder = tmp_path / "shop"
    edit(folder / "conf/data/shop.yaml", "table: '", f"deps: [{file}], table: '")
    run(folder, "ninefold", "run", env=env)
    assert roles(folder) == {"Order ID": "key", "when é": "time", "nüll": "drop", "churned?": "outcome"}
    check_code(folder)
    assert ran(run(folder, "dvc", "repro")) == []
    with sqlite3.connect(file) as database:
        database.execute('DELETE FROM "größe ""t"".x" WHERE "Order ID" > 1990')
    database.close()
    assert ran(run(folder, "dvc", "repro", env=env))[:2] == ["collect", "process"]


TYPES = ("INTEGER PRIMARY KEY", "NUMERIC(10, 2)", "TIMESTAMP", "BOOLEAN", "TEXT", "INT", "TEXT", "BOOLEAN")
KINDS = dict(zip(COLUMNS, TYPES, strict=True))


def stock() -> Iterator[tuple[Any, ...]]:
    """Yield the rows that the table in PostgreSQL has, as SQLite keeps them."""
    for i in range(1, 2001):
        moment = f"2024-{3 + i // 720:02}-{1 + i // 24 % 28:02} {i % 24:02}:00:00"
        churned = (i * 7919 % 997) < 300 + 40 * (i % 5)
        yield i, i * 37 % 101 / 4, moment, i % 3 == 0, f"x{i % 5}", None, json.dumps({"k": i % 7}), churned


def roles(folder: Path) -> dict[str, str]:
    """Return the columns of the project in ``folder`` that are no inputs, with their roles."""
    text = (folder / "conf/data/shop.yaml").read_text(encoding="utf-8")
    return {
        name.strip('"'): role for name, role in re.findall(r"^  ([^{\n]+): \{[^\n]*role: (\w+)", text, re.MULTILINE)
    }


def check_code(folder: Path) -> None:
    """Hold the project to its own checks."""
    run(folder, "ruff", "check", "shop")
    run(folder, "ruff", "format", "--check", "shop")
    run(folder, "python", "-m", "pytest", "-q", "shop/tests")
