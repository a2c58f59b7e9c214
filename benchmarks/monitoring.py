"""How often monitoring alarms, rightly and wrongly: ``python benchmarks/monitoring.py [--origins 8] [--peers]``.

Run after `make repro`. The example's year is played forward: for each of eight months a LightGBM is fitted on all
earlier months but two, these two are the reference, and the month is watched in windows of 1,000 flights in order.
First as it was; then with one fault from its middle on. Simulated streams with seasons, slow noise and a trend add
windows in which nothing changes. False alarms are those of unchanged windows; power is the share of months in which a
fault raised an alarm before the month ended, delay the windows until then.

With ``--peers`` the same windows are given to NannyML and Evidently with their defaults, in an environment of their own
in build/benchmarks/, which the first run makes from benchmarks/requirements-monitoring.txt.
"""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from monitors.faults import FAULTS
from monitors.streams import simulated
from scipy.stats import poisson

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from flights.features.columns import CATEGORIES, FEATURES  # noqa: E402
from flights.monitoring.windows import Monitor  # noqa: E402

CACHE = ROOT / "build/benchmarks"
REQUIREMENTS = Path(__file__).parent / "requirements-monitoring.txt"
SIZE = 1_000
SETTINGS = {
    "monitor": {
        "false_alarms_per_quarter": 0.25,
        "chunk_rows": SIZE,
        "windows": 10_000,
        "chunks": 200,
        "min_rows": 200,
        "unexpected": 0.05,
        "seed": 0,
    },
    "metrics": {"bootstrap": {"rounds": 50, "confidence": 0.9, "seed": 0}},
    "problem": {
        "decision": {"payoff": {"act_positive": 320, "act_negative": -110, "pass_positive": 0, "pass_negative": 0}}
    },
}


@dataclass(frozen=True)
class Scenario:
    """A reference and the windows after it; a fault begins at the window ``onset``, where there is one."""

    name: str
    month: int
    reference: pa.Table
    watched: pa.Table
    onset: int

    @property
    def windows(self) -> int:
        """Return how many windows there are."""
        return len(self.watched) // SIZE


class Played(Monitor):
    """Monitoring of rows that are in a table, and not in a log."""

    def __init__(self, folder: Path, watched: pa.Table) -> None:
        moment = watched["__time"].cast(pa.int64()).to_numpy()
        self.watched = watched
        names = [name for name in watched.column_names if not name.startswith("__")]

        class Log(SimpleNamespace):
            def __len__(self) -> int:
                return len(moment)

        log = Log(moment=moment, schema=watched.select(names).schema)
        super().__init__(folder, log, SimpleNamespace())  # type: ignore[arg-type]

    def read(self) -> Iterator[tuple[int, list[Any], Any, np.ndarray]]:
        """Yield the windows."""
        for start in range(0, len(self.watched) - SIZE + 1, SIZE):
            part = self.watched.slice(start, SIZE)
            score = part["__score"].to_numpy()
            rows = self.baseline.rows_of(part, score, part["__target"].to_numpy().astype(np.float64))
            yield start, [SimpleNamespace(inputs={})] * SIZE, rows, score


def flights() -> pa.Table:
    """Return the features, targets and times of all flights that landed, in their order."""
    parts = [pq.read_table(ROOT / f"data/{name}.parquet") for name in ("train", "holdout")]
    rows = pa.concat_tables([part.select(["__row", "__target", *FEATURES]) for part in parts])
    table = pq.read_table(ROOT / "data/tables/flights.parquet", columns=["__row", "departure"])
    places = np.searchsorted(table["__row"].to_numpy(), rows["__row"].to_numpy())
    rows = rows.append_column("__time", table["departure"].take(places).cast(pa.timestamp("us")))
    target = pa.array(rows["__target"].to_numpy(zero_copy_only=False).astype(np.int64))
    rows = rows.set_column(rows.column_names.index("__target"), "__target", target)
    return rows.sort_by([("__time", "ascending"), ("__row", "ascending")]).drop_columns(["__row"])


