"""Ask a bundle for features and scores: by its own code, in its own folder, in a process of its own."""

import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.outputs import read_json

TABLE = Path("data/tables/flights.parquet")
HOLDOUT = Path("data/holdout.parquet")


class BundleError(Exception):
    """A bundle cannot score the rows it is given."""


def held_rows(bundle: Path) -> pa.Table:
    """Return what ``bundle`` asks of a row, for each row of the holdout, in their order."""
    inputs = read_json(bundle / "bundle.json")["inputs"]
    lacking = [name for name in inputs.values() if name not in pq.read_schema(TABLE).names]
    if lacking:
        raise BundleError(f"{TABLE.name} lacks columns: {', '.join(lacking)}")
    table = pq.read_table(TABLE, columns=["__row", *inputs.values()])
    held = pq.read_table(HOLDOUT, columns=["__row"])["__row"].to_numpy()
    rows = table.take(np.searchsorted(table["__row"].to_numpy(), held))
    return rows.select(list(inputs.values())).rename_columns(list(inputs))


def ask(bundle: Path, rows: pa.Table) -> tuple[pa.Table, np.ndarray]:
    """Return the features and the scores that ``bundle`` has for ``rows``, sent to it as requests are."""
    with tempfile.TemporaryDirectory() as folder:
        requests, scores = Path(folder) / "requests.jsonl", Path(folder) / "scores.parquet"
        requests.write_bytes(msgspec.json.Encoder(decimal_format="number").encode_lines(rows.to_pylist()))
        # -E: no environment variable puts other code in the way; -B: nothing is written into the bundle.
        command = [sys.executable, "-E", "-B", "-m", "flights.service.batch", str(requests), str(scores)]
        done = subprocess.run(command, cwd=bundle, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BundleError(done.stderr.strip().rpartition("\n")[2])
        table = pq.read_table(scores)
    return table.drop_columns("__score"), np.asarray(table["__score"].to_pylist(), dtype=np.float64)
