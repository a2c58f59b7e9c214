"""The brief says what the holdout can tell apart, and that it is too small where that is no more than chance."""

from types import ModuleType

import duckdb
import pytest

from tests.sandbox import PROJECTS, tree

BINARY = (
    "problem.task=binary",
    "~problem.prediction_interval",
    'problem.target.sql="body_mass_g > 4000"',
    "metrics.primary=roc_auc",
    "metrics.report=[]",
)


def stated(kind: str, targets: str, holdout: int) -> str:
    """Return the statement of a ``kind`` of project on held-out rows with ``targets``, SQL over their number."""
    case, *overrides = {"binary": ("weights", *BINARY), "multiclass": ("penguins",), "regression": ("weights",)}[kind]
    package = {"weights": "weights", "penguins": "birds"}[case]
    text = tree(PROJECTS / case, *overrides)[f"{package}/problem/define.py"]
    made = ModuleType("define")
    made.__file__ = "define.py"
    exec("\n".join(line for line in text.splitlines() if not line.startswith(f"from {package}.")), made.__dict__)
    with duckdb.connect() as database:
        rows = f"SELECT {targets} AS __target, 'holdout' AS __part FROM range({holdout}) t(i)"
        database.execute(f"CREATE TABLE labelled AS {rows}")
        return str(made.power(database, holdout)["statement"])


@pytest.mark.parametrize(
    ("kind", "targets", "holdout", "says"),
    [
        ("binary", "i < 3", 150, "has 3 of them, too few: differences below 0.4"),
        ("binary", "i < 9", 10_000, "too few: differences below 0.26 in ROC-AUC are noise"),
        ("binary", "i < 30", 150, "enough to distinguish models that differ by 0.1"),
        ("binary", "i >= 3", 150, "too few: differences below"),
        ("binary", "i < 0", 150, "one class only"),
        ("multiclass", "'abc'[1 + i % 3]", 12, "has too few rows, 12: differences below 0.35 in accuracy are noise"),
        (
            "multiclass",
            "CASE WHEN i < 200 THEN 'a' ELSE 'b' END",
            1_000,
            "can distinguish models that differ by 0.0383",
        ),
        (
            "multiclass",
            "CASE WHEN i < 20 THEN 'a' ELSE 'b' END",
            1_000,
            "the largest class to perfection is 0.01",
        ),
        ("regression", "i * 1.5", 20, "has too few rows, 20: differences below 0.44 in R² are noise"),
        ("regression", "i * 1.5", 1_000, "can distinguish models that differ by 0.0626 in R² or more"),
    ],
)
def test_enough_is_what_tells_ordinary_skill_from_none(kind: str, targets: str, holdout: int, says: str) -> None:
    assert says in stated(kind, targets, holdout)