class Model:
    """A LightGBM with categories as codes of the rows that it was fitted on."""

    def __init__(self, rows: pa.Table) -> None:
        self.values = {name: pc.drop_null(pc.unique(rows[name])) for name in CATEGORIES}
        places = [FEATURES.index(name) for name in CATEGORIES]
        data = lightgbm.Dataset(self.matrix(rows), rows["__target"].to_numpy(), categorical_feature=places)
        params = {"objective": "binary", "num_leaves": 31, "learning_rate": 0.1, "verbose": -1, "num_threads": 1}
        self.booster = lightgbm.train({**params, "min_data_in_leaf": 100, "seed": 0}, data, num_boost_round=100)

    def matrix(self, rows: pa.Table) -> np.ndarray:
        """Return the features as numbers."""
        columns = [
            pc.index_in(rows[name], value_set=self.values[name]).cast(pa.float64())
            if name in self.values
            else rows[name]
            for name in FEATURES
        ]
        return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])

    def scored(self, rows: pa.Table) -> pa.Table:
        """Return ``rows`` with their scores."""
        return rows.append_column("__score", pa.array(self.booster.predict(self.matrix(rows))))


def scenarios(origins: int) -> Iterator[Scenario]:
    """Yield the months as they were and with faults, then the simulated streams."""
    rows = flights()
    month = pc.month(rows["__time"]).to_numpy()
    for watched in range(13 - origins, 13):
        model = Model(rows.filter(pa.array(month < watched - 2)))
        reference = model.scored(rows.filter(pa.array((month == watched - 2) | (month == watched - 1))))
        later = rows.filter(pa.array(month == watched))
        later = later.slice(0, len(later) // SIZE * SIZE)
        middle = len(later) // SIZE // 2
        yield Scenario("unchanged", watched, reference, model.scored(later), len(later) // SIZE)
        for name, fault in FAULTS.items():
            broken = fault(later.slice(middle * SIZE), np.random.default_rng(watched))
            both = pa.concat_tables([later.slice(0, middle * SIZE), broken.cast(later.schema)])
            yield Scenario(name, watched, reference, model.scored(both), middle)
    for seed in range(origins // 2):
        stream = simulated(140 * SIZE, seed, trend=seed % 2)
        yield Scenario("simulated", seed, stream.slice(0, 60 * SIZE), stream.slice(60 * SIZE), 80)


def ours(scenario: Scenario, folder: Path) -> dict[str, Any]:
    """Return the windows with an alarm, by its class, and how often the interval of the estimate was right."""
    part = pa.array(["holdout"] * len(scenario.reference))
    pq.write_table(scenario.reference.append_column("__part", part), folder / "reference.parquet")
    (folder / "contract.json").write_text("{}")
    monitor = Played(folder, scenario.watched)
    monitor.run()
    pairs = [(window.estimate, window.realised) for window in monitor.windows[: scenario.onset]]
    inside = [a.interval[0] <= b.value <= a.interval[1] for a, b in pairs if a is not None and b is not None]
    alarms = [(alarm.kind, alarm.window) for alarm in monitor.alarms]
    return {
        "Ninefold, performance and scores": sorted({window for kind, window in alarms if kind != "data quality"}),
        "Ninefold, with data quality": sorted({window for _, window in alarms}),
        "quarters": scenario.onset / monitor.baseline.per_quarter,
        "covered": sum(inside),
        "estimated": len(inside),
    }


def keep(scenario: Scenario, folder: Path) -> None:
    """Write the windows to ``folder`` for others; those before a fault begins are in the scenario without one."""
    folder.mkdir()
    faulty = scenario.name in FAULTS
    pq.write_table(scenario.reference, folder / "reference.parquet")
    pq.write_table(scenario.watched.slice(scenario.onset * SIZE if faulty else 0), folder / "watched.parquet")


def peers(folders: list[Path], onsets: list[int]) -> list[dict[str, Any]]:
    """Return the windows in which others alarm by their defaults, for each of the ``folders``."""
    python = CACHE / "monitors/bin/python"
    command = [str(python), str(Path(__file__).parent / "monitors/peers.py"), str(SIZE), *map(str, folders)]
    alone = {**os.environ, "NML_DISABLE_USAGE_LOGGING": "1", "DO_NOT_TRACK": "1"}  # nothing is sent to their makers
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=alone)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [
        {name: [window + onset for window in windows] for name, windows in one.items()}
        for one, onset in zip(found, onsets, strict=True)
    ]


def install() -> None:
    """Make the environment of the others."""
    if not (CACHE / "monitors").exists():
        subprocess.run([sys.executable, "-m", "venv", str(CACHE / "monitors")], check=True)
        command = [str(CACHE / "monitors/bin/pip"), "install", "--quiet", "-r", str(REQUIREMENTS)]
        subprocess.run(command, check=True)


def report(results: list[tuple[Scenario, dict[str, Any]]]) -> None:
    """Print the rates of false alarms, the power and the delay."""
    names = [name for name, value in results[0][1].items() if isinstance(value, list)]
    quarters = sum(found["quarters"] for scenario, found in results if scenario.name in ("unchanged", "simulated"))
    asked = SETTINGS["monitor"]["false_alarms_per_quarter"] * quarters  # type: ignore[index]
    low, high = poisson.ppf([0.025, 0.975], asked)
    print(f"asked for {asked:.2f} false alarms in {quarters:.1f} quarters: 95 % interval {low:.0f} to {high:.0f}\n")
    for kind in ("unchanged", "simulated"):
        some = [(scenario, found) for scenario, found in results if scenario.name == kind]
        total = sum(scenario.windows for scenario, _ in some)
        for name in names:
            print(f"{kind:12} {name:36} {sum(len(found[name]) for _, found in some):5} of {total} windows alarm")
        covered, estimated = (sum(found[key] for _, found in some) for key in ("covered", "estimated"))
        print(f"{kind:12} intervals of the estimate that hold the realised metric: {covered} of {estimated}\n")
    print(f"{'fault':24}" + "".join(f"{name:>38}" for name in names))
    for fault in FAULTS:
        some = [(scenario, found) for scenario, found in results if scenario.name == fault]
        print(f"{fault:24}" + "".join(f"{power(some, name):>38}" for name in names))


def power(some: list[tuple[Scenario, dict[str, Any]]], name: str) -> str:
    """Return in how many months the fault was noticed, and after how many windows in the median."""
    alarms = [
        (scenario.onset, [window for window in found[name] if window >= scenario.onset]) for scenario, found in some
    ]
    noticed = [min(windows) - onset + 1 for onset, windows in alarms if windows]
    return f"{len(noticed)} of {len(some)}, after {int(np.median(noticed)) if noticed else '-'}"


def main() -> None:
    """Watch every scenario, and print what was found."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--origins", type=int, default=8, help="months that are watched: %(default)s")
    parser.add_argument("--peers", action="store_true", help="ask NannyML and Evidently too")
    given = parser.parse_args()
    if given.peers:
        install()
    results: list[tuple[Scenario, dict[str, Any]]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "params.yaml").write_text(json.dumps(SETTINGS))
        os.chdir(folder)  # where the settings are
        for scenario in scenarios(given.origins):
            results.append((scenario, ours(scenario, folder)))
            print(scenario.name, scenario.month, results[-1][1], file=sys.stderr, flush=True)
            if given.peers:
                keep(scenario, folder / str(len(results)))
        if given.peers:
            onsets = [scenario.onset if scenario.name in FAULTS else 0 for scenario, _ in results]
            folders = [folder / str(place) for place in range(1, len(results) + 1)]
            for (_, found), others in zip(results, peers(folders, onsets), strict=True):
                found.update(others)
    report(results)


if __name__ == "__main__":
    main()
