"""Remember retrainings that put no new version into production: a tag each, beside those of versions, which clones fetch."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flights.monitoring.summary import Summary
from flights.release.tags import Tag, head, read_tags, write_tag
from flights.release.versions import Registry

KIND = "-tried-"  # in the name of a tag, between that of the artifact and the time; no tag of GTO has it
SAME = "the same model"  # in place of a verdict


@dataclass(frozen=True)
class Attempt:
    """A model that was fitted: when, on how many ``rows``, with which verdict; ``window`` began last of those monitored before.

    What a tag does not say is None.
    """

    when: datetime
    rows: int | None
    verdict: str | None = None
    window: datetime | None = None


def attempt_of(tag: Tag) -> Attempt:
    """Return what the ``tag`` of an attempt or of a version says; tags may come from anybody."""
    rows, verdict, window = (tag.data.get(key) for key in ("fitted_on", "verdict", "window"))
    try:
        began = datetime.fromisoformat(str(window))
    except ValueError:
        began = None
    known = began if began is None or began.tzinfo else began.replace(tzinfo=UTC)
    return Attempt(
        datetime.fromisoformat(tag.when),
        rows if isinstance(rows, int) else None,
        verdict if isinstance(verdict, str) else None,
        known,
    )


def last_attempt(registry: Registry) -> Attempt | None:
    """Return the model that was fitted last, whether it became a version or not; None where none is known."""
    tags = [*registry.versions.values(), *read_tags(registry.name, (KIND,))]
    found = sorted(map(attempt_of, tags), key=lambda attempt: attempt.when)
    return found[-1] if found else None


def remember(registry: Registry, package: dict[str, Any], verdict: dict[str, Any], summary: Summary) -> str:
    """Tag the commit with how the bundle that ``package`` describes was decided on, and what was monitored before."""
    window = summary.windows[-1].start.isoformat() if summary.windows else None
    champion = registry.version_in()
    same = champion is not None and champion == registry.by_digest(package["digest"])
    about = {"digest": package["digest"], "fitted_on": package.get("fitted_on"), "champion": champion}
    data = {**about, "verdict": SAME if same else verdict["verdict"], "reasons": verdict["reasons"], "window": window}
    name = f"{registry.name}{KIND}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    write_tag(name, head(), f"{registry.name} retrained: {data['verdict']}", data)
    return name
