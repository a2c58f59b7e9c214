"""How fast many rows are scored, beside LightGBM alone: ``python benchmarks/batch.py [--rounds 3] [--seconds 5]``.

Run after `make repro`, on a machine that does nothing else; wrk makes the load (`apt-get install wrk`).
Two ways of the bundle are measured in turn with `lightgbm.Booster.predict` on a matrix of float32 that is ready:

- HTTP: `POST /predict/batch`, 1,000 rows a request over one connection, with the log; the matrix on one thread;
- bulk: `python -m flights.service.bulk` on all rows that have features, `--times` over; the matrix on all threads.

Both ways begin with the inputs of a flight, so they also compute its features, with the past as it stood at its
decision: the matrix holds the very same rows. Bulk is told twice: as it prints it itself, and as the whole process
takes with its start. Every answer is compared with the score offline.
"""

import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb
import lightgbm as lgb
import numpy as np
import pyarrow.parquet as pq
from servers.bundle import copied, logged, same, service
from servers.load import check_installed, load
from servers.process import Server, running
from servers.rows import HOLDOUT, TABLE, TRAIN, Rows, booster, held, inputs, matrix, write_json

ROWS = 1_000
WARM_UP = 1  # seconds of load that are not counted
GOAL = 0.8
PARTS = {"train": TRAIN, "holdout": HOLDOUT}
ALL_THREADS = 0


@dataclass(frozen=True)
class Figures:
    """Rows a second in one round."""

    http: float
    http_alone: float
    bulk: float
    process: float
    bulk_alone: float


def probabilities(answer: list[dict[str, float]]) -> list[float]:
    """Return the probabilities in an answer for many rows."""
    return [row["probability"] for row in answer]


def with_history(folder: Path) -> Path:
    """Return a copy of the bundle in ``folder`` that knows the past as it stood at each row of the table."""
    bundle = copied(folder)
    command = [sys.executable, "-m", "flights.features.snapshots", str(TABLE), "--history"]
    subprocess.run(command, cwd=bundle, check=True, stdout=subprocess.DEVNULL)
    return bundle


def batch_server(bundle: Path, rows: Rows, folder: Path) -> Server:
    """Return the service of ``bundle`` that is asked for ``rows``."""
    body = folder / "rows.json"
    write_json(body, rows.requests)
    return service(bundle, folder / "logs", "/predict/batch", body, probabilities)


def write_rows(times: int, path: Path) -> None:
    """Write the inputs of all rows that have features, those of training first, ``times`` over to ``path``."""
    with duckdb.connect() as database:
        for name, file in {"known": TABLE, **PARTS}.items():
            database.read_parquet(str(file)).create_view(name)
        parts = " UNION ALL ".join(f"SELECT __row, {place} AS part FROM {name}" for place, name in enumerate(PARTS))
        rows = f"SELECT {inputs()} FROM known JOIN ({parts}) USING (__row), range({times}) AS again (turn)"
        database.sql(f"{rows} ORDER BY turn, part, __row").write_parquet(str(path), compression="zstd")


def bulk(bundle: Path, rows: Path, scores: Path) -> tuple[float, float]:
    """Score the file ``rows`` in bulk; return its rows a second as it prints them, and those of the whole process."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "flights.service.bulk", str(rows), str(scores)]
    done = subprocess.run(command, cwd=bundle, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stderr)
    told = done.stderr.split(" a second")[-2].rpartition(", ")[2]
    return float(told.replace(",", "")), pq.read_metadata(rows).num_rows / seconds


def check_bulk(scores: Path, expected: np.ndarray, times: int) -> None:
    """Raise unless the file ``scores`` has what is ``expected``, ``times`` over, to the last bit."""
    found = pq.read_table(scores, columns=["probability"])["probability"].to_numpy()
    if not np.array_equal(found, np.tile(expected, times)):
        raise SystemExit(f"{scores.name} does not have the scores that the model gives offline")


def alone(model: lgb.Booster, features: np.ndarray, threads: int, seconds: int) -> float:
    """Return the rows a second that LightGBM scores on ``threads``, again and again for ``seconds``."""
    model.predict(features, num_threads=threads)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        model.predict(features, num_threads=threads)
        count += len(features)
    return count / (time.perf_counter() - start)


def over_http(server: Server, seconds: int, log: Path) -> tuple[float, list[float]]:
    """Return the rows a second that ``server`` answers over one connection, and its first answer."""
    with running(server, log) as found:
        load(server.url, server.body, 1, WARM_UP)
        return load(server.url, server.body, 1, seconds).rate * ROWS, server.read(found.answer)


def measure(rounds: int, seconds: int, times: int, folder: Path) -> list[Figures]:
    """Return the figures of each round."""
    bundle, rows, model = with_history(folder), held(ROWS), booster()
    server = batch_server(bundle, rows, folder)
    asked, scores = folder / "rows.parquet", folder / "scores.parquet"
    write_rows(times, asked)
    everything = np.concatenate([matrix(file) for file in PARTS.values()])
    expected, told = np.asarray(model.predict(everything)), rows.scores().tolist()
    found = []
    for number in range(1, rounds + 1):
        print(f"round {number} of {rounds}", flush=True)
        http, answer = over_http(server, seconds, folder / "server.log")
        same(server.name, answer, told)
        http_alone = alone(model, rows.matrix, 1, seconds)
        printed, process = bulk(bundle, asked, scores)
        check_bulk(scores, expected, times)
        found.append(Figures(http, http_alone, printed, process, alone(model, everything, ALL_THREADS, seconds)))
    if not logged(folder / "logs"):
        raise SystemExit("the service has logged no prediction")
    return found


def line(title: str, ours: list[float], alone: list[float]) -> str:
    """Return the medians of both, and the ratios within rounds beside the goal."""
    ratios = [one / other for one, other in zip(ours, alone, strict=True)]
    middle = median(ratios)
    verdict = "reached" if middle >= GOAL else "missed"
    spread = f"{middle:.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    return f"{title:20} {median(ours):>12,.0f} {median(alone):>15,.0f}   {spread}; goal {GOAL}, {verdict}"


def main() -> None:
    """Print the figures."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is measured")
    parser.add_argument("--seconds", type=int, default=5, help="how long each load, and LightGBM alone, lasts")
    parser.add_argument("--times", type=int, default=6, help="how often bulk scores all rows")
    given = parser.parse_args()
    check_installed()
    with tempfile.TemporaryDirectory() as name:
        found = measure(given.rounds, given.seconds, given.times, Path(name))
    http_alone, bulk_alone = [one.http_alone for one in found], [one.bulk_alone for one in found]
    print(f"\n{'rows a second':20} {'ours':>12} {'LightGBM alone':>15}   ratio")
    print(line("HTTP, 1 thread", [one.http for one in found], http_alone))
    print(line("bulk, as it prints", [one.bulk for one in found], bulk_alone))
    print(line("bulk, whole process", [one.process for one in found], bulk_alone))


if __name__ == "__main__":
    main()
