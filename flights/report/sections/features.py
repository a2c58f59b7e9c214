"""Step 6: what the models see, and how each feature is made."""

from collections import Counter
from typing import Any

from flights.common.counts import counted
from flights.features.columns import FEATURES
from flights.features.encoders import column_features
from flights.report.markup import Html, badge, code, element, facts, join, note, number, table
from flights.report.page import Step

PAST = ("avg", "sum", "count", "min", "max", "stddev", "count_distinct", "last")


def origin(made: dict[str, Any]) -> Html:
    """Return how a feature is made."""
    for function in PAST:
        if function in made:
            of = join([f"{function} of ", code(made[function])])
            where = join([" where ", code(made["where"])]) if "where" in made else ""
            return join([of, where, f" over {made['over']}, by ", *(join([code(key), " "]) for key in made["by"])])
    if "lookup" in made:
        return join([code(made["lookup"]), " by ", *(join([code(key), " "]) for key in made["by"])])
    return code(made["sql"])


def seen(state: dict[str, Any], columns: int) -> Html:
    """Return how models see a feature: the kind of its encoding, its values where they are kept, and its columns."""
    values = [counted(len(state["values"]), "value")] if "values" in state else []
    several = [f"{number(columns)} columns"] if columns > 1 else []
    text = ", ".join([*values, *several])
    return join([state["kind"].replace("_", "-"), element("small", text) if text else ""])


def audited(found: dict[str, Any]) -> Html:
    """Return what the audit of the features has shown."""
    text = f" {found['features']} features of {number(found['rows'])} rows, computed again from what was known at {found['moments']} moments"
    return facts({"Audit": join([badge("no feature knows the future", "good"), text])})


def features(settings: dict[str, Any], encoders: dict[str, Any], found: dict[str, Any]) -> Step:
    """Return the section of the features."""
    columns, states = Counter(column_features(encoders)), encoders["features"]
    rows = [(element("strong", name), seen(states[name], columns[name]), origin(settings[name])) for name in FEATURES]
    text = note(
        "One definition each: SQL over all rows in training, the same in plain Python for one request in the service."
    )
    listed = table(["feature", "seen as", "made from"], rows)
    return Step(
        "features", "Features", counted(len(FEATURES), "feature"), join([text, audited(found["audit"]), listed])
    )
