"""Candidates of scikit-learn: what a dotted path names is looked at, and asked what it says of its parameters."""

import warnings
from collections.abc import Mapping
from importlib import import_module
from inspect import Parameter, signature
from pkgutil import iter_modules
from typing import Any

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.project import Estimator
from generator.schema.model import Sklearn
from generator.validation.semantics.session import Session

OWN = "write a candidate of your own: `kind: own`"


def resolve_estimators(session: Session) -> Mapping[str, Estimator]:
    """Return the estimator of each candidate of scikit-learn, which is imported only where there is one."""
    found = {}
    for label, candidate in session.config.model.items():
        if isinstance(candidate, Sklearn) and (estimator := _resolve(session, label, candidate)):
            found[label] = estimator
    return found


def _resolve(session: Session, label: str, candidate: Sklearn) -> Estimator | None:
    path: Path_ = ("model", label)
    kind = _class(session, (*path, "estimator"), candidate.estimator)
    if kind is None or not _has_parameters(session, path, kind, candidate):
        return None
    from sklearn.utils import get_tags

    with warnings.catch_warnings(action="ignore"):
        try:
            estimator = kind(**candidate.params)
            estimator._validate_params()
            takes_gaps = bool(get_tags(estimator).input_tags.allow_nan)
        except (ValueError, TypeError, AttributeError) as error:
            said = str(error).partition("\n")[0].rstrip(".")
            named = [name for name in candidate.params if f"'{name}'" in said]
            session.say((*path, "params", *named[:1]), said, f"see the documentation of {kind.__name__}")
            return None
    if session.config.problem.task != "regression" and not hasattr(estimator, "predict_proba"):
        what = f"{kind.__name__} with these params has no `predict_proba`, and probabilities are needed"
        session.say((*path, "estimator"), what, f"choose another classifier, or {OWN}")
        return None
    if session.config.problem.weight is not None and "sample_weight" not in signature(estimator.fit).parameters:
        what = f"`fit` of {kind.__name__} takes no `sample_weight`, and rows have the weights of `problem.weight`"
        session.say((*path, "estimator"), what, f"leave one of them out, choose another estimator, or {OWN}")
        return None
    module, _, name = candidate.estimator.rpartition(".")
    return Estimator(module, name, takes_gaps)


def _class(session: Session, path: Path_, dotted: str) -> type | None:
    """Return the class that ``dotted`` names, or None where it does not fit the task."""
    try:
        import sklearn
    except ImportError:
        session.say(path, "scikit-learn is not installed", "install it: pip install scikit-learn skops")
        return None
    from sklearn.base import ClassifierMixin, RegressorMixin

    regression = session.config.problem.task == "regression"
    base, word = (RegressorMixin, "regressor") if regression else (ClassifierMixin, "classifier")
    home, _, name = dotted.rpartition(".")
    try:
        module = import_module(home)
    except ImportError:
        modules = [f"sklearn.{item.name}" for item in iter_modules(sklearn.__path__) if item.name[0] != "_"]
        session.say(path, f"no module {home}", suggestion(home, modules))
        return None
    kind: Any = getattr(module, name, None)
    fitting = [key for key, value in vars(module).items() if isinstance(value, type) and issubclass(value, base)]
    if name in fitting:
        return kind  # type: ignore[no-any-return]
    what = f"{name} is no {word}" if isinstance(kind, type) else f"{home} has no '{name}'"
    session.say(path, what, suggestion(name, sorted(fitting)) or f"name a {word} of scikit-learn")
    return None


def _has_parameters(session: Session, path: Path_, kind: type, candidate: Sklearn) -> bool:
    """Return whether ``kind`` takes the given parameters, and needs no others; say what is wrong."""
    known, before = signature(kind).parameters, len(session.problems)
    for name in candidate.params:
        if name not in known:
            session.say((*path, "params", name), f"{kind.__name__} has no parameter '{name}'", suggestion(name, known))
    for name, parameter in known.items():
        if parameter.default is Parameter.empty and name not in candidate.params:
            session.say((*path, "estimator"), f"{kind.__name__} needs `{name}`, which is no value of YAML", OWN)
    if "random_state" in known and candidate.params.get("random_state") is None:
        hint = "add `random_state: 0` to the params"
        session.say((*path, "estimator"), f"{kind.__name__} draws at random: no two runs would be alike", hint)
    return len(session.problems) == before
