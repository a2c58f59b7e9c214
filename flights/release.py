"""Release bundle/ into registry/ when it keeps the guardrails and is better than the champion beyond the noise."""

import shutil
from pathlib import Path
from typing import Any

from flights.bundles import HOLDOUT, ask, held_rows
from flights.encoders import read_target
from flights.gate import compare, refusals
from flights.outputs import new_folder, read_json, write_json

ENCODERS = Path("data/encoders.json")
BUNDLE = Path("bundle")
PACKAGE = Path("reports/package.json")
CHAMPION = Path("registry/champion.json")
VERSIONS = Path("registry/versions")
RELEASE = Path("reports/release.json")
REFERENCE = Path("data/reference.parquet")


def next_version(champion: int, digest: str) -> int:
    """Return the number of the next version; one that was copied but never became champion is taken up again."""
    taken = [int(folder.name) for folder in VERSIONS.glob("[0-9]*")]
    begun = [
        number
        for number in taken
        if number > champion and read_json(VERSIONS / str(number) / "release.json")["digest"] == digest
    ]
    return min(begun, default=max(taken, default=0) + 1)


def register(summary: dict[str, Any]) -> None:
    """Copy the bundle under its version, then make that the champion."""
    with new_folder(VERSIONS / str(summary["version"])) as folder:
        shutil.copytree(BUNDLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "logs"))
        shutil.copyfile(REFERENCE, folder / REFERENCE.name)
        write_json(folder / "release.json", summary)
    write_json(CHAMPION, {key: summary[key] for key in ("version", "digest", "candidate")})


def judge(champion: dict[str, Any] | None, package: dict[str, Any]) -> dict[str, Any]:
    """Return the decision on the challenger: released, kept (the champion) or refused."""
    encoders = read_json(ENCODERS)
    target = read_target(HOLDOUT, encoders)
    score = ask(BUNDLE, held_rows()).score
    version, lead = champion["version"] if champion else 0, None
    reasons = refusals(target, score, encoders)
    decision = "refused"
    if not reasons and champion is None:
        decision, reasons = "released", ["there is no version yet"]
    elif not reasons:
        better, reason, lead = compare(target, score, VERSIONS / str(version))
        decision, reasons = "released" if better else "kept", [reason]
    if decision == "released":
        version = next_version(version, package["digest"])
    outcome = {"decision": decision, "first": champion is None, "version": version}
    return {**outcome, "candidate": package["candidate"], "digest": package["digest"], "reasons": reasons, "gain": lead}


def main() -> None:
    package = read_json(PACKAGE)
    VERSIONS.mkdir(parents=True, exist_ok=True)
    champion = read_json(CHAMPION) if CHAMPION.exists() else None
    if champion and champion["digest"] == package["digest"]:
        summary = read_json(VERSIONS / str(champion["version"]) / "release.json")
    else:
        summary = judge(champion, package)
        if summary["decision"] == "released":
            register(summary)
    write_json(RELEASE, summary)
    print(f"{summary['decision']}: {'; '.join(summary['reasons'])}")


if __name__ == "__main__":
    main()
