"""The prediction log: where it is, what it keeps of a prediction, and when its files are deleted."""

import fcntl
import json
import os
import time
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pytest

from generator.config.compose import compose
from generator.plan.logged import logged_plan, unlogged_columns, unlogged_features
from generator.validation.check import check
from tests.sandbox import PROJECTS, ROOT, loaded, tree

DAY = 86_400
MEGABYTE = 2**20


@pytest.fixture(scope="module")
def files() -> ModuleType:
    """Return the rendered module that deletes files, of a project whose outcomes are due after ten days."""
    overrides = ("+service.log_keep_days=30", "+service.log_keep_bytes=2097152", "problem.label_after=10 days")
    return loaded(tree(ROOT, *overrides), "flights/service/log_files.py")


def aged(folder: Path, name: str, days: float, size: int = 1) -> Path:
    """Make a file of the log that was last written to so many days ago."""
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"\n" * size)
    os.utime(path, times=(time.time() - days * DAY,) * 2)
    return path


def test_nothing_is_deleted_that_is_promised_to_stay_or_whose_outcomes_are_not_due(
    files: ModuleType, tmp_path: Path
) -> None:
    days = {"predictions-1": 41, "outcomes-1": 40.1, "predictions-2": 39.9, "predictions-3": 5, "outcomes-2": 0}
    paths = {name: aged(tmp_path, name, age) for name, age in days.items()}
    others = [aged(tmp_path, "notes", 100).rename(tmp_path / "notes.txt"), tmp_path / "predictions-0.jsonl"]
    others[1].touch()
    files.expire(tmp_path, files.Keep(None, None))
    assert all(path.exists() for path in paths.values())
    files.expire(tmp_path, files.Keep.of({"log_keep_days": 30}))
    assert {name for name, path in paths.items() if path.exists()} == {"predictions-2", "predictions-3", "outcomes-2"}
    assert all(path.exists() for path in others)


def test_of_too_much_the_oldest_is_deleted_whose_outcomes_are_due(files: ModuleType, tmp_path: Path) -> None:
    paths = [aged(tmp_path, f"predictions-{age}", age, MEGABYTE) for age in (50, 40, 30, 5, 4, 3)]
    files.expire(tmp_path, files.Keep.of({"log_keep_bytes": 5 * MEGABYTE}))
    assert [path.exists() for path in paths] == [False, True, True, True, True, True]
    files.expire(tmp_path, files.Keep.of({"log_keep_bytes": 2 * MEGABYTE}))
    assert [path.exists() for path in paths] == [False, False, False, True, True, True]


def test_a_file_that_is_written_to_is_never_deleted(files: ModuleType, tmp_path: Path) -> None:
    path = aged(tmp_path, "predictions-1", 1_000)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        files.expire(tmp_path, files.Keep(0.0, 0))
        assert path.exists()
    files.expire(tmp_path, files.Keep(0.0, 0))
    assert not path.exists()


def test_the_log_deletes_as_it_begins_a_file(tmp_path: Path) -> None:
    rendered = tree(PROJECTS / "weights", "+service.log_keep_days=30")
    module = loaded(rendered, "weights/service/log.py")
    old = aged(tmp_path, "predictions-1", 31)
    log = module.Log(
        tmp_path, "predictions", 10, 3_600, loaded(rendered, "weights/service/log_files.py").Keep(30 * DAY, None)
    )
    for number in range(4):
        log.append(f"line {number}\n".encode())
    lines = [path.read_text() for path in sorted(tmp_path.glob("*.jsonl"))]
    assert "".join(lines) == "line 0\nline 1\nline 2\nline 3\n"
    assert len(lines) == 2
    assert not old.exists()


def test_without_a_setting_nothing_can_be_deleted() -> None:
    rendered = tree(PROJECTS / "weights")
    assert "weights/service/log_files.py" not in rendered
    assert "flock" not in rendered["weights/service/log.py"]


def test_a_file_without_a_line_does_not_age(tmp_path: Path) -> None:
    log = loaded(tree(PROJECTS / "weights"), "weights/service/log.py").Log(tmp_path, "predictions", 1_000, 0.02)
    for _ in range(5):
        assert log.check() == ""
        time.sleep(0.03)
    assert len([*tmp_path.iterdir()]) == 1
    log.append(b"line\n")
    time.sleep(0.03)
    log.append(b"line\n")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"line\n"] * 2


def test_the_log_goes_where_the_config_says() -> None:
    rendered = tree(PROJECTS / "weights", "+service.log_folder=/var/log/weights")
    assert 'project / "/var/log/weights"' in rendered["weights/service/log.py"]
    assert Path("/var/log/weights") == loaded(rendered, "weights/monitoring/logs.py").LOGS
    assert "- /var/log/weights\n" in rendered["dvc.yaml"]


UNLOGGED = {
    "tailnum": ({"tailnum"}, {"plane_year", "plane_age", "engines", "seats"}),
    "minute": ({"minute", "departure", "scheduled_departure"}, None),
}


def test_what_is_computed_from_a_personal_column_is_not_logged_either() -> None:
    for column, (columns, features) in UNLOGGED.items():
        project = check(compose(ROOT / "conf", (f"+data.columns.{column}.log=false",)))
        assert unlogged_columns(project) == columns
        left = logged_plan(project)
        assert left is not None
        hidden = unlogged_features(project)
        assert set(left.features).isdisjoint(hidden)
        assert {*left.features, *hidden} == {feature.name for feature in project.features}
        if features is not None:
            assert features <= set(hidden)
            assert "tailnum" not in left.inputs
            assert not any("plane" in name for name in left.features)
        else:  # the time of departure is known by its hour, and by whatever was looked up for it
            assert {"departure_hour", "weekday", "plane_age"} <= set(hidden)


def test_a_personal_outcome_hides_what_it_was_averaged_to() -> None:
    project = check(compose(ROOT / "conf", ("+data.columns.dep_delay.log=false",)))
    assert unlogged_columns(project) == {"dep_delay", "held"}
    assert {"origin_held_3h", "carrier_held_3h"} <= set(unlogged_features(project))
    assert logged_plan(check(compose(ROOT / "conf"))) is None


def test_monitoring_goes_on_without_the_features_of_personal_columns(tmp_path: Path) -> None:
    logs = loaded(tree(PROJECTS / "weights"), "weights/monitoring/logs.py")
    schema = pa.schema(
        [("name", pa.string()), ("age", pa.float64()), ("height", pa.float64()), ("__score", pa.float64())]
    )
    assert logs.logged_features(schema, tmp_path).names == ["name", "age", "height"]
    (tmp_path / "bundle.json").write_text(json.dumps({"unlogged": ["name", "age"]}))
    assert logs.logged_features(schema, tmp_path).names == ["height"]
