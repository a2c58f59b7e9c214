"""Release bundle/ into registry/ when it keeps the guardrails and is better than the champion beyond the noise."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from flights.bundles import HOLDOUT, BundleError, ask, held_rows
from flights.encoding import read_target
from flights.metrics import METRICS, PRIMARY, gain, interval, measure, resamples
from flights.outputs import new_folder, read_json, write_json
from flights.settings import setting

TRAIN = Path("data/train.parquet")
ENCODERS = Path("data/encoders.json")
BUNDLE = Path("bundle")
PACKAGE = Path("reports/package.json")
CHAMPION = Path("registry/champion.json")
VERSIONS = Path("registry/versions")
RELEASE = Path("reports/release.json")

Gain = dict[str, Any]


def no_skill(training: np.ndarray, rows: int) -> np.ndarray:
    """Return the best prediction that looks at no feature, for ``rows`` rows: the base rate of ``training``."""
    return np.full(rows, training.mean())


def broken_guardrails(values: dict[str, float]) -> list[str]:
    """Return the guardrails that ``values`` break, in words."""
    broken = []
    for name, bounds in setting("metrics", "guardrails").items():
        value = values[name]
        if value < bounds.get("min", value):
            broken.append(f"{name} is {value:.4g}, and has to be at least {bounds['min']:g}")
        if value > bounds.get("max", value):
            broken.append(f"{name} is {value:.4g}, and has to be at most {bounds['max']:g}")
    return broken


def measured_gain(target: np.ndarray, new: np.ndarray, old: np.ndarray) -> Gain:
    """Return how much better ``new`` is than ``old`` in the primary metric, with its interval: a paired bootstrap."""
    settings, metric = setting("metrics", "bootstrap"), METRICS[PRIMARY]
    drawn = [
        gain(metric(target, new, weight), metric(target, old, weight))
        for weight in resamples(len(target), settings["rounds"], settings["seed"])
    ]
    value = gain(metric(target, new), metric(target, old))
    bounds = interval([value for value in drawn if np.isfinite(value)], settings["confidence"])
    return {"metric": PRIMARY, "value": round(value, 6), "interval": [round(bound, 6) for bound in bounds]}


def refusals(target: np.ndarray, score: np.ndarray, encoders: dict[str, Any]) -> list[str]:
    """Return why the challenger must not be released, whatever the champion is like."""
    values = measure(target, score)
    unknown = [name for name in (PRIMARY, *setting("metrics", "guardrails")) if not np.isfinite(values[name])]
    if unknown:
        return [
            f"{name} cannot be measured on the {len(target):,} rows of the holdout" for name in dict.fromkeys(unknown)
        ]
    reasons = broken_guardrails(values)
    if setting("release", "beat_baseline"):
        lead = measured_gain(target, score, no_skill(read_target(TRAIN, encoders), target.size))
        if not lead["interval"][0] > 0:
            reasons.append(f"no better than a prediction without skill, beyond the noise: {in_words(lead)}")
    return reasons


def in_words(lead: Gain) -> str:
    """Return a gain as people read it."""
    low, high = lead["interval"]
    return f"{lead['metric']} {lead['value']:+.4g} ({low:+.4g} to {high:+.4g})"


def compare(target: np.ndarray, score: np.ndarray, version: int) -> tuple[bool, list[str], Gain | None]:
    """Return whether the challenger replaces the champion, why, and its gain over it on the same rows."""
    folder = VERSIONS / str(version)
    try:
        _, champion = ask(folder, held_rows(folder))
    except BundleError as error:
        return True, [f"version {version} cannot score the rows of today: {error}"], None
    if champion.shape != score.shape:
        return True, [f"version {version} tells other classes apart"], None
    if np.array_equal(champion, score):
        return True, [f"scores every row as version {version} does; what is around the model is new"], None
    lead, least = measured_gain(target, score, champion), setting("release", "min_gain")
    if lead["interval"][0] > least:
        return True, [f"better than version {version}: {in_words(lead)}"], lead
    return (
        False,
        [f"within the noise: {in_words(lead)} over version {version}, where more than {least:g} is asked"],
        lead,
    )


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
        write_json(folder / "release.json", summary)
    write_json(CHAMPION, {key: summary[key] for key in ("version", "digest", "candidate")})


def judge(champion: dict[str, Any] | None, package: dict[str, Any]) -> dict[str, Any]:
    """Return the decision on the challenger: released, kept (the champion) or refused."""
    encoders = read_json(ENCODERS)
    target = read_target(HOLDOUT, encoders)
    _, score = ask(BUNDLE, held_rows(BUNDLE))
    version, lead = champion["version"] if champion else 0, None
    reasons = refusals(target, score, encoders)
    decision = "refused"
    if not reasons and champion is None:
        decision, reasons = "released", ["there is no version yet"]
    elif not reasons:
        better, reasons, lead = compare(target, score, version)
        decision = "released" if better else "kept"
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
