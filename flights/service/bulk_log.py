"""Log the rows of a file that is scored in bulk, as the service logs what it answers."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
import pyarrow as pa

from flights.common.outputs import new_file
from flights.evaluation.payoff import Payoff
from flights.service.integrity import digest
from flights.service.request import COLUMNS, FIELDS

ENCODER = msgspec.json.Encoder(decimal_format="number")


class BulkLog:
    """Lines of the log for rows that the bundle in the working folder scores; each has an id, by which its outcome is reported."""

    def __init__(self, lines: IO[bytes]) -> None:
        self.lines, self.count = lines, 0
        self.digest, self.prefix = digest(Path.cwd()), secrets.token_hex(8)

    def keep(self, inputs: pa.Table, features: pa.Table, score: np.ndarray, payoff: Payoff) -> list[str]:
        """Log rows in the order of their ``__row``, and return the ids of ``features``, whose order that of ``score`` is."""
        order = np.argsort(features["__row"].to_numpy())
        asked = inputs.select(list(COLUMNS)).rename_columns(list(FIELDS))
        found = features.drop_columns(["__row"]).take(pa.array(order))
        ids = [f"{self.prefix}{number:x}" for number in range(self.count, self.count + len(score))]
        about: dict[str, Any] = {"time": datetime.now(UTC), "model": self.digest}
        rows = zip(ids, asked.to_pylist(), found.to_pylist(), score[order].tolist(), strict=True)
        acts = iter(payoff.act(score[order]).tolist())
        entries = (
            {"id": id, **about, "inputs": given, "features": values, "score": one, "decision": next(acts)}
            for id, given, values, one in rows
        )
        self.lines.write(ENCODER.encode_lines(entries))
        self.count += len(score)
        return [ids[place] for place in np.argsort(order)]


@contextmanager
def bulk_log(folder: Path) -> Iterator[BulkLog]:
    """Yield a log whose lines are in a file of ``folder``, all of them, when the block ends well, and nowhere else."""
    path = folder / f"predictions-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.jsonl"
    with new_file(path) as file:
        try:
            with file.open("wb") as lines:
                yield BulkLog(lines)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
