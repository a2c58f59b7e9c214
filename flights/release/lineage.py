"""Make bundle/ a version: what it was made of, what keeps it from being registered, and its way into production."""

import hashlib
import os
from pathlib import Path
from typing import Any

from flights.common.outputs import read_json
from flights.release.tags import GitError, head, uncommitted
from flights.release.versions import (
    PRODUCTION,
    VERSIONS,
    Registry,
    assign,
    lacking,
    read_registry,
    register,
    unknown_folders,
)

EXPERIMENT = os.environ.get("DVC_EXP_NAME", "")  # of DVC: it is compared, and never registered
INPUTS = (
    "conf",
    "templates",
    "generator",
    "flights",
    "params.yaml",
    "dvc.yaml",
)  # all that the stages are made of and read
PRIMARY = "roc_auc"
PARAMS = Path("params.yaml")
COLLECTION = Path("reports/collection.json")
PACKAGE = Path("reports/package.json")
RELEASE = Path("reports/release.json")
METRICS = Path("reports/metrics.json")
NAMED = 3  # files in a message
THEN = "then `python -m flights.release.registry promote`"


def made_of(package: dict[str, Any]) -> dict[str, Any]:
    """Return what the bundle that ``package`` describes was made of: code, data and config, and how good it was."""
    metrics = read_json(METRICS)
    return {
        "commit": head(),
        "digest": package["digest"],
        "candidate": package["candidate"],
        "fitted_on": package.get("fitted_on"),
        "data": {source: found["sha256"] for source, found in read_json(COLLECTION).items()},
        "config": hashlib.sha256(PARAMS.read_bytes()).hexdigest(),
        "primary": {"metric": PRIMARY, "value": metrics[PRIMARY], "interval": metrics["interval"]},
        "metrics": metrics,
        "parity": package["parity"],
    }


def obstacle(then: str = THEN) -> str | None:
    """Return why no version is registered now, and what to do; None where the commit says all that one is made of."""
    if EXPERIMENT:
        return f"the experiment {EXPERIMENT} is compared and not registered: its values are not in the config yet"
    try:
        head()
        changed = uncommitted(INPUTS)
    except GitError as error:
        return f"no version without a commit in git ({error}): commit the project, {then}"
    if changed:
        more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
        return f"not as the commit has it: {', '.join(changed[:NAMED])}{more}: commit, {then}"
    return None


def blocked(registry: Registry, then: str = THEN) -> str | None:
    """Return why no version can be registered now, and what to do; None where one can."""
    if reason := obstacle(then):
        return reason
    if unknown := unknown_folders(registry):
        return (
            f"no tag names version {', '.join(unknown)} in {VERSIONS}: `git fetch --tags`, or remove what is no version"
        )
    if missing := lacking(registry):
        return f"version {', '.join(missing)} is not in {VERSIONS}: `dvc pull {VERSIONS}`, so that no version is lost"
    return None


def release(registry: Registry, summary: dict[str, Any], stage: str = PRODUCTION, **more: Any) -> dict[str, Any]:
    """Register the bundle that ``summary`` is of, and put it into ``stage``; return how it was released."""
    version = register(registry, summary, made_of(read_json(PACKAGE)))
    assign(read_registry(), version, stage, **more)
    return {**summary, "version": version}
