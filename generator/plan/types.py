"""What a plan is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class ProjectPlan:
    """What every template may know: the names of the project."""

    package: Code


@dataclass(frozen=True, kw_only=True)
class File:
    """One file that is rendered: where it goes, from which template, with what."""

    path: str
    template: str
    context: Any = None


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage of ``dvc.yaml``.

    ``modules`` are those of the project's own modules that it runs: they, and all that they import, are dependencies.
    ``metrics`` are what people compare runs by, ``summaries`` what else is small enough for git; ``persistent``
    outputs outlive a run; ``edited`` ones do and are git's, and DVC never restores them in place of a run.
    ``always`` says that it runs each time, whatever it reads: what it looks at is no file.
    ``params`` are keys of ``params.yaml``; "" means all of them.
    """

    name: str
    command: str
    modules: tuple[str, ...] = ()
    deps: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    outs: tuple[str, ...] = ()
    persistent: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    summaries: tuple[str, ...] = ()
    foreach: str | None = None
    always: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that is rendered: files from templates, the stages that run them, and texts that need no template.

    ``apart`` are stages that run when they are asked for, in ``backtest/dvc.yaml``.
    ``sections`` are the parts of ``dvc.yaml`` beside its stages; ``own`` are the texts, by their paths, of modules that
    are not rendered.
    """

    project: ProjectPlan
    files: tuple[File, ...]
    stages: tuple[Stage, ...]
    apart: tuple[Stage, ...]
    sections: dict[str, Any]
    texts: dict[str, str]
    own: Mapping[str, str]
