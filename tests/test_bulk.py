"""Files are scored in bulk as the project reads its own: for each kind of model and task, of no rows, one and many."""

import gzip
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
import yaml

from tests.sandbox import copy, module_of, run

pytestmark = pytest.mark.slow

OWN = '''"""Guess the mean, and a little more for a wide row."""

from typing import Any

import numpy as np


def fit(matrix: np.ndarray, target: np.ndarray) -> dict[str, Any]:
    """Return what :func:`predict` needs."""
    return {"mean": float(np.mean(target)), "classes": int(np.max(target)) + 1}


def predict(state: dict[str, Any], matrix: np.ndarray) -> np.ndarray:
    """Return PREDICTION."""
    first, *_ = matrix.T  # there is none of no rows
    return SHAPED
'''
SHAPED = {
    "multiclass": 'np.tile(np.eye(state["classes"])[0], (len(first), 1))',
    "binary": 'np.full(len(first), min(max(state["mean"], 0.01), 0.99))',
    "regression": 'np.full(len(first), state["mean"])',
}
FOREST = """\
# Trees of scikit-learn, which refuse no rows at all.
forest:
  kind: sklearn
  estimator: sklearn.ensemble.RandomForestESTIMATOR
  params: {n_estimators: 5, random_state: 0}
"""
MINE = """\
# A candidate of the project's own.
mine:
  kind: own
  module: mine
"""
PROJECTS = {
    "penguins": ("birds", "multiclass"),
    "weights": ("weights", "regression"),
    "parcels": ("parcels", "regression"),
    "edge": ("edge", "binary"),
}
CANDIDATES = ("baseline", "linear", "lightgbm", "forest", "mine")
SCORE = """
import sys
from pathlib import Path
from {package}.service.bulk import score_file
for rows, scores in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    print(*score_file(Path(rows), Path(scores)))
"""


