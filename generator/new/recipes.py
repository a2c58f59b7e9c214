"""Read an MLflow Recipes project, ``recipe.yaml`` with a profile, as answers for a new project of ours.

MLflow 3 no longer has Recipes; the fields are those of MLflow 2's recipes ``regression/v1`` and ``classification/v1``.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jinja2 import ChainableUndefined, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from generator.config.source_map import Path_
from generator.new.answers import Answers, UnfitError
from generator.schema.problem import Task

METRICS = {
    "root_mean_squared_error": "rmse",
    "mean_squared_error": "rmse",
    "mean_absolute_error": "mae",
    "r2_score": "r2",
    "roc_auc": "roc_auc",
    "precision_recall_auc": "average_precision",
    "log_loss": "log_loss",
    "mean_absolute_percentage_error": "mape",
    "accuracy_score": "accuracy",
    "precision_score": "precision",
    "recall_score": "recall",
    "f1_score": "f1",
}
"""MLflow's names of metrics, and ours: for classes those of two, which become those of several where there are more."""

FORMATS = ("csv", "parquet")
LOWER = ("rmse", "mae", "mape", "log_loss")
OWN_CODE = {
    ("steps", "ingest", "loader_method"): "read the data by a function of your own: `sources: {...: {python: ...}}`",
    ("steps", "ingest", "sql"): "write what the query returns to a file, or read it by a function of your own",
    ("steps", "split", "post_split_filter_method"): "refuse rows by `checks:` in conf/data/",
    ("steps", "split", "split_method"): "choose `split: by_time` or `at_random`",
    ("steps", "transform", "transformer_method"): "write what it computes as lines of conf/features/",
    ("steps", "train", "estimator_method"): "add its estimator as a candidate, `kind: sklearn` in conf/model/",
    ("steps", "train", "tuning"): "choose `tuning: optuna`, which searches settings",
    ("custom_metrics",): "write them as functions under `metrics.own`",
}
"""What is Python in a recipe, or does not go over as it is, and what there is for it."""


@dataclass(frozen=True)
class Recipe:
    """What a recipe says: where its data is, the answers for a new project, and the notes on what stays behind."""

    data: tuple[str, ...]
    answers: Answers
    notes: tuple[str, ...]
    loader: str
    """The function that makes the rows of the files, where the recipe has one."""


def read_recipe(file: Path, profile: str, data: str | None = None) -> Recipe:
    """Return what ``file`` says under ``profile``, that of ``profiles/<profile>.yaml`` beside it.

    ``data`` takes the place of the data it names. Raises :class:`UnfitError` for a recipe of another kind, without data
    or target, or that is no YAML.
    """
    text = _text(file)
    values = _values(file, text, profile)
    kind = str(values.get("recipe", "")).partition("/")[0]
    if kind not in ("regression", "classification"):
        raise UnfitError(f"{file}: recipe: '{values.get('recipe')}' is neither regression/v1 nor classification/v1")
    target = _at(values, ("target_col",))
    if not isinstance(target, str) or not target:
        raise UnfitError(f"{file}: target_col: no target is named")
    notes: list[str] = []
    lines = dict(_lines(yaml.compose(_unfilled(text), Loader=yaml.SafeLoader)))
    for path, hint in OWN_CODE.items():
        if _at(values, path) not in (None, "", {}, []):
            notes.append(f"{file.name}:{lines.get(path, 0)}: {'.'.join(path)} does not go over: {hint}")
    places = (data,) if data else _data(file, values)
    train, validation, test = _ratios(values)
    metric = _metric(values.get("primary_metric"), notes, f"{file.name}:{lines.get(('primary_metric',), 0)}")
    positive = values.get("positive_class")
    return Recipe(
        places,
        Answers(
            target,
            task=_task(kind, positive),
            positive=None if positive is None else str(positive),
            at_random=True,
            metric=metric,
            holdout=test,
            validation=round(validation / (train + validation), 4),
            guardrails=dict(_guardrails(values, notes, f"{file.name}:{lines.get(('steps', 'evaluate'), 0)}")),
        ),
        tuple(notes),
        str(_at(values, ("steps", "ingest", "loader_method")) or "") if not data else "",
    )


