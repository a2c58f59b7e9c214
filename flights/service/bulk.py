"""Score a file of rows in bulk: features by SQL, scores by the model's own library.

Rows are read, scored and written a batch at a time, so that memory does not grow with the file. All are written, in
their order; those that cannot be read have no prediction, and stand with the reasons in a second file.
"""

import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from flights.common.engine import connect
from flights.common.outputs import read_json
from flights.common.progress import Progress
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.evaluation.payoff import Payoff
from flights.features.encoders import encode
from flights.service.bulk_log import BulkLog, bulk_log
from flights.service.integrity import outside
from flights.service.rows import FORMS, Rows, open_rows
from flights.service.writing import ENCODER, written

ROWS = 4 * 122_880  # of a batch: DuckDB gives a thread 122,880 of them, and begins its joins anew with each batch
CELLS = 20_000_000  # of a batch of features, so that many columns do not fill the memory
FEATURES_SQL = Path(__file__).parents[1] / "features/features.sql"
ID = "prediction_id"
TABLES = ("data/tables", "data/snapshots")
PREFIX = ""
OF_A_ROW = (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException)
"""What SQL says of a value in a row, as of a whole number that is too large."""
MOST_ERRORS = 1_000  # of these, after which it is no longer the rows that are wrong
REFUSED = pa.schema([("source_row", pa.int64()), ("reasons", pa.string()), ("content", pa.string())])
"""The rows that are refused, as in data/quarantine.parquet: their number from 0, why, and the row as JSON."""


def batches(read: pa.RecordBatchReader, rows: int) -> Iterator[pa.Table]:
    """Yield what is ``read`` in tables of ``rows`` or more: a file may be read in much smaller parts."""
    waiting: list[pa.RecordBatch] = []
    for batch in read:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= rows:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


