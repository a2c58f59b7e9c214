"""Fit a candidate on rows of the past: by its own training module, once for the same rows, code and settings."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.common.digests import digest_of
from flights.common.outputs import new_folder, read_json, write_json
from flights.common.settings import PARAMS, setting
from flights.features.encoders import encode, fit_encoders
from flights.models.candidates import CANDIDATES
from flights.models.folders import folder_of

FITS = Path("backtest/fits")
PACKAGE = Path(__file__).parents[1]
CODE = ("features", "models")  # the folders of the package on which a fit depends


def with_parts(rows: pa.Table, validation: float) -> pa.Table:
    """Return ``rows``, which are in the order of time, with the latest share ``validation`` for that."""
    kept = round(len(rows) * (1 - validation))
    parts = pa.array(["fit"] * kept + ["validation"] * (len(rows) - kept))
    return rows.set_column(rows.column_names.index("__part"), "__part", parts)


def key(train: Path, candidate: str) -> str:
    """Return the digest of all that the fit of ``candidate`` on the rows in ``train`` depends on."""
    files = sorted(file for folder in CODE for file in (PACKAGE / folder).rglob("*.py"))
    parts = [digest_of(file) for file in (train, *files)] + [candidate, json.dumps(setting("model")[candidate])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def fit(rows: pa.Table, candidate: str) -> Path:
    """Return the folder with the model that training makes of ``rows``, and with its encoders."""
    with TemporaryDirectory(prefix="backtest-") as name:
        folder = Path(name)
        train = folder / "data/train.parquet"
        train.parent.mkdir()
        pq.write_table(with_parts(rows.drop_columns("__time"), setting("split", "validation")), train)
        fitted = FITS / key(train, candidate)
        if not fitted.exists():
            encoders = fit_encoders(train)
            write_json(folder / "data/encoders.json", encoders)
            shutil.copy(PARAMS, folder)
            run_training(folder, candidate)
            with new_folder(fitted) as new:
                shutil.copytree(folder / folder_of(candidate), new, dirs_exist_ok=True)
    return fitted


def run_training(folder: Path, candidate: str) -> None:
    """Run the training module of ``candidate`` in ``folder``, which is laid out like the project."""
    command = [sys.executable, "-m", f"flights.models.train_{candidate}"]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"{candidate} cannot be fitted on rows of the past: {done.stderr.strip()}")


def score(fitted: Path, candidate: str, rows: pa.Table) -> np.ndarray:
    """Return the predictions for ``rows`` of the model in the folder ``fitted``."""
    model: Any = CANDIDATES[candidate].Model.load(fitted)
    scores: np.ndarray = model.predict(encode(rows, read_json(fitted / "encoders.json")))
    return scores


def remove_others(used: set[Path]) -> None:
    """Remove the fits that are not ``used``: of rows, code or settings that there were once."""
    for folder in set(FITS.iterdir()) - used:
        shutil.rmtree(folder)
