"""Plan what stands at the project's root: pipelines of GitHub and GitLab, hooks, a Makefile, a page for agents."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.plan.alerts import alert_variables
from generator.plan.schedule import schedule_files
from generator.plan.types import File, Stage
from generator.project import Project
from generator.schema.config import Config
from generator.schema.origins import DatabaseTable, origin_of
from generator.sql.code import Code

CHECKOUT = Code("actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1")
SETUP = Code("actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0")
TOKEN = Code("PROJECT_TOKEN")
"""The variable that holds what GitLab is written to with."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a table: a name and what is said of it."""

    name: Code
    text: Code


@dataclass(frozen=True, kw_only=True)
class CiPlan:
    """What the files at the root need; ``renders`` says whether Ninefold still renders the project.

    ``models`` says whether there is a model to test and serve, ``made`` what stages leave behind that DVC brings back;
    ``windows`` whether a service reads features from snapshots.
    """

    renders: bool
    models: bool
    checkout: Code
    setup: Code
    token: Code | None
    token_value: Code
    writes: bool
    python: Code
    versions: list[str]
    comment: bool
    retrain_template: str
    cron: Code | None
    windows: bool
    secrets: tuple[Row, ...]
    targets: Code
    made: Code
    title: Code
    question: Code
    task: Code
    target: Code
    groups: tuple[Row, ...]
    stages: tuple[Row, ...]
    proof: tuple[Code, ...]


def ci_files(project: Project, stages: tuple[Stage, ...], renders: bool) -> Iterator[File]:
    """Yield the files at the root that are asked for; they call Ninefold only where it ``renders`` the project."""
    ci = project.config.ci
    asked = {
        ".github/workflows/ninefold.yml": (ci.github, "github.yml"),
        ".gitlab-ci.yml": (ci.gitlab, "gitlab.yml"),
        ".pre-commit-config.yaml": (ci.hooks, "hooks.yaml"),
        "Makefile": (ci.makefile, "Makefile"),
        "AGENTS.md": (ci.agents, "AGENTS.md"),
    }
    plan = _plan(project, stages, renders)
    yield from schedule_files(project)
    yield from (
        File(path=path, template=f"root/{name}.jinja", context=plan) for path, (wanted, name) in asked.items() if wanted
    )


def _plan(project: Project, stages: tuple[Stage, ...], renders: bool) -> CiPlan:
    config = project.config
    ci, problem, package = config.ci, config.problem, config.project.package
    models, writes = problem.use != "descriptive", ci.comment or ci.cron is not None
    origins = map(origin_of, config.data.sources.values())
    databases = (origin.variable for origin in origins if isinstance(origin, DatabaseTable))
    asked = dict.fromkeys(databases, "the URL of a database") | dict.fromkeys(ci.secrets, "for DVC's remote")
    asked |= dict.fromkeys(alert_variables(project), "where alarms are sent")
    secrets = tuple(Row(name=Code(name), text=Code(text)) for name, text in asked.items())
    targets = ("setup", "repro", "check", *(("test", "serve", "candidate") if models else ()), "diff", "clean")
    return CiPlan(
        renders=renders,
        models=models,
        checkout=CHECKOUT,
        setup=SETUP,
        token=TOKEN if writes or secrets else None,
        token_value=Code(f"${TOKEN}"),
        writes=writes,
        python=Code(ci.python[0]),
        versions=list(ci.python),
        comment=ci.comment,
        retrain_template=f"root/retrain/{'model' if models else 'report'}.sh.jinja",
        cron=Code(ci.cron) if ci.cron else None,
        windows=models and bool(project.window_aggregates),
        secrets=secrets,
        targets=Code(" ".join(targets)),
        made=Code(" ".join(sorted({_folder(out) for stage in stages for out in stage.outs}))),
        title=line(config.project.title),
        question=line(problem.question),
        task=Code(problem.task),
        target=span(project.target.sql.text),
        groups=tuple(_groups()),
        stages=tuple(
            Row(name=Code(stage.name), text=Code(stage.command.replace("${key}", "CANDIDATE"))) for stage in stages
        ),
        proof=tuple(_proof(package, models, renders)),
    )


def _folder(out: str) -> str:
    return out.partition("/${")[0]


def line(text: str) -> Code:
    """Return words for people as one line of Markdown, in which nothing of theirs is markup."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return Code("".join(f"\\{sign}" if sign in "\\`*_{}[]<>|#&" else sign for sign in line))


def span(text: str) -> Code:
    """Return ``text`` as code within a line of Markdown."""
    line, ticks = " ".join(text.split()), "``" if "`" in text else "`"
    return Code(f"{ticks}{line}{ticks}")


def _groups() -> Iterator[Row]:
    """Yield each group of ``conf/`` with what its type says of it."""
    for name, field in Config.model_fields.items():
        if name != "project":
            text = field.description or (getattr(field.annotation, "__doc__", "") or "").strip().rstrip(".")
            yield Row(name=Code(name), text=Code(text[:1].upper() + text[1:]))


def _proof(package: str, models: bool, renders: bool) -> Iterator[Code]:
    yield Code("ninefold run" if renders else "dvc repro")
    if renders:
        yield Code("ninefold generate --check")
    yield Code(f"ruff check {package} && ruff format --check {package}")
    if models:
        yield Code(f"python -m pytest {package}/tests")
    yield Code("dvc metrics diff")
