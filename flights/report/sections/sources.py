"""Step 2: what was collected, from where."""

from typing import Any

from flights.common.counts import counted
from flights.report.markup import Html, code, element, join, note, number, table
from flights.report.page import Step


def period(moments: list[str] | None) -> Html:
    """Return a time range on two lines."""
    first, last = moments or ("", "")
    return join([element("span", first), element("small", f"to {last}")]) if moments else element("small", "no time")


def sources(found: dict[str, Any]) -> Step:
    """Return the section of the sources."""
    rows = [
        (
            join([element("strong", name), element("small", source["file"])]),
            number(source["rows"]),
            len(source["columns"]),
            period(source["time_range"]),
            number(source["bytes"]),
            element("span", code(source["sha256"][:10]), title=source["sha256"]),
        )
        for name, source in found.items()
    ]
    total = sum(source["rows"] for source in found.values())
    text = note(
        "A snapshot of each source is kept as it came; the digest tells whether the file is the same next time."
    )
    listed = table(["source", "#rows", "#columns", "time range", "#bytes", "sha256"], rows)
    return Step("sources", "Collection", counted(total, "row"), join([text, listed]))
