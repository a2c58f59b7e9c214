"""Step 5: what the training rows say before any model."""

from typing import Any

from flights.exploration.findings import hypotheses, strengths, warnings
from flights.report.markup import element, join, note
from flights.report.page import Step

STRONGEST = 8


def exploration(found: dict[str, Any]) -> Step:
    """Return the section of the exploration."""
    confirmed = sum(item["verdict"] == "confirmed" for item in found["hypotheses"])
    link = element("a", "The whole exploration, with the profile of every column", href="explore.html")
    body = join(
        [
            note(
                f"Each hypothesis was tested on {found['rows']['sample']:,} training rows: fitted on some, judged row by row on others."
            ),
            hypotheses(found["hypotheses"]),
            element("h3", "Warnings"),
            warnings(found["warnings"]),
            element("h3", f"Strongest inputs, by {found['measure']['name']} of each alone"),
            strengths(found["relations"][:STRONGEST], found["measure"]),
            element("p", link),
        ]
    )
    return Step("exploration", "Exploration", f"{confirmed} of {len(found['hypotheses'])} hypotheses hold", body)
