"""Print the windows in which NannyML and Evidently alarm by their defaults: ``python peers.py ROWS FOLDER...``.

NannyML alarms where the realised or the estimated ROC-AUC is beyond its thresholds; with drift also where any feature
or the score is. Evidently alarms where it finds that the data set drifts, or the score does.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import nannyml
import pandas as pd
from evidently import Report
from evidently.metrics import ValueDrift
from evidently.presets import DataDriftPreset

warnings.filterwarnings("ignore")
Windows = set[int]


def alerts(result: Any) -> Windows:
    """Return the chunks in which any column of ``result`` raises an alert."""
    frame = result.filter(period="analysis").to_df()
    columns = [column for column in frame.columns if column[-1] == "alert"]
    return {place for place, row in enumerate(frame[columns].to_numpy()) if any(value == 1 for value in row)}


def with_nannyml(reference: pd.DataFrame, watched: pd.DataFrame, features: list[str], size: int) -> dict[str, Windows]:
    """Return the chunks with an alert."""
    common = {"y_true": "target", "y_pred_proba": "score", "y_pred": "decision", "chunk_size": size}
    problem = {"problem_type": "classification_binary", "metrics": ["roc_auc"]}
    estimated = nannyml.CBPE(**common, **problem).fit(reference).estimate(watched)
    realised = nannyml.PerformanceCalculator(**common, **problem).fit(reference).calculate(watched)
    drift = nannyml.UnivariateDriftCalculator(column_names=[*features, "score"], chunk_size=size)
    performance = alerts(realised) | alerts(estimated)
    return {
        "NannyML, performance": performance,
        "NannyML, with drift": performance | alerts(drift.fit(reference).calculate(watched)),
    }


def with_evidently(
    reference: pd.DataFrame, watched: pd.DataFrame, features: list[str], size: int
) -> dict[str, Windows]:
    """Return the windows in which the data set or the score drifts."""
    columns = [*features, "score"]
    report = Report([DataDriftPreset(columns=columns), ValueDrift(column="score")], include_tests=True)
    found: Windows = set()
    for place in range(len(watched) // size):
        window = watched.iloc[place * size : (place + 1) * size]
        try:
            tests = report.run(window[columns], reference[columns]).dict()["tests"]
        except ValueError:  # it refuses a column that is empty, which nobody will miss
            found.add(place)
            continue
        failed = [test["name"] for test in tests if test["status"].name == "FAIL"]
        if any("Drifted Columns" in name or name.endswith("column score") for name in failed):
            found.add(place)
    return {"Evidently": found}


def main() -> None:
    """Print the windows of each folder as a line of JSON."""
    size = int(sys.argv[1])
    for folder in map(Path, sys.argv[2:]):
        frames = []
        for name in ("reference", "watched"):
            frame = pd.read_parquet(folder / f"{name}.parquet")
            frame = frame.rename(columns={"__target": "target", "__score": "score"}).drop(columns=["__time"])
            frame["decision"] = (frame["score"] > 0.25).astype(int)
            frames.append(frame)
        features = [name for name in frames[0] if name not in ("target", "score", "decision")]
        found = with_nannyml(*frames, features, size) | with_evidently(*frames, features, size)
        print(json.dumps({name: sorted(windows) for name, windows in found.items()}), flush=True)


if __name__ == "__main__":
    main()
