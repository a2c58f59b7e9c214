"""Draw the page for operations, reports/monitor.html: what runs since when, how well it does, what happened to it."""

from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from flights.common.settings import setting
from flights.monitoring.summary import Summary, Window
from flights.release.listing import HEAD, described, plain, row
from flights.release.tags import GitError, Tag, artifact, read_tags
from flights.release.versions import OF_STAGE, PRODUCTION, PROMOTE, registry_of, version_of
from flights.report.pages import write_page
from flights.report.titles import TITLES

PAGE = Path("reports/monitor.html")


@dataclass(frozen=True)
class Event:
    """A version came into a stage, or was taken out of it."""

    when: str
    who: str
    action: str
    stage: str
    version: int | None


def events(name: str, tags: list[Tag], versions: dict[int, Tag]) -> list[Event]:
    """Return what the ``tags`` of the artifact ``name`` did to stages, the latest first."""
    found = []
    for tag in tags:
        if change := OF_STAGE.fullmatch(tag.name.removeprefix(name)):
            action = "take out" if change[2] else plain(tag.data.get("action", PROMOTE))
            found.append(
                (int(change[3]), Event(tag.when, plain(tag.who), action, change[1], version_of(tag, versions)))
            )
    return [event for _, event in sorted(found, key=itemgetter(0), reverse=True)]


def released() -> dict[str, Any]:
    """Return the versions and what happened to them, as git tags say; nothing where there is no repository."""
    try:
        name = artifact()
        tags = read_tags(name)
    except GitError:
        return {"versions": [], "events": [], "since": None}
    registry = registry_of(name, tags)
    production = registry.stages.get(PRODUCTION, [])
    return {
        "versions": [row(described(registry, number)) for number in reversed(registry.versions)],
        "events": events(name, tags, registry.versions),
        "since": production[-1].when if production else None,
    }


def per_day(window: Window) -> float | None:
    """Return the predictions a day in ``window``; None where it takes no time."""
    days = (window.end - window.start).total_seconds() / 86_400
    return window.rows / days if days > 0 else None


def ends(summary: Summary) -> list[float]:
    """Return all values of the metric that are drawn."""
    figures = [figure for window in summary.windows for figure in (window.realised, window.estimate) if figure]
    limits = [window.threshold for window in summary.windows if window.threshold is not None]
    holdout = [summary.performance.holdout] if summary.performance and summary.performance.holdout is not None else []
    return [*(end for figure in figures for end in figure.interval), *limits, *holdout]


def write_operations(summary: Summary, candidate: str | None) -> None:
    """Write the page, from ``summary`` and the registry; ``candidate`` is what runs."""
    shown = ends(summary)
    write_page(
        PAGE,
        "monitor.html",
        title=setting("project", "title"),
        candidate=candidate,
        found=msgspec.to_builtins(summary),
        metric=TITLES[setting("metrics", "primary")],
        domain=(min(shown), max(shown)) if shown else None,
        per_day=[per_day(window) for window in summary.windows],
        head=HEAD,
        **released(),
    )
