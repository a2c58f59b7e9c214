"""The prediction log as a source: which rows it has, with which features, what is refused, when it is read anew."""

import json
import math
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from generator.errors import ConfigError
from tests.sandbox import commit, copy, edit, loaded, ran, run, serve, start, tree

ROWS, ASKED = 600, 40
BEGIN = datetime(2024, 1, 1, 8)


def waited(row: int) -> float:
    """Return how long row ``row`` has waited."""
    return float(row % 50 + row * 37 % 11)


def asked(row: int) -> dict[str, Any]:
    """Return the request of row ``row``: one every two hours."""
    moment = BEGIN + timedelta(hours=2 * row)
    return {"id": row, "at": moment.isoformat(), "desk": "ABC"[row % 3], "age": None if row % 11 == 0 else row % 50}


def visits(rows: range) -> str:
    """Return ``rows`` as CSV."""
    texts = ([*asked(row).values(), waited(row)] for row in rows)
    lines = (",".join("" if value is None else str(value) for value in values) for values in texts)
    return "id,at,desk,age,wait\n" + "\n".join(lines) + "\n"


DATA: dict[str, Any] = {
    "sources": {"visits": {"path": "visits.csv", "log": "logs"}},
    "table": "visits",
    "columns": {
        "id": {"type": "integer", "role": "key"},
        "at": {"type": "timestamp", "role": "time"},
        "desk": {"type": "text"},
        "age": {"type": "integer"},
        "wait": {"type": "float", "role": "outcome"},
        "late": {"sql": "wait >= 25", "role": "outcome"},
    },
    "checks": {"grown": {"expect": "age <> 37", "otherwise": "quarantine"}},
}
FEATURES: dict[str, Any] = {
    "desk": "desk",
    "age": "age",
    "hour": "hour(at)",
    "late_before": {"avg": "late", "by": "desk", "over": "7 days", "every": "1 day"},
    "seen_before": {"count": "*", "by": "desk", "over": "30 days", "every": "1 day"},
}
PROBLEM: dict[str, Any] = {
    "question": "Who waits for long?",
    "use": "predictive",
    "task": "binary",
    "target": {"name": "late", "sql": "late", "unknown": "none"},
    "label_after": "1 day",
}


