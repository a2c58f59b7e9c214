"""Show what exploration found: hypotheses as cards, warnings as a list, relations to the target as bars."""

from typing import Any

from flights.report.markup import Html, badge, bar, code, element, note, number, percent, span

TONES = {"confirmed": "good", "rejected": "muted", "inconclusive": "unsure"}
WARNINGS = {
    "leak": "likely leak",
    "empty": "empty",
    "constant": "constant",
    "identifier": "identifier",
    "redundant": "redundant",
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
