"""How often monitoring alarms, rightly and wrongly: ``python benchmarks/monitoring.py [--origins 8] [--peers]``.

Run after `make repro`. The example's year is played forward: for each of eight months a LightGBM is fitted on all
earlier months but two, these two are the reference, and the month is watched in windows of 1,000 flights in order.
First as it was; then with one fault from its middle on. So is the example's holdout, October to December, with August
and September for a reference. Simulated streams with seasons, slow noise and a trend add windows in which nothing
changes. False alarms are those of unchanged windows; power is the share of months in which a fault raised an alarm
before the month ended, delay the windows until then. An alarm that the window raises without the fault too does not
tell it: power is given with and without those.

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
from flights.packaging.contract import seen  # noqa: E402
from flights.service.request import COLUMNS  # noqa: E402

CACHE = ROOT / "build/benchmarks"
REQUIREMENTS = Path(__file__).parent / "requirements-monitoring.txt"
SIZE = 1_000
GIVEN = tuple(name for name in COLUMNS if name in FEATURES)  # inputs that are features as they stand
KINDS = ("unchanged", "holdout", "simulated")  # of scenarios without a fault
UNSEEN = tuple(name for name in COLUMNS if name not in FEATURES)  # inputs that no model sees
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
    """A reference and the windows after it; a fault begins at the window ``onset``, where there is one.

    ``contract`` is what all rows before the windows show that the inputs of a request hold.
    """

    name: str
    month: int
    reference: pa.Table
    watched: pa.Table
    onset: int
    contract: dict[str, dict[str, Any]]

    @property
    def windows(self) -> int:
        """Return how many windows there are."""
        return len(self.watched) // SIZE


class Played(Monitor):
    """Monitoring of rows that are in a table, and not in a log."""

    def __init__(self, folder: Path, watched: pa.Table) -> None:
        moment = watched["__time"].cast(pa.int64()).to_numpy()
        self.watched = watched
        self.inputs = {
            name.removeprefix("__input_"): name for name in watched.column_names if name.startswith("__input_")
        }
        self.inputs |= {name: name for name in GIVEN if name in watched.column_names}
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
            columns = [part[column].to_pylist() for column in self.inputs.values()]
            given = [dict(zip(self.inputs, values, strict=True)) for values in zip(*columns, strict=True)]
            yield start, [SimpleNamespace(inputs=one) for one in given or [{}] * SIZE], rows, score


def flights() -> pa.Table:
    """Return the features, other inputs, targets and times of all flights that landed, in their order."""
    parts = [pq.read_table(ROOT / f"data/{name}.parquet") for name in ("train", "holdout")]
    rows = pa.concat_tables([part.select(["__row", "__target", *FEATURES]) for part in parts])
    table = pq.read_table(ROOT / "data/tables/flights.parquet", columns=["__row", *UNSEEN])
    places = np.searchsorted(table["__row"].to_numpy(), rows["__row"].to_numpy())
    rows = rows.append_column("__time", table["departure"].take(places).cast(pa.timestamp("us")))
    for name in UNSEEN:
        rows = rows.append_column(f"__input_{name}", table[name].take(places))
    target = pa.array(rows["__target"].to_numpy(zero_copy_only=False).astype(np.int64))
    rows = rows.set_column(rows.column_names.index("__target"), "__target", target)
    return rows.sort_by([("__time", "ascending"), ("__row", "ascending")]).drop_columns(["__row"])


def contract_of(rows: pa.Table) -> dict[str, dict[str, Any]]:
    """Return what ``rows`` show that is expected in a request, as `package` learns it."""
    return {name: seen(rows[name if name in GIVEN else f"__input_{name}"]) for name in COLUMNS}


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
    """Yield the holdout and the months as they were, months with faults too, then the simulated streams."""
    rows = flights()
    month = pc.month(rows["__time"]).to_numpy()
    model = Model(rows.filter(pa.array(month < 8)))
    reference, later = (
        model.scored(rows.filter(pa.array(part))) for part in ((month == 8) | (month == 9), month >= 10)
    )
    contract = contract_of(rows.filter(pa.array(month < 10)))
    later = later.slice(0, len(later) // SIZE * SIZE)
    yield Scenario("holdout", 10, reference, later, len(later) // SIZE, contract)
    for watched in range(13 - origins, 13):
        model = Model(rows.filter(pa.array(month < watched - 2)))
        contract = contract_of(rows.filter(pa.array(month < watched)))
        reference = model.scored(rows.filter(pa.array((month == watched - 2) | (month == watched - 1))))
        later = rows.filter(pa.array(month == watched))
        later = later.slice(0, len(later) // SIZE * SIZE)
        middle = len(later) // SIZE // 2
        yield Scenario("unchanged", watched, reference, model.scored(later), len(later) // SIZE, contract)
        for name, fault in FAULTS.items():
            broken = fault(later.slice(middle * SIZE), np.random.default_rng(watched))
            both = pa.concat_tables([later.slice(0, middle * SIZE), broken.cast(later.schema)])
            yield Scenario(name, watched, reference, model.scored(both), middle, contract)
    for seed in range(origins):
        stream = simulated(140 * SIZE, seed, trend=seed % 2)
        yield Scenario("simulated", seed, stream.slice(0, 60 * SIZE), stream.slice(60 * SIZE), 80, {})


def ours(scenario: Scenario, folder: Path) -> dict[str, Any]:
    """Return the windows with an alarm, by its class, and how often the interval of the estimate was right."""
    part = pa.array(["holdout"] * len(scenario.reference))
    pq.write_table(scenario.reference.append_column("__part", part), folder / "reference.parquet")
    (folder / "contract.json").write_text(json.dumps(scenario.contract))
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
    for name, rows in (("reference", scenario.reference), ("watched", scenario.watched)):
        columns = [column for column in rows.column_names if not column.startswith("__input_")]
        start = scenario.onset * SIZE if faulty and name == "watched" else 0
        pq.write_table(rows.select(columns).slice(start), folder / f"{name}.parquet")


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
    quarters = sum(found["quarters"] for scenario, found in results if scenario.name in KINDS)
    asked = SETTINGS["monitor"]["false_alarms_per_quarter"] * quarters  # type: ignore[index]
    low, high = poisson.ppf([0.025, 0.975], asked)
    print(f"asked for {asked:.2f} false alarms in {quarters:.1f} quarters: 95 % interval {low:.0f} to {high:.0f}\n")
    for kind in KINDS:
        some = [(scenario, found) for scenario, found in results if scenario.name == kind]
        total = sum(scenario.windows for scenario, _ in some)
        for name in names:
            print(f"{kind:12} {name:36} {sum(len(found[name]) for _, found in some):5} of {total} windows alarm")
        covered, estimated = (sum(found[key] for _, found in some) for key in ("covered", "estimated"))
        print(f"{kind:12} intervals of the estimate that hold the realised metric: {covered} of {estimated}\n")
    anyway = {scenario.month: found for scenario, found in results if scenario.name == "unchanged"}
    for title, without in (("fault, any alarm", {}), ("fault, its own alarms", anyway)):
        print(f"\n{title:24}" + "".join(f"{name:>38}" for name in names))
        for fault in FAULTS:
            some = [(scenario, found) for scenario, found in results if scenario.name == fault]
            print(f"{fault:24}" + "".join(f"{power(some, name, without):>38}" for name in names))


def power(some: list[tuple[Scenario, dict[str, Any]]], name: str, without: dict[int, dict[str, Any]]) -> str:
    """Return in how many months the fault was noticed, and after how many windows in the median.

    Alarms that are ``without`` the fault too, by month, do not count.
    """
    noticed = []
    for scenario, found in some:
        others = without.get(scenario.month, {}).get(name, ())
        if windows := [window for window in found[name] if window >= scenario.onset and window not in others]:
            noticed.append(min(windows) - scenario.onset + 1)
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
