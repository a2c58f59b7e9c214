"""Step 9: whether the bundle was released, and what has been seen of it since."""

from typing import Any

from flights.report.markup import Html, badge, between, code, element, facts, join, note, number, table
from flights.report.page import Step

DECISIONS = {"released": "good", "passed": "unsure", "kept": "unsure", "refused": "bad"}
STATES = {"quiet": "good", "alarm": "bad"}

Found = dict[str, Any]


def decided(found: Found) -> Html:
    """Return what the gate decided, and why."""
    entries: dict[str, object] = {
        "Decision": badge(found["decision"], DECISIONS[found["decision"]]),
        "Because": join(element("div", reason) for reason in found["reasons"]) or "it passed the gate",
        "In production": f"version {found['version']}" if found["version"] else "no version yet",
        "Digest": code(found["digest"]),
    }
    if found["gain"]:
        entries["Gain"] = (
            f"{found['gain']['metric']} {number(found['gain']['value'])} ({between(found['gain']['interval'])})"
        )
    return facts(entries)


def performance(found: Found) -> Html:
    """Return how good the predictions were whose outcome is known, and how many wait for theirs."""
    measured, labels = found["performance"], found["labels"]
    if labels is None:
        return note("Once outcomes are sent to /feedback, the realised performance is shown here.")
    entries: dict[str, object] = {}
    if measured is not None:
        state = badge("alarm", "bad") if measured["alarm"] else ""
        entries[f"Realised {measured['metric']}"] = join(
            [f"{number(measured['value'])} ({between(measured['interval'])}) ", state]
        )
        entries["On the holdout"] = number(measured["holdout"]) if measured["holdout"] is not None else "not known"
        entries["Alarm beyond"] = number(measured["threshold"]) if measured["threshold"] is not None else "not known"
    counts = ("matched", "waiting", "unmatched", "repeated", "contradicting", "early", "passed_over")
    entries["Outcomes"] = (
        ", ".join(f"{labels[name]:,} {name.replace('_', ' ')}" for name in counts if labels[name]) or "none"
    )
    return facts(entries)


def watched(found: Found) -> Html:
    """Return what monitoring sees: its state, the realised performance, and the columns by how far they drifted."""
    status = element("p", badge(found["status"], STATES.get(found["status"], "plain")), " ", found["statement"])
    rows = [
        (
            code(column["name"]),
            number(column["drift"]),
            number(column["threshold"]) if column["threshold"] is not None else "",
            badge("alarm", "bad") if column["alarm"] else "calendar" if column.get("calendar") else "",
        )
        for column in sorted(found["columns"], key=lambda column: -column["drift"] / (column["threshold"] or 1))
    ]
    drift = (
        table(["column", "#drift", "#threshold", ""], rows)
        if rows
        else note("Once predictions are logged, their drift is listed here.")
    )
    asked = [element("p", badge("retrain", "unsure"), " ", "; ".join(found["reasons"]))] if found["retrain"] else []
    return join([element("h3", "Since then"), status, *asked, performance(found), drift])


def release(found: Found, monitor: Found) -> Step:
    """Return the section of release and monitoring."""
    state = f"version {found['version']}, {monitor['status']}" if found["version"] else found["decision"]
    return Step("release", "Release", state, join([decided(found), watched(monitor)]))
