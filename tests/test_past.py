"""What training sees of the past is what a query of the raw rows gives, row by row; serving sees the same."""

import csv
import shutil
import statistics
from datetime import UTC
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from tests.sandbox import PROJECTS, copy, edit, module_of, run, tree

CERTAIN = {"hours": "3 days", "damaged": "4 days", "scanned": "1 hour"}
NAIVE = {
    "hours_before": ("avg(e.hours)", ["depot"], "7 days", 24, "3 days"),
    "weight_before": ("avg(e.weight)", ["depot"], "2 days", 12, "0 days"),
    "scans_today": ("sum(e.scanned)", ['"select"'], "6 hours", 2, "1 hour"),
    "parcels_before": ("count(e.id)", ["depot", '"select"'], None, 6, "0 days"),
    "heavy_before": ("count(e.weight) FILTER (WHERE e.weight > 4)", ["courier"], "3 days", 24, "0 days"),
    "lightest": ("min(e.weight)", ["courier"], "4 days", 24, "0 days"),
    "latest_done": ("max(e.hours)", ["depot"], "5 days", 24, "4 days"),
    "spread": ("stddev_samp(e.hours)", ["depot"], "10 days", 24, "3 days"),
    "colleagues": ("count(DISTINCT e.courier)", ["depot"], "2 days", 3, "0 days"),
    "services": ('count(DISTINCT e."select")', ["courier"], None, 24, "0 days"),
    "last_service": (
        'arg_max(e."select", (e."sent at", e.__row)) FILTER (WHERE e."select" IS NOT NULL)',
        ["courier"],
        None,
        1,
        "0 days",
    ),
    "damage": ("avg(CAST(e.damaged AS INTEGER))", ["courier"], None, 24, "4 days"),
    "same_hour": ("count(e.id)", ["depot", "date_trunc('hour', \"sent at\")"], "5 days", 24, "-2 days"),
}
"""Each feature as a plain aggregate over the raw rows: of what, by what, how far back, hours between snapshots, lag."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the parcels, as far as their features."""
    folder = copy("parcels", tmp_path_factory.mktemp("past") / "parcels")
    run(folder, "ninefold", "generate")
    for stage in ("collect", "process", "snapshots", "features"):
        run(folder, "python", "-W", "error", "-m", f"parcels.{module_of(stage)}")
    return folder


SIZED = {
    "Nord": lambda hours, row: hours * 1e-6,
    'Süd "2"': lambda hours, row: hours + 1e9,
    "O'Hare": lambda hours, row: hours + (1e9 if row > 800 else 1e-3),
    "日本": lambda hours, row: hours * 1e-3 + (-1) ** row * 1e9,
    "": lambda hours, row: 7.1,
}
"""What becomes of the hours at each depot: small, large, large from a day on, both ways around zero, all the same."""