def _text(file: Path) -> str:
    """Return the text of a recipe or a profile; a comment, which may name any variable, is nothing to fill in."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UnfitError(f"there is no file {file}") from error
    return "".join(f"{_uncommented(line)}\n" for line in lines)


def _uncommented(line: str) -> str:
    """Return ``line`` of YAML without its comment: what follows a # after a blank or nothing, outside of quotes."""
    quote = ""
    for place, sign in enumerate(line):
        if sign == quote:
            quote = ""
        elif not quote and sign in "'\"" and (place == 0 or line[place - 1] in " [{,:("):
            quote = sign
        elif not quote and sign == "#" and (place == 0 or line[place - 1] in " \t"):
            return line[:place]
    return line


def _values(file: Path, text: str, profile: str) -> dict[str, Any]:
    """Return the recipe with the variables of its profile filled in."""
    given = file.parent / "profiles" / f"{profile}.yaml"
    environment = SandboxedEnvironment(undefined=StrictUndefined, finalize=_flow)
    root = {"RECIPE_ROOT": str(file.parent), "ROOT": str(file.parent)}
    try:
        named = yaml.safe_load(environment.from_string(_text(given)).render(root)) if given.is_file() else {}
        filled = environment.from_string(text).render({**root, **(named or {})})
        values = yaml.safe_load(filled)
    except TemplateError as error:
        raise UnfitError(f"{file}: {error}: is it in {given}? name another profile with --profile") from error
    except yaml.YAMLError as error:
        raise UnfitError(f"{file} is no valid YAML: {error}") from error
    if not isinstance(values, dict):
        raise UnfitError(f"{file} is no recipe")
    return values


def _unfilled(text: str) -> str:
    """Return the recipe with a word in place of every variable, so that lines are where the user wrote them."""

    class Word(ChainableUndefined):
        def __str__(self) -> str:
            return "variable"

    return SandboxedEnvironment(undefined=Word).from_string(text).render()


def _flow(value: Any) -> Any:
    """Return a mapping or list as YAML on one line, which it has to be where a variable stands for it."""
    return json.dumps(value) if isinstance(value, dict | list) else value


def _lines(node: yaml.Node | None, path: Path_ = ()) -> Iterator[tuple[Path_, int]]:
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield (*path, key.value), key.start_mark.line + 1
        yield from _lines(value, (*path, key.value))


def _data(file: Path, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return where the data is: files of a format that we read, named from the recipe's folder."""
    ingest = _at(values, ("steps", "ingest")) or {}
    place, using = ingest.get("location"), ingest.get("using")
    places = [item for item in (place if isinstance(place, list) else [place]) if isinstance(item, str) and item]
    if not places:
        raise UnfitError(f"{file}: steps.ingest.location: no file is named; name one with --data")
    if using not in (*FORMATS, "custom", None):
        raise UnfitError(f"{file}: steps.ingest.using: '{using}' is not read here; export a CSV or Parquet file")
    plain = [item.removeprefix("file://") for item in places]
    return tuple(item if "://" in item else str(file.parent / item) for item in plain)


def _task(kind: str, positive: Any) -> Task | None:
    """Return the task; None for a classification that may have two classes or more."""
    return "regression" if kind == "regression" else None if positive is None else "binary"


def _ratios(values: Mapping[str, Any]) -> tuple[float, float, float]:
    given = _at(values, ("steps", "split", "split_ratios")) or [0.75, 0.125, 0.125]
    train, validation, test = (float(share) for share in given)
    total = train + validation + test
    return train / total, validation / total, round(test / total, 4)


def _metric(name: Any, notes: list[str], place: str) -> str | None:
    if name is None:
        return None
    if name not in METRICS:
        notes.append(f"{place}: primary_metric '{name}' is none of ours: another decides; write it under `metrics.own`")
    return METRICS.get(str(name))


def _guardrails(values: Mapping[str, Any], notes: list[str], place: str) -> Iterator[tuple[str, dict[str, float]]]:
    for criterion in _at(values, ("steps", "evaluate", "validation_criteria")) or []:
        name, threshold = str(criterion.get("metric")), criterion.get("threshold")
        ours = METRICS.get(name)
        if ours is None or name == "mean_squared_error":
            notes.append(f"{place}: the criterion on '{name}' does not go over: write it under `metrics.guardrails`")
        else:
            yield ours, {"max" if ours in LOWER else "min": float(threshold)}


def _at(values: Any, path: Path_) -> Any:
    for part in path:
        values = values.get(part) if isinstance(values, Mapping) else None
    return values
