"""Say what is known of the version in production by its log, and whether it should be retrained: reports/monitor.json."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
from scipy.special import bdtr

from flights.common.counts import counted
from flights.common.stage import run_stage
from flights.evaluation.metrics import PRIMARY
from flights.monitoring.explanation import effects, slices_of
from flights.monitoring.labels import Labels
from flights.monitoring.logs import EPOCH, Log
from flights.monitoring.operations import write_operations
from flights.monitoring.performance import MISSED, Rows
from flights.monitoring.retraining import decision_at
from flights.monitoring.summary import Column, Estimates, Performance, Summary, write_summary
from flights.monitoring.windows import RECENT, REFERENCE, Monitor, finite
from flights.release.tags import GitError
from flights.release.versions import bundles_at_hand, folder_of, pointed, read_registry

MOST_EXPLAINED = 10  # features, those that drift furthest
DOUBTFUL = 0.05  # chance that intervals which hold as often as they say miss as many windows


def columns_of(monitor: Monitor, bundle: Path) -> list[Column]:
    """Return the drift of each feature in the latest window, those that explain most of a change of the scores first."""
    if not monitor.recent:
        return []
    predictions, rows, score = monitor.recent[-1]
    limits, drifts = monitor.baseline.feature_limits(), monitor.baseline.drift(rows)
    found = [
        Column(
            name=name,
            drift=drift,
            threshold=finite(limits[name]),
            alarm=drift > limits[name],
            calendar=name in monitor.baseline.calendar,
        )
        for name, drift in drifts.items()
    ]
    far = sorted((column for column in found if column.alarm), key=lambda column: -column.drift)[:MOST_EXPLAINED]
    effect = effects(bundle, monitor.baseline, monitor.features(predictions), score, [column.name for column in far])
    for column in found:
        column.effect = effect.get(column.name)
    return sorted(found, key=lambda column: (-(column.effect or 0.0), not column.alarm, -column.drift))


def performance_of(monitor: Monitor) -> Performance | None:
    """Return the realised performance of the latest window that has outcomes enough."""
    windows = [place for place, window in enumerate(monitor.windows) if window.realised is not None]
    if not windows:
        return None
    window = monitor.windows[windows[-1]]
    assert window.realised is not None
    return Performance(
        metric=PRIMARY,
        rows=window.labelled,
        value=window.realised.value,
        interval=window.realised.interval,
        holdout=finite(monitor.baseline.holdout),
        threshold=window.threshold,
        promised=monitor.baseline.calibration.promised,
        blocks=monitor.baseline.calibration.blocks,
        alarm=any(alarm.kind == "performance" and alarm.window == windows[-1] for alarm in monitor.alarms),
    )


def estimates_of(monitor: Monitor) -> Estimates:
    """Return in how many windows the interval of the estimate contains what was realised later."""
    pairs = [(window.estimate, window.realised) for window in monitor.windows]
    covered = [
        estimate.interval[0] <= realised.value <= estimate.interval[1]
        for estimate, realised in pairs
        if estimate is not None and realised is not None
    ]
    chance = float(bdtr(sum(covered), len(covered), 1 - MISSED))
    return Estimates(windows=len(covered), covered=sum(covered), reliable=chance > DOUBTFUL if covered else None)


def conclude(summary: Summary, monitor: Monitor) -> None:
    """Set the status, the statement and the advice by the alarms of the latest windows."""
    first = len(monitor.windows) - RECENT
    standing = [alarm for alarm in reversed(monitor.alarms) if alarm.window >= first]
    summary.status = "alarm" if standing else "quiet"
    # Bad data is no reason to retrain: a model that learns it is no remedy.
    asking = [alarm for alarm in standing if alarm.kind != "data quality"]
    drifting = [f"{column.name} drifts by {column.drift:.3f}" for column in summary.columns if column.alarm]
    summary.retrain = bool(asking)
    summary.reasons = [*dict.fromkeys(alarm.text for alarm in standing), *drifting]
    found = {alarm.window for alarm in standing}
    said = [
        f"{logged(summary)}; {len(found)} of the last {RECENT} windows {'has' if len(found) == 1 else 'have'} an alarm."
    ]
    if (known := summary.performance) is not None:
        said.append(
            f"The {PRIMARY} of the latest {counted(known.rows, 'prediction')} with an outcome is {known.value:.4g}."
        )
    summary.statement = " ".join([*said, words_of(monitor)])


def logged(summary: Summary) -> str:
    """Return how many predictions are logged."""
    return f"{counted(summary.rows, 'prediction')} of version {summary.version} {'is' if summary.rows == 1 else 'are'} logged"


def words_of(monitor: Monitor) -> str:
    """Return how many false alarms there are to be."""
    found = monitor.baseline.calibration
    if found.promised is None:
        return "The reference has too few rows to set thresholds."
    by = (
        f"{found.blocks} blocks of {found.rows:,} consecutive rows" if found.blocks else "rows drawn from the reference"
    )
    return (
        f"Thresholds are set by {by} for {found.asked:g} false alarms a quarter; {found.promised:g} can be promised "
        "without assuming a distribution beyond them."
    )


def nothing(statement: str) -> Summary:
    """Return the summary when there is nothing to compare."""
    return Summary(status="no predictions yet", statement=statement)


def summarise() -> Summary:
    """Return what there is to say about the predictions of the version in production."""
    champion = pointed()
    version = champion["version"]
    if version is None:
        return nothing("No version is released.")
    bundle, digest = folder_of(version), champion["digest"]
    if not (bundle / REFERENCE).exists() or "__target" not in pq.read_schema(bundle / REFERENCE).names:
        return nothing(f"Version {version} was released without rows to compare with.")
    log = Log(digest, bundles_at_hand().keys() - {digest}, bundle / REFERENCE)
    labels = Labels(log)
    monitor = Monitor(bundle, log, labels)
    monitor.run()
    summary = Summary(
        status="no predictions yet", statement="", version=version, rows=len(log), log=log.counts, labels=labels.counts
    )
    summary.calibration = monitor.baseline.calibration
    if len(log):
        summary.status = "too few predictions"
        summary.since, summary.until = (
            EPOCH + timedelta(microseconds=int(moment)) for moment in (log.logged.min(), log.logged.max())
        )
    summary.windows, summary.alarms = monitor.windows, monitor.alarms
    if not monitor.recent:
        summary.statement = f"{logged(summary)}; {monitor.least:,} are needed. {words_of(monitor)}"
        return summary
    summary.performance, summary.estimates = performance_of(monitor), estimates_of(monitor)
    summary.columns, summary.score = columns_of(monitor, bundle), monitor.windows[-1].scores
    predictions = [one for part in monitor.recent for one in part[0]]
    summary.slices = slices_of(predictions, Rows.joined([part[1] for part in monitor.recent]), monitor.baseline)
    conclude(summary, monitor)
    return summary


def main() -> None:
    summary = summarise()
    with suppress(GitError):  # a copy that is no repository has no registry to decide about
        # As of the last prediction, and not of today: the same log gives the same document on any day.
        summary.decision = decision_at(summary.until, summary, read_registry())
    for kind, count in summary.log.items():
        if count and kind not in ("predictions", "other_versions"):
            print(f"{counted(count, 'line')} of the prediction log: {kind.replace('_', ' ')}")
    write_summary(summary)
    write_operations(summary, pointed().get("candidate"))
    print(f"{summary.status}: {summary.statement}")


if __name__ == "__main__":
    run_stage(main)