@pytest.fixture(scope="module")
def sized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return parcels whose hours are of very different sizes, with sums of them, as far as their features.

    No feature counts all earlier rows, so that the audit leaves the oldest out, and the rows that it looks at span more
    days than some windows.
    """
    folder = copy("parcels", tmp_path_factory.mktemp("sized") / "parcels")
    with (folder / "parcels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for place, row in enumerate(rows):
        row["hours"] = row["hours"] and repr(SIZED[row["depot"]](float(row["hours"]), place))
    with (folder / "parcels.csv").open("w", encoding="utf-8", newline="") as file:
        written = csv.DictWriter(file, list(rows[0]))
        written.writeheader()
        written.writerows(rows)
    features = folder / "conf/features/parcels.yaml"
    lines = [line for line in features.read_text(encoding="utf-8").splitlines(keepends=True) if "over: all" not in line]
    features.write_text("".join(lines), encoding="utf-8")
    with features.open("a", encoding="utf-8") as file:
        file.write("summed: {sum: hours, by: depot, over: 10 days}\n")
        file.write("relative: spread / nullif(hours_before, 0)\ncalm: spread < 15\nsteady: calm AND relative < 1\n")
    run(folder, "ninefold", "generate")
    for stage in ("collect", "process", "snapshots", "features"):
        run(folder, "python", "-W", "error", "-m", f"parcels.{module_of(stage)}")
    return folder


def test_the_audit_tells_rounding_from_leaks(sized: Path, tmp_path: Path) -> None:
    """Sums of large and small numbers pass; what knows the future is found among them."""
    shutil.copytree(sized, tmp_path / "parcels")
    edit(
        tmp_path / "parcels/parcels/features/snapshots.sql", "AS spread", "+ 1e-12 * max(__snapshot) OVER () AS spread"
    )
    said = run(tmp_path / "parcels", "python", "-m", "parcels.features.features", fails=True)
    assert "known only after the decision" in said
    assert "spread (row" in said
    assert "summed" not in said


def test_the_spread_of_numbers_of_any_size(sized: Path) -> None:
    """As exact arithmetic has it, but for the rounding of numbers of that size."""
    parts = [str(sized / f"data/{part}.parquet") for part in ("train", "holdout")]
    with duckdb.connect() as database:
        database.read_parquet(parts).create_view("computed")
        database.read_parquet(str(sized / "data/tables/parcels.parquet")).create_view("raw")
        taken = "time_bucket(INTERVAL 1 day, r.\"sent at\" - INTERVAL '30 minutes', TIMESTAMP '1970-01-01')"
        known = "e.\"sent at\" + INTERVAL '3 days'"
        rows = database.sql(f"""
            SELECT any_value(c.spread), list(e.hours) FILTER (e.hours IS NOT NULL) FROM computed AS c
            JOIN raw AS r USING (__row) JOIN raw AS e
            ON r.depot = e.depot AND {known} < {taken} AND {known} >= {taken} - INTERVAL 10 days
            GROUP BY c.__row""").fetchall()
    assert len(rows) > 1_000
    for found, hours in rows:
        if len(hours or []) > 1:
            slack = len(hours) * 2**-52 * max(map(abs, hours))
            assert found == pytest.approx(statistics.stdev(map(Fraction, hours)), rel=1e-9, abs=slack)
        else:
            assert found is None


@pytest.fixture(scope="module")
def database(project: Path) -> duckdb.DuckDBPyConnection:
    """Return a database with the rows that were trained on or held out, and all rows."""
    database = duckdb.connect()
    parts = [str(project / f"data/{part}.parquet") for part in ("train", "holdout")]
    database.read_parquet(parts).create_view("computed")
    database.read_parquet(str(project / "data/tables/parcels.parquet")).create_view("raw")
    return database


@pytest.mark.parametrize("feature", NAIVE)
def test_training_sees_what_was_known(feature: str, database: duckdb.DuckDBPyConnection) -> None:
    value, keys, over, hours, lag = NAIVE[feature]
    step = f"to_hours({hours})"
    taken = f"time_bucket({step}, r.\"sent at\" - INTERVAL '30 minutes', TIMESTAMP '1970-01-01')"
    same = " AND ".join(f"{mine} = {other}" for mine, other in ((key_of(key, "r"), key_of(key, "e")) for key in keys))
    known = f"e.\"sent at\" + INTERVAL '{lag}'"
    after = f"AND {known} >= {taken} - INTERVAL '{over}'" if over else ""
    naive = f"""
        SELECT r.__row, {value} AS value FROM raw AS r
        LEFT JOIN raw AS e ON {same} AND {known} < {taken} {after} GROUP BY r.__row"""
    rows = database.sql(f'SELECT value, "{feature}" FROM computed JOIN ({naive}) USING (__row)').fetchall()
    assert len(rows) > 1_400
    assert sum(bool(found) for _, found in rows) > 500
    for expected, found in rows:
        assert found == (
            expected if isinstance(expected, str | None) else pytest.approx(float(expected), rel=1e-9, abs=1e-9)
        )


def key_of(key: str, table: str) -> str:
    """Return a key with its column qualified."""
    return key.replace('"sent at"', f'{table}."sent at"') if "(" in key else f"{table}.{key}"


def hours_of(file: Path) -> int:
    """Return the hours between the snapshots in a file."""
    columns = duckdb.read_parquet(str(file)).columns
    return next(hours for name, (*_, hours, _) in NAIVE.items() if name in columns)


def test_the_service_sees_what_stands_now_and_what_follows(project: Path, tmp_path: Path) -> None:
    """Of each key, the snapshots kept for the service answer from now on as the whole history does."""
    run(project, "python", "-m", "parcels.features.snapshots", "--history", "--folder", str(tmp_path))
    with duckdb.connect() as database:
        now = f"SELECT max(epoch(\"sent at\")) FROM '{project}/data/tables/parcels.parquet'"
        seconds = database.sql(now).fetchall()[0][0]
    for file in sorted((project / "data/snapshots").glob("*.parquet")):
        latest = int(seconds // (3_600 * hours_of(file)))
        for number in (latest, latest + 1, latest + 7, latest + 100):
            assert standing(file, number) == standing(tmp_path / file.name, number), file.name


@pytest.mark.slow
def test_refreshed_at_any_moment_the_service_sees_what_training_saw(project: Path, tmp_path: Path) -> None:
    """What is known at a moment, the timetable of the next days included, gives the snapshots of the whole history."""
    table = project / "data/tables/parcels.parquet"
    run(project, "python", "-m", "parcels.features.snapshots", "--history", "--folder", str(tmp_path / "history"))
    certain = ", ".join(
        f"CASE WHEN \"sent at\" + INTERVAL '{after}' <= now THEN {name} END AS {name}"
        for name, after in CERTAIN.items()
    )
    with duckdb.connect() as database:
        times = database.sql(f"SELECT quantile_disc(\"sent at\", [0.3, 0.5, 0.8]) FROM '{table}'").fetchall()[0][0]
        for place, moment in enumerate(times):
            known = database.sql(
                f"""
                FROM (SELECT *, TIMESTAMP '{moment}' AS now FROM '{table}')
                SELECT * REPLACE ({certain}) WHERE "sent at" <= now + INTERVAL '2 days'"""
            )
            rows, folder = tmp_path / f"{place}.parquet", tmp_path / str(place)
            known.write_parquet(str(rows))
            for told in ([], ["--now", str(moment)]):
                run(project, "python", "-m", "parcels.features.snapshots", str(rows), "--folder", str(folder), *told)
                for file in sorted(folder.glob("*.parquet")):
                    number = int(moment.replace(tzinfo=UTC).timestamp() // (3_600 * hours_of(file)))
                    assert standing(file, number) == standing(tmp_path / "history" / file.name, number), (
                        file.name,
                        told,
                    )


def standing(file: Path, number: int) -> set[tuple[object, ...]]:
    """Return what a file of snapshots says at ``number`` of each key of which it says anything."""
    rows = duckdb.read_parquet(str(file))
    place = rows.columns.index("__snapshot")
    latest: dict[tuple[object, ...], tuple[object, ...]] = {}
    for row in sorted(rows.fetchall(), key=lambda row: row[place]):
        if row[place] <= number:
            latest[row[:place]] = row[place + 1 :]
    return {key + values for key, values in latest.items() if any(values)}


def test_no_time_at_all_is_a_time() -> None:
    """Decided at its own time, a row still looks up nothing later; what is known at once is not known later."""
    files = tree(PROJECTS / "parcels", "problem.decide_before=0 hours", "+data.columns.hours.known_after=0 hours")
    assert (
        'ON notices.depot = inputs.depot AND notices.posted <= inputs."sent at"\n'
        in files["parcels/features/features.sql"]
    )
    assert "WHEN \"sent at\" <= getvariable('moment') THEN hours END" in files["parcels/features/audit.sql"]


def test_several_versions_of_a_key_are_told_without_a_traceback(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "parcels")
    couriers = tmp_path / "parcels/couriers.csv"
    couriers.write_text(couriers.read_text() + couriers.read_text().splitlines()[1] + "\n")
    run(tmp_path / "parcels", "python", "-m", "parcels.data.collect")
    said = run(tmp_path / "parcels", "python", "-m", "parcels.data.process", fails=True)
    assert "couriers: several rows share a key, and a lookup reads one" in said
    assert "Traceback" not in said


LEAKS = {
    "a snapshot one step late": (
        "parcels/features/snapshots.sql",
        "AS BIGINT) + 1 AS __snapshot",
        "AS BIGINT) AS __snapshot",
    ),
    "a lag left out": ("parcels/features/snapshots.sql", "\"sent at\" + INTERVAL '3 days'", '"sent at"'),
    "a later snapshot read": (
        "parcels/features/features.sql",
        "- INTERVAL '30 minutes') / 86400",
        "+ INTERVAL '2 days') / 86400",
    ),
    "an outcome as a feature": ("parcels/features/features.sql", "\n  weight,", "\n  hours AS weight,"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_the_audit_stops_what_knows_the_future(leak: str, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parcels"
    shutil.copytree(project, folder)
    path, before, after = LEAKS[leak]
    text = (folder / path).read_text()
    assert before in text
    (folder / path).write_text(text.replace(before, after))
    assert "known only after the decision" in run(folder, "python", "-m", "parcels.features.features", fails=True)