def describe(folder: Path, **changed: Any) -> None:
    """Write conf/ of the project into ``folder``; ``changed`` are groups that are others."""
    conf = folder / "conf"
    contents: dict[str, Any] = {
        "data/penguins": DATA,
        "features/penguins": FEATURES,
        "problem/weight": PROBLEM,
        "split/at_random": {"kind": "time", "holdout": 0.25, "validation": 0.2},
        "explore/quick": {"rows": 300, "hypotheses": []},
        "metrics/errors": {"primary": "roc_auc", "report": [], "bootstrap": {"rounds": 50}},
    }
    for file, content in (contents | changed).items():
        assert (conf / f"{file}.yaml").exists(), file
        (conf / f"{file}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    config = conf / "config.yaml"
    config.write_text(config.read_text().replace("[baseline, linear, lightgbm]", "[baseline, linear]"))
    (folder / "visits.csv").write_text(visits(range(ROWS)), encoding="utf-8")


def answered(folder: Path, requests: list[dict[str, Any]], outcomes: dict[int, Any]) -> None:
    """Have the version in production answer ``requests``, and tell it the ``outcomes`` of some, by their keys."""
    number = json.loads((folder / "registry/production.json").read_text())["version"]
    with serve(folder / f"registry/versions/{number}", "weights") as client:
        for request in requests:
            found = client.post("/predict", json=request)
            assert found.status_code == 200, found.text
            if request["id"] in outcomes:
                body = {"id": found.json()["id"], "outcome": outcomes[request["id"]]}
                assert client.post("/feedback", json=body).status_code == 200


def logged(folder: Path) -> dict[int, dict[str, Any]]:
    """Return the features that were logged last, by the key of the row."""
    files = sorted((folder / "logs").glob("predictions-*.jsonl"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    entries = [json.loads(line) for line in lines if line.endswith("}")]
    return {entry["inputs"]["id"]: entry["features"] for entry in entries}


def fitted(folder: Path) -> dict[int, dict[str, Any]]:
    """Return the features and the targets of all labelled rows, by their keys."""
    table = pq.read_table(folder / "data/tables/visits.parquet").to_pylist()
    keys = {row["__row"]: row["id"] for row in table}
    parts = [pq.read_table(folder / f"data/{part}.parquet").to_pylist() for part in ("train", "holdout")]
    return {keys[row["__row"]]: row for part in parts for row in part}


# What is refused, and what a request holds


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Return the project, not rendered yet."""
    folder = copy("weights", tmp_path / "visits")
    describe(folder)
    return folder


def test_requests_hold_all_that_a_row_needs(made: Path) -> None:
    fields = '("id", "at", "desk", "age",)'
    rendered = tree(made)
    assert fields in " ".join(rendered["weights/service/request.py"].split()).replace("( ", "(").replace(", )", ",)")
    assert "row.id" not in rendered["weights/service/features.py"]
    assert 'NAMING = ("id",)' in rendered["weights/packaging/contract.py"]
    edit(made / "conf/data/penguins.yaml", "log: logs", "format: csv")
    without = tree(made)
    assert '"id"' not in without["weights/service/request.py"]
    assert "NAMING" not in without["weights/packaging/contract.py"]
    assert "weights/data/logged_rows.py" not in without
    assert "prediction_log" not in "".join(text for path, text in without.items() if path.startswith("weights/"))


def test_stages_wait_for_what_was_logged(made: Path) -> None:
    stages = yaml.safe_load(tree(made)["dvc.yaml"])["stages"]
    assert stages["probe"]["always_changed"] is True
    assert "data/sources.json" in stages["collect"]["deps"]
    assert "weights/monitoring/labels.py" in stages["collect"]["deps"]
    assert (
        "weights/features/definitions.py" not in stages["collect"]["deps"]
    )  # an edit of a feature reads no source anew
    for stage in ("define", "explore"):
        assert "data/tables/prediction_log.parquet" in stages[stage]["deps"]
    assert "data/computed.parquet" in stages["features"]["outs"]
    assert "data/computed.parquet" in stages["package"]["deps"]


def test_rows_of_the_table_are_no_outcomes_of_the_rows_they_are_made_of(made: Path) -> None:
    monitor = made / "conf/monitor/drift.yaml"
    monitor.write_text(f"{monitor.read_text()}rows_as_outcomes: true\n", encoding="utf-8")
    rendered = tree(made)
    assert "Labels(log, tables=False)" in rendered["weights/data/logged_rows.py"]
    assert "if tables:" in rendered["weights/monitoring/labels.py"]


DEFINED = {
    "expression": ({"hour": "hour(at) + 1"}, {"hour", "later"}),  # and what is computed from it
    "window": ({"late_before": {**FEATURES["late_before"], "over": "14 days"}}, {"late_before"}),
    "another feature": ({"more": "age * 2"}, {"more"}),
}


@pytest.mark.parametrize("case", DEFINED)
def test_a_definition_changes_with_what_a_feature_is(case: str, made: Path) -> None:
    changed, expected = DEFINED[case]
    before = definitions(made, FEATURES | {"later": "hour + 2"})
    after = definitions(made, FEATURES | {"later": "hour + 2"} | changed)
    assert {name for name in after if after[name] != before.get(name)} == expected


def test_a_definition_changes_with_a_column_of_the_past(made: Path) -> None:
    before = definitions(made, FEATURES)
    edit(made / "conf/data/penguins.yaml", "wait >= 25", "wait >= 26")
    after = definitions(made, FEATURES)
    assert {name for name in after if after[name] != before[name]} == {"late_before"}


def definitions(folder: Path, features: dict[str, Any]) -> dict[str, str]:
    """Return the definitions of ``features``."""
    (folder / "conf/features/penguins.yaml").write_text(yaml.safe_dump(features, sort_keys=False), encoding="utf-8")
    found: dict[str, str] = loaded(tree(folder), "weights/features/definitions.py").definitions()
    return found


@pytest.mark.parametrize("column", ["age", "id"])
def test_what_is_not_logged_cannot_be_read_back(column: str, made: Path) -> None:
    edit(made / "conf/data/penguins.yaml", f"  {column}:\n", f"  {column}:\n    log: false\n")
    with pytest.raises(ConfigError, match=f"'{column}' is not in the log"):
        tree(made)


# The whole way


NEW = range(ROWS, ROWS + ASKED)
KNOWN = {row: waited(row) >= 25 for row in NEW if row % 4}
"""What is told of new rows; nothing is of one in four."""


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project with a released version."""
    folder = start("weights", tmp_path_factory.mktemp("logged") / "visits")
    describe(folder)
    run(folder, "ninefold", "generate")
    commit(folder, "Describe")
    run(folder, "ninefold", "run")
    commit(folder, "Reproduce")
    assert ran(run(folder, "dvc", "repro")) == ["probe"]
    return folder


@pytest.fixture(scope="module")
def retrained(reproduced: Path) -> tuple[Path, str, dict[int, dict[str, Any]]]:
    """Ask about new rows and known ones, tell some outcomes, tear the log, retrain; return what was said and logged."""
    again = {**asked(NEW[1]), "age": 3}  # the same row, asked about once more
    answered(reproduced, [asked(row) for row in [*NEW, 5]], {NEW[1]: False, 5: True})
    answered(reproduced, [again], {})
    file = sorted((reproduced / "logs").glob("predictions-*.jsonl"))[0]
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    ids = {json.loads(line)["inputs"]["id"]: json.loads(line)["id"] for line in lines}
    told = [{"id": ids[row], "outcome": known} for row, known in KNOWN.items()]
    told = [{"id": ids[NEW[2]], "outcome": not KNOWN[NEW[2]]}, *told, {"id": "nobody", "outcome": True}]
    begin = datetime.now(UTC)
    texts = [
        json.dumps({**one, "time": (begin + timedelta(seconds=place)).isoformat()}) for place, one in enumerate(told)
    ]
    (reproduced / "logs/outcomes-later.jsonl").write_text(
        "\n".join([*texts, texts[-2], '{"id": "x", "outc']), encoding="utf-8"
    )
    torn = lines[3][: len(lines[3]) // 2]
    (reproduced / "logs/predictions-again.jsonl").write_text(f"{lines[2]}{lines[2]}not JSON\n{torn}", encoding="utf-8")
    commit(reproduced, "Ask")
    before = logged(reproduced)
    return reproduced, run(reproduced, "ninefold", "retrain", "--now"), before


@pytest.mark.slow
def test_exactly_the_rows_with_an_outcome_are_learnt_from(retrained: tuple[Path, str, Any]) -> None:
    folder, said, _ = retrained
    assert ran(said)[:3] == ["probe", "collect", "process"]
    table = {row["id"]: row for row in pq.read_table(folder / "data/tables/visits.parquet").to_pylist()}
    assert {row for row in table if row >= ROWS} == {row for row in KNOWN if row % 50 != 37}
    for row, known in KNOWN.items():
        request = asked(row)
        if row in table:
            found = table[row] | {"at": table[row]["at"].isoformat()}
            assert {name: found[name] for name in request} == request
            assert (found["wait"], found["late"]) == (None, known)
    assert table[5]["wait"] == waited(5)
    rows = fitted(folder)
    assert {row: rows[row]["__target"] for row in rows if row >= ROWS} == {
        row: KNOWN[row] for row in table if row >= ROWS
    }
    summary = json.loads((folder / "reports/collection.json").read_text())["prediction_log"]
    unlabelled = len(NEW) - len(KNOWN) + 1  # and the row that was asked about again
    assert summary["rows"] == len(KNOWN) + 1
    assert summary["left_out"] == {"torn": 2, "unlabelled": unlabelled}


@pytest.mark.slow
def test_their_features_are_those_that_were_logged(retrained: tuple[Path, str, dict[int, dict[str, Any]]]) -> None:
    folder, said, before = retrained
    rows = fitted(folder)
    for row in (row for row in rows if row >= ROWS):
        given = {name: rows[row][name] for name in FEATURES}
        if row != NEW[1]:
            assert given == before[row]
    holdout = pq.read_table(folder / "data/holdout.parquet").to_pylist()
    computed = pq.read_table(folder / "data/computed.parquet").to_pylist()
    places = [row["__row"] for row in holdout]
    assert places == [row["__row"] for row in computed]
    other = {name for one, two in zip(holdout, computed, strict=True) for name in FEATURES if one[name] != two[name]}
    assert other == {"late_before", "seen_before"}  # rows of the log are the past of others, as any rows are
    summary = json.loads((folder / "reports/features.json").read_text())
    assert summary["logged"]["rows"] == sum(row >= ROWS for row in rows)
    assert set(summary["logged"]["other"]) == other
    assert summary["logged"]["computed"] == {}
    collected = sum(row < ROWS for row in rows)  # of which those are audited that were decided last at three moments
    assert summary["audit"]["rows"] == math.ceil(0.3 * collected) + 200 + 200
    assert "in the bundle what they were in training" in said
    assert "rows of the prediction log, which the audit leaves out" in (folder / "reports/index.html").read_text()


@pytest.mark.slow
def test_the_champion_is_measured_by_what_was_logged(retrained: tuple[Path, str, dict[int, dict[str, Any]]]) -> None:
    folder, _, before = retrained
    asked_twice = """if True:
        import json
        from pathlib import Path
        from weights.packaging.bundles import ask, ask_as_logged, held_rows
        rows = held_rows()
        for found in (ask(Path("registry/versions/1"), rows), ask_as_logged(Path("registry/versions/1"), rows)):
            print(json.dumps([*zip(rows["id"].to_pylist(), found.features.to_pylist(), found.score.tolist())]))
    """
    said = run(folder, sys.executable, "-c", asked_twice).splitlines()
    now, then = (json.loads(line) for line in said if line.startswith("[["))
    assert any(row >= ROWS for row, *_ in then)
    for (row, computed, score), (_, features, as_logged) in zip(now, then, strict=True):
        if row < ROWS:
            assert (features, as_logged) == (computed, pytest.approx(score, rel=1e-12))
        elif row != NEW[1]:
            assert features == before[row]
    assert [score for *_, score in now] != [score for *_, score in then]


@pytest.mark.slow
def test_without_anything_new_nothing_runs(retrained: tuple[Path, str, Any]) -> None:
    folder = retrained[0]
    assert ran(run(folder, "dvc", "repro")) == ["probe"]
    assert run(folder, "git", "status", "--porcelain") == ""
    (folder / "logs/outcomes-more.jsonl").write_text(
        '{"id": "nobody", "time": "2026-01-01T00:00:00Z", "outcome": true}\n'
    )
    assert "collect" not in ran(run(folder, "dvc", "repro"))


@pytest.mark.slow
def test_a_feature_that_was_another_is_computed(retrained: tuple[Path, str, dict[int, dict[str, Any]]]) -> None:
    folder, _, before = retrained
    changed = FEATURES | {"hour": "hour(at) + 1", "more": "age * 2"}
    (folder / "conf/features/penguins.yaml").write_text(yaml.safe_dump(changed, sort_keys=False), encoding="utf-8")
    run(folder, "ninefold", "generate")
    said = run(folder, "dvc", "repro", "features")
    assert "collect" not in ran(said)
    rows = fitted(folder)
    new = [row for row in rows if row >= ROWS and row != NEW[1]]
    assert [rows[row]["hour"] for row in new] == [before[row]["hour"] + 1 for row in new]
    assert [rows[row]["more"] for row in new] == [
        None if before[row]["age"] is None else 2 * before[row]["age"] for row in new
    ]
    assert [rows[row]["late_before"] for row in new] == [before[row]["late_before"] for row in new]
    summary = json.loads((folder / "reports/features.json").read_text())["logged"]
    assert summary["computed"] == {"hour": len(new) + 1, "more": len(new) + 1}
    run(folder, "git", "checkout", "-q", "conf")
    run(folder, "ninefold", "generate")


@pytest.mark.slow
def test_without_the_log_the_last_snapshot_is_used(retrained: tuple[Path, str, Any]) -> None:
    folder = retrained[0]
    (folder / "logs").rename(folder / "elsewhere")
    (folder / "logs").mkdir()
    (folder / "elsewhere/.gitignore").rename(folder / "logs/.gitignore")
    try:
        said = run(folder, "dvc", "repro", "collect")
        assert "logs has no predictions" in said
        assert "its last snapshot is used" in said
        assert "collect" not in ran(said)
        assert "logs has no predictions" in run(
            folder, "dvc", "repro", "--force", "--single-item", "collect", fails=True
        )
    finally:
        (folder / "logs/.gitignore").rename(folder / "elsewhere/.gitignore")
        (folder / "logs").rmdir()
        (folder / "elsewhere").rename(folder / "logs")


OTHERS: dict[str, tuple[str, str, Callable[[int], Any]]] = {
    "regression": ("sqrt(wait)", "rmse", lambda row: waited(row) ** 0.5),
    "multiclass": (
        "CASE WHEN wait < 20 THEN 'short' WHEN wait < 40 THEN 'fair' ELSE 'long' END",
        "log_loss",
        lambda row: "short" if waited(row) < 20 else "fair" if waited(row) < 40 else "long",
    ),
}
"""Tasks, each with a target that is computed from the outcome, a metric, and what is told of a row."""


@pytest.mark.slow
@pytest.mark.parametrize("task", OTHERS)
def test_a_target_that_is_computed_comes_back_without_a_key(task: str, tmp_path: Path) -> None:
    sql, metric, told = OTHERS[task]
    columns = {name: column for name, column in DATA["columns"].items() if name in ("desk", "age", "wait")}
    folder = start("weights", tmp_path / "visits")
    describe(
        folder,
        **{
            "data/penguins": {**DATA, "columns": {"id": {"type": "integer", "role": "drop"}, **columns}},
            "features/penguins": {"desk": "desk", "age": "age"},
            "problem/weight": {
                "question": "How long does it take?",
                "use": "predictive",
                "task": task,
                "target": {"name": "length", "sql": sql, "unknown": "none"},
            },
            "split/at_random": {"kind": "random", "holdout": 0.25},
            "metrics/errors": {"primary": metric, "report": [], "bootstrap": {"rounds": 50}},
        },
    )
    run(folder, "ninefold", "generate")
    commit(folder, "Describe")
    run(folder, "ninefold", "run")
    asked_of = {row: {"desk": asked(row)["desk"], "age": asked(row)["age"]} for row in range(ROWS, ROWS + 20)}
    with serve(folder / "registry/versions/1", "weights") as client:
        ids = {row: client.post("/predict", json=request).json()["id"] for row, request in asked_of.items()}
        for row in [row for row in ids if row % 2]:
            client.post("/feedback", json={"id": ids[row], "outcome": told(row)}).raise_for_status()
    run(folder, "dvc", "repro", "package")
    table = {row["__row"]: row for row in pq.read_table(folder / "data/tables/visits.parquet").to_pylist()}
    parts = [pq.read_table(folder / f"data/{part}.parquet").to_pylist() for part in ("train", "holdout")]
    new = sorted((row for part in parts for row in part if row["__row"] >= ROWS), key=lambda row: row["__row"])
    assert [row["__target"] for row in new] == [told(row) for row in asked_of if row % 2]
    assert [(row["desk"], row["age"]) for row in new] == [
        (request["desk"], request["age"]) for row, request in asked_of.items() if row % 2
    ]
    assert {table[row["__row"]]["wait"] for row in new} == {None}
