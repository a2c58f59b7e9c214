"""Put all that answers requests into bundle/, and prove that it scores the holdout as the batch path does."""

import shutil
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pyarrow.parquet as pq
import yaml

from flights.common.outputs import new_folder, read_json, write_json
from flights.common.rounding import rounded
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.features.columns import FEATURES
from flights.features.definitions import definitions
from flights.features.encoders import encode
from flights.features.lookup_tables import write_keyed
from flights.models.candidates import CANDIDATES
from flights.models.folders import folder_of
from flights.packaging.bundles import HOLDOUT, held_rows
from flights.packaging.contract import learn, write_contract
from flights.packaging.fitted_rows import FILE, fitted_on
from flights.packaging.parity import Model, check
from flights.service.features import Features
from flights.service.integrity import seal
from flights.service.replay import as_requests
from flights.service.request import COLUMNS, FIELDS, Row

CODE = Path(__file__).parents[1]
MODULES = (
    "__init__.py",
    "common/__init__.py",
    "common/boosting.py",
    "common/digests.py",
    "common/engine.py",
    "common/outputs.py",
    "common/progress.py",
    "common/settings.py",
    "common/stage.py",
    "data/__init__.py",
    "data/paths.py",
    "data/prepare.py",
    "data/quotes.py",
    "data/readers.py",
    "data/unpack.py",
    "evaluation/__init__.py",
    "evaluation/payoff.py",
    "features/__init__.py",
    "features/columns.py",
    "features/encoders.py",
    "features/encoding/__init__.py",
    "features/encoding/category.py",
    "features/encoding/number.py",
    "features/encoding/single.py",
    "features/encoding/target.py",
    "features/encoding/text.py",
    "features/encoding/values.py",
    "features/features.sql",
    "features/latest.sql",
    "features/lookup_tables.py",
    "features/snapshots.py",
    "features/snapshots.sql",
    "models/__init__.py",
    "models/scoring/__init__.py",
)
LIBRARIES = (
    "anyio",
    "click",
    "h11",
    "httptools",
    "idna",
    "msgspec",
    "prometheus_client",
    "pyyaml",
    "starlette",
    "typing_extensions",
    "uvicorn",
    "uvloop",
)
BULK_LIBRARIES = (
    "duckdb",
    "numpy",
    "pyarrow",
    "scipy",
)
LOOKUPS: dict[str, tuple[str, ...]] = {
    "planes": (
        "tailnum",
        "year",
        "seats",
        "engines",
        "manufacturer",
    ),
    "airports": (
        "faa",
        "lat",
        "lon",
        "tz",
    ),
    "weather": (
        "origin",
        "time_hour",
        "temp",
        "dewp",
        "humid",
        "wind_speed",
        "precip",
        "pressure",
        "visib",
    ),
}
SNAPSHOTS = (
    "by_origin_date_trunc_hour_departure_3_days",
    "by_dest_date_trunc_hour_departure_3_days",
    "by_origin_3_hours_12_hours",
    "by_carrier_3_hours_12_hours",
    "by_dest_6_hours",
    "by_origin_1_day_1_week",
    "by_carrier_1_week",
    "by_dest_1_week",
    "by_origin_dest_30_days",
    "by_carrier_flight_30_days",
)
DATA = Path("data")
TRAINING = ("summary.json", "validation.npy")  # what training leaves beside a model
FINAL = Path("final_model")
EVALUATION = Path("reports/evaluation.json")
BUNDLE = Path("bundle")
SUMMARY = Path("reports/package.json")
PARITY = Path("reports/parity.json")
LATEST = 1_000  # rows of the holdout of which one is the example
PROVEN_ROWS = 20  # scored again wherever the bundle is started


def copy(source: Path, target: Path) -> None:
    """Copy one file, and make the folder it goes to."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def copy_model(folder: Path, target: Path) -> None:
    """Copy a model and its encoders, without what training says of it."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(*TRAINING), copy_function=shutil.copyfile)


def copy_code(kind: str, bundle: Path) -> None:
    """Copy the modules that the service runs, and of those that score the ones of ``kind``."""
    service = [str(file.relative_to(CODE)) for file in sorted((CODE / "service").glob("[!.]*")) if file.is_file()]
    models = ("service/models/__init__.py", f"service/models/{kind}.py", f"models/scoring/{kind}.py")
    for name in (*MODULES, *models, *service):
        copy(CODE / name, bundle / CODE.name / name)
    for name in ("README.md", "openapi.json"):
        (bundle / CODE.name / "service" / name).rename(bundle / name)


def copy_targets(bundle: Path) -> None:
    """Copy what runs the bundle elsewhere; an image is built from the bundle's own folder."""
    home = CODE / "deploy"
    for file in (file for file in sorted(home.rglob("*")) if file.is_file() and "__pycache__" not in file.parts):
        name = file.relative_to(home)
        copy(file, bundle / (name.name if name.parts[0] == "container" else f"deploy/{name}"))


