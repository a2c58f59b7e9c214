"""Compare the predictions in logs/ with rows from before the release: do scores drift, and which features explain it?"""

import heapq
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.bundles import rescore
from flights.calibration import Calibration, calibrate
from flights.drift import Watched, merged, watch, watch_scores
from flights.guard import run_stage
from flights.outputs import read_json, write_json
from flights.settings import setting

LOGS = Path("logs")
CHAMPION = Path("registry/champion.json")
VERSIONS = Path("registry/versions")
REFERENCE = "reference.parquet"
SUMMARY = Path("reports/monitor.json")


class Prediction(msgspec.Struct):
    """What is read of a line of the log."""

    time: Annotated[datetime, msgspec.Meta(tz=True)]
    model: str
    features: dict[str, float | str | None]
    score: float


class Log:
    """The predictions in LOGS of the model ``digest``, whose ``reference`` says what they look like.

    Lines that are cut off, or that the service does not write, are passed over, and counted.
    """

    def __init__(self, digest: str, reference: Path) -> None:
        with pq.ParquetFile(reference) as file:
            row = next(file.iter_batches(batch_size=1))
        self.digest, self.passed_over = digest, 0
        self.shape = np.shape(row["__score"][0].as_py())
        self.kinds = {
            field.name: str if pa.types.is_string(field.type) else float
            for field in row.schema
            if not field.name.startswith("__")
        }

    def __iter__(self) -> Iterator[Prediction]:
        """Yield the predictions, those of each file in their order."""
        decoder = msgspec.json.Decoder(Prediction)
        for file in (file for file in sorted(LOGS.glob("predictions-*.jsonl")) if file.is_file()):
            with file.open("rb") as lines:
                for line in filter(bytes.strip, lines):
                    try:
                        prediction = decoder.decode(line)
                    except (ValueError, RecursionError):
                        self.passed_over += 1
                        continue
                    if prediction.model == self.digest and self.fits(prediction):
                        yield prediction

    def fits(self, prediction: Prediction) -> bool:
        """Return whether ``prediction`` has the features and the score of the model; count it where it has not."""
        features = prediction.features
        fits = features.keys() == self.kinds.keys() and np.shape(prediction.score) == self.shape
        fits = fits and all(value is None or isinstance(value, self.kinds[name]) for name, value in features.items())
        self.passed_over += not fits
        return fits


def columns_of(reference: pa.Table, features: pa.Table, score: np.ndarray) -> list[Watched]:
    """Return every feature, and behind them the scores, of the reference and of what is compared with it."""
    known = np.array(reference["__score"].to_pylist(), dtype=np.float64)
    compared = score if len(score) else known[:0]
    return [*watch(reference.select(features.column_names), features), *watch_scores(known, compared)]


def compare(logged: list[Prediction], champion: Path, rows: int) -> tuple[list[dict[str, Any]], Calibration]:
    """Return the drift of every feature of the predictions, and last that of their scores, with its threshold for ``rows``."""
    table = pq.read_table(champion / REFERENCE)
    holdout = table.filter(pc.equal(table["__part"], "holdout"))
    names = [name for name in table.column_names if not name.startswith("__")]
    features = pa.Table.from_pylist([prediction.features for prediction in logged], schema=table.select(names).schema)
    score = np.array([prediction.score for prediction in logged], dtype=np.float64)
    if logged:
        score = rescore(champion, features, score)
    columns = columns_of(holdout, features, score)
    validation = table.filter(pc.equal(table["__part"], "validation"))
    parts = {"holdout": columns, "validation": columns_of(validation, features[:0], score[:0])}
    calibration = calibrate(parts, holdout["__time"], len(names), rows)
    if not logged:
        return [], calibration
    found = merged(np.array([[column.drift(column.compared) for column in columns]]), len(names))[0]
    return [
        {
            "name": name,
            "drift": round(drift, 6),
            "threshold": round(limit, 6) if limit < np.inf else None,
            "calendar": limit == np.inf,
            "alarm": drift > limit,
        }
        for name, drift, limit in zip(
            [*names, "the score"], found.tolist(), calibration.thresholds.tolist(), strict=True
        )
    ], calibration


def conclude(columns: list[dict[str, Any]], calibration: Calibration, rows: int, version: int) -> dict[str, Any]:
    """Return what the drifts mean: a score that drifts is an alarm, features that do may explain it."""
    *features, score = columns
    alarms = sorted((column for column in features if column["alarm"]), key=lambda column: -column["drift"])
    statement = (
        f"The scores of the last {rows:,} predictions of version {version} are {'no longer' if score['alarm'] else 'as'} "
        f"those of the holdout; {len(alarms)} of {len(features)} features drift. {calibration.words}"
    )
    return {
        "status": "alarm" if score["alarm"] else "quiet",
        "rows": rows,
        "statement": statement,
        "columns": features,
        "score": {key: score[key] for key in ("drift", "threshold", "alarm")},
        "calibration": calibration.summary,
        "retrain": score["alarm"],
        "reasons": [
            f"{column['name']} drifts by {column['drift']:.3f}, beyond {column['threshold']:.3f}"
            for column in [score] * score["alarm"] + alarms
        ],
    }


def nothing(rows: int, statement: str, calibration: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the summary when there is too little to compare."""
    empty = {"columns": [], "score": None, "calibration": calibration, "retrain": False, "reasons": []}
    return {"status": "no predictions yet", "rows": rows, "statement": statement, **empty}


def summarise() -> dict[str, Any]:
    """Return what there is to say about the champion's predictions."""
    if not CHAMPION.exists():
        return nothing(0, "No version is released.")
    champion, settings = read_json(CHAMPION), setting("monitor")
    version = champion["version"]
    folder = VERSIONS / str(version)
    if not (folder / REFERENCE).exists():
        return nothing(0, f"Version {version} was released without {REFERENCE}: there is nothing to compare with.")
    log = Log(champion["digest"], folder / REFERENCE)
    logged = heapq.nlargest(settings["chunk_rows"], log, key=lambda prediction: prediction.time)
    count = len(logged)
    if log.passed_over:
        print(f"{log.passed_over:,} lines of {LOGS}/ are no predictions of the service, and are passed over")
    if count < settings["min_rows"]:
        _, calibration = compare([], folder, settings["chunk_rows"])
        needed = f"{count:,} predictions of version {version} are logged; {settings['min_rows']:,} are needed."
        return nothing(count, f"{needed} {calibration.words}", calibration.summary)
    return conclude(*compare(logged, folder, count), count, version)


def main() -> None:
    summary = summarise()
    write_json(SUMMARY, summary)
    print(f"{summary['status']}: {summary['statement']}")


if __name__ == "__main__":
    run_stage(main)
