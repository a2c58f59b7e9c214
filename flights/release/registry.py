"""The versions that were released. Run it, and it prints the folder of the one in production."""

import sys
from pathlib import Path
from typing import Any

from flights.common.outputs import read_json

CHAMPION = Path("registry/champion.json")
VERSIONS = Path("registry/versions")
RELEASE = Path("reports/release.json")


class NotReleasedError(Exception):
    """There is no version to serve."""


def champion() -> dict[str, Any] | None:
    """Return which version is in production, and of what candidate; None before the first release."""
    return read_json(CHAMPION) if CHAMPION.exists() else None


def folder_of(version: int) -> Path:
    """Return the folder of ``version``: its bundle, and how it was released."""
    return VERSIONS / str(version)


def production() -> tuple[dict[str, Any], Path]:
    """Return the version in production and its folder; raise NotReleasedError where there is none to serve."""
    released = champion()
    if released is None:
        reasons = (
            read_json(RELEASE)["reasons"] if RELEASE.exists() else ["`dvc repro` has not come to the stage release"]
        )
        raise NotReleasedError(f"nothing is released yet: {'; '.join(reasons)}")
    folder = folder_of(released["version"])
    if not (folder / "SHA256SUMS").exists():
        raise NotReleasedError(f"version {released['version']} is not in {folder}: run `dvc pull registry`")
    return released, folder


def main() -> None:
    try:
        released, folder = production()
    except NotReleasedError as error:
        sys.exit(str(error))
    print(f"version {released['version']}: {released['candidate']}, digest {released['digest'][:12]}", file=sys.stderr)
    print(folder.absolute())


if __name__ == "__main__":
    main()
