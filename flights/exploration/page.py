"""The page of the exploration: warnings, hypotheses, relations to the target, and the profile of every column."""

from typing import Any

from flights.page import (
    Html,
    badge,
    bar,
    code,
    element,
    join,
    note,
    number,
    page,
    percent,
    section,
    span,
    spark,
    table,
)  # fmt: skip

TONES = {"confirmed": "good", "rejected": "muted", "cannot tell": "unsure"}
WARNINGS = {
    "leak": "likely leak",
    "empty": "empty",
    "constant": "constant",
    "identifier": "identifier",
    "twins": "twins",
}

Found = dict[str, Any]


def hypothesis(found: Found) -> Html:
    """Return one hypothesis as a card: what was asked, the verdict, the figures, and what follows."""
    head = element("h4", element("span", found["statement"]), badge(found["verdict"], TONES[found["verdict"]]))
    follows = element("p", f"So: {found['advice']}.")
    if "reason" in found:
        return element("div", head, note(f"Nothing to test: {found['reason']}."), follows, class_="card")
    low, high = found["interval"]
    widest = max(abs(low), abs(high), 0.02)
    picture = span(found["interval"], found["gain"], (-widest, widest), 0, TONES[found["verdict"]])
    figures = "; ".join(f"{name} {number(value)}" for name, value in found["figures"].items())
    gain = f"{percent(found['gain'])} of the {found['loss']} ({percent(low)} to {percent(high)})"
    return element("div", head, picture, note(gain, Html("<br>"), figures), follows, class_="card")


def hypotheses(found: list[Found]) -> Html:
    """Return all hypotheses as cards."""
    return element("div", *(hypothesis(item) for item in found), class_="cards")


def warnings(found: list[Found]) -> Html:
    """Return the warnings as a list, or the sentence that there is none."""
    if not found:
        return element("p", badge("nothing suspicious", "good"))
    lines = [
        element(
            "li",
            badge(WARNINGS[item["kind"]], "unsure"),
            code(item["column"]) if item["column"] else "",
            element("span", item["statement"]),
        )
        for item in found
    ]
    return element("ul", *lines, class_="warnings")


def strengths(related: list[Found], measure: Found) -> Html:
    """Return how well each column alone explains the target, as bars from no relation to a perfect one."""
    lines = []
    for item in related:
        aspect = element("small", f" {item['aspect']}") if item["aspect"] else ""
        share = (item["value"] - measure["none"]) / (1 - measure["none"])
        label = element("span", item["column"], aspect, class_="label", title=item["column"])
        lines.append(element("li", label, bar(share), element("span", f"{item['value']:.3f}", class_="value")))
    return element("ul", *lines, class_="lines")


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
    return join([f"{shown[0]} to {shown[1]}", element("small", f"half within {shown[2]} to {shown[4]}")])


def profile(columns: list[Found]) -> Html:
    """Return the profile of every column as a table."""
    rows = [
        (code(item["name"]), item["type"].lower(), item["role"], percent(item["missing"] / max(item["rows"], 1)), number(item["distinct"]),
         spread(item), typical(item))
        for item in columns
    ]  # fmt: skip
    return table(["column", "type", "role", "#missing", "#distinct", "values", "range"], rows)


def refused(outcomes: list[Found]) -> Html:
    """Return the outcome columns: known too late, whatever they would be worth."""
    rows = [(code(item["column"]), item["aspect"], f"{item['value']:.3f}") for item in outcomes]
    told = note("Known only after the prediction is made. The figure says what they would pretend to be worth.")
    return (
        join([told, table(["column", "aspect", "#alone"], rows)])
        if outcomes
        else note("The table has no outcome columns.")
    )


def exploration_page(title: str, found: Found) -> str:
    """Return the whole page."""
    rows = found["rows"]
    told = f"{rows['training']:,} training rows; hypotheses and relations on a sample of {rows['sample']:,} of them. "
    return page(
        f"Exploration: {title}",
        element("p", element("a", title, href="index.html"), class_="eyebrow"),
        element("h1", "What the data says before any model"),
        element("p", told, "No target of a held-out row was looked at.", class_="lead"),
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
