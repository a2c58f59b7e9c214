"""The search for settings: of candidates that there are, and of settings that they have."""

from pydantic import TypeAdapter, ValidationError

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.schema.model import Candidate, LightGBM, Linear, Sklearn
from generator.schema.tuning import Optuna, Searched, Space
from generator.validation.semantics.session import Session

SEARCHED = ("lightgbm", "linear")
"""The kinds of candidates that are searched without a space of their own."""

FIXED = ("strengths", "seed")
"""Settings of these that are no matter of search."""


def check_tuning(session: Session) -> None:
    """Say where there is nothing to search, or a space of what there is not."""
    tuning, model = session.config.tuning, session.config.model
    if not isinstance(tuning, Optuna):
        return
    by_default = [name for name, item in model.items() if item.kind in SEARCHED and name not in tuning.space]
    if not by_default and not any(tuning.space.values()):
        hint = "add a LightGBM or linear candidate to `model`, give another a `space`, or choose tuning=none"
        session.say(("tuning", "kind"), "there is no candidate whose settings could be searched", hint)
    for name, space in tuning.space.items():
        path: Path_ = ("tuning", "space", name)
        if name not in model:
            session.say(path, f"no candidate '{name}'", suggestion(name, model))
        elif space and model[name].kind == "baseline":
            session.say(path, "a baseline has no settings", "leave it out")
        elif space:
            _check_space(session, path, model[name], space)


def _check_space(session: Session, path: Path_, candidate: Candidate, space: Space) -> None:
    """Say which settings the ``candidate`` does not have, and which values of a setting it does not take."""
    if not isinstance(candidate, LightGBM | Linear):
        _check_listed(session, path, candidate, space)
        return
    if isinstance(candidate, Linear) and candidate.params.strengths and "regularization" in space:
        hint = "leave one out: `strengths` are a search of their own"
        session.say((*path, "regularization"), "the penalty is searched for, and `strengths` are tried", hint)
    fields = {name: field for name, field in type(candidate.params).model_fields.items() if name not in FIXED}
    for name, values in space.items():
        if name not in fields:
            session.say((*path, name), f"{candidate.kind} has no setting '{name}' to search", suggestion(name, fields))
            continue
        taken: TypeAdapter[object] = TypeAdapter(fields[name].rebuild_annotation())
        for key, value in _values(values):
            try:
                taken.validate_python(value)
            except ValidationError as error:
                said = error.errors()[0]["msg"]
                hint = f"`ninefold explain model` says what '{name}' takes"
                session.say((*path, name, *key), f"'{name}' of {candidate.kind} does not take {value!r}: {said}", hint)


def _check_listed(session: Session, path: Path_, candidate: Candidate, space: Space) -> None:
    """Say which settings are searched that the candidate's params do not have: the search starts from these."""
    params, taker = getattr(candidate, "params", {}), "the estimator" if isinstance(candidate, Sklearn) else "`fit`"
    for name in [name for name in space if name not in params]:
        hint = (
            f"give it a value under `params:` of the candidate, where the search starts: then {taker} is checked for it"
        )
        session.say((*path, name), f"'{name}' is searched for, and is none of the candidate's params", hint)


def _values(values: Searched) -> list[tuple[Path_, object]]:
    """Return the values by which a setting is checked, each with where it stands."""
    if values.choices is not None:
        return [(("choices", index), value) for index, value in enumerate(values.choices)]
    return [(("low",), values.low), (("high",), values.high)]
