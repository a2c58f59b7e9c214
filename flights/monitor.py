"""Compare the predictions in logs/ with the holdout: do the scores drift, and which features may explain it?"""

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from flights.bundles import ask, held_rows
from flights.drift import numbers, thresholds, unchanged, watch
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


def judge(logged: list[Prediction], champion: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the drift of every feature and of the scores, each with its threshold."""
    settings = setting("monitor")
    reference, reference_score = ask(champion, held_rows())
    judged = pa.Table.from_pylist([prediction.features for prediction in logged], schema=reference.schema)
    score = np.array([prediction.score for prediction in logged])
    scores = [numbers(*pair) for pair in zip(np.atleast_2d(reference_score.T), np.atleast_2d(score.T), strict=True)]
    features = watch(reference, judged)
    found = np.array([[column.drift(column.judged) for column in features + scores]])
    calm = unchanged(features + scores, len(logged), settings["chunks"], settings["seed"])
    drifts = np.vstack([found, calm])
    drifts = np.column_stack([drifts[:, : len(features)], drifts[:, len(features) :].max(axis=1)])
    rows = [
        {
            "name": name,
            "drift": round(float(drift), 6),
            "threshold": round(float(limit), 6),
            "alarm": bool(drift > limit),
        }
        for name, drift, limit in zip(
            [*reference.column_names, "score"], drifts[0], thresholds(drifts[1:], settings["false_alarms"]), strict=True
        )
    ]
    return rows[:-1], rows[-1]


def conclude(columns: list[dict[str, Any]], score: dict[str, Any], rows: int, version: int) -> dict[str, Any]:
    """Return what the drifts mean: a score that drifts is an alarm, features that do may explain it."""
    moved = sorted((row for row in columns if row["alarm"]), key=lambda row: row["threshold"] - row["drift"])
    alarm = score["alarm"]
    statement = (
        f"The scores of the last {rows:,} predictions of version {version} are {'no longer' if alarm else 'as'} those of "
        f"the holdout; {len(moved)} of {len(columns)} features drift. Of unchanged chunks of this size, "
        f"{setting('monitor', 'false_alarms'):.2%} ring some alarm."
    )
    return {
        "status": "alarm" if alarm else "quiet",
        "rows": rows,
        "statement": statement,
        "columns": columns,
        "score": {key: score[key] for key in ("drift", "threshold", "alarm")},
        "retrain": alarm,
        "reasons": [
            f"{row['name']} drifts by {row['drift']:.3f}, beyond {row['threshold']:.3f}"
            for row in ([score] if alarm else []) + moved
        ],
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
    return conclude(*judge(list(logged), VERSIONS / str(version)), len(logged), version)


def main() -> None:
    summary = summarise()
    write_json(SUMMARY, summary)
    print(f"{summary['status']}: {summary['statement']}")


if __name__ == "__main__":
    main()
