"""How the cost of features grows: ``python benchmarks/features.py [--times 30]`` after `dvc repro features`.

Copies the flights of 2013 into as many made-up years, runs the stage `features` on the one year and on all of them,
each in a process of its own, and prints seconds, peak memory and the ratio; then the time of one request's features.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from pathlib import Path

import duckdb
import msgspec

ROOT = Path(__file__).parents[1]
YEARS = """
    SELECT flights.* REPLACE (
      __row + year * (SELECT max(__row) + 1 FROM flights) AS __row,
      departure + to_days(CAST(year AS INTEGER) * 364) AS departure,
      scheduled_departure + to_days(CAST(year AS INTEGER) * 364) AS scheduled_departure
    )
    FROM flights, range({times}) AS years(year)"""
CODE = "import resource, runpy; runpy.run_module('flights.features.features', run_name='__main__'); "
PEAK = "print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"


def prepare(folder: Path, times: int) -> None:
    """Make ``folder`` a project whose table holds ``times`` years."""
    for name in ("flights", "conf"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "params.yaml", folder)
    shutil.copytree(ROOT / "data/tables", folder / "data/tables")
    with duckdb.connect(config={"memory_limit": "4GB", "temp_directory": str(folder / "spill")}) as database:
        database.read_parquet(str(ROOT / "data/tables/flights.parquet")).create_view("flights")
        years = database.sql(YEARS.format(times=times))
        years.write_parquet(str(folder / "data/tables/flights.parquet"), compression="zstd")


def measure(times: int) -> tuple[float, float]:
    """Return the seconds and the peak GiB of the stage `features` over ``times`` years."""
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name), times)
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", CODE + PEAK], cwd=name, capture_output=True, text=True, check=True)
        seconds = time.perf_counter() - start
    return seconds, int(done.stdout.split()[-1]) / 2**20


def one_request() -> float:
    """Return the median microseconds in which the bundle computes the features of its example."""
    os.chdir(ROOT / "bundle")
    sys.path.insert(0, str(ROOT / "bundle"))
    from flights.service.request import Row
    from flights.service.scorer import Scorer

    scorer = Scorer(Path())
    row = msgspec.json.decode(Path("example.json").read_bytes(), type=Row)
    runs = timeit.repeat(lambda: scorer.encode(scorer.features(row)), number=1_000, repeat=21)
    return statistics.median(runs) * 1_000


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=30, help="how many years the large table holds")
    times = parser.parse_args().times
    small, large = measure(1), measure(times)
    for label, (seconds, peak) in (("1 year", small), (f"{times} years", large)):
        print(f"{label:>9}: {seconds:7.1f} s, {peak:5.2f} GiB at most")
    print(f"    ratio: {large[0] / small[0]:7.1f} times the seconds for {times} times the rows")
    print(f"one request: {one_request():.1f} µs for its features as the model sees them, median")


if __name__ == "__main__":
    main()
