"""Compare the predictions in logs/ with the holdout: do the scores drift, and which features may explain it?"""

import heapq
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from flights.bundles import ask, held_rows, rescore
from flights.drift import merged, thresholds, unchanged, watch, watch_scores
from flights.outputs import read_json, write_json
from flights.settings import setting

LOGS = Path("logs")
CHAMPION = Path("registry/champion.json")
VERSIONS = Path("registry/versions")
SUMMARY = Path("reports/monitor.json")


class Prediction(msgspec.Struct):
    """What is read of a line of the log."""

    time: datetime
    model: str
    features: dict[str, Any]
    score: float


def predictions(digest: str) -> Iterator[Prediction]:
    """Yield what the log holds of the model ``digest``; a line that was cut off is passed over."""
    decoder = msgspec.json.Decoder(Prediction)
    for file in sorted(LOGS.glob("predictions-*.jsonl")):
        with file.open("rb") as lines:
            for line in lines:
                try:
                    prediction = decoder.decode(line)
                except ValueError:
                    continue
                if prediction.model == digest:
                    yield prediction


def judge(logged: list[Prediction], champion: Path) -> list[dict[str, Any]]:
    """Return the drift of every feature, and last that of the scores, each with its threshold."""
    settings = setting("monitor")
    answer = ask(champion, held_rows())
    reference, reference_score = answer.features, answer.score
    judged = pa.Table.from_pylist([prediction.features for prediction in logged], schema=reference.schema)
    score = rescore(champion, judged, np.array([prediction.score for prediction in logged]))
    columns = [*watch(reference, judged), *watch_scores(reference_score, score)]
    found = merged(np.array([[column.drift(column.judged) for column in columns]]), reference.num_columns)[0]
    calm = unchanged(columns, len(logged), settings["chunks"], settings["seed"])
    limits = thresholds(merged(calm, reference.num_columns), settings["false_alarms"])
    names = [*reference.column_names, "the score"]
    return [
        {"name": name, "drift": round(drift, 6), "threshold": round(limit, 6), "alarm": drift > limit}
        for name, drift, limit in zip(names, found.tolist(), limits.tolist(), strict=True)
    ]


def conclude(columns: list[dict[str, Any]], rows: int, version: int) -> dict[str, Any]:
    """Return what the drifts mean: a score that drifts is an alarm, features that do may explain it."""
    *features, score = columns
    settings = setting("monitor")
    alarms = sorted((column for column in features if column["alarm"]), key=lambda column: -column["drift"])
    rate = max(settings["false_alarms"], 1 / (settings["chunks"] + 1))
    statement = (
        f"The scores of the last {rows:,} predictions of version {version} are {'no longer' if score['alarm'] else 'as'} "
        f"those of the holdout; {len(alarms)} of {len(features)} features drift. Of chunks of this size in which nothing "
        f"has changed, at most {rate:.2%} ring some alarm."
    )
    return {
        "status": "alarm" if score["alarm"] else "quiet",
        "rows": rows,
        "statement": statement,
        "columns": features,
        "score": {key: score[key] for key in ("drift", "threshold", "alarm")},
        "retrain": score["alarm"],
        "reasons": [
            f"{column['name']} drifts by {column['drift']:.3f}, beyond {column['threshold']:.3f}"
            for column in [score] * score["alarm"] + alarms
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
    found = predictions(champion["digest"])
    logged = heapq.nlargest(settings["chunk_rows"], found, key=lambda prediction: prediction.time)
    count, version = len(logged), champion["version"]
    if count < settings["min_rows"]:
        return nothing(
            count, f"{count:,} predictions of version {version} are logged; {settings['min_rows']:,} are needed."
        )
    return conclude(judge(logged, VERSIONS / str(version)), count, version)


def main() -> None:
    summary = summarise()
    write_json(SUMMARY, summary)
    print(f"{summary['status']}: {summary['statement']}")


if __name__ == "__main__":
    main()
