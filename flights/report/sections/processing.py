"""Step 3: which rules the rows broke, which rows were refused, and what later stages may rely on."""

from typing import Any

from flights.common.counts import counted
from flights.report.markup import Html, badge, code, element, join, note, number, percent, table
from flights.report.page import Step

TONES = {"quarantine": "bad", "fail": "bad", "clear": "unsure", "warn": "plain"}


def rules(found: list[dict[str, Any]]) -> Html:
    """Return every rule with the rows that break it, those that are broken first."""
    rows = [
        (
            code(rule["rule"]),
            rule["source"],
            badge(rule["otherwise"], TONES[rule["otherwise"]] if rule["broken"] else "plain"),
            element("strong", number(rule["broken"])) if rule["broken"] else "0",
            percent(rule["broken"] / max(rule["rows"], 1), 2),
        )
        for rule in sorted(found, key=lambda rule: -rule["broken"])
    ]
    return table(["rule", "source", "where broken", "#rows", "#share"], rows)


def contract(tables: dict[str, Any]) -> Html:
    """Return what may be expected of each column, one table after the other, folded up."""
    folded = []
    for name, columns in tables.items():
        rows = [
            (
                code(column["column"]),
                column["type"].lower(),
                column["role"],
                str(column["min"]),
                str(column["max"]),
                number(column["distinct"]),
                percent(column["missing_percent"] / 100, 2),
            )
            for column in columns
        ]
        listed = table(["column", "type", "role", "least", "most", "#distinct", "#missing"], rows)
        folded.append(element("details", element("summary", f"{name}: {counted(len(columns), 'column')}"), listed))
    return join(folded)


def processing(found: dict[str, Any], refused: int) -> Step:
    """Return the section of the processing."""
    text = element(
        "p",
        element("strong", counted(refused, "row")),
        f" {'is' if refused == 1 else 'are'} in quarantine, each with the reason.",
    )
    body = join(
        [
            text,
            rules(found["rules"]),
            element("h3", "The contract"),
            note("What later stages may expect of each column."),
            contract(found["tables"]),
        ]
    )
    return Step("processing", "Processing", f"{counted(refused, 'row')} refused", body)
