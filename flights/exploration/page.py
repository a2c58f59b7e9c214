"""The page of the exploration: warnings, hypotheses, relations to the target, and the profile of every column."""

from typing import Any

from flights.exploration.findings import hypotheses, strengths, warnings
from flights.report.markup import Html, code, element, join, note, number, percent, spark, table
from flights.report.page import page, section

Found = dict[str, Any]


def spread(column: Found) -> Html:
    """Return the picture of a column's values: a histogram, or its most frequent values."""
    if "histogram" in column:
        return spark(column["histogram"], f"histogram of {column['name']}")
    values = [f"{item['value']} ({percent(item['rows'] / column['rows'], 0)})" for item in column.get("top", [])[:3]]
    return element("small", ", ".join(values) or "no values")


def typical(column: Found) -> Html:
    """Return the range of a column and its middle half."""
    if "range" not in column:
        return Html("")
    shown = [number(value) if isinstance(value, float) else value for value in (*column["range"], *column["quartiles"])]
    whole = [element("span", shown[0], class_="whole"), " to ", element("span", shown[1], class_="whole")]
    return join([*whole, element("small", f"half within {shown[2]} to {shown[4]}")])


def profile(columns: list[Found]) -> Html:
    """Return the profile of every column as a table."""
    rows = [
        (
            code(item["name"]),
            item["type"].lower(),
            item["role"],
            percent(item["missing"] / max(item["rows"], 1)),
            number(item["distinct"]),
            spread(item),
            typical(item),
        )
        for item in columns
    ]
    return table(["column", "type", "role", "#missing", "#distinct", "values", "range"], rows)


def refused(outcomes: list[Found]) -> Html:
    """Return the outcome columns: known too late, whatever they would be worth."""
    rows = [(code(item["column"]), item["aspect"], f"{item['value']:.3f}") for item in outcomes]
    text = note("Known only after the prediction is made. The figure says what they would pretend to be worth.")
    return (
        join([text, table(["column", "aspect", "#alone"], rows)])
        if outcomes
        else note("The table has no outcome columns.")
    )


def exploration_page(title: str, found: Found) -> str:
    """Return the whole page."""
    rows = found["rows"]
    every = f", of which one in {rows['profiled_every']:,} is profiled" if rows["profiled_every"] > 1 else ""
    text = f"{rows['training']:,} training rows{every}; hypotheses and relations on a sample of {rows['sample']:,} of them. "
    return page(
        f"Exploration: {title}",
        element("p", element("a", title, href="index.html"), class_="eyebrow"),
        element("h1", "What the data says before any model"),
        element("p", text, "No target of a held-out row was looked at.", class_="lead"),
        section("warnings", "!", "Warnings", warnings(found["warnings"])),
        section("hypotheses", "?", "What will work", hypotheses(found["hypotheses"])),
        section(
            "relations",
            "↗",
            f"{found['measure']['name']} of each column alone",
            note(found["measure"]["words"]),
            strengths(found["relations"], found["measure"]),
        ),
        section("refused", "✕", "Refused as inputs", refused(found["outcomes"])),
        section("profile", "≡", "Every column", profile(found["columns"])),
    )