class Scorer:
    """The bundle in the working folder, for many rows at a time."""

    def __init__(self, database: duckdb.DuckDBPyConnection, rows: Rows, prefix: str, logged: bool) -> None:
        self.database, self.columns, self.inputs, self.prefix = database, list(rows.columns), rows.sql, prefix
        self.logged = logged
        self.log: BulkLog | None = None
        self.card = read_json(Path("bundle.json"))
        self.encoders = read_json(Path("model/encoders.json"))
        self.rows = min(ROWS, CELLS // len(self.encoders["columns"]) + 1)
        self.model = import_module(f"flights.models.scoring.{self.card['kind']}").Model.load(Path("model"))
        self.computed = FEATURES_SQL.read_text(encoding="utf-8")
        self.errors = 0
        self.payoff = Payoff(**setting("problem", "decision", "payoff"))
        for file in (file for folder in TABLES for file in sorted(Path(folder).glob("*.parquet"))):
            database.read_parquet(str(file)).create(file.stem)

    def features(self, rows: pa.Table) -> pa.Table:
        """Return the features of those of ``rows`` that can be read, in any order; ``__row`` says which is whose."""
        numbered = rows.select(self.columns).append_column("__row", pa.array(np.arange(len(rows))))
        self.database.register("__rows", numbered)
        self.database.execute(self.inputs)
        self.database.execute(self.computed)
        return self.database.sql("FROM features").to_arrow_table()

    def parts(self, rows: pa.Table, first: int = 0) -> Iterator[tuple[pa.Table, np.ndarray, dict[int, str]]]:
        """Yield features, their rows, and the reasons of those that are refused; ``rows`` come in halves around an error."""
        try:
            features = self.features(rows)
        except OF_A_ROW as error:
            if len(rows) > 1:
                half = len(rows) // 2
                yield from self.parts(rows.slice(0, half), first)
                yield from self.parts(rows.slice(half), first + half)
                return
            self.errors += 1
            if self.errors > MOST_ERRORS:
                raise
            yield self.features(rows.slice(0, 0)), np.empty(0, np.int64), {first: str(error).partition("\n")[0]}
            return
        refused = self.database.sql("SELECT __row, __reasons FROM __rows_checked WHERE __reasons <> ''").fetchall()
        yield features, first + features["__row"].to_numpy(), {first + row: reasons for row, reasons in refused}

    def score(self, rows: pa.Table) -> tuple[pa.Table, dict[int, str]]:
        """Return ``rows`` with what the model says of each, NULL where it is refused, and the reasons by row."""
        found, places = [np.empty((0, *self.shape))], [np.empty(0, np.int64)]
        reasons: dict[int, str] = {}
        ids: list[str] = []
        for features, numbers, refused in self.parts(rows):
            if len(numbers):
                found.append(np.asarray(self.model.predict(encode(features, self.encoders)), dtype=np.float64))
                places.append(numbers)
                ids += self.kept(features, found[-1])
            reasons |= refused
        place = np.full(len(rows), -1)
        place[np.concatenate(places)] = np.arange(sum(map(len, places)))
        whose = pa.array(place, mask=place < 0)
        for name, values in self.answers(np.concatenate(found)).items():
            rows = rows.append_column(self.prefix + name, pa.array(values).take(whose))
        if self.logged:
            rows = rows.append_column(self.prefix + ID, pa.array(ids, pa.string()).take(whose))
        return rows, reasons

    def kept(self, features: pa.Table, score: np.ndarray) -> list[str]:
        """Log the rows whose ``features`` were computed last, and return their ids; none where nothing is logged."""
        if self.log is None:
            return []
        inputs = self.database.sql("FROM inputs ORDER BY __row").to_arrow_table()
        return self.log.keep(inputs, features, score, self.payoff)

    def schema(self, rows: pa.Schema) -> pa.Schema:
        """Return what ``rows`` become; raise where they have a column already that is to be written."""
        given = {name.casefold() for name in rows.names}
        found, _ = self.score(rows.empty_table())
        for name in found.column_names[len(rows) :]:
            if name.casefold() in given:
                raise ValueError(
                    f"the rows have a column '{name}' already: call what is written otherwise with --prefix"
                )
        return found.schema

    shape: tuple[int, ...] = ()

    def answers(self, score: np.ndarray) -> dict[str, np.ndarray]:
        """Return what is said of each row: its probability, and whether to act."""
        return {"probability": score, "act": self.payoff.act(score), "expected_gain": self.payoff.advantage(score)}


def refusals(rows: pa.Table, reasons: dict[int, str], before: int) -> pa.Table:
    """Return the rows that are refused for ``reasons``, numbered from ``before`` on."""
    order = sorted(reasons)
    content = [ENCODER.encode(row).decode() for row in rows.take(pa.array(order, pa.int64())).to_pylist()]
    numbers = [before + row for row in order]
    return pa.table([numbers, [reasons[row] for row in order], content], schema=REFUSED)


def score_file(
    rows: Path, scores: Path, form: str | None = None, prefix: str = PREFIX, logs: Path | None = None
) -> tuple[int, int]:
    """Score the file ``rows`` into ``scores``, with lines in ``logs`` where that is given; return how many there are, and how many are refused."""
    if rows.resolve() == scores.resolve():
        raise ValueError(f"{scores} is the file of the rows: name another one for the scores")
    count = refused = 0
    aside = scores.with_name(f"{scores.stem}.refused{scores.suffix}")
    with tempfile.TemporaryDirectory() as folder, connect() as source, connect() as database:
        opened = open_rows(source, rows, Path(folder), form)
        scorer = Scorer(database, opened, prefix, logged=logs is not None)
        reader = opened.relation.to_arrow_reader(scorer.rows)
        progress = Progress(None, "rows scored")
        log = bulk_log(logs) if logs else nullcontext()
        with (
            written(scores, scorer.schema(reader.schema)) as write,
            written(aside, REFUSED) as write_refused,
            log as scorer.log,
        ):
            for batch in batches(reader, scorer.rows):
                found, reasons = scorer.score(batch)
                write(found)
                write_refused(refusals(batch, reasons, count))
                count, refused = count + len(batch), refused + len(reasons)
                progress.add(len(batch))
    if not refused:
        aside.unlink()
    return count, refused


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.service.bulk", description="Score a file of rows.")
    parser.add_argument(
        "rows", type=Path, help="the file: as the project's own, or with the columns of data/tables/flights.parquet"
    )
    parser.add_argument(
        "scores", type=Path, help="the file to write, .parquet, .csv or .jsonl: the same rows with their scores"
    )
    parser.add_argument(
        "--form",
        choices=FORMS,
        help="whether rows are as in the project's own file or in its table; their columns tell",
    )
    parser.add_argument("--prefix", default=PREFIX, help="what stands before the names of the columns that are added")
    parser.add_argument(
        "--logs", type=Path, metavar="FOLDER", help="log each row there; in logs/ of the project, `monitor` sees it"
    )
    given, start = parser.parse_args(), time.perf_counter()
    logs = outside(given.logs.resolve()) if given.logs else None
    count, refused = score_file(given.rows, given.scores, given.form, given.prefix, logs)
    print(f"{given.scores}: {count:,} rows, {count / (time.perf_counter() - start):,.0f} a second", file=sys.stderr)
    if refused:
        print(f"{refused:,} of them are refused: see {given.scores.stem}.refused{given.scores.suffix}", file=sys.stderr)


if __name__ == "__main__":
    run_stage(main)
