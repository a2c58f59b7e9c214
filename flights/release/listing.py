"""List the versions: what each is, which stage it is in, how good it was, who registered it and when."""

from collections.abc import Iterator
from typing import Any

from flights.release.versions import Registry

HEAD = ("version", "stage", "candidate", "primary metric", "registered", "by", "commit", "digest")
LONGEST = 24  # characters of a name


def described(registry: Registry, number: int) -> dict[str, Any]:
    """Return all that is known of the version ``number``."""
    tag = registry.versions[number]
    stages = [stage for stage in registry.stages if registry.version_in(stage) == number]
    since = {stage: registry.stages[stage][-1].when for stage in stages}
    known = {"tag": tag.name, "commit": tag.commit, "registered": tag.when, "by": tag.who}
    return {**tag.data, **known, "version": number, "stages": since, "rolled_back": number in registry.rolled_back}


def figure(primary: Any) -> str:
    """Return the ``primary`` metric of a version with its interval."""
    try:
        low, high = primary["interval"]
        return f"{plain(primary['metric'])} {primary['value']:.4g} ({low:.4g} to {high:.4g})"
    except (KeyError, TypeError, ValueError):
        return ""


def plain(text: Any) -> str:
    """Return ``text`` on one line, no longer than a name; a tag may come from anybody."""
    shown = "".join(sign for sign in str(text or "") if sign.isprintable())
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def row(found: dict[str, Any]) -> tuple[str, ...]:
    """Return a version as a row of the table."""
    stage = ", ".join(found["stages"]) or ("rolled back" if found["rolled_back"] else "")
    shown = (found.get("candidate"), found.get("primary"), found["registered"][:16].replace("T", " "), found["by"])
    candidate, primary, when, who = shown
    digest = plain(found.get("digest"))[:12]
    return (
        str(found["version"]),
        stage,
        plain(candidate),
        figure(primary),
        when,
        plain(who),
        found["commit"][:8],
        digest,
    )


def table(registry: Registry) -> Iterator[str]:
    """Yield the lines of a table of all versions, the latest first."""
    rows = [HEAD, *(row(described(registry, number)) for number in reversed(registry.versions))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield from (
        "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in rows
    )
