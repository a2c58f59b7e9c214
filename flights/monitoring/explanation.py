"""Explain a change of the scores: by the features whose values changed, and by slice."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa

from flights.common.settings import setting
from flights.features.columns import FEATURES
from flights.monitoring.baseline import Baseline
from flights.monitoring.drift import distance
from flights.monitoring.logs import Prediction
from flights.monitoring.performance import Rows
from flights.monitoring.summary import Slice
from flights.packaging.bundles import score_features

SLICES = (
    "origin",
    "carrier",
)
MOST_GROUPS = 20  # of a column, the largest


def effects(
    bundle: Path, baseline: Baseline, features: pa.Table, score: np.ndarray, names: list[str]
) -> dict[str, float]:
    """Return how much nearer the scores come to those of the reference when each feature has its values from there."""
    if not names or features.column_names != list(FEATURES):  # of features that are not logged nothing can be scored
        return {}
    draw, rows = np.random.default_rng(0), len(features)
    parts = []
    for name in names:
        values = baseline.features[name].take(draw.integers(0, len(baseline.features), rows))
        parts.append(features.set_column(features.column_names.index(name), name, values))
    scores = np.split(score_features(bundle, pa.concat_tables(parts)), len(names))
    scale = baseline.score_scale
    expected, far = scale.counts(baseline.rows.score), scale.counts(score)
    return {
        name: round(distance(far, expected) - distance(scale.counts(found), expected), 6)
        for name, found in zip(names, scores, strict=True)
    }


def slices_of(predictions: list[Prediction], rows: Rows, baseline: Baseline) -> list[Slice]:
    """Return the metric and the drift of the scores in the groups of ``rows`` that are large enough."""
    found = []
    for column in SLICES:
        values = np.array([str(given.features.get(column, given.inputs.get(column))) for given in predictions])
        for value, count in Counter(values.tolist()).most_common(MOST_GROUPS):
            if count >= setting("metrics", "slice_rows"):
                found.append(slice_of(column, value, rows.take(values == value), baseline))
    return found


def slice_of(column: str, value: str, rows: Rows, baseline: Baseline) -> Slice:
    """Return what there is to say of the ``rows`` in which ``column`` has this ``value``."""
    found, known = Slice(column=column, value=value, rows=len(rows), labelled=len(rows.known())), rows.known()
    realised = known.value()
    found.realised = round(realised, 6) if np.isfinite(realised) else None
    if column in baseline.features.column_names:
        expected = np.array([str(one) == value for one in baseline.features[column].to_pylist()])
        here, before = (baseline.score_scale.counts(score) for score in (rows.score, baseline.rows.score[expected]))
        found.drift = round(distance(here, before), 6) if expected.any() else None
    return found
