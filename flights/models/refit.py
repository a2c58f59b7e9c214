"""Fit the chosen candidate again, on training rows and holdout alike, and save it to final_model/: this is what ships.

The figures in reports/ are those of the model in models/, which is fitted on training rows alone and has not seen the
holdout. Settings, rounds and kinds of encodings stay as training chose them; what encodings learn is learnt from all rows.
"""

from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from flights.common.counts import counted
from flights.common.outputs import new_folder, read_json, write_json
from flights.common.stage import run_stage
from flights.features.encoders import fit_encoders

TRAIN = Path("data/train.parquet")
HOLDOUT = Path("data/holdout.parquet")
ENCODERS = Path("data/encoders.json")
CHOSEN = Path("reports/chosen.json")
FINAL_ENCODERS = Path("data/final_encoders.json")
FOLDER = Path("final_model")


def join(target: Path) -> int:
    """Write the training rows, and behind them the holdout, to ``target``; return how many these are."""
    with pq.ParquetWriter(target, pq.read_schema(TRAIN), compression="zstd") as writer:
        for source in (TRAIN, HOLDOUT):
            for batch in pq.ParquetFile(source).iter_batches():
                writer.write_batch(batch)
    return pq.read_metadata(target).num_rows


def main() -> None:
    candidate = read_json(CHOSEN)["candidate"]
    train = import_module(f"flights.models.train_{candidate}")
    with TemporaryDirectory(dir=TRAIN.parent, prefix=".refit-") as folder:
        rows = Path(folder) / "rows.parquet"
        count = join(rows)
        encoders = fit_encoders(rows, read_json(ENCODERS))
        model = train.refit(rows, encoders)
    write_json(FINAL_ENCODERS, encoders)
    with new_folder(FOLDER) as final:
        model.save(final)
        write_json(final / "encoders.json", encoders)
        write_json(final / "summary.json", {"candidate": candidate, "rows": count})
    print(f"{candidate} is fitted on {counted(count, 'row')}, all there are")


if __name__ == "__main__":
    run_stage(main)
