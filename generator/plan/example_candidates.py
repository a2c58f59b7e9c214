"""Settings under which the candidates of a project learn from a few made-up rows, for its rendered tests."""

from typing import Any

from generator.plan.loss import chooses_strength
from generator.project import Project

PARAMS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "linear": {"params": {"regularization": 1.0, "splines": 2, "max_iter": 1_000, "min_count": 1}},
    "lightgbm": {
        "rounds": 50,
        "early_stopping": 10,
        "params": {
            "num_leaves": 7,
            "learning_rate": 0.3,
            "min_data_in_leaf": 5,
            "feature_fraction": 1.0,
            "lambda_l2": 0.0,
            "cat_smooth": 1.0,
            "seed": 0,
        },
    },
}
"""Settings under which each kind of candidate of ours learns from a few rows."""

LEARNERS = ("linear", "lightgbm")
"""The kinds of candidates that then have to learn a separable target."""


def learners(project: Project) -> tuple[str, ...]:
    """Return the candidates that have to learn a separable target."""
    return tuple(label for label, candidate in project.config.model.items() if candidate.kind in LEARNERS)


def example_candidates(project: Project) -> dict[str, Any]:
    """Return the candidates as params.yaml has them in the tests, by groups."""
    found: dict[str, Any] = {}
    for label, item in project.config.model.items():
        settings = PARAMS.get(item.kind, item.model_dump(include={"params"}))
        if chooses_strength(item):
            settings = {"params": {**settings["params"], "strengths": [1.0, 10.0]}}
        found[label] = {"kind": item.kind, **settings}
    return {"model": found, **({"blend": {"steps": 25}} if project.config.blend else {})}
