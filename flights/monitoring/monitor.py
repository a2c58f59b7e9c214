"""Compare the predictions in logs/ with rows from before the release: how good are they, and do scores drift?"""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.monitoring.calibration import Calibration, calibrate
from flights.monitoring.drift import Watched, merged, watch, watch_scores
from flights.monitoring.logs import LOGS, Latest, Log, Outcomes, Prediction, logged_features
from flights.monitoring.performance import realised
from flights.monitoring.summary import (
    Alarm,
    AlarmClass,
    Column,
    Drift,
    Figure,
    Performance,
    Summary,
    Window,
    write_summary,
)
from flights.monitoring.summary import Calibration as Calibrated
from flights.packaging.bundles import rescore
from flights.release.versions import folder_of, pointed

REFERENCE = "reference.parquet"


def columns_of(reference: pa.Table, features: pa.Table, score: np.ndarray) -> list[Watched]:
    """Return every feature, and behind them the scores, of the reference and of what is compared with it."""
    known = np.array(reference["__score"].to_pylist(), dtype=np.float64)
    compared = score if len(score) else known[:0]
    return [*watch(reference.select(features.column_names), features), *watch_scores(known, compared)]


def compare(logged: list[Prediction], champion: Path, rows: int) -> tuple[list[dict[str, Any]], Calibration]:
    """Return the drift of every feature of the predictions, and last that of their scores, with its threshold for ``rows``."""
    table = pq.read_table(champion / REFERENCE)
    holdout = table.filter(pc.equal(table["__part"], "holdout"))
    names = list(logged_features(table.schema, champion))
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


def conclude(columns: list[dict[str, Any]], calibration: Calibration, rows: int, version: int) -> Summary:
    """Return what the drifts mean: a score that drifts is an alarm, features that do may explain it."""
    *features, score = columns
    drifting = sorted((column for column in features if column["alarm"]), key=lambda column: -column["drift"])
    statement = (
        f"The scores of the last {rows:,} predictions of version {version} are {'no longer' if score['alarm'] else 'as'} "
        f"those of the holdout; {len(drifting)} of {len(features)} features drift. {calibration.words}"
    )
    return Summary(
        status="alarm" if score["alarm"] else "quiet",
        rows=rows,
        version=version,
        statement=statement,
        columns=[msgspec.convert(column, Column) for column in features],
        score=msgspec.convert(score, Drift),
        calibration=msgspec.convert(calibration.summary, Calibrated),
        retrain=score["alarm"],
        reasons=[
            f"{column['name']} drifts by {column['drift']:.3f}, beyond {column['threshold']:.3f}"
            for column in [score] * score["alarm"] + drifting
        ],
    )


def with_performance(summary: Summary, found: dict[str, Any] | None, labels: dict[str, int], needed: int) -> None:
    """Note the realised performance ``found`` in ``summary``, None where fewer than ``needed`` outcomes tell it."""
    summary.labels = labels
    if found is None:
        outcomes = f"Outcomes of {labels['matched']:,} predictions are known; {needed:,}, of which the metric can be told, are needed."
        summary.statement += f" {outcomes}"
        return
    measured = summary.performance = msgspec.convert(found, Performance)
    rows = f"on the last {measured.rows:,} predictions with an outcome"
    beside = f", on the holdout {measured.holdout:.4g}" if measured.holdout is not None else ""
    summary.statement += f" The {measured.metric} {rows} is {measured.value:.4g}{beside}."
    if measured.alarm:
        reason = f"the {measured.metric} {rows} is {measured.value:.4g}, beyond {measured.threshold:.4g}"
        summary.status, summary.retrain, summary.reasons = "alarm", True, [reason, *summary.reasons]


def in_window(summary: Summary, logged: list[Prediction], labelled: int, complete: bool) -> None:
    """Add the window of the predictions ``logged``, the latest first, and its alarms."""
    score, measured = summary.score, summary.performance
    window = Window(
        start=logged[-1].time, end=logged[0].time, rows=len(logged), labelled=labelled, complete=complete, scores=score
    )
    window.features = {column.name: column.drift for column in summary.columns}
    if measured is not None:
        window.realised = Figure(measured.value, measured.interval)
    summary.windows.append(window)
    found: list[tuple[AlarmClass, str, float, float | None]] = []
    if measured is not None and measured.alarm:
        found.append(("performance", measured.metric, measured.value, measured.threshold))
    if score is not None and score.alarm:
        found.append(("scores", "the score", score.drift, score.threshold))
    for (kind, what, value, limit), text in zip(found, summary.reasons, strict=False):
        summary.alarms.append(Alarm(kind=kind, window=0, what=what, value=value, limit=limit or 0.0, text=text))


def nothing(statement: str, rows: int = 0, calibration: Calibration | None = None) -> Summary:
    """Return the summary when there is too little to compare."""
    found = msgspec.convert(calibration.summary, Calibrated) if calibration else None
    return Summary(status="no predictions yet", rows=rows, statement=statement, calibration=found)


def summarise() -> Summary:
    """Return what there is to say about the champion's predictions."""
    champion, settings = pointed(), setting("monitor")
    version, most, least = champion["version"], settings["chunk_rows"], settings["min_rows"]
    if version is None:
        return nothing("No version is released.")
    folder = folder_of(version)
    if not (folder / REFERENCE).exists():
        return nothing(f"Version {version} was released without {REFERENCE}: there is nothing to compare with.")
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
        return nothing(f"{needed} {calibration.words}", count, calibration)
    known = [(prediction, outcomes.latest[prediction.id]) for prediction in labelled.newest_first()]
    found = realised(known, folder, folder / REFERENCE) if len(known) >= least else None
    summary = conclude(*compare(logged, folder, count), count, version)
    with_performance(summary, found, outcomes.counts(recent.given), least)
    summary.log = {"predictions": recent.given, "passed_over": log.passed_over}
    summary.since = log.since
    in_window(summary, logged, sum(prediction.id in outcomes.latest for prediction in logged), count == most)
    return summary


def main() -> None:
    summary = summarise()
    write_summary(summary)
    print(f"{summary.status}: {summary.statement}")


if __name__ == "__main__":
    run_stage(main)
