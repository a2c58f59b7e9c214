"""Score a file of requests, one JSON object a line, and write their features and scores to a Parquet file."""

from argparse import ArgumentParser
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from flights.outputs import new_file
from flights.service.request import Row
from flights.service.scorer import Scorer


def main() -> None:
    parser = ArgumentParser(prog="python -m flights.service.batch", description="Score a file of requests.")
    parser.add_argument("requests", type=Path, help="JSON lines, each as the body of a request")
    parser.add_argument("scores", type=Path, help="the Parquet file to write")
    given = parser.parse_args()
    scorer = Scorer()
    rows = msgspec.json.Decoder(Row).decode_lines(given.requests.read_bytes())
    features = scorer.features(rows)
    score = pa.array(scorer.score(features).tolist())
    with new_file(given.scores) as file:
        pq.write_table(features.append_column("__score", score), file)


if __name__ == "__main__":
    main()
