"""Prove that a bundle is whole, and scores here as it did where it was made."""

import hashlib
from pathlib import Path

from flights.outputs import read_json
from flights.service.scorer import Scorer

TOLERANCE = 1e-12


class BundleError(ValueError):
    """A bundle is not what was packaged."""


def digest(bundle: Path) -> str:
    """Return the digest of ``bundle``; raise BundleError where a file is not the one that was packaged."""
    sums = (bundle / "SHA256SUMS").read_bytes()
    packaged = dict(reversed(line.split("  ", 1)) for line in sums.decode().splitlines())
    wrong = [name for name, expected in packaged.items() if digest_of(bundle / name) != expected]
    if wrong:
        raise BundleError(f"not as packaged: {', '.join(wrong)}")
    return hashlib.sha256(sums).hexdigest()


def digest_of(file: Path) -> str:
    """Return the SHA-256 of ``file``; nothing where there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def prove(scorer: Scorer, bundle: Path) -> None:
    """Raise BundleError unless the rows in proof.json have the scores that the batch path gave them."""
    proof = read_json(bundle / "proof.json")
    for features, expected in zip(proof["features"], proof["scores"], strict=True):
        score = scorer.score(scorer.encode(tuple(features)))
        pairs = zip(score, expected, strict=True) if isinstance(score, list) else [(score, expected)]
        apart = max(abs(here - there) / max(1.0, abs(there)) for here, there in pairs)
        if not apart <= TOLERANCE:
            raise BundleError(f"a score is {apart:g} away from what it was where the bundle was made")
