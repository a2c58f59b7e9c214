"""The one list of every file of a package: from which template it is rendered, with which part of the plan."""

from collections.abc import Iterator

from generator.exploration.rendered import MODULES as SHARED
from generator.exploration.rendered import module as shared_text
from generator.plan.alerts import alert_modules
from generator.plan.audit import audit_plan
from generator.plan.backtest import backtest_files
from generator.plan.boosting import boosting_plan
from generator.plan.bulk import bulk_plan, shared_modules
from generator.plan.candidate_kinds import compares_rows
from generator.plan.collect import collect_plan, module_text
from generator.plan.define import define_plan
from generator.plan.definitions import definitions_plan
from generator.plan.deploy import deploy_files
from generator.plan.encoding import encoding_plan
from generator.plan.explore import explore_plan
from generator.plan.features import features_plan
from generator.plan.functions import functions_plan
from generator.plan.gate import ReleasePlan, gate_plan
from generator.plan.known import known_plan
from generator.plan.labels import labels_plan, split_modules, unseen_plan
from generator.plan.log_store import stores_in_database
from generator.plan.logged_rows import logged_rows_plan
from generator.plan.model_files import Module, model_files
from generator.plan.monitor import monitor_plan
from generator.plan.package import package_plan
from generator.plan.probe import probe_plan
from generator.plan.process import process_plan
from generator.plan.report import page_templates, report_plan
from generator.plan.scorers import scorer_plan
from generator.plan.service import service_plan
from generator.plan.serving_features import serving_features_plan
from generator.plan.snapshots import Group, groups_of, snapshots_plan
from generator.plan.tests import tests_plan
from generator.project import Project
from generator.sql.code import Code

