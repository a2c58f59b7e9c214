"""The one list of every file that is rendered, from which template, with which part of the plan."""

from collections.abc import Iterator

from generator import __version__
from generator.config.migrations import VERSION
from generator.exploration.rendered import MODULES as SHARED
from generator.exploration.rendered import module as shared_text
from generator.plan.audit import audit_plan
from generator.plan.bulk import bulk_plan, shared_modules
from generator.plan.candidates import (
    candidate_plan,
    candidates_plan,
    compares_rows,
    digests,
    evaluate_plan,
    scorer_plan,
)
from generator.plan.ci import ci_files
from generator.plan.collect import collect_plan, module_text
from generator.plan.define import define_plan
from generator.plan.deploy import deploy_files
from generator.plan.encoding import encoding_plan
from generator.plan.explore import explore_plan
from generator.plan.features import features_plan
from generator.plan.functions import functions_plan
from generator.plan.gate import ReleasePlan, gate_plan
from generator.plan.known import known_plan
from generator.plan.labels import labels_plan, parts_plan, unseen_plan
from generator.plan.metrics import metric_columns, metrics_plan
from generator.plan.monitor import monitor_plan
from generator.plan.online import online_plan
from generator.plan.openapi import openapi
from generator.plan.past import snapshots_plan
from generator.plan.process import process_plan
from generator.plan.report import report_plan
from generator.plan.service import package_plan, service_plan
from generator.plan.stages import sections, stages
from generator.plan.tests import tests_plan
from generator.plan.types import File, Plan, ProjectPlan
from generator.plan.words import TASKS
from generator.project import Project
from generator.schema.json_schema import schemas
from generator.sql.code import Code, yaml_file

SERVICE = (
    "__init__.py",
    "__main__.py",
    "README.md",
    "access.py",
    "answers.py",
    "app.py",
    "client.py",
    "contract.py",
    "door.py",
    "endpoint.py",
    "integrity.py",
    "load.py",
    "page.html",
    "predictor.py",
    "protocol.py",
    "reload.py",
    "replay.py",
    "request.py",
    "scorer.py",
    "telemetry.py",
)
"""What every service is made of."""

SOURCE = ".ninefold/experiment"
"""The file that names the experiment that a project is rendered from; it is empty where that is conf/."""

Module = tuple[str, str, object]
"""A path in the package, the template where its name differs, and the context."""


def plan(project: Project, watched: tuple[str, ...] = ("conf",), experiment: str = "") -> Plan:
    """Return everything to render for ``project``; ``watched`` are the folders that a change of renders anew.

    Where there is none, the project is rendered this once and nothing of it calls Ninefold again. The code of an
    ``experiment``, which has a name, registers nothing.
    """
    package = project.config.project.package
    files = tuple(
        File(path=f"{package}/{path}", template=f"package/{template or path}.jinja", context=context)
        for path, template, context in _modules(
            project, ReleasePlan(experiment=experiment, reads=metric_columns(project))
        )
    )
    steps = stages(project, watched)
    values = project.config.model_dump(mode="json", by_alias=True, exclude_none=True)
    for label, digest in digests(project).items():
        values["model"][label]["digest"] = digest
    params = yaml_file(values)
    texts = {"params.yaml": params}
    if watched:
        texts |= {VERSION: f"{__version__}\n", SOURCE: f"{experiment}\n" if experiment else "", **schemas()}
    if project.config.problem.use != "descriptive":
        texts["logs/.gitignore"] = "*\n!.gitignore\n"
        texts[f"{package}/service/openapi.json"] = openapi(project)
    return Plan(
        project=ProjectPlan(package=Code(package)),
        files=(*files, *ci_files(project, steps, renders=bool(watched))),
        stages=steps,
        sections=sections(project),
        texts=texts,
        own=project.modules,
    )


def _modules(project: Project, release: ReleasePlan) -> Iterator[Module]:
    """Yield every file of the package, in the order of the lifecycle."""
    for name in ("__init__.py", "ruff.toml", "settings.py", "outputs.py", "progress.py", "engine.py", "guard.py"):
        yield name, "", None
    yield "counts.py", "", module_text("counts")
    collect = collect_plan(project)
    if collect.databases:
        yield "database.py", "", module_text("database")
    for name in shared_modules(project, collect):
        yield f"{name}.py", "", module_text(name)
    if collect.readers:
        yield "readers.py", "", collect
    yield "collect.py", "", collect
    process = process_plan(project)
    yield "process.sql", "", process
    yield "process.py", "", process
    yield "labels.sql", "", labels_plan(project)
    yield "define.py", "", define_plan(project)
    yield from _pages(project)
    if project.config.problem.use != "descriptive":
        yield from _features(project)
        yield from _models(project)
        yield from _service(project)
        yield from _release(project, release)
        yield from _deploy(project)
        yield from _tests(project)


