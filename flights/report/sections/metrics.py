"""Step 4: what is measured, what decides, and what must not get worse."""

from typing import Any

from flights.report.markup import Html, badge, element, facts, join, note, number
from flights.report.page import Step

TITLES = {
    "roc_auc": "ROC-AUC",
    "average_precision": "Average precision",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "calibration_error": "Calibration error",
}
MEANINGS = {
    "roc_auc": "The chance that a random positive row scores higher than a random negative one. 0.5 is guessing, 1 is perfect.",
    "average_precision": "Precision, averaged over all values of recall. Guessing gives the base rate.",
    "log_loss": "The mean of -log of the probability predicted for the outcome. Lower is better; 0 is perfect.",
    "brier": "The mean squared error of the probability. Lower is better.",
    "calibration_error": "How far, on average, predicted probabilities are from observed frequencies. Lower is better.",
}


def card(name: str, role: Html, bounds: dict[str, float]) -> Html:
    """Return one metric with its meaning and its bounds."""
    words = {"min": "at least", "max": "at most"}
    guarded = "; ".join(f"{words[key]} {number(value)}" for key, value in bounds.items())
    guard = [note(badge("guardrail", "unsure"), f" {guarded}, or no release")] if guarded else []
    return element(
        "div", element("h4", element("span", TITLES[name]), role), element("p", MEANINGS[name]), *guard, class_="card"
    )


def metrics(settings: dict[str, Any]) -> Step:
    """Return the section of the metrics."""
    primary, sampled = settings["primary"], settings["bootstrap"]
    cards = [
        card(name, badge("decides", "accent") if name == primary else Html(""), settings["guardrails"].get(name, {}))
        for name in TITLES
    ]
    sliced = ", ".join(settings["slices"]) or "none"
    entries = {
        "Intervals": f"{sampled['confidence']:.0%} of {sampled['rounds']} resamples of the same rows for every candidate",
        "Slices": f"{sliced}; groups of {number(settings['slice_rows'])} rows or more",
    }
    body = join([element("div", *cards, class_="cards"), facts(entries)])
    return Step("metrics", "Metrics", f"{TITLES[primary]} decides", body)
