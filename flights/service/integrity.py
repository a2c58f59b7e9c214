"""Prove that a bundle is whole, and scores here as it did where it was made."""

import sys
from pathlib import Path

from flights.common.digests import SUMS, check_sums, files, write_sums
from flights.common.outputs import read_json
from flights.service import validation
from flights.service.scorer import Scorer

PACKAGE = __name__.partition(".")[0]
FOLDERS = (PACKAGE, "data", "model")
FILES = ("bundle.json", "contract.json", "example.json", "openapi.json", "params.yaml", "proof.json")
SNAPSHOTS = "data/snapshots"
LISTS = (SUMS, f"{SNAPSHOTS}/{SUMS}")
TOLERANCE = 1e-9  # the digits of a score that every processor agrees on


class BundleError(ValueError):
    """A bundle is not what was packaged."""


def used(bundle: Path) -> list[str]:
    """Return all that the service runs and reads of ``bundle``."""
    return [*FILES, *(f"{folder}/{name}" for folder in FOLDERS for name in files(bundle / folder))]


def seal(bundle: Path) -> str:
    """List the digest of every file of ``bundle``, and return the digest of that list: that of the bundle."""
    if (bundle / SNAPSHOTS).is_dir():
        write_sums(bundle / SNAPSHOTS, files(bundle / SNAPSHOTS))
    return write_sums(bundle, fixed(files(bundle)))


def fixed(names: list[str]) -> list[str]:
    """Return ``names`` without snapshots: they have a list of their own, and are refreshed while the bundle is in use."""
    return [name for name in names if not name.startswith(f"{SNAPSHOTS}/")]


def digest(bundle: Path) -> str:
    """Return the digest of ``bundle``; raise BundleError unless all that is used of it is as it was packaged."""
    try:
        if (bundle / SNAPSHOTS).is_dir():
            check_sums(bundle / SNAPSHOTS, files(bundle / SNAPSHOTS))
        return check_sums(bundle, fixed(used(bundle)))
    except (OSError, ValueError) as error:
        raise BundleError(str(error)) from error


def version(bundle: Path) -> int | None:
    """Return the version that ``bundle`` was released as; nothing where it is a candidate."""
    released = bundle / "release.json"
    return int(read_json(released)["version"]) if released.is_file() else None


def prove(scorer: Scorer, bundle: Path) -> None:
    """Raise BundleError unless the example has features, and the rows in proof.json the scores that the batch path gave them."""
    scorer.features(validation.one((bundle / "example.json").read_bytes()))
    proof = read_json(bundle / "proof.json")
    for features, expected in zip(proof["features"], proof["scores"], strict=True):
        score = scorer.score(scorer.encode(tuple(features)))
        pairs = zip(score, expected, strict=True) if isinstance(score, list) else [(score, expected)]
        apart = max(abs(here - there) / max(1.0, abs(there)) for here, there in pairs)
        if not apart <= TOLERANCE:
            raise BundleError(f"a score is {apart:g} away from what it was where the bundle was made")


def outside(logs: Path) -> Path:
    """Return ``logs``; end where that is inside a bundle."""
    for folder in (logs, *logs.parents):
        if (folder / "bundle.json").is_file():
            sys.exit(f"{logs} is inside a bundle, and lost when that is replaced: name a folder elsewhere with --logs")
    return logs
