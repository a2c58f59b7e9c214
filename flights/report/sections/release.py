"""Step 9: whether the bundle was released, and what has been seen of it since."""

from typing import Any

from flights.report.markup import Html, badge, between, code, element, facts, join, note, number, table
from flights.report.page import Step

VERDICTS = {"promote": "good", "hold": "unsure", "refuse": "bad"}
STATES = {"quiet": "good", "alarm": "bad"}

Found = dict[str, Any]


def decided(found: Found) -> Html:
    """Return the verdict, why it is that, and what runs."""
    entries: dict[str, object] = {
        "Verdict": badge(found["verdict"], VERDICTS[found["verdict"]]),
        "Because": join(element("div", reason) for reason in found["reasons"]),
        "Registered as": f"version {found['version']}" if found["version"] else "no version",
        "In production": f"version {found['production']}" if found["production"] else "no version yet",
        "Digest": code(found["digest"]),
    }
    if found["todo"]:
        entries["Not registered"] = found["todo"]
    if found["bytes"]["champion"]:
        entries["Size"] = (
            " instead of ".join(f"{found['bytes'][name]:,}" for name in ("challenger", "champion")) + " bytes"
        )
    return join([facts(entries), gains(found["comparison"]) if found["comparison"] else ""])


def gains(found: Found) -> Html:
    """Return what a challenger gains over the version in production: overall, in money, by metric and by slice."""
    rows: list[tuple[object, Found]] = [(found["gain"]["metric"], found["gain"])]
    if "money" in found:
        rows.append((f"{found['money']['currency']} per 1,000 rows", found["money"]["gain"]))
    rows += [(guarded["metric"], guarded["gain"]) for guarded in found.get("guardrails", [])]
    rows += [(f"{group['column']} = {group['value']}", group["gain"]) for group in found.get("slices", [])]
    lines = [(name, number(gain["value"]), between(gain["interval"])) for name, gain in rows]
    head = element("h3", f"Gain on {found['rows']:,} rows, over the version in production")
    return join([head, table(["", "#gain", "interval"], lines)])


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
    state = f"version {found['production']}, {monitor['status']}" if found["production"] else found["verdict"]
    return Step("release", "Release", state, join([decided(found), watched(monitor)]))
