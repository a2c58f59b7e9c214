"""Write down a new project: what is inferred as config with its reasons, and the files that stand around it."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap

from generator.new.answers import Choice, Inferred, NewFeature
from generator.new.candidates import Trees, is_amount, is_blended, proposed, proposed_reason, trees
from generator.new.features import slice_rows
from generator.new.reasons import column_reason, question, refit_reason
from generator.new.splitting import VERY_FEW
from generator.schema.source import Source
from generator.sql.code import Code, json_text, yaml_text
from generator.sql.parsing import identifier

WIDTH, LONGEST = 100, 120
"""Columns of a line: up to half the first, reasons stand one under the other; beyond the second, above their value."""

SLICED = "groups with enough rows: of people first, then what explains most of the target"
UNSLICED = "no input has groups with enough rows"


@dataclass(frozen=True)
class Scaffold:
    """What the templates of a new project print."""

    title: Code
    heading: Code
    package: Code
    stem: Code
    data_template: Code
    """What the README says about where the data is."""
    data: Code
    question: Code
    asked: Code
    sample: Code
    """What is inferred from some of the rows, as a sentence; empty where all were looked at."""
    sample_lines: tuple[Code, ...]
    task: Code
    task_reason: Code
    numeric: bool
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
    chosen_by: Code
    group: Code
    slices: Code
    slices_reason: Code
    slice_rows: int
    rows: Code
    split: Code
    split_reason: Code
    candidates: Code
    candidates_reason: Code
    trees: Trees
    blended: bool
    exponential: bool
    """Whether the target is a number that is never negative."""
    hypotheses: Code
    hypotheses_reason: Code
    chunk_rows: int
    min_rows: int
    linear_rows: int
    refit_reason: Code
    pins: tuple[Code, ...]


def scaffold(found: Inferred, package: str, data: str | Source, pins: Iterable[str]) -> Scaffold:
    """Return what a new project says, whose data is at the path ``data`` in it, or in a database.

    ``pins`` are the versions it is made with.
    """
    goal, asked = found.goal, question(found)
    sample = f"{found.sample[:1].upper()}{found.sample[1:]}." if found.sample else ""
    hypotheses = ["signal", "nonlinear", "interactions", "missingness", "categories", "more_data"]
    return Scaffold(
        title=scalar(found.title),
        heading=_comment(found.title),
        package=Code(package),
        stem=_comment(data if isinstance(data, str) else f"the table {data.table}"),
        data_template=Code(f"new/data/{'file' if isinstance(data, str) else 'database'}.md.jinja"),
        data=_comment(_watched(data) if isinstance(data, str) else str(data.database)),
        question=scalar(asked),
        asked=_comment(asked),
        sample=_comment(sample),
        sample_lines=tuple(_comment(line) for line in wrap(sample, LONGEST - 2)),
        task=Code(goal.task),
        task_reason=_comment(goal.reason),
        numeric=goal.task == "regression",
        target_name=scalar(found.target),
        target_sql=scalar(goal.sql),
        positive=None if goal.positive is None else _positive(goal.positive),
        source=_source(found, data) if isinstance(data, str) else _table(data),
        columns=_beside((_column(choice), column_reason(choice)) for choice in found.columns),
        features=_beside((_feature(feature), feature.reason) for feature in found.features),
        primary=Code(goal.primary),
        report=_listed(goal.report),
        metric_reason=_comment(goal.metric_reason),
        guardrails=tuple(_guardrails(found)),
        holdout=Code(repr(found.answers.holdout)),
        chosen_by=_chosen_by(found),
        group=_group(found),
        slices=_listed(found.slices),
        slices_reason=Code(SLICED if found.slices else UNSLICED),
        slice_rows=slice_rows(found.rows),
        rows=Code(f"{found.rows:,}"),
        split=Code("by_time" if found.by_time else "at_random"),
        split_reason=_comment(found.split_reason),
        candidates=_listed(proposed(found)),
        candidates_reason=Code(proposed_reason(found)),
        trees=trees(found),
        exponential=is_amount(found),
        blended=is_blended(found),
        hypotheses=_listed((*hypotheses, "drift") if found.time else hypotheses),
        hypotheses_reason=Code("all that there are" if found.time else "all but drift, which takes a time of the rows"),
        chunk_rows=max(50, min(2_000, found.rows // 8)),
        min_rows=max(20, min(200, found.rows // 8)),
        refit_reason=Code(refit_reason(found)),
        linear_rows=min(20, max(5, found.rows // 500)),
        pins=tuple(Code(pin) for pin in pins),
    )


def _chosen_by(found: Inferred) -> Code:
    """Return the line that says on which training rows a candidate is chosen, and why."""
    if found.folds is None:
        return Code(f"validation: {found.answers.validated!r}  # share of the others on which a candidate is chosen")
    few = found.rows < VERY_FEW
    why = "one part of so few rows could choose the wrong one" if few else "a candidate is chosen on all of them"
    return Code(f"folds: {found.folds}  # parts of the others, each predicted by models without it: {why}")


def _group(found: Inferred) -> Code:
    """Return the line that says by what rows are kept together; nothing where they are split one by one."""
    if not found.group:
        return Code("")
    why = "rows of one are all trained on, or all held out: figures are of new ones, as in use"
    return Code(f"group: {scalar(identifier(found.group))}  # {why}")


def _watched(path: str) -> str:
    """Return what of the data at ``path`` DVC has in its care, as a shell takes it: the file, or the folder of many."""
    folder, _, name = path.rpartition("/")
    return shlex.quote(folder if "*" in name else path)


def scalar(value: str) -> Code:
    """Return ``value`` as a YAML text that OmegaConf leaves as it is."""
    return yaml_text(value.replace("${", "\\${"))


def _comment(text: str) -> Code:
    return Code("".join(sign if sign.isprintable() else " " for sign in text))


def _positive(value: str | int) -> Code:
    return Code(str(value)) if isinstance(value, int) else scalar(value)


def _listed(values: Iterable[str]) -> Code:
    return Code(f"[{', '.join(scalar(value) for value in values)}]")


def _guardrails(found: Inferred) -> Iterator[Code]:
    for name, bounds in found.goal.guardrails.items():
        said = ", ".join(f"{bound}: {float(value)!r}" for bound, value in bounds.items())
        yield Code(f"{scalar(name)}: {{{said}}}")


def _source(found: Inferred, path: str) -> Code:
    given = {"path": path, **found.source.model_dump(exclude_defaults=True, exclude={"path"})}
    return Code(f"{{{', '.join(f'{key}: {_flow(value)}' for key, value in given.items())}}}")


def _flow(value: object) -> Code:
    """Return a value of a source as YAML on one line."""
    return scalar(value) if isinstance(value, str) and value.isprintable() else json_text(value)


def _table(source: Source) -> Code:
    return Code(f"{{database: {source.database}, table: {scalar(source.table or '')}}}")


def _column(choice: Choice) -> str:
    parts = [f"type: {choice.kind.type}"]
    if choice.role not in ("input", "group"):
        parts.append(f"role: {choice.role}")
    if choice.label != choice.name:
        parts.append(f"from: {scalar(choice.name)}")
    if choice.measure.marks:
        parts.append(f"nulls: [{', '.join(json_text(mark) for mark in choice.measure.marks)}]")
    if choice.kind.read:
        parts.append(f"read: {scalar(choice.kind.read)}")
    return f"{yaml_text(choice.label)}: {{{', '.join(parts)}}}"


def _feature(feature: NewFeature) -> str:
    name = yaml_text(feature.name)  # a key is never looked up, as a value with ${ is
    if feature.encode:
        return f"{name}: {{sql: {scalar(feature.sql)}, encode: {feature.encode}}}"
    return f"{name}: {scalar(feature.sql)}"


def _beside(lines: Iterable[tuple[str, str]]) -> tuple[Code, ...]:
    """Return each line with its reason: beside it, one under the other, or above a line that is too long for that."""
    lines = tuple((text, _comment(reason)) for text, reason in lines)
    width = max((len(text) for text, reason in lines if reason and len(text) < WIDTH // 2), default=0)
    found: list[str] = []
    for text, reason in lines:
        beside = f"{text:<{width}}  # {reason}" if reason else text
        found += [beside] if len(beside) <= LONGEST else [f"# {reason}", text]
    return tuple(Code(line) for line in found)
