"""What `ninefold new` and `dvc repro` make of the rows to learn from, untouched, and what the bundle then predicts."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from contest.tables import Table

PACKAGE = "project"
YES = {"yes", "y", "true", "t", "1"}
ENDING = 4_000  # signs of what a command said before it failed
FITTING = ("train@", "blend", "tuning", "refit")
"""The beginnings of the names of stages that fit something."""


@dataclass
class Spent:
    """Seconds by the clock, and of all processors."""

    seconds: float = 0.0
    processor: float = 0.0

    def since(self, earlier: "Spent") -> "Spent":
        """Return what was spent since ``earlier``."""
        return Spent(self.seconds - earlier.seconds, self.processor - earlier.processor)


@dataclass
class Timed:
    """What a whole is made of."""

    stages: dict[str, Spent] = field(default_factory=dict)

    def total(self, *beginnings: str) -> Spent:
        """Return all together whose names begin so."""
        some = [one for name, one in self.stages.items() if name.startswith(beginnings)]
        return Spent(sum(one.seconds for one in some), sum(one.processor for one in some))


class FailedError(Exception):
    """A command that failed, with the end of what it said."""


def environment() -> dict[str, str]:
    """Return the environment of all commands: ours found first, one thread where a library asks for that."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1", "OMP_NUM_THREADS": "1"}


def children() -> Spent:
    """Return what was spent until now, of processors by the processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(time.perf_counter(), used.ru_utime + used.ru_stime)


@contextmanager
def timed(into: Timed, name: str) -> Iterator[None]:
    """Put what the block spends into ``into``."""
    begun = children()
    yield
    into.stages[name] = children().since(begun)


def run(folder: Path, *command: str) -> None:
    """Run ``command`` in ``folder``; raises :class:`FailedError`."""
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, cwd=folder, env=environment(), check=False, **output)
    if done.returncode:
        raise FailedError(f"{' '.join(command)} failed:\n{done.stdout[-ENDING:]}")


def reproduce(folder: Path, into: Timed) -> None:
    """Run the pipeline in ``folder`` and put what each stage spends into ``into``."""
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    said = ""
    with subprocess.Popen(["dvc", "repro"], cwd=folder, env=environment(), **output) as process:
        assert process.stdout is not None
        dvc, name, begun = psutil.Process(process.pid), "dvc", Spent(time.perf_counter())
        for line in process.stdout:
            said += line
            if found := re.match(r"Running stage '([^']+)'", line):
                used = dvc.cpu_times()
                now = Spent(time.perf_counter(), used.children_user + used.children_system)
                into.stages[name], name, begun = now.since(begun), found[1], now
        into.stages[name] = Spent(time.perf_counter() - begun.seconds)
    if process.returncode:
        raise FailedError(f"dvc repro failed:\n{said[-ENDING:]}")


def predict(table: Table) -> dict[str, Any]:
    """Make the project of ``table``, score its held-out rows with the bundle; return what is to be told of that.

    The predictions go to `Ninefold.npy` in the table's folder, the project stays in `project` there.
    """
    place, folder, spent = table.path.resolve(), table.path.resolve() / PACKAGE, Timed()
    shutil.rmtree(folder, ignore_errors=True)
    with timed(spent, "new"):
        what = ("--target", table.target, "--task", table.task)
        run(place, "ninefold", "new", PACKAGE, "--data", "train.csv", *what)
    with timed(spent, "all"):
        reproduce(folder, spent)
    scores = place / "scores.parquet"
    with timed(spent, "bulk"):
        run(folder / "bundle", sys.executable, "-m", f"{PACKAGE}.service.bulk", str(place / "holdout.csv"), str(scores))
    params = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    said, refused = answers(table, scores, params["problem"])
    np.save(place / "Ninefold.npy", said)
    release = json.loads((folder / "reports/release.json").read_text(encoding="utf-8"))
    evaluation = json.loads((folder / "reports/evaluation.json").read_text(encoding="utf-8"))
    fit, whole = spent.total(*FITTING), spent.total("all")
    return {
        "version": version("ninefold"),
        "seconds": fit.seconds,
        "processor": fit.processor,
        "whole_seconds": whole.seconds + spent.stages["new"].seconds,
        "whole_processor": whole.processor + spent.stages["new"].processor,
        "stages": {name: [one.seconds, one.processor] for name, one in spent.stages.items()},
        "refused": refused,
        "chosen": evaluation["chosen"],
        "expected": expected(evaluation, table.metric),
        "validated": validated(evaluation),
        "coverage": coverage(table, scores),
        "verdict": release["verdict"],
        "task": params["problem"]["task"],
        "features": len(params["features"]),
        "bytes": sum(file.stat().st_size for file in (folder / "bundle/model").rglob("*") if file.is_file()),
    }


def expected(evaluation: dict[str, Any], metric: str) -> dict[str, Any] | None:
    """Return what the project says of itself in ``metric``: the value on its own holdout, and the interval."""
    return evaluation["holdout"][evaluation["chosen"]].get(metric)


def validated(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Return what validated rows let expect of the project's own holdout, and what was measured there."""
    measured = evaluation["holdout"][evaluation["chosen"]][evaluation["primary"]]["value"]
    return {**evaluation["selection"]["expected"], "holdout": measured}


def coverage(table: Table, scores: Path) -> float | None:
    """Return the share of held-out rows whose target is within the prediction interval; None where there is none."""
    found = pq.read_table(scores)
    if "low" not in found.column_names:
        return None
    low, high = column(found, "low"), column(found, "high")
    known = ~np.isnan(low)
    return float(np.mean(((low <= table.truth) & (table.truth <= high))[known]))


def answers(table: Table, scores: Path, problem: dict[str, Any]) -> tuple[np.ndarray, int]:
    """Return what the bundle says of each held-out row, and how many it refused: they are given what is common."""
    found = pq.read_table(scores)
    if table.task == "regression":
        said = column(found, "value")
        common = np.nanmean(said)
    elif table.task == "binary":
        said = column(found, "probability")
        if positive(table, problem["target"]) != table.classes[1]:
            said = 1 - said
        common = np.nanmean(said)
    else:
        names = {name.removeprefix("probability of "): name for name in found.column_names}
        said = np.stack([column(found, names[label]) for label in table.classes], axis=1)
        common = np.nanmean(said, axis=0)
    return filled(said, common)


def positive(table: Table, target: dict[str, Any]) -> str:
    """Return which of the two classes the project gives the probability of, as the file of the table has it."""
    if "positive" in target:
        return str(target["positive"])
    (yes,) = [label for label in table.classes if label.casefold() in YES]
    (no,) = set(table.classes) - {yes}
    return no if target["sql"].startswith("NOT ") else yes


def filled(said: np.ndarray, common: np.ndarray) -> tuple[np.ndarray, int]:
    """Return ``said`` with ``common`` where it is missing, and in how many rows it is."""
    refused = np.isnan(said) if said.ndim == 1 else np.isnan(said).any(axis=1)
    said[refused] = common
    return said, int(refused.sum())


def column(found: pa.Table, name: str) -> np.ndarray:
    """Return a column of numbers, NaN where there is none."""
    return np.array(found[name].to_numpy(zero_copy_only=False), dtype=np.float64)
