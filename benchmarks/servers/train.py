"""Fit the pipeline that the other servers serve: ``python train.py TRAIN PARAMS FOLDER``, in their own environment.

Reads the table of training features TRAIN, and of PARAMS, a JSON file, the rounds and parameters of LightGBM, the names
of the categories and the row to ask about. Writes the pipeline into FOLDER, as it is and as a model of MLflow, and a
request for each server with the probability that it has to answer.
"""

import json
import sys
from pathlib import Path
from typing import Any

import joblib
import mlflow.sklearn
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from mlflow.models import infer_signature
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

EXAMPLE_ROWS = 10_000  # enough for MLflow to see which columns have gaps
TRUSTED = ["collections.OrderedDict", "lightgbm.basic.Booster", "lightgbm.sklearn.LGBMClassifier"]


def build(categories: list[str], rounds: int, params: dict[str, Any]) -> Pipeline:
    """Return the unfitted pipeline."""
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
    encoder = ColumnTransformer([("categories", codes, categories)], remainder="passthrough")
    return Pipeline([("encode", encoder), ("classify", LGBMClassifier(n_estimators=rounds, verbosity=-1, **params))])


def read(train: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the features in ``train``, and the target."""
    table = pd.read_parquet(train)
    features = table[[name for name in table if not name.startswith("__")]]
    return features, table["__target"].to_numpy()


def write(folder: Path, name: str, value: Any) -> None:
    """Write ``value`` as JSON."""
    (folder / name).write_text(json.dumps(value), encoding="utf-8")


def main() -> None:
    """Fit and write."""
    train, given, folder = map(Path, sys.argv[1:])
    wanted = json.loads(given.read_text(encoding="utf-8"))
    features, target = read(train)
    pipeline = build(wanted["categories"], wanted["rounds"], wanted["params"]).fit(features, target)
    pipeline.set_params(classify__n_jobs=1)  # for one row, threads cost more than they give
    joblib.dump(pipeline, folder / "pipeline.joblib")
    example = features.head(EXAMPLE_ROWS)
    signature = infer_signature(example, pipeline.predict_proba(example))
    mlflow.sklearn.save_model(
        pipeline,
        folder / "mlflow",
        signature=signature,
        pyfunc_predict_fn="predict_proba",
        skops_trusted_types=TRUSTED,
    )

    kinds = {name: "category" if name in wanted["categories"] else "number" for name in features}
    row = {name: wanted["row"][name] for name in kinds}
    one = pd.DataFrame([row]).astype(features.dtypes)
    write(folder, "columns.json", kinds)
    write(folder, "handwritten.json", row)
    write(folder, "invocation.json", {"dataframe_split": {"columns": list(row), "data": [list(row.values())]}})
    write(folder, "expected.json", float(pipeline.predict_proba(one)[0, 1]))


if __name__ == "__main__":
    main()