def _features(project: Project) -> Iterator[Module]:
    """Yield what computes the features, and proves that none knows the future."""
    features, snapshots = features_plan(project), snapshots_plan(project)
    yield "columns.py", "", features
    yield "digests.py", "", None
    yield "features.sql", "", features
    yield "features.py", "", features
    yield "parts.py", "", parts_plan(project)
    yield "comparison.py", "", None
    for name in ("snapshots.sql", "latest.sql", "snapshots.py") if snapshots.groups else ():
        yield name, "", snapshots
    if features.calls:
        yield "calls.py", "", None
        yield "functions.py", "", functions_plan(project)
    if project.time is not None:
        audit = audit_plan(project)
        yield "audit.sql", "", audit
        yield "audit.py", "", audit
    encoding = encoding_plan(project)
    yield "encoders.py", "", encoding
    for name in encoding.files:
        yield f"encoding/{name}", "", encoding


def _models(project: Project) -> Iterator[Module]:
    """Yield what fits the candidates and chooses among them."""
    task = TASKS[project.config.problem.task]
    yield "metrics.py", "", metrics_plan(project)
    yield "rounding.py", "", None
    yield "scoring/__init__.py", "", None
    for kind in sorted({candidate.kind for candidate in project.config.model.values()}):
        yield f"scoring/{kind}.py", "", scorer_plan(project, kind)
    if compares_rows(project):
        yield "usual.py", "", None
    for name, candidate in project.config.model.items():
        yield f"train_{name}.py", f"train_{candidate.kind}.py", candidate_plan(project, name)
    yield "curves.py", f"curves/{task.name}.py", None
    if project.config.problem.decision is not None:
        yield "decision.py", "", None
        yield "payoff.py", "", None
    yield "candidates.py", "", candidates_plan(project)
    evaluated = evaluate_plan(project)
    yield "doubts.py", "", evaluated
    if evaluated.reads.columns:
        yield "scored.py", "", evaluated
    yield "reference.py", "", evaluated
    yield "evaluate.py", "", evaluated
    if project.config.release.refits:
        yield "refit.py", "", encoding_plan(project)


def _service(project: Project) -> Iterator[Module]:
    """Yield what answers requests."""
    service, online = service_plan(project), online_plan(project)
    for name in SERVICE:
        yield f"service/{name}", "", service
    for name in ("feedback.py", "log.py") if service.log else ():
        yield f"service/{name}", "", service
    kinds = {candidate.kind for candidate in project.config.model.values()}
    for name in ("__init__", *sorted(kinds | ({"moves"} if compares_rows(project) else set()))):
        yield f"service/models/{name}.py", "", scorer_plan(project, name)
    bulk = bulk_plan(project, collect_plan(project), service.calls)
    for name in ("bulk.py", "rows.py", "writing.py"):
        yield f"service/{name}", "", bulk
    yield "service/inputs.sql", "", bulk.clean
    yield "service/raw.sql", "service/inputs.sql", bulk.raw
    yield "service/features.py", "", online
    if online.tables:
        yield "service/tables.py", "", online
    if online.functions:
        yield "service/sql.py", "", online
    if known := known_plan(project):
        yield "service/past.py", "", known
    if online.tables:
        yield "keyed.py", "", None
    for name in ("bundles.py", "contract.py", "serving.py"):
        yield name, "", service
    yield "parity.py", "", service
    yield "unseen.py", "", unseen_plan(project)
    yield "package.py", "", package_plan(project, online)


def _release(project: Project, release: ReleasePlan) -> Iterator[Module]:
    """Yield what releases a bundle and watches it."""
    yield "gate.py", "", gate_plan(project)
    yield "registry.py", "", None
    yield "release.py", "", release
    monitor = monitor_plan(project)
    yield "drift.py", "", monitor
    yield "calibration.py", f"calibration/{'time' if monitor.time else 'random'}.py", monitor
    yield "logs.py", "", monitor
    if monitor.measured:
        yield "performance.py", "", monitor
    yield "monitor.py", "", monitor


def _deploy(project: Project) -> Iterator[Module]:
    """Yield what runs the bundle elsewhere: files for each target that the config gives."""
    for path, context in deploy_files(project):
        yield f"deploy/{path}", f"deploy/{path.replace('/.', '/')}", context


def _tests(project: Project) -> Iterator[Module]:
    """Yield the tests of the project."""
    tests = tests_plan(project)
    names = ("test_encoding", "test_features", "test_metrics", "test_service", "test_training")
    for name in ("__init__", "examples", *names):
        yield f"tests/{name}.py", "", tests


def _pages(project: Project) -> Iterator[Module]:
    """Yield what draws the two pages, of the exploration and of everything."""
    explore = explore_plan(project)
    for name in ("explore.sql", "explore.py", *(f"exploration/{name}.py" for name in explore.modules)):
        yield name, "", explore
    for name in SHARED:
        text = shared_text(name, project.config.project.package)
        yield f"exploration/{name}.py", "exploration/shared.py", Code(text)
    for name in ("markup.py", "page.py", "page.html", "page.css"):
        yield name, "", None
    report = report_plan(project)
    for name in (
        "report.py",
        *(f"sections/{name}.py" for name in ("__init__", "tiles", *report.sections)),
        *report.parts,
    ):
        yield name, "", report
