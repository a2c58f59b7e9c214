"""Step 1: the problem, as people signed it."""

from typing import Any

from flights.report.markup import Html, code, element, facts, join, marked, number, percent, table
from flights.report.page import Step


def about_target(power: dict[str, Any], target: str) -> dict[str, object]:
    """Return how often the target is true."""
    return {"Base rate": join([element("strong", percent(power["base_rate"])), " of known rows are ", code(target)])}


def payoffs(decision: dict[str, Any], target: str) -> Html:
    """Return what acting and passing bring, as a table of two by two."""
    paid, currency = decision["payoff"], decision["currency"]
    rows = [
        (element("strong", decision["action"]), number(paid["act_positive"]), number(paid["act_negative"])),
        (element("strong", "do nothing"), number(paid["pass_positive"]), number(paid["pass_negative"])),
    ]
    return table([f"payoff in {currency}, one row", f"#{target}", f"#not {target}"], rows)


def brief(found: dict[str, Any]) -> Step:
    """Return the section of the brief."""
    problem, counts = found["problem"], found["counts"]
    target = problem["target"]
    terms = {name: marked(text) for name, text in found["terms"].items() if name not in ("Decision", "Payoffs")}
    entries = {
        "Question": element("strong", problem["question"]),
        "Why": problem["why"],
        "Use": join([element("strong", problem["use"]), f": {found['use']}"]),
        "Target": join([code(target["name"]), " is ", code(target["sql"])]),
        **terms,
        **about_target(found["power"], target["name"]),
        "Known outcomes": f"{number(counts['known'])} of {number(counts['rows'])} rows ({percent(counts['known'] / max(counts['rows'], 1))}); {target['unknown']}",
        "Success": found["success"],
        "Is the data enough?": found["power"]["statement"],
    }
    body = join([facts(entries), payoffs(problem["decision"], target["name"])])
    return Step("brief", "Problem", problem["use"], body)
