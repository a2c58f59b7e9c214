"""Measure the predictions in logs/ window by window: how good are they, do their scores change, is the data what it was?"""

import math
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from flights.common.settings import setting
from flights.evaluation.metrics import HIGHER_IS_BETTER, PRIMARY, gain
from flights.monitoring.baseline import Baseline
from flights.monitoring.calibration import SPANS, change
from flights.monitoring.labels import Labels
from flights.monitoring.logs import EPOCH, Log, Prediction
from flights.monitoring.performance import Estimator, Rows
from flights.monitoring.quality import Quality
from flights.monitoring.summary import Alarm, AlarmClass, Drift, Window
from flights.packaging.bundles import rescore

REFERENCE = "reference.parquet"
RECENT = max(SPANS)  # windows, the latest, whose alarms still stand
AT_ONCE = 20_000  # rows that are read and scored again together


def finite(value: float) -> float | None:
    """Return ``value``, rounded, where it is a number."""
    return round(value, 6) if math.isfinite(value) else None


def words_of(span: int) -> str:
    """Return which windows are meant."""
    return f" of the last {span} windows" if span > 1 else ""


class Monitor:
    """Measures the windows of a log, one after the other, and collects the alarms."""

    def __init__(self, bundle: Path, log: Log, labels: Labels) -> None:
        self.settings, self.bundle, self.log, self.labels = setting("monitor"), bundle, log, labels
        self.size = self.settings["chunk_rows"]
        self.least = min(self.settings["min_rows"], self.size)
        self.baseline = Baseline(bundle / REFERENCE, log.schema.names, self.size)
        self.estimator = Estimator(self.baseline.rows, self.baseline.chunks, self.settings["seed"])
        self.quality = Quality(bundle / "contract.json", self.baseline.scales, self.baseline.lost())
        self.counts = list(self.baseline.score_counts)
        self.falls: list[
            tuple[float, float, int]
        ] = []  # of the metric, the bias, and the rows, of windows with outcomes
        self.windows: list[Window] = []
        self.alarms: list[Alarm] = []
        self.recent: list[tuple[list[Prediction], Rows, np.ndarray]] = []

    def run(self) -> None:
        """Measure the windows, the latest `monitor.windows` of them."""
        for start, predictions, rows, again in self.read():
            if len(rows) >= self.least:
                self.recent = [*self.recent, (predictions, rows, again)][-RECENT:]
            self.measure(start, predictions, rows, again)

    def read(self) -> Iterator[tuple[int, list[Prediction], Rows, np.ndarray]]:
        """Yield where each window begins, its predictions, their rows, and the scores that the evaluated model has for them."""
        size, total = self.size, len(self.log)
        first = max(-(-total // size) - self.settings["windows"], 0) * size
        step = max(AT_ONCE // size, 1) * size
        for start in range(first, total, step):
            predictions = self.log.read(start, min(start + step, total))
            features = self.features(predictions)
            score = np.array([one.score for one in predictions], dtype=np.float64)
            rows = self.baseline.rows_of(features, score, self.labels.target[start : start + len(predictions)])
            again = rescore(self.bundle, features, score)
            for begin in range(0, len(predictions), size):
                part = slice(begin, begin + size)
                yield start + begin, predictions[part], rows.take(part), again[part]

    def features(self, predictions: list[Prediction]) -> pa.Table:
        """Return the features of ``predictions``."""
        return pa.Table.from_pylist([one.features for one in predictions], schema=self.log.schema)

    def measure(self, place: int, predictions: list[Prediction], rows: Rows, again: np.ndarray) -> None:
        """Add the window of ``predictions``, and its alarms."""
        known = rows.known()
        moments = self.log.moment[[place, place + len(rows) - 1]].tolist()
        start, end = (EPOCH + timedelta(microseconds=moment) for moment in moments)
        window = Window(start=start, end=end, rows=len(rows), labelled=len(known), complete=len(rows) == self.size)
        self.windows.append(window)
        if len(rows) < self.least:
            return
        window.features = self.baseline.drift(rows)
        window.estimate = self.estimator.figure(rows)
        self.check_quality(window, predictions, rows)
        if len(known) >= self.least:
            self.check_performance(window, known)
        self.check_scores(window, again)

    def alarm(self, kind: AlarmClass, what: str, value: float, limit: float, text: str) -> None:
        """Add an alarm in the last window."""
        place = len(self.windows) - 1
        self.alarms.append(
            Alarm(kind=kind, window=place, what=what, value=round(value, 6), limit=round(limit, 6), text=text)
        )

    def check_quality(self, window: Window, predictions: list[Prediction], rows: Rows) -> None:
        """Compare the rows with the contract."""
        window.unexpected = self.quality.shares([one.inputs for one in predictions], rows)
        limit = self.settings["unexpected"]
        for name, share in window.unexpected.items():
            if share > limit:
                self.alarm(
                    "data quality", name, share, limit, f"{name} is missing or unexpected in {share:.1%} of the rows"
                )

    def check_performance(self, window: Window, known: Rows) -> None:
        """Compare the realised metric with that of the reference."""
        window.money = known.money()
        window.realised = known.figure()
        if window.realised is None:
            return
        whole = self.baseline.whole
        self.falls.append((gain(whole, window.realised.value), known.bias(), len(known)))
        for span in SPANS:
            fall, bias, rows = np.mean(self.falls[-span:], axis=0).tolist()
            limit = self.baseline.falls[span] * self.size / rows
            low, high = (
                side * edge * self.size / rows
                for side, edge in zip((-1, 1), self.baseline.biases[span][::-1], strict=True)
            )
            value, beyond = ((whole - by if HIGHER_IS_BETTER else whole + by) for by in (fall, limit))
            if span == 1:
                window.threshold = finite(beyond)
            if len(self.falls) >= span and fall > limit:
                self.alarm(
                    "performance",
                    PRIMARY,
                    value,
                    beyond,
                    f"the {PRIMARY}{words_of(span)} is {value:.4g}, beyond {beyond:.4g}",
                )
                return
            if len(self.falls) >= span and not low <= bias <= high:
                edge = high if bias > high else low
                text = f"the bias of the predictions{words_of(span)} is {bias:.4g}, beyond {edge:.4g}"
                self.alarm("performance", "bias", bias, edge, text)
                return

    def check_scores(self, window: Window, score: np.ndarray) -> None:
        """Compare the scores with those of the windows before."""
        counts = [*self.counts, self.baseline.score_scale.counts(score)]
        for span in SPANS:
            limit = self.baseline.changes[span] * self.size / len(score)
            far = change(counts, len(counts), span, self.baseline.before)
            if span == 1:
                window.scores = Drift(drift=round(far, 6), threshold=finite(limit), alarm=far > limit)
            if far > limit:
                text = (
                    f"the distribution of the scores{words_of(span)} is {far:.3f} from that before, beyond {limit:.3f}"
                )
                self.alarm("scores", "scores", far, limit, text)
                break
        if window.complete:
            self.counts = counts
