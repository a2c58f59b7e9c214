"""The versions that were released, and which of them is in production.

Git tags say so (`tags.py`); registry/versions/ holds the versions, in DVC's care, and registry/production.json repeats
what the tags say, for stages that wait for it and services that follow it.
"""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from flights.common.outputs import new_folder, read_json, write_json
from flights.release.tags import Tag, artifact, read_tags, write_tag

VERSIONS = Path("registry/versions")
POINTER = Path("registry/production.json")
BUNDLE = Path("bundle")
REFERENCE = Path("data/reference.parquet")
SUMMARY = "release.json"
PRODUCTION, STAGING = "production", "staging"
PROMOTE, ROLL_BACK = "promote", "rollback"
OF_VERSION = re.compile(r"@v(\d+)\.0\.0")
OF_STAGE = re.compile(r"#([A-Za-z0-9/_-]+)(!?)#(\d+)")


class NotReleasedError(Exception):
    """There is no such version to serve."""


@dataclass(frozen=True)
class Registry:
    """All versions, and of each stage those that were put into it and not taken back: the last one is in it now."""

    name: str
    versions: dict[int, Tag]
    stages: dict[str, list[Tag]]
    rolled_back: frozenset[int]
    count: int

    def version_in(self, stage: str = PRODUCTION) -> int | None:
        """Return the version that is in ``stage``."""
        tags = self.stages.get(stage)
        return version_of(tags[-1], self.versions) if tags else None

    def former(self, stage: str = PRODUCTION) -> list[int | None]:
        """Return the versions that were in ``stage`` before, the first of them first."""
        return [version_of(tag, self.versions) for tag in self.stages.get(stage, [])[:-1]]

    def ever_in(self, version: int) -> bool:
        """Return whether ``version`` has ever been in a stage."""
        found = {version_of(tag, self.versions) for tags in self.stages.values() for tag in tags}
        return version in found | self.rolled_back

    def by_digest(self, digest: str) -> int | None:
        """Return the version that the bundle with ``digest`` is."""
        return next((number for number, tag in self.versions.items() if tag.data.get("digest") == digest), None)


def version_of(tag: Tag, versions: dict[int, Tag]) -> int | None:
    """Return the version that the tag of a stage means: the one it names, or, where GTO has set it, that of its commit."""
    named = tag.data.get("version")
    here = [number for number, other in versions.items() if other.commit == tag.commit]
    return named if isinstance(named, int) and named in versions else max(here, default=None)


def registry_of(name: str, tags: Iterable[Tag]) -> Registry:
    """Return what the ``tags`` of the artifact ``name`` say."""
    versions, events = {}, []
    for tag in tags:
        event = tag.name.removeprefix(name)
        if found := OF_VERSION.fullmatch(event):
            versions[int(found[1])] = tag
        elif found := OF_STAGE.fullmatch(event):
            events.append((int(found[3]), found[1], found[2], tag))
    stages: dict[str, list[Tag]] = {}
    rolled_back: set[int | None] = set()
    for _, stage, cancelled, tag in sorted(events, key=itemgetter(0)):
        version, history = version_of(tag, versions), stages.setdefault(stage, [])
        places = [place for place, other in enumerate(history) if version_of(other, versions) == version]
        if cancelled:
            history[:] = [other for place, other in enumerate(history) if place not in places]
        elif version is not None:
            if tag.data.get("action") == ROLL_BACK and places:
                rolled_back |= {version_of(other, versions) for other in history[places[-1] + 1 :]}
                del history[places[-1] :]
            history.append(tag)
            rolled_back.discard(version)
    left = frozenset(version for version in rolled_back if version is not None)
    return Registry(name, dict(sorted(versions.items())), stages, left, max((event[0] for event in events), default=0))


def read_registry() -> Registry:
    """Return what the tags of the repository say; raise GitError where there is none."""
    name = artifact()
    return registry_of(name, read_tags(name))


