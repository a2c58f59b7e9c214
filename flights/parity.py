"""Prove that a bundle gives the features and scores that training and the batch path give."""

from itertools import compress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.bundles import HOLDOUT, Answer, as_it_stood, held_rows, replay
from flights.columns import FEATURES
from flights.comparison import differences
from flights.encoders import column_features, read_matrix
from flights.outputs import read_json
from flights.service.replay import as_requests
from flights.serving import answered, scores
from flights.snapshots import EVENTS, TABLES, take

ENCODERS = Path("data/final_encoders.json")
MOST_ROWS = 100_000
TOLERANCE = 1e-12


class ParityError(ValueError):
    """A bundle does not answer as training and the batch path do."""


class Model(Protocol):
    """What every candidate's model can do."""

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Return the prediction for each row of ``matrix``."""
        ...


def evenly(rows: int) -> np.ndarray:
    """Return the places of at most MOST_ROWS of ``rows`` rows, evenly chosen."""
    return np.unique(np.linspace(0, rows - 1, min(rows, MOST_ROWS)).astype(np.int64))


def check_features(trained: pa.Table, answer: Answer) -> None:
    """Raise where a feature is not in the bundle what it is in training, naming each and a row."""
    wrong = [
        f"{name} is {trained[name][place].as_py()!r} in training and {answer.features[name][place].as_py()!r} in the "
        f"bundle (row {trained['__row'][place]})"
        for name, place in differences(trained, answer.features, TOLERANCE).items()
    ]
    if wrong:
        raise ParityError("; ".join(wrong))


def check_matrix(trained: np.ndarray, answer: Answer, features: list[str]) -> None:
    """Raise where the model sees a feature otherwise in the bundle than it did in training; ``features`` by column."""
    if trained.shape != answer.matrix.shape:
        raise ParityError(f"the model sees {answer.matrix.shape[1]} columns in the bundle, not {trained.shape[1]}")
    same = (trained == answer.matrix) | (np.isnan(trained) & np.isnan(answer.matrix))
    wrong = dict.fromkeys(features[place] for place in np.flatnonzero(~same.all(axis=0)))
    if wrong:
        raise ParityError(f"encoded otherwise in the bundle than in training: {', '.join(wrong)}")


def check_score(expected: np.ndarray, score: np.ndarray, where: str) -> float:
    """Return by how much scores differ at most; raise when that is more than rounding."""
    apart = float(np.abs(score - expected).max(initial=0.0))
    if not apart <= TOLERANCE * max(1.0, float(np.abs(expected).max(initial=0.0))):
        raise ParityError(f"a score differs by {apart:g} between {where} and the batch path")
    return apart


def check_snapshots(bundle: Path) -> None:
    """Raise where the bundle does not hold what stands of the past now, naming the features."""
    late = []
    with TemporaryDirectory() as folder:
        take(EVENTS, Path(folder), which="latest_")
        for table in TABLES:
            packed, now = (
                pq.read_table(home / f"{table}.parquet") for home in (bundle / "data/snapshots", Path(folder))
            )
            read, fresh = ((home / f"{table}.json").read_bytes() for home in (bundle / "data/snapshots", Path(folder)))
            same = packed.equals(now) and read == fresh
            late += [name for name in now.column_names if name in FEATURES and not same]
    if late:
        raise ParityError(f"the snapshots in the bundle are not those that stand now: {', '.join(late)}")


def check(bundle: Path, model: Model) -> dict[str, Any]:
    """Raise unless ``bundle`` has the features and scores for the holdout that training and ``model`` have."""
    check_snapshots(bundle)
    encoders = read_json(ENCODERS)
    matrix = read_matrix(HOLDOUT, encoders)
    rows = evenly(len(matrix))
    trained, asked = pq.read_table(HOLDOUT).take(rows), held_rows().take(rows)
    expected = model.predict(matrix)[rows]
    with as_it_stood(bundle) as past:
        answer = replay(bundle, asked, past)
        check_features(trained, answer)
        check_matrix(matrix[rows], answer, column_features(encoders))
        apart = check_score(expected, answer.score, "the bundle")
        requests = as_requests(asked)
        here = answered(bundle, requests)
        told = scores(bundle, list(compress(requests, here)), past)
        apart = max(apart, check_score(expected[here], told, "the service"))
    return {
        "rows": len(rows),
        "rows_over_http": len(told),
        "features": answer.features.num_columns,
        "largest_difference": apart,
    }
