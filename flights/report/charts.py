"""Draw the curves of the chosen candidate as SVG that takes its colours from the page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import vl_convert
from markupsafe import Markup

from flights.common.outputs import read_json
from flights.evaluation.decision import payoffs

WIDTH = 330
HEIGHT = 230
SHARE = alt.Axis(format="%", tickCount=5)
LOOKS = {
    "background": "transparent",
    "aria": False,
    "font": "inherit",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": "var(--line)",
        "labelColor": "var(--muted)",
        "titleColor": "var(--muted)",
        "titleFontWeight": "normal",
        "labelPadding": 6,
        "titlePadding": 8,
    },
}

Points = list[dict[str, Any]]


def draw(*layers: alt.Chart) -> Markup:
    """Return ``layers`` over each other as SVG."""
    chart = alt.layer(*layers).properties(width=WIDTH, height=HEIGHT).to_dict()
    return Markup(vl_convert.vegalite_to_svg(chart | {"config": LOOKS}))


def plot(points: Points) -> alt.Chart:
    """Return an empty chart of ``points``."""
    return alt.Chart(alt.Data(values=points))


def diagonal(low: float, high: float) -> alt.Chart:
    """Return the line on which both axes say the same."""
    line = plot([{"x": low, "y": low}, {"x": high, "y": high}]).mark_line(color="var(--faint)", strokeDash=[3, 4])
    return line.encode(x="x:Q", y="y:Q")


def curve(points: Points, x: alt.X, y: alt.Y) -> alt.Chart:
    """Return the line through ``points``."""
    return plot(points).mark_line(color="var(--accent)", strokeWidth=2).encode(x=x.sort(None), y=y)


def roc(points: Points) -> Markup:
    """Return the true positive rate against the false positive rate."""
    x = alt.X("false_positive_rate:Q", title="negatives taken along", axis=SHARE)
    y = alt.Y("true_positive_rate:Q", title="true positive rate", axis=SHARE)
    return draw(diagonal(0, 1), curve(points, x, y))


def precision_recall(points: Points) -> Markup:
    """Return how many of those flagged are positive against how many positives are flagged."""
    x = alt.X("recall:Q", title="recall", axis=SHARE)
    y = alt.Y("precision:Q", title="positive among the flagged", axis=SHARE, scale=alt.Scale(domain=[0, 1]))
    return draw(curve(points, x, y))


def calibration(points: Points) -> Markup:
    """Return observed frequencies against predicted probabilities."""
    x = alt.X("predicted_probability:Q", title="predicted probability", axis=SHARE)
    y = alt.Y("observed_frequency:Q", title="observed frequency", axis=SHARE)
    top = max(value for point in points for value in point.values())
    line = curve(points, x, y)
    return draw(diagonal(0, top), line, line.mark_circle(color="var(--accent)", size=45, opacity=1))


def payoff(points: Points) -> Markup:
    """Return the money by threshold, with the threshold from which acting pays."""
    pays = payoffs().act(np.linspace(0, 1, 1_001))
    x = alt.X("threshold:Q", title="act above this probability", axis=SHARE)
    y = alt.Y("value_per_1000_rows:Q", title="money per 1,000 rows", axis=alt.Axis(tickCount=5, format="~s"))
    zero = plot([{"y": 0}]).mark_rule(color="var(--muted)").encode(y="y:Q")
    rule = plot([{"x": int(pays.argmax()) / 1_000}]).mark_rule(color="var(--good)", strokeDash=[3, 4]).encode(x="x:Q")
    return draw(zero, rule, curve(points, x, y))


@dataclass(frozen=True)
class Figure:
    """A picture, its title, and a sentence that says how to read it."""

    title: str
    picture: Markup
    reading: str


def figures(plots: Path) -> list[Figure]:
    """Return every figure."""
    found = {file.stem: read_json(file) for file in plots.glob("*.json")}
    return [
        Figure("ROC", roc(found["roc"]), "The further above the dashed line of guessing, the better it ranks."),
        Figure(
            "Precision and recall",
            precision_recall(found["precision_recall"]),
            "How many of those flagged are positive, the more positives are to be found.",
        ),
        Figure(
            "Calibration",
            calibration(found["calibration"]),
            "Below the dashed line it promises too much, above too little.",
        ),
        Figure(
            "Payoff",
            payoff(found["payoff"]),
            "What acting above each threshold would have brought; the dashed line is where acting begins to pay.",
        ),
    ]
