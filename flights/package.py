"""Put all that answers requests into bundle/, and prove that it scores the holdout as the batch path does."""

import hashlib
import shutil
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import yaml

from flights.bundles import held_rows
from flights.candidates import CANDIDATES
from flights.columns import FEATURES
from flights.outputs import new_folder, read_json, write_json
from flights.parity import check
from flights.service.batch import as_requests
from flights.service.request import COLUMNS, FIELDS
from flights.settings import setting

CODE = Path(__file__).parent
MODULES = (
    "__init__.py",
    "columns.py",
    "decision.py",
    "encoding/__init__.py",
    "encoding/category.py",
    "encoding/number.py",
    "encoding/target.py",
    "encoding/text.py",
    "encoding/values.py",
    "engine.py",
    "latest.sql",
    "outputs.py",
    "scoring/__init__.py",
    "settings.py",
    "snapshots.py",
    "snapshots.sql",
)
LIBRARIES = (
    "duckdb",
    "msgspec",
    "numpy",
    "pyarrow",
    "pyyaml",
    "starlette",
    "uvicorn",
)
TABLES = (
    "tables/planes",
    "tables/airports",
    "tables/weather",
    "snapshots/by_origin_date_trunc_hour_departure_3_days",
    "snapshots/by_dest_date_trunc_hour_departure_3_days",
    "snapshots/by_origin_3_hours",
    "snapshots/by_origin_12_hours",
    "snapshots/by_carrier_3_hours",
    "snapshots/by_carrier_12_hours",
    "snapshots/by_dest_6_hours",
    "snapshots/by_origin_1_day",
    "snapshots/by_origin_1_week",
    "snapshots/by_carrier_1_week",
    "snapshots/by_dest_1_week",
    "snapshots/by_origin_dest_30_days",
    "snapshots/by_carrier_flight_30_days",
)
DATA = Path("data")
MODELS = Path("models")
EVALUATION = Path("reports/evaluation.json")
BUNDLE = Path("bundle")
SUMMARY = Path("reports/package.json")
PARITY = Path("reports/parity.json")


def copy(source: Path, target: Path) -> None:
    """Copy one file, and make the folder it goes to."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def copy_code(kind: str, bundle: Path) -> None:
    """Copy the modules that the service runs, and of those that score the one of ``kind``."""
    service = [str(file.relative_to(CODE)) for file in sorted((CODE / "service").glob("[!.]*")) if file.is_file()]
    for name in (*MODULES, f"scoring/{kind}.py", *service):
        copy(CODE / name, bundle / CODE.name / name)
    (bundle / CODE.name / "service/README.md").rename(bundle / "README.md")


def write_requirements(scoring: ModuleType, bundle: Path) -> None:
    """Pin the libraries that the service imports to the versions at hand."""
    names = sorted((*LIBRARIES, *scoring.LIBRARIES))
    (bundle / "requirements.txt").write_text("".join(f"{name}=={version(name)}\n" for name in names), encoding="utf-8")


def write_settings(bundle: Path) -> None:
    """Write the part of params.yaml that the service reads."""
    settings: dict[str, Any] = {"service": setting("service")}
    settings["engine"] = setting("engine")
    settings["problem"] = {"decision": setting("problem", "decision")}
    text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
    (bundle / "params.yaml").write_text(text, encoding="utf-8")


def fill(bundle: Path, chosen: str) -> None:
    """Put code, settings, model and data of the candidate ``chosen`` into ``bundle``."""
    scoring = CANDIDATES[chosen]
    kind = scoring.__name__.rpartition(".")[2]
    copy_code(kind, bundle)
    write_requirements(scoring, bundle)
    write_settings(bundle)
    copy(MODELS / chosen / scoring.FILE, bundle / "model" / scoring.FILE)
    copy(MODELS / chosen / "encoders.json", bundle / "model/encoders.json")
    for table in TABLES:
        copy(DATA / f"{table}.parquet", bundle / f"data/{table}.parquet")
    metrics = {name: figure["value"] for name, figure in read_json(EVALUATION)["holdout"][chosen].items()}
    inputs = dict(zip(FIELDS, COLUMNS, strict=True))
    card = {"candidate": chosen, "kind": kind, "inputs": inputs, "features": list(FEATURES), "metrics": metrics}
    write_json(bundle / "bundle.json", card)


def seal(bundle: Path) -> str:
    """List the digest of every file in SHA256SUMS, and return the digest of that list."""
    files = sorted(file.relative_to(bundle).as_posix() for file in bundle.rglob("*") if file.is_file())
    lines = [f"{hashlib.sha256((bundle / name).read_bytes()).hexdigest()}  {name}\n" for name in files]
    (bundle / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def main() -> None:
    chosen = read_json(EVALUATION)["chosen"]
    with new_folder(BUNDLE) as bundle:
        fill(bundle, chosen)
        (bundle / "example.json").write_bytes(msgspec.json.format(as_requests(held_rows().slice(0, 1)).strip()))
        digest = seal(bundle)
        parity = check(bundle, CANDIDATES[chosen].Model.load(MODELS / chosen))
    files = {file.relative_to(BUNDLE).as_posix(): file.stat().st_size for file in BUNDLE.rglob("*") if file.is_file()}
    write_json(SUMMARY, {"candidate": chosen, "digest": digest, "files": dict(sorted(files.items())), "parity": parity})
    write_json(PARITY, parity)
    print(f"{BUNDLE}: {len(files)} files, {sum(files.values()):,} bytes")
    print(
        f"{parity['features']} features and the scores of {parity['rows']:,} rows are in the bundle what they were in training"
    )


if __name__ == "__main__":
    main()
