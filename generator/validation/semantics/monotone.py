"""Monotone constraints of candidates of LightGBM: on features that models see as one number."""

from collections.abc import Iterable, Mapping

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.project import Feature
from generator.schema.model import LightGBM
from generator.validation.semantics.session import Session

ORDERED = ("number", "ordinal", "target")
"""The kinds of encodings with one column in which more means more."""


def check_monotone(session: Session, features: Iterable[Feature]) -> None:
    """Say which constraints cannot hold: on what is no number, or in trees that LightGBM does not constrain."""
    known = {feature.name: feature for feature in features}
    for label, candidate in session.config.model.items():
        if isinstance(candidate, LightGBM) and candidate.monotone is not None:
            _check_trees(session, ("model", label, "monotone"), candidate)
            _check_features(session, ("model", label, "monotone"), candidate.monotone, known)


def _check_trees(session: Session, at: Path_, candidate: LightGBM) -> None:
    if session.config.problem.task == "multiclass":
        what = "predictions of several classes sum to 1, and cannot all rise"
        session.say(at, what, "leave it out, or make a binary target of the class that is meant")
    if candidate.params.linear_tree:
        session.say(at, "LightGBM does not constrain linear trees", "leave `linear_tree` or `monotone` out")
    if candidate.objective == "regression_l1":
        what = "LightGBM does not constrain trees that it fits by 'regression_l1'"
        session.say(at, what, "choose `objective: huber`, or leave `monotone` out")


def _check_features(session: Session, at: Path_, asked: Iterable[str], known: Mapping[str, Feature]) -> None:
    for name in asked:
        if name not in session.config.features:
            session.say((*at, name), f"no feature '{name}'", suggestion(name, session.config.features))
        elif name in known and (kind := _kind(known[name])) not in ORDERED:
            hint = "encode it as a number, or set `encode: ordinal` with an `order:`, or leave it out here"
            what = f"'{name}' is encoded as {kind}, which has no order"
            session.say((*at, name), what if kind else f"how '{name}' is encoded is decided on the training rows", hint)


def _kind(feature: Feature) -> str | None:
    """Return how ``feature`` is encoded; None for a category of which the training rows decide."""
    if feature.encode is not None:
        return feature.encode.kind
    return "number" if feature.encoding == "number" else None
