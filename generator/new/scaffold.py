"""Write down a new project: what is inferred as config with its reasons, and the files that stand around it."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.code import Code, json_text, yaml_text
from generator.new.answers import Choice, Inferred, NewFeature
from generator.plan.types import File
from generator.schema.data import Source

WIDTH = 100
"""Columns of a line up to which a reason stands beside its value."""

SMALL, MIDDLE = 600, 3_000
WIDE = 200
DENSE = 30_000_000
"""Values of a matrix up to which a linear model takes seconds."""


@dataclass(frozen=True)
class Trees:
    """Settings of LightGBM that suit the size of the data."""

    num_leaves: int
    min_data_in_leaf: int
    learning_rate: Code
    feature_fraction: Code
    reason: Code


@dataclass(frozen=True)
class Scaffold:
    """What the templates of a new project print."""

    title: Code
    heading: Code
    package: Code
    stem: Code
    data_template: Code
    """What the README tells of where the data is."""
    data: Code
    question: Code
    asked: Code
    task: Code
    task_reason: Code
    target_name: Code
    target_sql: Code
    positive: Code | None
    source: Code
    columns: tuple[Code, ...]
    features: tuple[Code, ...]
    primary: Code
    report: Code
    metric_reason: Code
    guardrails: tuple[Code, ...]
    holdout: Code
    validation: Code
    slices: Code
    slice_rows: int
    split: Code
    split_reason: Code
    candidates: Code
    candidates_reason: Code
    trees: Trees
    hypotheses: Code
    chunk_rows: int
    min_rows: int
    linear_rows: int
    pins: tuple[Code, ...]


def scaffold(found: Inferred, package: str, data: str | Source, pins: Iterable[str]) -> Scaffold:
    """Return what a new project says, whose data is at the path ``data`` in it, or in a database.

    ``pins`` are the versions it is made with.
    """
    goal, inputs = found.goal, found.with_role("input")
    question = f"What will {found.target} be, by what is known of {_known(inputs)}?"
    linear = found.rows * len(found.features) <= DENSE
    hypotheses = ["signal", "nonlinear", "interactions", "missingness", "categories", "more_data"]
    few = found.rows // 4
    return Scaffold(
        title=scalar(found.title),
        heading=_comment(found.title),
        package=Code(package),
        stem=_comment(data if isinstance(data, str) else f"the table {data.table}"),
        data_template=Code(f"new/data/{'file' if isinstance(data, str) else 'database'}.md.jinja"),
        data=_comment(_watched(data) if isinstance(data, str) else str(data.database)),
        question=scalar(question),
        asked=_comment(question),
        task=Code(goal.task),
        task_reason=_comment(goal.reason),
        target_name=scalar(found.target),
        target_sql=scalar(goal.sql),
        positive=None if goal.positive is None else _positive(goal.positive),
        source=_source(found, data) if isinstance(data, str) else _table(data),
        columns=_beside((_column(choice), choice.reason) for choice in found.columns),
        features=_beside((_feature(feature), feature.reason) for feature in found.features),
        primary=Code(goal.primary),
        report=_listed(goal.report),
        metric_reason=_comment(goal.metric_reason),
        guardrails=tuple(_guardrails(found)),
        holdout=Code(repr(found.answers.holdout)),
        validation=Code(repr(found.answers.validation)),
        slices=_listed(found.slices),
        slice_rows=max(10, min(200, found.rows // 50)),
        split=Code("by_time" if found.by_time else "at_random"),
        split_reason=_comment(found.split_reason),
        candidates=_listed(("baseline", "linear", "lightgbm") if linear else ("baseline", "lightgbm")),
        candidates_reason=Code("" if linear else "a linear model takes long on so many values"),
        trees=_trees(found),
        hypotheses=_listed((*hypotheses, "drift") if found.time else hypotheses),
        chunk_rows=max(50, min(2_000, few // 2)),
        min_rows=max(20, min(200, few // 2)),
        linear_rows=min(20, max(5, found.rows // 500)),
        pins=tuple(Code(pin) for pin in pins),
    )


def files(plan: Scaffold) -> tuple[File, ...]:
    """Return the files of a new project, its config first."""
    paths = {
        **{f"conf/{group}/{plan.package}.yaml": f"conf/{group}.yaml" for group in ("problem", "data", "features")},
        **{
            f"conf/{name}.yaml": f"conf/{name}.yaml"
            for name in (
                "config", "metrics/standard", "explore/standard", "split/by_time", "split/at_random", "model/baseline",
                "model/linear", "model/lightgbm", "tuning/none", "tuning/optuna", "engine/duckdb", "service/http",
                "release/gate", "monitor/drift", "ci/local", "ci/none", "ci/github", "ci/gitlab",
            )
        },
        **{name: name.lstrip(".") for name in ("README.md", "requirements.txt", ".gitignore", ".dvcignore")},
    }  # fmt: skip
    return tuple(File(path, f"new/{template}.jinja", plan) for path, template in paths.items())


def _watched(path: str) -> str:
    """Return what of the data at ``path`` DVC has in its care, as a shell takes it: the file, or the folder of many."""
    folder, _, name = path.rpartition("/")
    return shlex.quote(folder if "*" in name else path)


def scalar(value: str) -> Code:
    """Return ``value`` as a YAML text that OmegaConf leaves as it is."""
    return yaml_text(value.replace("${", "\\${"))


def _comment(text: str) -> Code:
    return Code("".join(sign if sign.isprintable() else " " for sign in text))


def _known(inputs: tuple[Choice, ...]) -> str:
    names = [choice.label for choice in inputs]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


def _positive(value: str | int) -> Code:
    return Code(str(value)) if isinstance(value, int) else scalar(value)


def _listed(values: Iterable[str]) -> Code:
    return Code(f"[{', '.join(scalar(value) for value in values)}]")


def _guardrails(found: Inferred) -> Iterator[Code]:
    for name, bounds in found.answers.guardrails.items():
        if name in (found.goal.primary, *found.goal.report):
            said = ", ".join(f"{bound}: {float(value)!r}" for bound, value in bounds.items())
            yield Code(f"{scalar(name)}: {{{said}}}")


def _source(found: Inferred, path: str) -> Code:
    given = {"path": path, **found.source.model_dump(exclude_defaults=True, exclude={"path"})}
    if found.source.is_text and len(found.nulls) > 1:
        given["nulls"] = found.nulls
    return Code(f"{{{', '.join(f'{key}: {_flow(value)}' for key, value in given.items())}}}")


def _flow(value: object) -> Code:
    """Return a value of a source as YAML on one line."""
    return scalar(value) if isinstance(value, str) and value.isprintable() else json_text(value)


def _table(source: Source) -> Code:
    return Code(f"{{database: {source.database}, table: {scalar(source.table or '')}}}")


def _column(choice: Choice) -> str:
    parts = [f"type: {choice.kind.type}"]
    if choice.role != "input":
        parts.append(f"role: {choice.role}")
    if choice.label != choice.name:
        parts.append(f"from: {scalar(choice.name)}")
    if choice.kind.read:
        parts.append(f"read: {scalar(choice.kind.read)}")
    return f"{yaml_text(choice.label)}: {{{', '.join(parts)}}}"


def _feature(feature: NewFeature) -> str:
    name = yaml_text(feature.name)  # a key is never looked up, as a value with ${ is
    if feature.encode:
        return f"{name}: {{sql: {scalar(feature.sql)}, encode: {feature.encode}}}"
    return f"{name}: {scalar(feature.sql)}"


def _beside(lines: Iterable[tuple[str, str]]) -> tuple[Code, ...]:
    """Return each line with its reason, the reasons one under the other where the lines are not too long for it."""
    lines = tuple(lines)
    width = max((len(text) for text, reason in lines if reason and len(text) < WIDTH // 2), default=0)
    return tuple(Code(f"{text:<{width}}  # {_comment(reason)}" if reason else text) for text, reason in lines)


def _trees(found: Inferred) -> Trees:
    rows, wide = found.rows, len(found.features) > WIDE
    leaves, least = (7, 5) if rows < SMALL else (15, 10) if rows < MIDDLE else (31, 20)
    words = f"small trees for {rows:,} rows" if rows < MIDDLE else f"for {rows:,} rows"
    rate = "0.1" if rows > 100_000 else "0.05"
    return Trees(leaves, least, Code(rate), Code("0.3" if wide else "0.9"), Code(words))
