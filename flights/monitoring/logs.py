"""Read the predictions that the service has logged: an index of them all, then the rows of one window at a time.

Lines that are cut off, or that the service does not write, are left out, and counted by kind.
"""

from array import array
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.common.outputs import read_json

LOGS = Path("logs")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
JUMP = 1_000_000  # microseconds by which a line may be earlier than the one before it
Time = Annotated[datetime, msgspec.Meta(tz=True)]
Line = TypeVar("Line", bound=msgspec.Struct)


class Prediction(msgspec.Struct):
    """What is read of a line of the prediction log."""

    id: str
    time: Time
    model: str
    features: dict[str, float | str | None]
    score: float
    inputs: dict[str, Any] = {}


def microseconds(time: datetime) -> int:
    """Return ``time``, in UTC where it has no zone, as microseconds since 1970."""
    return (time.replace(tzinfo=time.tzinfo or UTC) - EPOCH) // timedelta(microseconds=1)


def hashed(*parts: object) -> int:
    """Return 64 bits that stand for ``parts``."""
    text = "\0".join(map(str, parts)).encode(errors="surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little", signed=True)


def files_of(name: str) -> list[Path]:
    """Return the files of LOGS whose names begin with ``name``."""
    return [file for file in sorted(LOGS.glob(f"{name}-*.jsonl")) if file.is_file()]


def read_lines(file: Path, kind: type[Line], counts: dict[str, int]) -> Iterator[tuple[int, Line]]:
    """Yield where each line of ``file`` begins, and the line; count those that are no JSON, or not of this ``kind``."""
    decoder, offset = msgspec.json.Decoder(kind), 0
    with file.open("rb") as lines:
        for line in lines:
            if line.strip():
                try:
                    yield offset, decoder.decode(line)
                except msgspec.ValidationError:
                    counts["invalid"] += 1
                except (ValueError, RecursionError):
                    counts["torn"] += 1
            offset += len(line)


def logged_features(reference: pa.Schema, bundle: Path) -> pa.Schema:
    """Return the features in ``reference`` that ``bundle`` logs: all but those of personal columns."""
    card = bundle / "bundle.json"
    unlogged = read_json(card).get("unlogged", []) if card.exists() else []
    return pa.schema([field for field in reference if not field.name.startswith("__") and field.name not in unlogged])


class Log:
    """The predictions in LOGS of the model ``digest``, in the order of time; 36 bytes of each are kept in memory.

    ``moment`` is the time by which windows are cut, ``logged`` that of the log, both in microseconds, ``id`` the hash of
    the id. ``others`` are the digests of other versions.
    """

    def __init__(self, digest: str, others: set[str], reference: Path) -> None:
        with pq.ParquetFile(reference) as file:
            row = next(file.iter_batches(batch_size=1))
        self.schema = logged_features(row.schema, reference.parent)
        self.shape = np.shape(row["__score"][0].as_py())
        self.kinds = {field.name: str if pa.types.is_string(field.type) else float for field in self.schema}
        kinds = ("torn", "invalid", "duplicates", "clock_jumps", "other_versions", "unknown_versions")
        self.counts = {"predictions": 0, **dict.fromkeys(kinds, 0)}
        self.files = files_of("predictions")
        self.decoder = msgspec.json.Decoder(Prediction)
        self.collect(digest, others)

    def collect(self, digest: str, others: set[str]) -> None:
        """Make the index."""
        index = {name: array("q") for name in ("moment", "logged", "id", "file", "offset")}
        for number, file in enumerate(self.files):
            last = 0
            for offset, prediction in read_lines(file, Prediction, self.counts):
                time = microseconds(prediction.time)
                self.counts["clock_jumps"] += time < last - JUMP
                last = time
                if prediction.model != digest:
                    self.counts["other_versions" if prediction.model in others else "unknown_versions"] += 1
                elif not self.fits(prediction):
                    self.counts["invalid"] += 1
                else:
                    index["moment"].append(row_time(prediction))
                    index["logged"].append(time)
                    index["id"].append(hashed(prediction.id))
                    index["file"].append(number)
                    index["offset"].append(offset)
        found = {
            name: np.frombuffer(values, dtype=np.int64) if values else np.empty(0, np.int64)
            for name, values in index.items()
        }
        first = np.sort(np.unique(found["id"], return_index=True)[1])
        self.counts["duplicates"] = len(found["id"]) - len(first)
        order = first[np.argsort(found["moment"][first], kind="stable")]
        self.counts["predictions"] = len(order)
        self.moment, self.logged, self.id = (found[name][order] for name in ("moment", "logged", "id"))
        self.file, self.offset = found["file"][order], found["offset"][order]

    def __len__(self) -> int:
        return len(self.id)

    def fits(self, prediction: Prediction) -> bool:
        """Return whether ``prediction`` has the features and the score of the model."""
        features = prediction.features
        fits = features.keys() == self.kinds.keys() and np.shape(prediction.score) == self.shape
        return fits and all(value is None or isinstance(value, self.kinds[name]) for name, value in features.items())

    def read(self, start: int, end: int) -> list[Prediction]:
        """Return the predictions from ``start`` to ``end`` in the order of time."""
        found: dict[int, Prediction] = {}
        for number in np.unique(self.file[start:end]).tolist():
            places = start + np.flatnonzero(self.file[start:end] == number)
            with self.files[number].open("rb") as lines:
                for place in places[np.argsort(self.offset[places])].tolist():
                    lines.seek(self.offset[place])
                    found[place] = self.decoder.decode(lines.readline())
        return [found[place] for place in range(start, end)]


def row_time(prediction: Prediction) -> int:
    """Return the time of the row, or of the line where the row has none, in microseconds."""
    try:
        return microseconds(datetime.fromisoformat(prediction.inputs["departure"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return microseconds(prediction.time)
