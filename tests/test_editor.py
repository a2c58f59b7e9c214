"""The schema files that editors read: they take every config that is right, and refuse a misspelt key."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from omegaconf import OmegaConf
from referencing import Registry
from referencing.jsonschema import DRAFT7

from generator.schema.json_schema import schemas
from tests.sandbox import PROJECTS, ROOT
from tests.test_errors import BASE, CASES

FILES = {path.removeprefix(".ninefold/schema/"): json.loads(text) for path, text in schemas().items()}
REGISTRY: Registry[Any] = Registry().with_resources(
    (name, DRAFT7.create_resource(schema)) for name, schema in FILES.items()
)
RIGHT = [ROOT, BASE, CASES / "hostile_names_work", *(folder for folder in PROJECTS.iterdir() if folder.is_dir())]
CONFIGS = [file for folder in RIGHT for file in sorted((folder / "conf").rglob("*.yaml"))]


def group_of(file: Path) -> str:
    """Return the group of a file of conf/, and ``config`` for the one that is in none."""
    parts = file.parts[len(file.parts) - file.parts[::-1].index("conf") : -1]
    return "/".join(parts) or "config"


def refused(group: str, values: Any) -> list[str]:
    """Return why the schema of ``group`` refuses ``values``, as an editor tells it."""
    return [error.message for error in Draft7Validator(FILES[f"{group}.json"], registry=REGISTRY).iter_errors(values)]


def read(file: Path) -> Any:
    return OmegaConf.to_container(OmegaConf.load(file), resolve=False)


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: "/".join(file.parts[-4:]))
def test_a_config_that_is_right_is_taken(file: Path) -> None:
    assert refused(group_of(file), read(file)) == []


@pytest.mark.parametrize("group", [name.removesuffix(".json") for name in FILES])
def test_a_misspelt_key_is_refused(group: str) -> None:
    """In every group; below its names where these are the user's own."""
    values = next((read(file) for file in CONFIGS if group_of(file) == group), {"mailing": {"cmd": "mail"}})
    holder = values
    if group in ("features", "model", "data/sources", "stages"):
        holder = next((value for value in values.values() if isinstance(value, dict)), values)
    holder["misspelt_kye"] = 1
    assert refused(group, values)


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("features", {"hour": "hour(departure)", "late": {"avg": "x", "by": "origin", "over": "all"}}),
        ("features", {"route": {"sql": "a || b", "encode": "one_hot"}, "f": {"python": "a.b", "of": "x"}}),
        ("features", {"route": {"sql": "a", "encode": {"kind": "hash", "buckets": 8}}}),
        ("problem", {"decide_before": "3 hours", "target": {"sql": "x", "positive": True}}),
        ("split", {"holdout": "${other.share}", "kind": "time"}),
        ("split", {"defaults": ["by_time"], "seed": 3}),
        ("model", {"defaults": ["lightgbm", "_self_"], "lightgbm": {"params": "${model.other.params}"}}),
        ("problem", {"question": "???"}),
        ("deploy", {"container": None, "aws": {"lambda": {"memory": 512}}}),
        ("config", {"defaults": ["_self_"], "split": {"holdout": 0.3}, "hydra": {"run": {"dir": "."}}}),
        ("data", {"columns": {"two words": {"type": "text", "from": "x"}, "a.b": {"sql": "1"}}}),
    ],
)
def test_short_forms_parts_and_interpolations_are_taken(group: str, values: Any) -> None:
    assert refused(group, values) == []


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("split", {"kind": "time", "seed": 3}),
        ("split", {"kind": "tim"}),
        ("problem", {"decide_before": "3 hrs"}),
        ("problem", {"use": "predictve"}),
        ("model", {"lightgbm": {"kind": "lightgbm", "params": {"num_leafs": 3}}}),
        ("model", {"lightgbm": {"kind": "lightgbm", "rounds": "many"}}),
        ("model", {"LightGBM": {"kind": "lightgbm"}}),
        ("features", {"route": {"sql": "a", "encode": "onehot"}}),
        ("features", {"late": {"avg": "x", "by": "origin", "ovr": "all"}}),
        ("metrics", {"primary": ["rmse"]}),
        ("config", {"splt": {}}),
        ("config", {"split": {"holdot": 0.3}}),
    ],
)
def test_slips_are_refused(group: str, values: Any) -> None:
    assert refused(group, values)


def test_the_files_are_schemas_that_explain() -> None:
    for name, schema in FILES.items():
        Draft7Validator.check_schema(schema)
        assert '"description"' in json.dumps(schema), name


def test_a_tool_of_the_trade_reads_them_where_they_are() -> None:
    for group, file in (("config", "config.yaml"), ("features", "features/flights.yaml")):
        schema = ROOT / ".ninefold/schema" / f"{group}.json"
        command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(schema), str(ROOT / "conf" / file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
