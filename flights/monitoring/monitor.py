"""Compare the predictions in logs/ with rows from before the release: how good are they, and do scores drift?"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.common.outputs import write_json
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.monitoring.calibration import Calibration, calibrate
from flights.monitoring.drift import Watched, merged, watch, watch_scores
from flights.monitoring.logs import LOGS, Latest, Log, Outcomes, Prediction
from flights.monitoring.performance import realised
from flights.packaging.bundles import rescore
from flights.release.versions import folder_of, pointed

REFERENCE = "reference.parquet"
SUMMARY = Path("reports/monitor.json")


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


def with_performance(
    summary: dict[str, Any], found: dict[str, Any] | None, labels: dict[str, int], needed: int
) -> dict[str, Any]:
    """Return ``summary`` with the realised performance ``found``, None where fewer than ``needed`` outcomes tell it."""
    summary = {**summary, "performance": found, "labels": labels}
    if found is None:
        outcomes = f"Outcomes of {labels['matched']:,} predictions are known; {needed:,}, of which the metric can be told, are needed."
        return {**summary, "statement": f"{summary['statement']} {outcomes}"}
    rows = f"on the last {found['rows']:,} predictions with an outcome"
    beside = f", on the holdout {found['holdout']:.4g}" if found["holdout"] is not None else ""
    summary["statement"] = f"{summary['statement']} The {found['metric']} {rows} is {found['value']:.4g}{beside}."
    if found["alarm"]:
        reason = f"the {found['metric']} {rows} is {found['value']:.4g}, beyond {found['threshold']:.4g}"
        summary |= {"status": "alarm", "retrain": True, "reasons": [reason, *summary["reasons"]]}
    return summary


def nothing(rows: int, statement: str, calibration: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the summary when there is too little to compare."""
    empty: dict[str, Any] = {"columns": [], "score": None, "calibration": calibration, "retrain": False, "reasons": []}
    return {
        "status": "no predictions yet",
        "rows": rows,
        "statement": statement,
        **empty,
        "performance": None,
        "labels": None,
    }


def summarise() -> dict[str, Any]:
    """Return what there is to say about the champion's predictions."""
    champion, settings = pointed(), setting("monitor")
    version, most, least = champion["version"], settings["chunk_rows"], settings["min_rows"]
    if version is None:
        return nothing(0, "No version is released.")
    folder = folder_of(version)
    if not (folder / REFERENCE).exists():
        return nothing(0, f"Version {version} was released without {REFERENCE}: there is nothing to compare with.")
    log, outcomes = Log(champion["digest"], folder / REFERENCE), Outcomes()
    recent, labelled = Latest(most), Latest(most)
    for prediction in log:
        recent.add(prediction)
        if outcomes.match(prediction):
            labelled.add(prediction)
    for passed_over, kind in ((log.passed_over, "predictions"), (outcomes.passed_over, "outcomes")):
        if passed_over:
            print(f"{passed_over:,} lines of {LOGS}/ are no {kind} of the service, and are passed over")
    logged = recent.newest_first()
    count = len(logged)
    if count < least:
        _, calibration = compare([], folder, most)
        needed = f"{count:,} predictions of version {version} are logged; {least:,} are needed."
        return nothing(count, f"{needed} {calibration.words}", calibration.summary)
    known = [(prediction, outcomes.latest[prediction.id]) for prediction in labelled.newest_first()]
    found = realised(known, folder, folder / REFERENCE) if len(known) >= least else None
    summary = conclude(*compare(logged, folder, count), count, version)
    return with_performance(summary, found, outcomes.counts(recent.given), least)


def main() -> None:
    summary = summarise()
    write_json(SUMMARY, summary)
    print(f"{summary['status']}: {summary['statement']}")


if __name__ == "__main__":
    run_stage(main)
