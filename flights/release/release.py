"""Release bundle/ into registry/ when it keeps the guardrails and is better than the champion beyond the noise."""

import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from flights.common.outputs import new_folder, read_json, write_json
from flights.common.stage import run_stage
from flights.features.encoders import read_matrix, read_target
from flights.packaging.bundles import HOLDOUT, evaluated_folder
from flights.release.gate import compare, refusals
from flights.release.registry import CHAMPION, RELEASE, VERSIONS, champion, folder_of

ENCODERS = Path("data/encoders.json")
BUNDLE = Path("bundle")
PACKAGE = Path("reports/package.json")
REFERENCE = Path("data/reference.parquet")
EXPERIMENT = os.environ.get("DVC_EXP_NAME", "")  # of DVC: it is compared, and never registered


def next_version(champion: int, digest: str) -> int:
    """Return the number of the next version; one that was copied but never became champion is taken up again."""
    taken = [int(folder.name) for folder in VERSIONS.glob("[0-9]*")]
    begun = [
        number
        for number in taken
        if number > champion and read_json(folder_of(number) / "release.json")["digest"] == digest
    ]
    return min(begun, default=max(taken, default=0) + 1)


def register(summary: dict[str, Any]) -> None:
    """Copy the bundle under its version, then make that the champion."""
    with new_folder(folder_of(summary["version"])) as folder:
        shutil.copytree(BUNDLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copyfile(REFERENCE, folder / REFERENCE.name)
        write_json(folder / "release.json", summary)
    write_json(CHAMPION, {key: summary[key] for key in ("version", "digest", "candidate")})


def holdout_scores() -> np.ndarray:
    """Return the scores of the evaluated model in the bundle, by the batch path, whose features `package` has proven."""
    folder = evaluated_folder(BUNDLE)
    model = import_module(f"flights.models.scoring.{read_json(BUNDLE / 'bundle.json')['kind']}").Model.load(folder)
    scores: np.ndarray = model.predict(read_matrix(HOLDOUT, read_json(folder / "encoders.json")))
    return scores


def gate_result(released: dict[str, Any] | None, package: dict[str, Any]) -> dict[str, Any]:
    """Return the decision on the challenger: passed (the gate), kept (the champion) or refused."""
    encoders = read_json(ENCODERS)
    target = read_target(HOLDOUT, encoders)
    score = holdout_scores()
    version, lead = released["version"] if released else 0, None
    reasons = refusals(target, score, encoders)
    decision = "refused"
    if not reasons and released is None:
        decision, reasons = "passed", ["the first version that passes the gate"]
    elif not reasons:
        better, reason, lead = compare(target, score, folder_of(version))
        decision, reasons = "passed" if better else "kept", [reason]
    outcome = {"decision": decision, "first": released is None, "version": version}
    return {**outcome, "candidate": package["candidate"], "digest": package["digest"], "reasons": reasons, "gain": lead}


def settle(summary: dict[str, Any]) -> dict[str, Any]:
    """Return ``summary`` of a challenger that passed the gate, once it is registered; an experiment is left as it is."""
    if EXPERIMENT:
        reason = f"the experiment {EXPERIMENT} is compared and not released: its values are not in the config yet"
        return {**summary, "reasons": [*summary["reasons"], reason]}
    version = next_version(summary["version"], summary["digest"])
    released = {**summary, "decision": "released", "version": version}
    register(released)
    return released


def main() -> None:
    package, released = read_json(PACKAGE), champion()
    VERSIONS.mkdir(parents=True, exist_ok=True)
    if released and released["digest"] == package["digest"]:
        summary = read_json(folder_of(released["version"]) / "release.json")
    else:
        summary = gate_result(released, package)
        if summary["decision"] == "passed":
            summary = settle(summary)
    write_json(RELEASE, summary)
    print(f"{summary['decision']}: {'; '.join(summary['reasons'])}")


if __name__ == "__main__":
    run_stage(main)