@pytest.fixture(scope="module", params=PROJECTS)
def packaged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Return a project with a candidate of each kind that has come to its bundle, its package, and its task."""
    case = request.param
    package, task = PROJECTS[case]
    folder = copy(case, tmp_path_factory.mktemp("bulk") / case)
    estimator = "Regressor" if task == "regression" else "Classifier"
    (folder / "conf/model/forest.yaml").write_text(FOREST.replace("ESTIMATOR", estimator))
    (folder / "conf/model/mine.yaml").write_text(MINE)
    (folder / package).mkdir(exist_ok=True)
    (folder / f"{package}/mine.py").write_text(OWN.replace("SHAPED", SHAPED[task]))
    config = folder / "conf/config.yaml"
    config.write_text(re.sub(r"model: \[.*\]", f"model: [{', '.join(CANDIDATES)}]", config.read_text()))
    run(folder, "ninefold", "generate")
    past = ["snapshots"] if (folder / f"{package}/features/snapshots.py").exists() else []
    trained = [f"train_{name}" for name in CANDIDATES]
    for stage in ("collect", "process", *past, "features", *trained, "evaluate", "refit", "package"):
        if (folder / f"{package}/{module_of(stage).replace('.', '/')}.py").exists():
            run(folder, "python", "-m", f"{package}.{module_of(stage)}")
    return folder, package, task


def bundle_of(project: Path, package: str, candidate: str, target: Path) -> Path:
    """Return a copy of the bundle in which ``candidate`` scores."""
    shutil.copytree(project / "bundle", target)
    card = json.loads((target / "bundle.json").read_text())
    card["kind"] = {"forest": "sklearn", "mine": "own"}.get(candidate, candidate)
    (target / "bundle.json").write_text(json.dumps(card))
    shutil.rmtree(target / "model")
    shutil.copytree(project / f"models/{candidate}", target / "model")
    shutil.copy(project / f"{package}/models/scoring/{card['kind']}.py", target / f"{package}/models/scoring")
    return target


def raw_file(project: Path) -> Path:
    """Return the file that the project was made from."""
    collected = json.loads((project / "reports/collection.json").read_text())
    name = next(iter(collected.values()))["file"]
    found = next(project.rglob(name), None)
    return found or Path(__import__("palmerpenguins").__file__).parent / "data" / name


def predictions(file: Path, added: list[str]) -> list[tuple[object, ...]]:
    """Return what was added to each row of a file of scores."""
    return list(zip(*(pq.read_table(file)[name].to_pylist() for name in added), strict=True))


def test_what_cannot_be_scored_is_told(packaged: tuple[Path, str, str], tmp_path: Path) -> None:
    project, package, _ = packaged
    (tmp_path / "empty.csv").touch()
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n")[:-9])
    told = {
        ("gone.csv", "out.csv"): "there is no file",
        ("empty.csv", "out.csv"): "is empty: its first line has to name the columns",
        ("broken.parquet", "out.csv"): "broken.parquet",
        ("other.csv", "out.csv"): "lacks columns",
        ("cut.csv.gz", "out.csv"): "cannot be unpacked",
        ("other.csv", "other.csv"): "name another one for the scores",
    }
    for (rows, scores), words in told.items():
        command = ("python", "-m", f"{package}.service.bulk", str(tmp_path / rows), str(tmp_path / scores))
        said = run(project / "bundle", *command, fails=True)
        assert said.startswith("bulk: ")
        assert words in said
        assert "Traceback" not in said
    said = run(
        project / "bundle", "python", "-m", f"{package}.service.replay", str(tmp_path / "empty.csv"), "x", fails=True
    )
    assert said.startswith("replay: ")
    assert "Traceback" not in said


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_what_the_project_is_made_from_is_scored(
    candidate: str, packaged: tuple[Path, str, str], tmp_path: Path
) -> None:
    project, package, task = packaged
    bundle = bundle_of(project, package, candidate, tmp_path / "bundle")
    raw, table = (
        raw_file(project),
        project / f"data/tables/{next(iter(json.loads((project / 'reports/collection.json').read_text())))}.parquet",
    )
    lines = raw.read_bytes().splitlines(keepends=True)
    files = {"none": lines[:1], "one": lines[:2]}
    for name, some in files.items():
        (tmp_path / f"{name}.csv").write_bytes(b"".join(some))
    pq.write_table(pq.read_table(table).slice(0, 0), tmp_path / "no_clean.parquet")
    given = [raw, tmp_path / "none.csv", tmp_path / "one.csv", table, tmp_path / "no_clean.parquet"]
    pairs = [str(path) for file in given for path in (file, tmp_path / f"{file.stem}_scores.parquet")]
    pairs[1] = str(tmp_path / "raw_scores.parquet")
    said = run(bundle, "python", "-c", SCORE.format(package=package), *pairs)
    counts = [tuple(map(int, line.split())) for line in re.findall(r"^\d+ \d+$", said, re.MULTILINE)]
    clean = pq.read_table(table)
    rows = pq.read_metadata(project / f"data/raw/{table.name}").num_rows
    assert [count for count, _ in counts] == [rows, 0, 1, len(clean), 0]
    scored = pq.read_table(tmp_path / f"{table.stem}_scores.parquet")
    added = scored.column_names[clean.num_columns :]
    assert (
        added[0].removeprefix("predicted_")
        == {"binary": "probability", "multiclass": "class", "regression": "value"}[task]
    )
    by_raw, by_table = (predictions(tmp_path / f"{name}_scores.parquet", added) for name in ("raw", table.stem))
    kept = dict(zip(clean["__row"].to_pylist(), by_table, strict=True))
    assert None not in {value for row in by_table for value in row}
    assert [by_raw[row] for row in kept] == [*kept.values()]
    assert pq.read_table(tmp_path / "one_scores.parquet").num_rows == 1
    assert pq.read_schema(tmp_path / "none_scores.parquet").names[-len(added) :] == added


def test_what_is_scored_is_logged_where_that_is_asked_for(packaged: tuple[Path, str, str], tmp_path: Path) -> None:
    project, package, task = packaged
    table = yaml.safe_load((project / "params.yaml").read_text())["data"]["table"]
    rows = pq.read_table(project / f"data/tables/{table}.parquet").slice(0, 40)
    asked, scored, logs = tmp_path / "rows.parquet", tmp_path / "scores.parquet", tmp_path / "logs"
    pq.write_table(rows, asked)
    bundle = bundle_of(project, package, "linear", tmp_path / "bundle")
    command = ["-B", "-m", f"{package}.service.bulk", str(asked), str(scored), "--logs"]
    assert "is inside a bundle" in run(bundle, sys.executable, *command, str(bundle / "logs"), fails=True)
    seal = f"from pathlib import Path; from {package}.service.integrity import seal; seal(Path())"
    run(bundle, sys.executable, "-B", "-c", seal)
    run(bundle, sys.executable, *command, str(logs))
    (file,) = logs.iterdir()
    lines = {line["id"]: line for line in map(json.loads, file.read_text().splitlines())}
    found = pq.read_table(scored)
    answered = [row for row in found.to_pylist() if row[f"{found.column_names[-1]}"] is not None]
    assert answered
    assert lines.keys() == {row[found.column_names[-1]] for row in answered}
    personal = {"name", "day"} if package == "edge" else set()
    for row in answered:
        line = lines[row[found.column_names[-1]]]
        assert line["model"] == hashlib.sha256((bundle / "SHA256SUMS").read_bytes()).hexdigest()
        assert personal.isdisjoint(line["inputs"])
        assert personal.isdisjoint(line["features"])
        if task == "regression":
            assert line["score"] == pytest.approx(row["value"])
        for name in [name for name in line["inputs"] if isinstance(row.get(name), str)]:
            assert line["inputs"][name] == row[name]


def test_rows_that_cannot_be_read_are_not_lost(packaged: tuple[Path, str, str], tmp_path: Path) -> None:
    project, package, _ = packaged
    if package != "weights":
        pytest.skip("once is enough")
    lines = raw_file(project).read_text().splitlines()
    names = lines[0].split(",")
    wrong = dict(zip(names, lines[2].split(","), strict=True)) | {"bill_length_mm": "long", "island": "=1+1"}
    below = dict(zip(names, lines[3].split(","), strict=True)) | {"bill_depth_mm": "-5", "sex": "-x"}
    (tmp_path / "rows.csv").write_text(
        "\n".join([lines[0], lines[1], ",".join(wrong.values()), ",".join(below.values())])
    )
    told = run(
        project / "bundle",
        "python",
        "-B",
        "-m",
        f"{package}.service.bulk",
        str(tmp_path / "rows.csv"),
        str(tmp_path / "scores.csv"),
    )
    assert "3 rows" in told
    assert "1 of them are refused: see scores.refused.csv" in told
    found = duckdb.read_csv(str(tmp_path / "scores.csv"), all_varchar=True).to_dicts()
    assert [row["value"] is None for row in found] == [False, True, False]
    assert [row["island"] for row in found][1] == "'=1+1"
    assert (found[2]["bill_depth_mm"], found[2]["sex"]) == ("-5", "'-x")
    [refused] = duckdb.read_csv(str(tmp_path / "scores.refused.csv")).to_dicts()
    assert refused["source_row"] == 1
    assert refused["reasons"] == "bill_length_mm is not a number: long"
    assert json.loads(refused["content"])["bill_length_mm"] == "long"
    again = run(
        project / "bundle",
        "python",
        "-B",
        "-m",
        f"{package}.service.bulk",
        str(tmp_path / "scores.csv"),
        str(tmp_path / "x.csv"),
        fails=True,
    )
    assert "the rows have a column 'value' already" in again
    run(
        project / "bundle",
        "python",
        "-B",
        "-m",
        f"{package}.service.bulk",
        str(tmp_path / "scores.csv"),
        str(tmp_path / "x.csv"),
        "--prefix",
        "new_",
    )
    pc.write_csv(pa.table({"a": [1]}), tmp_path / "less.csv")
    lacking = run(
        project / "bundle",
        "python",
        "-B",
        "-m",
        f"{package}.service.bulk",
        str(tmp_path / "less.csv"),
        str(tmp_path / "x.csv"),
        fails=True,
    )
    assert "lacks columns" in lacking