def folder_of(version: int) -> Path:
    """Return the folder of ``version``: its bundle, and how it was released."""
    return VERSIONS / str(version)


def is_here(version: int) -> bool:
    """Return whether the files of ``version`` are in its folder."""
    return (folder_of(version) / "SHA256SUMS").exists() and (folder_of(version) / SUMMARY).exists()


def folder_at_hand(registry: Registry, version: int) -> Path:
    """Return the folder of ``version``; raise NotReleasedError, with what to do, where there is none, or nothing in it."""
    if version not in registry.versions:
        known = f"versions are {', '.join(map(str, registry.versions))}" if registry.versions else "there are none yet"
        raise NotReleasedError(f"there is no version {version}: {known}; `git fetch --tags` brings those of others")
    if not is_here(version):
        tag = registry.versions[version].name
        fetched = f"`dvc checkout {VERSIONS}` or `dvc pull {VERSIONS}` fetches it"
        raise NotReleasedError(
            f"version {version} is not in {VERSIONS}: {fetched}, `git checkout {tag}` and `dvc repro` rebuild it"
        )
    return folder_of(version)


def unknown_folders(registry: Registry) -> list[str]:
    """Return the versions in registry/versions/ that no tag names, as in a clone without tags."""
    found = sorted(int(folder.name) for folder in VERSIONS.glob("[0-9]*") if folder.name.isdigit())
    return [str(number) for number in found if number not in registry.versions]


def lacking(registry: Registry) -> list[str]:
    """Return the versions whose files are not in registry/versions/: what DVC keeps of it would lose them."""
    return [str(number) for number in registry.versions if not is_here(number)]


def fill(version: int, summary: dict[str, Any]) -> None:
    """Copy the bundle to the folder of ``version``, with ``summary`` of how it was released."""
    with new_folder(folder_of(version)) as folder:
        shutil.copytree(BUNDLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copyfile(REFERENCE, folder / REFERENCE.name)
        write_json(folder / SUMMARY, summary)


def register(registry: Registry, summary: dict[str, Any], made_of: dict[str, Any]) -> int:
    """Make the bundle a version: the next one, with a tag that says what it is ``made_of``; return its number."""
    version = max(registry.versions, default=0) + 1
    summary = {**summary, "version": version}
    # The tag comes first: where this ends before the files are there, they are filled in by the next run.
    subject = f"{registry.name} version {version}: {summary['candidate']}"
    write_tag(
        f"{registry.name}@v{version}.0.0",
        made_of["commit"],
        subject,
        {"version": version, **made_of, "verdict": summary},
    )
    fill(version, summary)
    return version


def assign(registry: Registry, version: int, stage: str = PRODUCTION, action: str = PROMOTE, **more: Any) -> str:
    """Put ``version`` into ``stage``, and say so in registry/production.json; return the tag that does it."""
    name, commit = f"{registry.name}#{stage}#{registry.count + 1}", registry.versions[version].commit
    data = {"version": version, "stage": stage, "action": action, "from": registry.version_in(stage), **more}
    write_tag(name, commit, f"{registry.name} version {version}: {action} to {stage}", data)
    point(read_registry())
    return name


def point(registry: Registry) -> dict[str, Any]:
    """Let registry/production.json say what the tags say, and return that."""
    version = registry.version_in()
    found: dict[str, Any] = {"version": version}
    if version is not None:
        data = registry.versions[version].data
        found |= {key: data.get(key) for key in ("digest", "candidate")}
    if not POINTER.exists() or read_json(POINTER) != found:
        write_json(POINTER, found)
    return found


def bundles_at_hand() -> dict[str, Path]:
    """Return the bundles of all versions whose files are here, by their digests."""
    return {str(read_json(file).get("digest")): file.parent for file in sorted(VERSIONS.glob(f"*/{SUMMARY}"))}


def pointed() -> dict[str, Any]:
    """Return the version in production, its digest and candidate, as the last command has noted them."""
    found: dict[str, Any] = read_json(POINTER) if POINTER.exists() else {"version": None}
    return found
