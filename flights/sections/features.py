"""Step 6: what the models see, and how each feature is made."""

from typing import Any

from flights.columns import CATEGORIES, FEATURES
from flights.markup import Html, code, element, join, note, number, table
from flights.page import Step


def origin(made: dict[str, Any]) -> Html:
    """Return how a feature is made: by an expression, or by a lookup with its keys."""
    if "sql" in made:
        return code(made["sql"])
    keys = join(join([code(key), " "]) for key in made["by"])
    return join([code(made["lookup"]), " by ", keys])


def seen(name: str, vocabularies: dict[str, Any]) -> Html:
    """Return how models see a feature: as a number, or as a category with so many values."""
    return (
        join(["category", element("small", f"{number(len(vocabularies[name]))} values")])
        if name in CATEGORIES
        else join(["number"])
    )


def features(settings: dict[str, Any], encoders: dict[str, Any]) -> Step:
    """Return the section of the features."""
    rows = [(element("strong", name), seen(name, encoders["categories"]), origin(settings[name])) for name in FEATURES]
    told = note("One definition each: SQL in training, the same in the service.")
    listed = table(["feature", "seen as", "made from"], rows)
    return Step("features", "Features", f"{len(FEATURES)} features", join([told, listed]))
