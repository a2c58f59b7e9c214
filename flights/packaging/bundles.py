"""Ask a bundle for features and scores: by its own code, in its own folder, in processes of its own.

Where the model that answers requests was fitted on the holdout too, the one that was evaluated is in the bundle beside
it, and is the one to ask wherever scores measure how good a model is: it has not seen the rows that it is measured on.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.common.outputs import read_json

TABLE = Path("data/tables/flights.parquet")
HOLDOUT = Path("data/holdout.parquet")
# -E: no environment variable puts other code in the way; -B: nothing is written into the bundle.
PYTHON = (sys.executable, "-E", "-B", "-m")


class BundleError(Exception):
    """A bundle cannot score the rows it is given."""


@dataclass(frozen=True)
class Answer:
    """What a bundle has for some rows: their features, what its model sees of them, and the scores."""

    features: pa.Table
    matrix: np.ndarray
    score: np.ndarray


def held_rows() -> pa.Table:
    """Return the rows of the table that are in the holdout, in its order."""
    table = pq.read_table(TABLE)
    holdout = pq.read_table(HOLDOUT, columns=["__row"])["__row"].to_numpy()
    return table.take(np.searchsorted(table["__row"].to_numpy(), holdout))


def run(bundle: Path, *command: str, stdout: int | None = subprocess.DEVNULL) -> None:
    """Run a module of ``bundle``; raise BundleError with the last line of what it says went wrong."""
    done = subprocess.run(
        [*PYTHON, *command], cwd=bundle, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise BundleError(done.stderr.strip().rpartition("\n")[2])


@contextmanager
def as_it_stood(bundle: Path, since: datetime | None = None) -> Iterator[tuple[str, ...]]:
    """Yield the arguments by which the modules of ``bundle`` see the past as it stood at each decision, ``since`` a moment."""
    if not (bundle / "flights/features/snapshots.sql").exists():
        yield ()
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        which = ("--now", str(since)) if since else ("--history",)
        run(bundle, "flights.features.snapshots", str(TABLE.absolute()), *which, "--folder", str(data / "snapshots"))
        (data / "tables").symlink_to((bundle / "data/tables").absolute())
        yield "--data", folder


def evaluated(bundle: Path) -> tuple[str, ...]:
    """Return the arguments by which ``bundle`` scores with the model that was evaluated; none where there is no other."""
    return ("--model", "evaluated") if evaluated_folder(bundle).name == "evaluated" else ()


def evaluated_folder(bundle: Path) -> Path:
    """Return the folder of the model of ``bundle`` that was evaluated: the one that answers, where there is no other."""
    own = bundle / "evaluated"
    return own if own.is_dir() else bundle / "model"


def ask(bundle: Path, rows: pa.Table) -> Answer:
    """Return what the evaluated model of ``bundle`` has for ``rows`` of the table, with the past as it stood for each."""
    with as_it_stood(bundle) as past:
        return replay(bundle, rows, (*past, *evaluated(bundle)))


def rescore(bundle: Path, features: pa.Table, score: np.ndarray) -> np.ndarray:
    """Return what the evaluated model of ``bundle`` makes of logged ``features``; ``score`` is what was answered.

    That is returned where there is no other model, and where the log has not all that it would need.
    """
    if not evaluated(bundle) or read_json(bundle / "bundle.json").get("unlogged"):
        return score
    return score_features(bundle, features)


def score_features(bundle: Path, features: pa.Table) -> np.ndarray:
    """Return the scores that the evaluated model of ``bundle`` has for rows with these ``features``."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "features.parquet", Path(folder) / "scores.parquet"
        pq.write_table(features, asked)
        run(bundle, "flights.service.replay", str(asked), str(answered), "--features", *evaluated(bundle))
        return np.asarray(pq.read_table(answered)["__score"].to_pylist(), dtype=np.float64)


def replay(bundle: Path, rows: pa.Table, arguments: tuple[str, ...]) -> Answer:
    """Return what ``bundle`` has for ``rows``; ``arguments`` come from :func:`as_it_stood` and :func:`evaluated`."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "rows.parquet", Path(folder) / "answers.parquet"
        pq.write_table(rows, asked)
        run(
            bundle, "flights.service.replay", str(asked), str(answered), *arguments, stdout=None
        )  # which is its progress
        table = pq.read_table(answered)
    matrix = table["__encoded"].combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(table.num_rows, -1)
    score = np.asarray(table["__score"].to_pylist(), dtype=np.float64)
    return Answer(table.drop_columns(["__encoded", "__score"]), matrix, score)
