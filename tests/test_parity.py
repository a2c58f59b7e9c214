"""A build that serves anything else than it was trained on does not pass `package`, which names the feature."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.sandbox import copy, edit, module_of, run

pytestmark = pytest.mark.slow

STAGES = ("collect", "process", "snapshots", "features", "train_baseline", "train_linear", "train_lightgbm", "evaluate")


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the parcels that has come to the point of being packaged, and can be."""
    folder = copy("parcels", tmp_path_factory.mktemp("parity") / "parcels")
    run(folder, "ninefold", "generate")
    for stage in (*STAGES, "refit", "package"):
        run(folder, "python", "-m", f"parcels.{module_of(stage)}")
    found = json.loads((folder / "reports/parity.json").read_text())
    assert found == {"rows": 383, "rows_over_http": 383, "features": 22, "largest_difference": 0.0}
    return folder


def serve_another_hour(folder: Path) -> None:
    """Alter a serving function by hand."""
    edit(folder / "parcels/service/features.py", "hour = sent_at.hour", "hour = sent_at.hour + 1")


def reorder_a_vocabulary(folder: Path) -> None:
    """Put the values of a category into another order than the model was trained with."""
    file = folder / "final_model/encoders.json"
    encoders = json.loads(file.read_text())
    depot = encoders["features"]["depot"]
    depot["values"] = dict(reversed(depot["values"].items()))
    file.write_text(json.dumps(encoders))


def count_a_day_late(folder: Path) -> None:
    """Let every row count one step later than it is known, in the bundle alone."""
    file = folder / "parcels/features/snapshots.sql"
    file.write_text(file.read_text().replace("AS BIGINT) + 1 AS __snapshot", "AS BIGINT) + 2 AS __snapshot"))


def ship_yesterday(folder: Path) -> None:
    """Ship snapshots as they were a step before."""
    file = folder / "data/snapshots/by_depot_1_week.parquet"
    table = pq.read_table(file)
    place = table.column_names.index("__snapshot")
    pq.write_table(table.set_column(place, "__snapshot", pc.subtract(table["__snapshot"], pa.scalar(1))), file)


def change_a_lookup(folder: Path) -> None:
    """Change a dimension table after training."""
    file = folder / "data/tables/couriers.parquet"
    table = pq.read_table(file)
    place = table.column_names.index("since")
    pq.write_table(table.set_column(place, "since", pc.add(table["since"], 1)), file)


def change_a_function(folder: Path) -> None:
    """Change the project's own Python function after training."""
    edit(folder / "parcels/vans.py", "return day.year - since", "return day.year - since + (since == 2014)")


SKEWS = {
    serve_another_hour: ["hour"],
    reorder_a_vocabulary: ["depot"],
    count_a_day_late: ["hours_before"],
    ship_yesterday: ["hours_before"],
    change_a_lookup: ["since"],
    change_a_function: ["van_age"],
}


@pytest.mark.parametrize(("skew", "named"), SKEWS.items(), ids=[skew.__name__ for skew in SKEWS])
def test_a_skewed_build_fails(skew: Callable[[Path], None], named: list[str], evaluated: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parcels"
    shutil.copytree(evaluated, folder)
    shutil.rmtree(folder / "bundle")
    skew(folder)
    said = run(folder, "python", "-m", "parcels.packaging.package", fails=True).strip().splitlines()[-1]
    assert "package: " in said
    for name in named:
        assert name in said
    assert not (folder / "bundle").exists()
