"""Step 6: what the models see, and how each feature is made."""

from collections import Counter
from typing import Any

from flights.columns import FEATURES
from flights.encoding import column_features
from flights.markup import Html, code, element, join, note, number, table
from flights.page import Step


def origin(made: dict[str, Any]) -> Html:
    """Return how a feature is made: by an expression, a lookup, a Python function or a function of the past."""
    how, what = next(iter(made.items()))
    if how == "sql":
        return code(what)
    keys = join(join([code(key), " "]) for key in made.get("by", made.get("of", ())))
    called = what if how in ("lookup", "python") else f"{how}({what})"
    over = f"over {made['over']}" if "over" in made else ""
    return join([code(called), " of " if "of" in made else " by ", keys, over])


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
