"""The verdict at the top of the report: what was chosen, how good it is, what it is worth, whether it is released."""

from typing import Any

from flights.report.markup import Html, between, element, join, number, percent, span
from flights.report.sections.candidates import domain
from flights.report.sections.metrics import TITLES

Found = dict[str, Any]


def tile(term: str, value: object, *detail: object) -> Html:
    """Return one figure with its name and what to know of it."""
    head = (element("span", term, class_="term"), element("span", value, class_="value"))
    return element("div", *head, element("span", *detail, class_="detail"), class_="tile")


def chosen(found: Found) -> Html:
    """Return the tile of the chosen candidate."""
    lead = found["selection"].get("lead")
    if not lead:
        return tile("Chosen", found["chosen"], "the only candidate")
    beyond = "beyond the noise" if lead["beyond_noise"] else "within the noise"
    return tile(
        "Chosen", found["chosen"], f"ahead of {lead['over']} by {number(lead['gain'])} on validation rows, {beyond}"
    )


def quality(found: Found) -> Html:
    """Return the tile of the primary metric, with its interval beside the worst candidate's value."""
    primary, holdout = found["primary"], found["holdout"]
    figure, last = holdout[found["chosen"]][primary], list(found["selection"]["values"])[-1]
    other = holdout[last][primary]
    picture = span(figure["interval"], figure["value"], domain([figure, other]), other["value"])
    text = f"{between(figure['interval'])}; the {last} has {number(other['value'])}"
    return tile(f"{TITLES[primary]} on the holdout", number(figure["value"]), picture, text)


def standing(found: Found, monitor: Found) -> Html:
    """Return the tile of the release."""
    version = f"version {found['production']}" if found["production"] else "no version"
    return tile("Release", found["verdict"], f"{version} is in production; {monitor['status']}")


def money(found: Found) -> Html:
    """Return the tile of what deciding by the model is worth."""
    decision = found["decision"]
    figure, paid = decision["gain_over_best_without_model"], decision["per_1000_rows"]
    blind = "always acting" if paid["always"] > paid["never"] else "never acting"
    text = f"{between(figure['interval'])} more than {blind}; acts on {percent(decision['acts_on'])} of rows"
    return tile(
        "Worth of 1,000 decisions", join([number(figure["value"]), " ", element("small", decision["currency"])]), text
    )
