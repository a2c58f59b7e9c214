"""The tables of the contest, each in two files that all contestants get: rows to learn from, and rows to predict."""

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from tests.datasets import DATASETS, Dataset

Task = Literal["binary", "multiclass", "regression"]

HOLDOUT = 0.25
MOST_ROWS = 110_000
LEAST_ROWS = 2  # to learn from, of a class: fewer are refused by most libraries
FEW_VALUES = 2
ROW_NUMBERS = "rownames"  # of tables from R: many are sorted by what is to be predicted
METRICS = {"regression": "rmse", "binary": "roc_auc", "multiclass": "log_loss"}
LEFT_OUT = {"fertility": "three rows of four are copies"}
NAMES = [name for name in DATASETS if name not in LEFT_OUT]


@dataclass(frozen=True)
class Table:
    """A table in a folder of its own, split once: `train.csv`, `holdout.csv` without the target, `target.npy`."""

    name: str
    folder: str
    hard: str
    target: str
    task: Task
    classes: list[str]
    rows: int
    holdout: int
    columns: int
    time: str | None
    digest: str

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the table that was split into ``folder``."""
        return cls(**json.loads((folder / "table.json").read_text(encoding="utf-8")))

    @property
    def path(self) -> Path:
        """Return the folder."""
        return Path(self.folder)

    @property
    def metric(self) -> str:
        """Return the name of what the table is scored by."""
        return METRICS[self.task]

    @cached_property
    def truth(self) -> np.ndarray:
        """Return the target of the held-out rows: numbers, or places in ``classes``."""
        return np.load(self.path / "target.npy")


def table(name: str, cache: Path) -> Table:
    """Return the table ``name``, split into a folder of ``cache`` unless it is there already."""
    folder = cache / name
    if not (folder / "table.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        split(name, DATASETS[name], folder)
    return Table.read(folder)


def split(name: str, dataset: Dataset, folder: Path) -> None:
    """Write the two files of ``dataset``, and what is to be known of them."""
    frame = raw(dataset)
    target = frame[dataset.target]
    task, classes = kind(target)
    frame, held = parted(frame, dataset, task)
    train, holdout = frame[~held], frame[held]
    if task == "regression":
        truth = pd.to_numeric(holdout[dataset.target]).to_numpy(np.float64)
    else:
        counts = train[dataset.target].value_counts()
        classes = sorted(counts.index[counts >= LEAST_ROWS])
        train, holdout = (part[part[dataset.target].isin(classes)] for part in (train, holdout))
        truth = holdout[dataset.target].map({label: place for place, label in enumerate(classes)}).to_numpy(np.int64)
    train.to_csv(folder / "train.csv", index=False)
    holdout.drop(columns=dataset.target).to_csv(folder / "holdout.csv", index=False)
    np.save(folder / "target.npy", truth)
    files = [(folder / file).read_bytes() for file in ("train.csv", "holdout.csv", "target.npy")]
    sizes = {"rows": len(train), "holdout": len(holdout), "columns": frame.shape[1] - 1}
    found = Table(
        name=name,
        folder=str(folder),
        hard=dataset.hard,
        target=dataset.target,
        task=task,
        classes=classes,
        time=dataset.time,
        digest=hashlib.sha256(b"".join(files)).hexdigest()[:16],
        **sizes,
    )
    (folder / "table.json").write_text(json.dumps(asdict(found), indent=1), encoding="utf-8")


def raw(dataset: Dataset) -> pd.DataFrame:
    """Return the rows that have a target, every value as the text that the file has."""
    with tempfile.TemporaryDirectory() as folder:
        frame = pd.read_csv(dataset.write(Path(folder)), dtype=str, keep_default_na=False)
    left_out = [column for column in (ROW_NUMBERS, dataset.leak) if column in frame]
    frame = frame.drop(columns=left_out)
    frame = frame[~frame[dataset.target].isin(["", "NA"])]
    return frame.iloc[:MOST_ROWS].reset_index(drop=True)


def kind(target: pd.Series) -> tuple[Task, list[str]]:
    """Return the task that ``target`` sets, and its classes."""
    classes = sorted(target.unique())
    if len(classes) == FEW_VALUES:
        return "binary", classes
    if pd.to_numeric(target, errors="coerce").notna().all():
        return "regression", []
    return "multiclass", classes


def parted(frame: pd.DataFrame, dataset: Dataset, task: Task) -> tuple[pd.DataFrame, np.ndarray]:
    """Return ``frame`` and which of its rows are held out: the last in time, or some at random, of all classes."""
    held = np.zeros(len(frame), dtype=bool)
    if dataset.time:
        times = moments(frame[dataset.time])
        held[np.argsort(times, kind="stable")[len(frame) - round(HOLDOUT * len(frame)) :]] = True
        return frame, held
    classes = None if task == "regression" else frame[dataset.target]
    _, rows = train_test_split(np.arange(len(frame)), test_size=HOLDOUT, random_state=0, stratify=classes)
    held[rows] = True
    return frame, held


def moments(times: pd.Series) -> np.ndarray:
    """Return when each of ``times`` is, as a number that grows with time."""
    numbers = pd.to_numeric(times, errors="coerce")
    if numbers.notna().all():
        return numbers.to_numpy(np.float64)
    return pd.to_datetime(times, format="mixed", utc=True).to_numpy("datetime64[s]").astype(np.int64)
