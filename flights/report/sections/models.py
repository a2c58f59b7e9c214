"""Step 7: candidates, curves of the chosen one, where it is better or worse, and what it uses."""

from pathlib import Path
from typing import Any

from flights.common.counts import counted
from flights.report.charts import figures
from flights.report.markup import Html, badge, bar, element, join, note, number, percent
from flights.report.page import Step
from flights.report.sections.candidates import compared, reasons
from flights.report.sections.metrics import TITLES

IMPORTANT = 12

Found = dict[str, Any]


def apart(difference: float, widest: float, better: bool) -> Html:
    """Return a bar that goes out from a line in the middle, to the right where a group does better."""
    length = 50 * min(abs(difference) / widest, 1) if widest else 0
    start = 50 if better else 50 - length
    return element(
        "span",
        element("i", class_="good" if better else "bad", style=f"left:{start:.1f}%;width:{length:.1f}%"),
        class_="apart",
    )


def slices(found: Found) -> Html:
    """Return the primary metric of every group, as bars that go out from the overall value."""
    primary, sign = found["primary"], 1 if found["higher_is_better"] else -1
    overall = found["holdout"][found["chosen"]][primary]["value"]
    widest = max((abs(group[primary] - overall) for groups in found["slices"].values() for group in groups), default=0)
    parts = []
    for name, groups in found["slices"].items():
        lines = []
        for group in sorted(groups, key=lambda group: -sign * group[primary]):
            difference = sign * (group[primary] - overall)
            label = element(
                "span",
                group["value"],
                element("small", f" {counted(group['rows'], 'row')}"),
                class_="label",
                title=group["value"],
            )
            lines.append(
                element(
                    "li",
                    label,
                    apart(difference, widest, difference >= 0),
                    element("span", number(group[primary]), class_="value"),
                )
            )
        parts.append(
            element(
                "figure", element("figcaption", element("strong", f"by {name}")), element("ul", *lines, class_="lines")
            )
        )
    text = note(
        f"{TITLES[primary]} of each group; the line in the middle is {number(overall)}, that of all held-out rows. To the right is better."
    )
    return join([element("h3", "Where it does better and worse"), text, element("div", *parts, class_="figures")])


def importance(shares: dict[str, float]) -> Html:
    """Return the features that the chosen model gains most from."""
    top = sorted(shares.items(), key=lambda item: -abs(item[1]))[:IMPORTANT]
    most = max((abs(share) for _, share in top), default=0) or 1
    lines = [
        element(
            "li",
            element("span", name, class_="label", title=name),
            bar(abs(share) / most),
            element("span", percent(share), class_="value"),
        )
        for name, share in top
    ]
    return join(
        [element("h3", "What it uses"), note("Share of the gain of all splits."), element("ul", *lines, class_="lines")]
    )


def models(found: Found, summaries: dict[str, Found], plots: Path) -> Step:
    """Return the section of training and evaluation."""
    shares = summaries[found["chosen"]].get("importance", {})
    body = join(
        [
            reasons(found),
            compared(found),
            note(found["about"]),
            *(element("p", badge("doubt", "unsure"), f" {doubt}") for doubt in found["doubts"]),
            element("h3", f"How {found['chosen']} does on the holdout"),
            element("div", *figures(plots), class_="figures"),
            slices(found) if any(found.get("slices", {}).values()) else "",
            importance(shares) if shares else "",
        ]
    )
    return Step("models", "Training", f"{found['chosen']}, of {len(summaries)}", body)
