"""Compare the predictions in logs/ with the holdout: do the scores drift, and which features may explain it?"""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flights.bundles import ask, held_rows
from flights.outputs import read_json, write_json
from flights.settings import setting

LOG = Path("logs/predictions.jsonl")
CHAMPION = Path("registry/champion.json")
VERSIONS = Path("registry/versions")
SUMMARY = Path("reports/monitor.json")


class Prediction(msgspec.Struct):
    """What is read of a line of the log."""

    model: str
    features: dict[str, Any]
    score: float


@dataclass(frozen=True)
class Watched:
    """A column of the reference and of the rows that are judged, as places among the values of the reference."""

    reference: np.ndarray
    judged: np.ndarray
    ordered: bool

    @cached_property
    def shares(self) -> np.ndarray:
        """The share of the reference at each place."""
        return np.bincount(self.reference, minlength=1 + max(self.reference.max(), self.judged.max())) / len(
            self.reference
        )

    def drift(self, places: np.ndarray) -> float:
        """Return how far rows at ``places`` are from the reference, 0 to 1.

        For numbers the largest gap between the two cumulative distributions (Kolmogorov-Smirnov, missing values last);
        for categories the share that would have to change its value (total variation).
        """
        apart = np.bincount(places, minlength=len(self.shares)) / len(places) - self.shares
        return float(np.abs(np.cumsum(apart)).max() if self.ordered else np.abs(apart).sum() / 2)


def numbers(reference: np.ndarray, judged: np.ndarray) -> Watched:
    """Return a column of numbers; what is missing stands behind the largest."""
    values = np.unique(reference[np.isfinite(reference)])
    places = (
        np.where(np.isfinite(column), np.searchsorted(values, column, side="right"), len(values) + 1)
        for column in (reference, judged)
    )
    return Watched(*places, ordered=True)


def categories(reference: pa.ChunkedArray, judged: pa.ChunkedArray) -> Watched:
    """Return a column of categories; all that the reference has never seen share one place."""
    values = pc.unique(reference)
    places = (
        pc.fill_null(pc.index_in(column, value_set=values), len(values)).to_numpy() for column in (reference, judged)
    )
    return Watched(*places, ordered=False)


def watch(reference: pa.Table, judged: pa.Table) -> list[Watched]:
    """Return the columns that both tables have."""
    pairs = [(reference[name], judged[name]) for name in reference.column_names]
    return [
        categories(*pair) if pa.types.is_string(pair[0].type) else numbers(*(column.to_numpy() for column in pair))
        for pair in pairs
    ]


def unchanged(columns: list[Watched], rows: int) -> np.ndarray:
    """Return the drift of every column in chunks of ``rows`` rows drawn from the reference, shape (chunks, columns)."""
    draw, size = np.random.default_rng(setting("monitor", "seed")), len(columns[0].reference)
    # Rows that were logged are no part of the reference, those of a chunk are: without the factor it is too close.
    factor = math.sqrt(1 + rows / size)
    chunks = (draw.integers(0, size, rows) for _ in range(setting("monitor", "chunks")))
    return factor * np.array([[column.drift(column.reference[chunk]) for column in columns] for chunk in chunks])


def thresholds(drifts: np.ndarray) -> np.ndarray:
    """Return a threshold for each column, such that all together ring in ``false_alarms`` of unchanged chunks.

    Drifts are put on one scale (mean 0, spread 1); the quantile of each chunk's largest counts for every column.
    """
    mean, spread = drifts.mean(axis=0), drifts.std(axis=0)
    largest = np.sort(((drifts - mean) / np.where(spread > 0, spread, 1)).max(axis=1))
    rank = math.ceil((len(largest) + 1) * (1 - setting("monitor", "false_alarms")))
    return mean + largest[min(rank, len(largest)) - 1] * spread


def predictions(digest: str) -> Iterator[Prediction]:
    """Yield what the log holds of the model ``digest``; a line that was cut off is passed over."""
    decoder = msgspec.json.Decoder(Prediction)
    with LOG.open("rb") as lines:
        for line in lines:
            try:
                prediction = decoder.decode(line)
            except ValueError:
                continue
            if prediction.model == digest:
                yield prediction


def judge(logged: list[Prediction], champion: Path) -> dict[str, Any]:
    """Return the drift of the scores and of every feature, each with its threshold."""
    reference, reference_score = ask(champion, held_rows(champion))
    judged = pa.Table.from_pylist([prediction.features for prediction in logged], schema=reference.schema)
    score = np.array([prediction.score for prediction in logged])
    scores = [numbers(*pair) for pair in zip(np.atleast_2d(reference_score.T), np.atleast_2d(score.T), strict=True)]
    columns = watch(reference, judged)
    drifts = np.vstack(
        [[column.drift(column.judged) for column in columns + scores], unchanged(columns + scores, len(logged))]
    )
    found, *calm = np.column_stack([drifts[:, : len(columns)], drifts[:, len(columns) :].max(axis=1)])
    *rows, last = [
        {"drift": round(float(drift), 6), "threshold": round(float(limit), 6), "alarm": bool(drift > limit)}
        for drift, limit in zip(found, thresholds(np.array(calm)), strict=True)
    ]
    return {
        "columns": [{"name": name, **row} for name, row in zip(reference.column_names, rows, strict=True)],
        "score": last,
    }


def conclude(found: dict[str, Any], rows: int, version: int) -> dict[str, Any]:
    """Return what the drifts mean: a score that drifts is an alarm, features that do may explain it."""
    moved = sorted((row for row in found["columns"] if row["alarm"]), key=lambda row: row["threshold"] - row["drift"])
    alarm = found["score"]["alarm"]
    reasons = (
        [f"the scores drift by {found['score']['drift']:.3f}, beyond {found['score']['threshold']:.3f}"]
        if alarm
        else []
    )
    reasons += [f"{row['name']} drifts by {row['drift']:.3f}, beyond {row['threshold']:.3f}" for row in moved]
    scores = "are no longer" if alarm else "are as"
    rate = f"of unchanged chunks, {setting('monitor', 'false_alarms'):.2%} ring some alarm"
    statement = (
        f"The scores of the last {rows:,} predictions of version {version} {scores} those of the holdout; "
        f"{len(moved)} of {len(found['columns'])} features drift ({rate})."
    )
    return {
        "status": "alarm" if alarm else "quiet",
        "rows": rows,
        "statement": statement,
        **found,
        "retrain": alarm,
        "reasons": reasons,
    }


def nothing(rows: int, statement: str) -> dict[str, Any]:
    """Return the summary when there is too little to judge."""
    empty = {"columns": [], "score": None, "retrain": False, "reasons": []}
    return {"status": "no predictions yet", "rows": rows, "statement": statement, **empty}


def summarise() -> dict[str, Any]:
    """Return what there is to say about the champion's predictions."""
    if not CHAMPION.exists():
        return nothing(0, "No version is released.")
    champion, settings = read_json(CHAMPION), setting("monitor")
    logged: deque[Prediction] = deque(maxlen=settings["chunk_rows"])
    count = 0
    for prediction in predictions(champion["digest"]) if LOG.exists() else ():
        logged.append(prediction)
        count += 1
    version = champion["version"]
    if count < max(settings["min_rows"], 1):
        return nothing(
            count, f"{count:,} predictions of version {version} are logged; {settings['min_rows']:,} are needed."
        )
    return conclude(judge(list(logged), VERSIONS / str(version)), len(logged), version)


def main() -> None:
    summary = summarise()
    write_json(SUMMARY, summary)
    print(f"{summary['status']}: {summary['statement']}")


if __name__ == "__main__":
    main()