def write_requirements(scoring: ModuleType, bundle: Path) -> None:
    """Pin all that the service runs on to the versions at hand; what scores files needs more."""
    for file, names in (
        ("requirements.txt", {*LIBRARIES, *scoring.LIBRARIES}),
        ("requirements-bulk.txt", {*BULK_LIBRARIES}),
    ):
        lines = [f"{name}=={version(name)}\n" for name in sorted(names)]
        (bundle / file).write_text("".join(lines), encoding="utf-8")


def write_settings(bundle: Path) -> None:
    """Write the part of params.yaml that the service reads."""
    settings: dict[str, Any] = {"service": setting("service"), "engine": setting("engine")}
    settings["problem"] = {"decision": setting("problem", "decision")}
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    (bundle / "params.yaml").write_text(text, encoding="utf-8")


def fill(bundle: Path, chosen: str) -> None:
    """Put code, settings, model and data of the candidate ``chosen`` into ``bundle``."""
    scoring = CANDIDATES[chosen]
    kind = scoring.__name__.rpartition(".")[2]
    copy_code(kind, bundle)
    copy_targets(bundle)
    write_requirements(scoring, bundle)
    write_settings(bundle)
    copy_model(FINAL, bundle / "model")
    copy_model(folder_of(chosen), bundle / "evaluated")
    for table, columns in LOOKUPS.items():
        copy(DATA / f"tables/{table}.parquet", bundle / f"data/tables/{table}.parquet")
        write_keyed(DATA / f"tables/{table}.parquet", bundle / f"data/tables/{table}.json", columns)
    for table in SNAPSHOTS:
        for form in ("parquet", "json"):
            copy(DATA / f"snapshots/{table}.{form}", bundle / f"data/snapshots/{table}.{form}")
    copy(DATA / "snapshots/known.json", bundle / "data/snapshots/known.json")
    metrics = {name: figure["value"] for name, figure in read_json(EVALUATION)["holdout"][chosen].items()}
    inputs = dict(zip(FIELDS, COLUMNS, strict=True))
    card = {"candidate": chosen, "kind": kind, "inputs": inputs, "features": list(FEATURES), "metrics": metrics}
    card["unlogged"] = []  # features of personal columns
    card["definitions"] = definitions()
    write_json(bundle / "bundle.json", card)


def example_request(bundle: Path) -> bytes:
    """Return the request of which most is known, of the latest in the holdout: the past in ``bundle`` is that before them."""
    rows = held_rows().sort_by("departure")
    features, decoder = Features(bundle / "data"), msgspec.json.Decoder(Row)
    latest = as_requests(rows.slice(max(0, rows.num_rows - LATEST)))
    return max(latest, key=lambda request: sum(value is not None for value in features.of(decoder.decode(request))))


def describe(bundle: Path, contract: dict[str, dict[str, Any]]) -> None:
    """Write what is expected in a request, one that can be tried, and both into the description of the service."""
    write_json(bundle / "contract.json", contract)
    example = msgspec.json.decode(example_request(bundle))
    write_json(bundle / "example.json", example)
    description = read_json(bundle / "openapi.json")
    row = description["components"]["schemas"]["Row"]
    row["example"] = example
    for field, expected in contract.items():
        row["properties"][field]["x-expected"] = expected
    write_json(bundle / "openapi.json", description)


def write_proof(bundle: Path, model: Model) -> None:
    """Write the features of a few rows and the scores that the batch path gives them by ``model``."""
    rows = pq.read_table(HOLDOUT, columns=list(FEATURES)).slice(0, PROVEN_ROWS)
    features = [[row[name] for name in FEATURES] for row in rows.to_pylist()]
    scores = rounded(model.predict(encode(rows, read_json(bundle / "model/encoders.json"))))
    (bundle / "proof.json").write_bytes(msgspec.json.encode({"features": features, "scores": scores.tolist()}))


def main() -> None:
    chosen, contract = read_json(EVALUATION)["chosen"], learn()
    write_contract(contract)
    model = CANDIDATES[chosen].Model.load(FINAL)
    with new_folder(BUNDLE) as bundle:
        fill(bundle, chosen)
        describe(bundle, contract)
        write_proof(bundle, model)
        write_json(bundle / FILE, fitted_on())
        seal(bundle)
        parity = check(bundle, model)
        write_json(bundle / "parity.json", parity)
        digest = seal(bundle)
    files = {file.relative_to(BUNDLE).as_posix(): file.stat().st_size for file in BUNDLE.rglob("*") if file.is_file()}
    rows = read_json(FINAL / "summary.json")["rows"]
    summary = {"candidate": chosen, "fitted_on": rows, "digest": digest, "files": dict(sorted(files.items()))}
    write_json(SUMMARY, {**summary, "parity": parity})
    write_json(PARITY, parity)
    print(f"{BUNDLE}: {len(files)} files, {sum(files.values()):,} bytes")
    print(
        f"{parity['features']} features and the scores of {parity['rows']:,} rows are in the bundle what they were in training"
    )


if __name__ == "__main__":
    run_stage(main)
