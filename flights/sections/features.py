"""Step 6: what the models see, and how each feature is made."""

from collections import Counter
from typing import Any

from flights.columns import FEATURES
from flights.encoding import column_features
from flights.markup import Html, code, element, join, note, number, table
from flights.page import Step


def origin(made: dict[str, Any]) -> Html:
    """Return how a feature is made: by an expression, or by a lookup with its keys."""
    if "sql" in made:
        return code(made["sql"])
    keys = join(join([code(key), " "]) for key in made["by"])
    return join([code(made["lookup"]), " by ", keys])


def seen(state: dict[str, Any], columns: int) -> Html:
    """Return how models see a feature: the kind of its encoding, its values where they are kept, and its columns."""
    values = [f"{number(len(state['values']))} values"] if "values" in state else []
    several = [f"{number(columns)} columns"] if columns > 1 else []
    told = ", ".join([*values, *several])
    return join([state["kind"].replace("_", "-"), element("small", told) if told else ""])


def features(settings: dict[str, Any], encoders: dict[str, Any]) -> Step:
    """Return the section of the features."""
    columns, states = Counter(column_features(encoders)), encoders["features"]
    rows = [(element("strong", name), seen(states[name], columns[name]), origin(settings[name])) for name in FEATURES]
    told = note("One definition each: SQL in training, the same in the service.")
    listed = table(["feature", "seen as", "made from"], rows)
    return Step("features", "Features", f"{len(FEATURES)} features", join([told, listed]))
