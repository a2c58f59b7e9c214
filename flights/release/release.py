"""Compare bundle/ with the version in production; make it a version and promote it where that is the verdict.

Nothing is registered of what no commit holds, or of an experiment: the verdict is recorded, with what there is to do.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from flights.common.digests import SUMS, read_sums
from flights.common.outputs import read_json, write_json
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.features.encoders import read_matrix, read_target
from flights.packaging.bundles import HOLDOUT, evaluated_folder
from flights.release.gate import HOLD, PROMOTE, REFUSE, compare, refusals
from flights.release.lineage import EXPERIMENT, PACKAGE, RELEASE, blocked, release
from flights.release.tags import GitError
from flights.release.versions import (
    BUNDLE,
    STAGING,
    VERSIONS,
    Registry,
    assign,
    fill,
    folder_of,
    is_here,
    lacking,
    point,
    read_registry,
)

ENCODERS = Path("data/encoders.json")
NO_REGISTRY = Registry("", {}, {}, frozenset(), 0)


def holdout_scores() -> np.ndarray:
    """Return the scores of the evaluated model in the bundle, by the batch path, whose features `package` has proven."""
    folder = evaluated_folder(BUNDLE)
    model = import_module(f"flights.models.scoring.{read_json(BUNDLE / 'bundle.json')['kind']}").Model.load(folder)
    scores: np.ndarray = model.predict(read_matrix(HOLDOUT, read_json(folder / "encoders.json")))
    return scores


def verdict_on(champion: int | None, package: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict on the bundle: promote, hold or refuse, and why."""
    encoders = read_json(ENCODERS)
    target = read_target(HOLDOUT, encoders)
    score = holdout_scores()
    verdict, found = PROMOTE, None
    if reasons := refusals(target, score, encoders):
        verdict = REFUSE
    elif champion is None:
        reasons = ["the first version that passes the gate"]
    elif not is_here(champion):
        verdict, reasons = (
            HOLD,
            [f"version {champion}, with which it is to be compared, is not in {VERSIONS}: `dvc pull {VERSIONS}`"],
        )
    else:
        verdict, reasons, found = compare(target, score, folder_of(champion))
    about = {"candidate": package["candidate"], "digest": package["digest"], "champion": champion}
    sizes = {"challenger": size_of(BUNDLE), "champion": None if champion is None else size_of(folder_of(champion))}
    outcome = {"verdict": verdict, "reasons": reasons, "todo": None, "version": None}
    return {**outcome, **about, "comparison": found, "bytes": sizes}


def size_of(bundle: Path) -> int:
    """Return how many bytes the files have that the SHA256SUMS of ``bundle`` lists."""
    return sum((bundle / name).stat().st_size for name in read_sums(bundle / SUMS)) if (bundle / SUMS).exists() else 0


def known(registry: Registry, version: int) -> dict[str, Any]:
    """Return how the bundle, which is a ``version`` already, was released; what an interrupted release left undone is done."""
    summary: dict[str, Any] = registry.versions[version].data["verdict"]
    if not EXPERIMENT and not is_here(version):
        fill(version, summary)
    if not EXPERIMENT and not registry.ever_in(version):
        assign(registry, version, setting("release", "stage"))
    elif version != registry.version_in():
        if version == registry.version_in(STAGING) and version not in registry.rolled_back:
            return summary
        left = "rolled back" if version in registry.rolled_back else "replaced"
        again = f"`python -m flights.release.registry promote {version}` puts it there again"
        return {
            **summary,
            "verdict": HOLD,
            "reasons": [f"it is version {version}, which was {left} in production: {again}"],
        }
    return summary


def settled(registry: Registry, package: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict on the bundle, once it is registered where it may be."""
    version = registry.by_digest(package["digest"])
    if version is not None:
        return known(registry, version)
    summary = verdict_on(registry.version_in(), package)
    if summary["verdict"] != PROMOTE:
        return summary
    reason = blocked(registry)
    return {**summary, "todo": reason} if reason else release(registry, summary, setting("release", "stage"))


def main() -> None:
    try:
        registry = read_registry()
    except GitError:
        registry = NO_REGISTRY
    VERSIONS.mkdir(parents=True, exist_ok=True)
    summary = settled(registry, read_json(PACKAGE))
    registry = read_registry() if registry.name else registry
    write_json(RELEASE, {**summary, "production": point(registry)["version"]})
    print(f"{summary['verdict']}: {'; '.join(summary['reasons'])}")
    if summary["todo"]:
        print(f"not registered: {summary['todo']}")
    if summary["version"] is not None and (missing := lacking(registry)):
        print(
            f"version {', '.join(missing)} is not in {VERSIONS}: `dvc pull {VERSIONS}` before dvc.lock is committed, or it is lost there"
        )


if __name__ == "__main__":
    run_stage(main)
