"""Prove that a bundle gives the features and scores that training and the batch path give."""

from datetime import timedelta
from itertools import compress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.common.engine import connect
from flights.common.outputs import read_json
from flights.features.columns import FEATURES
from flights.features.comparison import differences
from flights.features.encoders import column_features, read_matrix
from flights.features.lookup_tables import write_keyed
from flights.features.snapshots import EVENTS, TABLES, stand, write, write_served
from flights.packaging.bundles import HOLDOUT, Answer, as_it_stood, held_rows, replay
from flights.packaging.live_service import answered, scores
from flights.service.replay import as_requests, evenly

ENCODERS = Path("data/final_encoders.json")
ROWS, ROWS_OVER_HTTP = 100_000, 10_000  # at most, so that the time it takes does not grow with the holdout
TOLERANCE = 1e-12
BEFORE = timedelta(seconds=183600)  # the time of a row: its decision, and what the past may know ahead


class ParityError(ValueError):
    """A bundle does not answer as training and the batch path do."""


class Model(Protocol):
    """What every candidate's model can do."""

    def predict(self, matrix: np.ndarray) -> np.ndarray:
        """Return the prediction for each row of ``matrix``."""
        ...


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
    """Return by how much of the largest, or of 1, scores differ at most, to the digits that every processor agrees on.

    Raise ParityError when that is more than rounding.
    """
    largest = max(1.0, float(np.abs(expected).max(initial=0.0)))
    apart = float(np.abs(score.reshape(expected.shape) - expected).max(initial=0.0)) / largest
    if not apart <= TOLERANCE:
        raise ParityError(f"a score differs by {apart:g} between {where} and the batch path")
    return round(apart, 12)


def check_snapshots(bundle: Path, past: Path) -> None:
    """Raise where the bundle does not hold what stands now by the snapshots in ``past``, naming the features."""
    late: list[str] = []
    with connect() as database, TemporaryDirectory() as folder:
        database.read_parquet(str(EVENTS)).create_view("events")
        for table in TABLES:
            database.read_parquet(str(past / f"{table}.parquet")).create(table)
        stand(database)
        now, packed = Path(folder, "now"), bundle / "data/snapshots"
        now.mkdir()
        write(database, now, which="latest_")
        write_served(now)
        for table in TABLES:
            again = Path(folder, f"{table}.json")
            write_keyed(packed / f"{table}.parquet", again)
            if not again.read_bytes() == (now / again.name).read_bytes() == (packed / again.name).read_bytes():
                late += [name for name in pq.read_schema(now / f"{table}.parquet").names if name in FEATURES]
    if late:
        raise ParityError(f"the snapshots in the bundle are not those that stand now: {', '.join(late)}")


def check(bundle: Path, model: Model) -> dict[str, Any]:
    """Raise unless ``bundle`` has the features and scores for the holdout that training and ``model`` have."""
    encoders = read_json(ENCODERS)
    matrix = read_matrix(HOLDOUT, encoders)
    rows = evenly(len(matrix), ROWS)
    trained, asked = pq.read_table(HOLDOUT).take(rows), held_rows().take(rows)
    expected = model.predict(matrix)[rows]
    since = pc.min(asked["departure"].cast(pa.timestamp("us"))).as_py() - BEFORE
    with as_it_stood(bundle, since) as past:
        check_snapshots(bundle, Path(past[-1]) / "snapshots")
        answer = replay(bundle, asked, past)
        check_features(trained, answer)
        check_matrix(matrix[rows], answer, column_features(encoders))
        apart = check_score(expected, answer.score, "the bundle")
        some = evenly(len(rows), ROWS_OVER_HTTP)
        requests = as_requests(asked.take(some))
        here = answered(bundle, requests)
        served = scores(bundle, list(compress(requests, here)), past)
        apart = max(apart, check_score(expected[some][here], served, "the service"))
    return {
        "rows": len(rows),
        "rows_over_http": len(served),
        "features": answer.features.num_columns,
        "largest_difference": apart,
    }
