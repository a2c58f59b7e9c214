"""Ask a bundle for features and scores: by its own code, in its own folder, in a process of its own."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

TABLE = Path("data/tables/flights.parquet")
HOLDOUT = Path("data/holdout.parquet")


class BundleError(Exception):
    """A bundle cannot score the rows it is given."""


def held_rows() -> pa.Table:
    """Return the rows of the table that are in the holdout, in its order."""
    table = pq.read_table(TABLE)
    held = pq.read_table(HOLDOUT, columns=["__row"])["__row"].to_numpy()
    return table.take(np.searchsorted(table["__row"].to_numpy(), held))


def ask(bundle: Path, rows: pa.Table) -> tuple[pa.Table, np.ndarray]:
    """Return the features and the scores that ``bundle`` has for ``rows`` of the table."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "rows.parquet", Path(folder) / "scores.parquet"
        pq.write_table(rows, asked)
        # -E: no environment variable puts other code in the way; -B: nothing is written into the bundle.
        command = [sys.executable, "-E", "-B", "-m", "flights.service.batch", str(asked), str(answered)]
        done = subprocess.run(command, cwd=bundle, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BundleError(done.stderr.strip().rpartition("\n")[2])
        table = pq.read_table(answered)
    return table.drop_columns("__score"), np.asarray(table["__score"].to_pylist(), dtype=np.float64)
