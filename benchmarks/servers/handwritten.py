"""The server that one writes by hand: FastAPI, pydantic, a table of one row, and a pipeline of scikit-learn.

Serves the pipeline in the folder of the environment variable PIPELINE, which `train.py` fills.
"""

import json
import math
import os
from pathlib import Path

import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel, create_model

FOLDER = Path(os.environ["PIPELINE"])
TYPES = {"category": str | None, "number": float | None}
COLUMNS = json.loads((FOLDER / "columns.json").read_text(encoding="utf-8"))
NUMBERS = [name for name, kind in COLUMNS.items() if kind == "number"]
Row = create_model("Row", **{name: (TYPES[kind], ...) for name, kind in COLUMNS.items()})


class Answer(BaseModel):
    """The probability that the flight is late."""

    probability: float


app = FastAPI()
pipeline = joblib.load(FOLDER / "pipeline.joblib")


@app.post("/predict")
async def predict(row: Row) -> Answer:
    """Answer for one row."""
    values = row.model_dump()
    table = pd.DataFrame([values | {name: math.nan for name in NUMBERS if values[name] is None}])
    return Answer(probability=float(pipeline.predict_proba(table)[0, 1]))
