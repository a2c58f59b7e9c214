"""What candidates of each kind are like: how they are explained, and what training them shows."""

from generator.project import Project
from generator.schema.model import Candidate, LightGBM, Linear

UNEXPLAINED = ("sklearn", "own")
"""The kinds of candidates that are one call: they show no progress, and give no contributions."""

EXPONENTIAL = ("poisson", "tweedie")
"""The objectives whose predictions are the exponential of what trees add up: contributions to that are none to them."""


def is_exponential(candidate: Candidate) -> bool:
    """Return whether ``candidate`` is a linear model of the logarithm of what it expects."""
    return isinstance(candidate, Linear) and candidate.objective in EXPONENTIAL


def is_compared(candidate: Candidate) -> bool:
    """Return whether ``candidate`` is explained by comparing rows with a background row."""
    if isinstance(candidate, LightGBM):  # which has no contributions for linear trees
        return candidate.params.linear_tree or candidate.objective in EXPONENTIAL
    return candidate.kind in UNEXPLAINED or is_exponential(candidate)


def is_bounded(project: Project, candidate: Candidate) -> bool:
    """Return whether predictions of ``candidate`` are kept within the targets that it was fitted on."""
    linear = isinstance(candidate, LightGBM) and candidate.params.linear_tree
    return linear and project.config.problem.task == "regression"


def fits_at_once(project: Project) -> bool:
    """Return whether a candidate is fitted by one call, which shows no progress of its own."""
    return any(candidate.kind in UNEXPLAINED for candidate in project.config.model.values())


def compares_rows(project: Project) -> bool:
    """Return whether a candidate is explained by comparing rows with a background row."""
    return any(is_compared(candidate) for candidate in project.config.model.values())


def counts_rounds(project: Project) -> bool:
    """Return whether training a candidate shows progress."""
    return any(candidate.kind == "lightgbm" for candidate in project.config.model.values())
