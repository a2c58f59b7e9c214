"""Time every stage of the example once, beside the work that none of them can do without.

Run from the root after `make repro`, on a machine that does nothing else. Each stage is run again as DVC runs it. Then
the parts that are unavoidable run by themselves, in one process: reading the sources, the SQL that makes tables, the
past and features, fitting each candidate once, scoring the holdout once. What the stages take beyond their sum is
interpreters that start, checks, reports, and candidates that are fitted more than once: to choose, and to ship.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
GOAL = 1.25
FITS = {"baseline": "fit", "linear": "train", "lightgbm": "lgb.train"}
"""What fits a candidate, in its training module."""


@dataclass
class Spent:
    """Seconds by the clock, and of all processors."""

    seconds: float = 0.0
    processor: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(self.seconds + other.seconds, self.processor + other.processor)

    def __str__(self) -> str:
        """Return a row of the table."""
        return f"{self.seconds:>8.1f} {self.processor:>10.1f}"


def commands() -> dict[str, str]:
    """Return the command of every stage in dvc.yaml, those of the candidates one by one."""
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    candidates = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["model"]
    found: dict[str, str] = {}
    for name, body in stages.items():
        if "foreach" in body:
            found |= {f"{name}@{key}": body["do"]["cmd"].replace("${key}", key) for key in candidates}
        else:
            found[name] = body["cmd"]
    return found


def run(command: str) -> tuple[Spent, int]:
    """Run ``command`` and return what it spent, and the MiB that it held at most."""
    started = time.perf_counter()
    process = subprocess.Popen(command, shell=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{command} failed: run `make repro` first")
    process.returncode = 0
    return Spent(seconds, usage.ru_utime + usage.ru_stime), usage.ru_maxrss // 1024


@contextmanager
def timed(into: list[Spent]) -> Iterator[None]:
    """Append what the block spends to ``into``."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    into.append(Spent(time.perf_counter() - clock, time.process_time() - processor))


def reading() -> Spent:
    """Read every source and write it as Parquet."""
    from flights import collect

    found: list[Spent] = []
    with tempfile.TemporaryDirectory() as folder, collect.connect() as database, timed(found):
        for source in collect.SOURCES:
            prepared = collect.prepared([source.file], source.steps, Path(folder, source.name))
            source.read(database, prepared).write_parquet(f"{folder}/{source.name}.parquet", compression="zstd")
    return found[0]


def sql() -> Spent:
    """Make the tables, the past and the features, and write them."""
    from flights import features, process, snapshots

    found: list[Spent] = []
    with tempfile.TemporaryDirectory() as folder:
        with process.connect() as database, timed(found):
            database.execute(process.SQL.read_text(encoding="utf-8"))
            for table in process.ROLES:
                database.table(f"{table}_kept").write_parquet(f"{folder}/{table}.parquet", compression="zstd")
        with snapshots.connect() as database, timed(found):
            snapshots.take(database, snapshots.EVENTS)
            snapshots.write(database, Path(folder))
        features.TRAIN, features.HOLDOUT = Path(folder, "train.parquet"), Path(folder, "holdout.parquet")
        with features.connect() as database, timed(found):
            features.prepare(database)
            features.write(database)
    return sum(found, Spent())


def fits(candidate: str) -> list[Spent]:
    """Train ``candidate`` as its stage does, and return what each time it was fitted spent."""
    module = import_module(f"flights.models.train_{candidate}")
    found: list[Spent] = []
    *inside, name = FITS[candidate].split(".")
    home: ModuleType = getattr(module, inside[0]) if inside else module
    original: Callable[..., Any] = getattr(home, name)

    def watched(*arguments: Any, **named: Any) -> Any:
        with timed(found):
            return original(*arguments, **named)

    setattr(home, name, watched)
    module.main()
    setattr(home, name, original)
    return found


def scoring() -> Spent:
    """Score the holdout with every candidate."""
    from flights import evaluate

    found: list[Spent] = []
    with timed(found):
        matrix = evaluate.read_matrix(evaluate.HOLDOUT, evaluate.read_json(evaluate.ENCODERS))
        for name, module in evaluate.CANDIDATES.items():
            module.Model.load(evaluate.MODELS / name).predict(matrix)
    return found[0]


def unavoidable() -> Iterator[tuple[str, Spent]]:
    """Yield every part that no pipeline of the example can do without."""
    from flights.models.candidates import CANDIDATES  # whose libraries are imported before the clock runs

    yield "reading", reading()
    yield "SQL", sql()
    for candidate in CANDIDATES:
        yield f"fitting {candidate}", max(fits(candidate), key=lambda spent: spent.seconds)
    yield "scoring", scoring()


def main() -> None:
    """Print a row for each stage and for each unavoidable part, and by how much the sums differ."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    print(f"{'stage':<20} {'seconds':>8} {'processor':>10} {'MiB':>6}")
    stages = Spent()
    for name, command in commands().items():
        spent, memory = run(command)
        stages += spent
        print(f"{name:<20} {spent} {memory:>6}", flush=True)
    print(f"{'all':<20} {stages}\n\n{'unavoidable':<20} {'seconds':>8} {'processor':>10}")
    parts = Spent()
    for name, spent in unavoidable():
        parts += spent
        print(f"{name:<20} {spent}", flush=True)
    ratio = stages.seconds / parts.seconds
    print(f"{'all':<20} {parts}\n\nThe stages take {ratio:.2f} times as long by the clock; the goal is {GOAL}.")
    print(f"In seconds of processor it is {stages.processor / parts.processor:.2f} times.")


if __name__ == "__main__":
    main()