SERVICE = (
    "__init__.py",
    "__main__.py",
    "README.md",
    "access.py",
    "responses.py",
    "app.py",
    "bulk_log.py",
    "client.py",
    "contract.py",
    "dashboard.html",
    "dashboard.py",
    "validation.py",
    "endpoint.py",
    "integrity.py",
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

MONITORING = (
    *("summary", "drift", "calibration", "logs", "labels"),
    *("performance", "baseline", "quality", "explanation", "windows", "operations", "monitor"),
)
"""The modules that read the log."""

STEPS = ("common", "data", "problem", "exploration", "report")
"""The folders of every package, by the steps of the lifecycle."""

MODELLED = ("features", "models", "evaluation", "packaging", "release", "monitoring")
"""Those of a package with a model."""


def package_files(project: Project, release: ReleasePlan) -> Iterator[Module]:
    """Yield every file of the package, in the order of the lifecycle."""
    modelled = project.config.problem.use != "descriptive"
    for name in (
        "__init__.py",
        "ruff.toml",
        *(f"{folder}/__init__.py" for folder in (*STEPS, *(MODELLED if modelled else ()))),
    ):
        yield name, "", None
    for name in ("settings", "outputs", "progress", "engine", "stage"):
        yield f"common/{name}.py", "", None
    yield "common/boosting.py", "", boosting_plan(project)
    yield "common/counts.py", "", module_text("counts")
    collect = collect_plan(project)
    if collect.databases or stores_in_database(project):
        yield "data/database.py", "", module_text("database")
    for name in shared_modules(project, collect):
        yield f"data/{name}.py", "", module_text(name)
    if collect.readers:
        yield "data/readers.py", "", collect
    if (probe := probe_plan(project)).questions:
        yield "data/probe.py", "", probe
    if logged := logged_rows_plan(project):
        yield "data/logged_rows.py", "", logged
    yield "data/collect.py", "", collect
    process = process_plan(project)
    yield from ((f"data/process.{kind}", "", process) for kind in ("sql", "py"))
    yield "problem/labels.sql", "", labels_plan(project)
    yield "problem/define.py", "", define_plan(project)
    yield from _pages(project)
    if modelled:
        groups = groups_of(project)
        yield from _features(project, groups)
        yield from model_files(project)
        yield from _service(project, groups)
        yield from _release(project, release)
        for path, context in deploy_files(project):
            yield f"deploy/{path}", f"deploy/{path.replace('/.', '/')}", context
        yield from _tests(project)


def _features(project: Project, groups: tuple[Group, ...]) -> Iterator[Module]:
    """Yield what computes the features, and proves that none knows the future."""
    features, snapshots = features_plan(project, groups), snapshots_plan(project, groups)
    yield "features/columns.py", "", features
    yield "common/digests.py", "", None
    yield "features/features.sql", "", features
    yield "features/features.py", "", features
    yield from split_modules(project)
    if features.weighted:
        yield "features/weights.py", "", None
    for name in ("comparison", *(("logged_features",) if features.logged else ())):
        yield f"features/{name}.py", "", None
    yield "features/definitions.py", "", definitions_plan(project)
    for name in ("snapshots.sql", "latest.sql", "snapshots.py") if snapshots.groups else ():
        yield f"features/{name}", "", snapshots
    if features.calls:
        yield "features/calls.py", "", None
        yield "features/functions.py", "", functions_plan(project)
    if project.time is not None:
        audit = audit_plan(project, groups)
        yield "features/audit.sql", "", audit
        yield "features/audit.py", "", audit
    encoding = encoding_plan(project)
    yield "features/encoders.py", "", encoding
    for name in encoding.files:
        yield f"features/encoding/{name}", "", encoding


def _service(project: Project, groups: tuple[Group, ...]) -> Iterator[Module]:
    """Yield what answers requests."""
    service, served = service_plan(project), serving_features_plan(project, groups)
    for name in SERVICE:
        yield f"service/{name}", "", service
    for name, template in service.log_modules:
        yield name, template, service
    kinds = {candidate.kind for candidate in project.config.model.values()}
    for name in ("__init__", *sorted(kinds | ({"contributions"} if compares_rows(project) else set()))):
        yield f"service/models/{name}.py", "", scorer_plan(project, name)
    bulk = bulk_plan(project, collect_plan(project), service.calls)
    for name in ("bulk.py", "rows.py", "writing.py"):
        yield f"service/{name}", "", bulk
    yield "service/inputs.sql", "", bulk.clean
    yield "service/raw.sql", "service/inputs.sql", bulk.raw
    yield "service/features.py", "", served
    if served.tables:
        yield "service/tables.py", "", served
        yield "features/lookup_tables.py", "", None
    if served.functions:
        yield "service/sql.py", "", served
    if known := known_plan(project):
        yield "service/window_aggregates.py", "", known
    for name in ("packaging/bundles.py", "packaging/live_service.py"):
        yield name, "", service
    yield "packaging/parity.py", "", service
    yield "packaging/fitted_rows.py", "", unseen_plan(project)
    package = package_plan(project, served)
    yield "packaging/contract.py", "", package
    yield "packaging/package.py", "", package


def _release(project: Project, release: ReleasePlan) -> Iterator[Module]:
    """Yield what releases a bundle and watches it."""
    gate = gate_plan(project)
    yield "release/challenge.py", "", gate
    yield "release/gate.py", "", gate
    yield "monitoring/retraining.py", "", release
    yield from alert_modules(project)
    for name in release.modules:
        yield f"release/{name}.py", "", release
    monitor = monitor_plan(project)
    for name in (*MONITORING, *(("table_outcomes",) if monitor.joined else ())):
        yield f"monitoring/{name}.py", "", monitor
    yield from backtest_files(project)


def _tests(project: Project) -> Iterator[Module]:
    """Yield the tests of the project."""
    tests = tests_plan(project)
    names = ("test_encoding", "test_features", "test_metrics", "test_service", "test_training")
    for name in ("__init__", "examples", *names):
        yield f"tests/{name}.py", "", tests


def _pages(project: Project) -> Iterator[Module]:
    """Yield what draws the two pages, of the exploration and of everything."""
    explore = explore_plan(project)
    for name in (
        "exploration/explore.sql",
        "exploration/explore.py",
        *(f"exploration/{name}.py" for name in explore.modules),
    ):
        yield name, "", explore
    for name in SHARED:
        text = shared_text(name, project.config.project.package)
        yield f"exploration/{name}.py", "exploration/shared.py", Code(text)
    yield "report/pages.py", "", None
    report = report_plan(project)
    for name in page_templates(project):
        yield f"report/templates/{name}", "", report
    for name in ("report", "titles", *(("charts",) if report.modelled else ())):
        yield f"report/{name}.py", "", report
