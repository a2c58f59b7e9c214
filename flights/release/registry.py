"""Ask for versions and change what is in production; without a command it prints the folder of the version there."""

import hashlib
import json
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from flights.common.outputs import read_json, write_json
from flights.release.lineage import RELEASE, blocked, release
from flights.release.listing import described, table
from flights.release.tags import GitError
from flights.release.versions import (
    BUNDLE,
    PRODUCTION,
    ROLL_BACK,
    STAGING,
    NotReleasedError,
    Registry,
    assign,
    folder_at_hand,
    point,
    read_registry,
)


class RefusedError(Exception):
    """What is asked for is not done; the message says why, and what to do."""


def production(registry: Registry) -> int:
    """Return the version in production; raise NotReleasedError, with the last verdict, where there is none."""
    version = registry.version_in()
    if version is None:
        last = (
            read_json(RELEASE) if RELEASE.exists() else {"reasons": ["`dvc repro` has not come to the stage release"]}
        )
        reasons = [*last["reasons"], last["todo"]] if last.get("todo") else last["reasons"]
        raise NotReleasedError(f"nothing is released yet: {'; '.join(reasons)}")
    return version


def candidate(registry: Registry, anyway: bool) -> dict[str, Any]:
    """Return the verdict on the bundle; raise RefusedError where it keeps that from production, unless ``anyway``."""
    if not RELEASE.exists():
        raise RefusedError("there is no verdict on bundle/ yet: run `dvc repro`")
    summary: dict[str, Any] = read_json(RELEASE)
    sums = BUNDLE / "SHA256SUMS"
    if not sums.exists() or hashlib.sha256(sums.read_bytes()).hexdigest() != summary["digest"]:
        raise RefusedError("bundle/ is not the one that was compared: run `dvc repro`")
    if summary["version"] is None:
        if summary["champion"] != registry.version_in():
            raise RefusedError("what is in production has changed since bundle/ was compared: run `dvc repro`")
        if summary["verdict"] != "promote" and not anyway:
            raise RefusedError(
                f"the verdict is {summary['verdict']}: {'; '.join(summary['reasons'])}; --anyway promotes it all the same"
            )
        if reason := blocked(registry):
            raise RefusedError(reason)
    return summary


def promote(registry: Registry, given: Namespace) -> None:
    """Put a version into a stage: the one named, or the bundle as a new one."""
    version = given.version
    if version is None:
        summary = candidate(registry, given.anyway)
        version = summary["version"]
        if version is None:
            if given.stage != PRODUCTION:
                raise RefusedError(f"bundle/ is no version yet: promote it, then `promote VERSION --to {given.stage}`")
            done = release(registry, {**summary, "todo": None}, by_hand=True)
            write_json(RELEASE, {**done, "production": done["version"]})
            announce(read_registry(), done["version"], PRODUCTION)
            return
    folder_at_hand(registry, version)
    if registry.version_in(given.stage) == version:
        print(f"version {version} is in {given.stage} already", file=sys.stderr)
        return
    assign(registry, version, given.stage, by_hand=True)
    announce(read_registry(), version, given.stage)


def roll_back(registry: Registry, given: Namespace) -> None:
    """Put the version that was in production before, or an earlier one, there again."""
    now, former = production(registry), [version for version in registry.former() if version is not None]
    before = [version for version in former if version != now]
    version = given.version if given.version is not None else (before[-1] if before else None)
    if version is None:
        raise RefusedError(f"no version was in production before version {now}")
    folder_at_hand(registry, version)
    if version not in before:
        raise RefusedError(
            f"version {version} was not in production before version {now}: `promote {version}` puts it there"
        )
    assign(registry, version, action=ROLL_BACK, by_hand=True)
    announce(read_registry(), version, PRODUCTION)


def announce(registry: Registry, version: int, stage: str) -> None:
    """Say what is in ``stage`` now, and how others come to know."""
    tag = registry.stages[stage][-1].name
    print(
        f"version {version} is in {stage}: services that follow it take it now, `dvc repro` lets the stages know",
        file=sys.stderr,
    )
    print(f"to share it: git push origin '{registry.versions[version].name}' '{tag}'", file=sys.stderr)


def show(registry: Registry, given: Namespace) -> None:
    """Print all versions, as a table or as JSON."""
    if given.json:
        print(json.dumps([described(registry, number) for number in registry.versions], indent=2, ensure_ascii=False))
    elif registry.versions:
        print("\n".join(table(registry)))
    else:
        print("no version is registered yet", file=sys.stderr)


def folder(registry: Registry, given: Namespace) -> None:
    """Print the folder of a version, and say which it is."""
    version = production(registry) if given.version is None else given.version
    found = folder_at_hand(registry, version)
    data = registry.versions[version].data
    print(f"version {version}: {data.get('candidate')}, digest {str(data.get('digest'))[:12]}", file=sys.stderr)
    print(found.absolute())


def parser() -> ArgumentParser:
    """Return what the command line may say."""
    made = ArgumentParser(prog="python -m flights.release.registry", description=__doc__)
    made.add_argument("--version", type=int, help="print the folder of this version")
    made.set_defaults(run=folder)
    commands = made.add_subparsers(title="commands")
    listed = commands.add_parser("list", help="list all versions", description="List all versions, with what they are.")
    listed.add_argument("--json", action="store_true", help="with all that they were made of")
    listed.set_defaults(run=show)
    promoted = commands.add_parser("promote", help=promote.__doc__, description=promote.__doc__)
    promoted.add_argument("version", type=int, nargs="?", help="a registered version; without it bundle/, as a new one")
    promoted.add_argument(
        "--to",
        dest="stage",
        choices=(PRODUCTION, STAGING),
        default=PRODUCTION,
        help="the stage: %(default)s by default",
    )
    promoted.add_argument("--anyway", action="store_true", help="whatever the verdict on bundle/ is")
    promoted.set_defaults(run=promote)
    back = commands.add_parser("rollback", help=roll_back.__doc__, description=roll_back.__doc__)
    back.add_argument("version", type=int, nargs="?", help="which of those before; the last by default")
    back.set_defaults(run=roll_back)
    return made


def main() -> None:
    given = parser().parse_args()
    try:
        registry = read_registry()
        point(registry)
        given.run(registry, given)
    except GitError as error:
        sys.exit(f"versions are tags of git, and it says: {error}")
    except (NotReleasedError, RefusedError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
