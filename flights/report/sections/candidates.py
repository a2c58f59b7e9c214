"""Step 7, first part: the candidates side by side, and why one of them was chosen."""

from collections.abc import Iterable
from typing import Any

from flights.report.markup import Html, badge, between, element, join, number, span, table
from flights.report.sections.metrics import TITLES

Found = dict[str, Any]


def domain(figures: Iterable[Found]) -> tuple[float, float]:
    """Return the range that holds every interval of ``figures``, with a little room."""
    ends = [end for figure in figures for end in figure["interval"]]
    room = 0.06 * (max(ends) - min(ends)) or 1.0
    return min(ends) - room, max(ends) + room


def compared(found: Found) -> Html:
    """Return the candidates with every metric on the holdout, the primary one with its interval."""
    primary, holdout = found["primary"], found["holdout"]
    others = [name for name in TITLES if name != primary]
    shared = domain(figures[primary] for figures in holdout.values())
    best = holdout[found["chosen"]][primary]["value"]
    rows = []
    for name in found["selection"]["values"]:
        figure, chosen = holdout[name][primary], name == found["chosen"]
        label = join([element("strong", name), " ", badge("chosen", "accent")]) if chosen else name
        picture = span(figure["interval"], figure["value"], shared, best, "accent" if chosen else "muted")
        value = join([element("strong", number(figure["value"])), element("small", between(figure["interval"]))])
        rows.append((label, picture, value, *(number(holdout[name][other]["value"]) for other in others)))
    return table(
        ["candidate", f"{TITLES[primary]} on the holdout", "#", *(f"#{TITLES[name]}" for name in others)], rows
    )


def reasons(found: Found) -> Html:
    """Return why the chosen candidate was chosen."""
    chosen, rows = found["chosen"], found["rows"]
    lead = found["selection"].get("lead")
    where = f" on {number(rows['validation'])} validation rows"
    if not lead:
        return element("p", element("strong", chosen), " is the only candidate.")
    size = f" leads {lead['over']} by {number(lead['gain'])} ({between(lead['interval'])})"
    beyond = "more than noise" if lead["beyond_noise"] else "within the noise"
    text = f"; then all were measured once on the {number(rows['holdout'])} rows held out."
    return element("p", element("strong", chosen), size, where, ", ", element("strong", beyond), text)
