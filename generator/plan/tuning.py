"""Plan the search for settings: which of which candidates, within which bounds."""

from dataclasses import dataclass
from typing import Any

from generator.project import Project
from generator.schema.model import Candidate, LightGBM, Linear
from generator.schema.tuning import Optuna, Searched, Space
from generator.sql.code import Code

OF_LIGHTGBM: Space = {
    "num_leaves": Searched(low=7, high=255, log=True),
    "learning_rate": Searched(low=0.01, high=0.3, log=True),
    "min_data_in_leaf": Searched(low=5, high=1_000, log=True),
    "feature_fraction": Searched(low=0.3, high=1.0),
    "lambda_l2": Searched(low=1e-3, high=100.0, log=True),
}
OF_LINEAR: Space = {"regularization": Searched(low=1e-3, high=1e3, log=True)}
OF_SPLINES: Space = {"splines": Searched(low=2, high=20)}


@dataclass(frozen=True, kw_only=True)
class TuningPlan:
    """What ``tuning.py`` needs: how long is searched, and the space of each candidate."""

    trials: int
    patience: int | None
    minutes: float | None
    seed: int
    spaces: dict[str, dict[str, dict[str, Any]]]

    @property
    def ends(self) -> Code:
        """Return the condition on which a search ends before all trials are done."""
        ends = ("stalled(trials)", self.patience), ("time.monotonic() - started > SECONDS", self.minutes)
        return Code(" or ".join(condition for condition, asked in ends if asked))

    @property
    def seconds(self) -> float | None:
        """Return how long trials of a candidate are begun."""
        return None if self.minutes is None else 60 * self.minutes


def is_searched(project: Project, name: str) -> bool:
    """Return whether settings of the candidate ``name`` are searched for."""
    plan = tuning_plan(project)
    return plan is not None and name in plan.spaces


def tuning_plan(project: Project) -> TuningPlan | None:
    """Plan the search; None where there is none."""
    tuning = project.config.tuning
    if not isinstance(tuning, Optuna):
        return None
    spaces = {name: space_of(tuning, name, candidate) for name, candidate in project.config.model.items()}
    return TuningPlan(
        trials=tuning.trials,
        patience=tuning.patience,
        minutes=tuning.minutes,
        seed=tuning.seed,
        spaces={
            name: {key: setting.values() for key, setting in space.items()} for name, space in spaces.items() if space
        },
    )


def space_of(tuning: Optuna, name: str, candidate: Candidate) -> Space:
    """Return what is searched of the candidate ``name``; nothing where it keeps its settings."""
    if name in tuning.space:
        return tuning.space[name]
    if isinstance(candidate, LightGBM):
        return OF_LIGHTGBM
    if isinstance(candidate, Linear) and not candidate.params.strengths:  # which are a search of their own
        return OF_LINEAR | (OF_SPLINES if candidate.params.splines else {})
    return {}
