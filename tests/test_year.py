"""The demo: what it sends, when, and which flights it knows."""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from benchmarks import year

FLIGHTS = [
    {
        **dict.fromkeys(year.FIELDS, 1),
        "month": 4 + hours // 720,
        "departure": datetime(2013, 4, 1) + timedelta(hours=hours),
        "scheduled_departure": datetime(2013, 3, 31, 20) + timedelta(hours=hours),
        "arr_delay": None if hours == 7 else float(hours % 60),
    }
    for hours in range(0, 1_440, 7)
]


def test_a_month_is_sampled_evenly_from_landed_flights_and_the_data_ends_before_it() -> None:
    rows = pa.Table.from_pylist(FLIGHTS)
    sent = year.sample(rows, 5, 20)
    assert len(sent) == 20
    assert {row["month"] for row in sent} == {5}
    assert sent == sorted(sent, key=lambda row: row["departure"])
    assert all(row["arr_delay"] is not None for row in year.sample(rows, 4, 10_000))
    assert set(year.before(rows, 5)["month"].to_pylist()) == {4}


def test_no_outcome_is_sent_before_it_is_known_and_every_row_once() -> None:
    predicted, settled = [], []
    for kind, batch in year.steps(FLIGHTS):
        if kind == "predict":
            decided = batch[-1]["departure"] - year.DECIDE_BEFORE
            assert all(row["departure"] + year.LABEL_AFTER <= decided for row in settled)
            predicted += batch
        else:
            assert all(row in predicted for row in batch)
            settled += batch
    assert predicted == settled == FLIGHTS


@pytest.mark.parametrize("faulty", [False, True])
def test_the_fault_is_in_the_scheduled_departure_alone(faulty: bool) -> None:
    sent = year.request(FLIGHTS[0], faulty)
    assert sent.keys() == set(year.FIELDS)
    shifted = FLIGHTS[0]["scheduled_departure"] + year.SHIFT * faulty
    assert sent["scheduled_departure"] == shifted.isoformat()
    assert sent["departure"] == "2013-04-01T00:00:00"
