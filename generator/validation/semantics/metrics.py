"""The metrics: ours have to fit the task, those of one's own are functions of a module, which is read."""

from typing import get_args

from generator.config.source_map import Path_
from generator.schema import metrics as names
from generator.validation.semantics.modules import find_function, read_module, takes
from generator.validation.semantics.session import Session

METRICS = {
    "binary": get_args(names.Binary),
    "multiclass": get_args(names.Multiclass),
    "regression": get_args(names.Regression),
}
"""Our metrics for each task."""

TAKEN = frozenset(["confused", "gain", "measure", "np", "ranked", "repeated", "share", "taken"]).union(
    *METRICS.values()
)
"""What the module of the metrics calls its own."""

OF_OTHER_TASKS = {
    "binary": {"macro_f1": "f1", "roc_auc_ovr": "roc_auc"},
    "multiclass": {"f1": "macro_f1", "roc_auc": "roc_auc_ovr", "precision": "macro_f1", "recall": "balanced_accuracy"},
    "regression": {},
}
"""What is meant by a metric of another task."""

EXAMPLE = "def late_cost(target: np.ndarray, score: np.ndarray) -> float"


def check_metrics(session: Session) -> None:
    """Say which metrics are not there, and which guardrails hold nothing."""
    _own(session)
    _named(session)
    _guardrails(session)


def _own(session: Session) -> None:
    package = session.config.project.package
    for name, metric in session.config.metrics.own.items():
        path: Path_ = ("metrics", "own", name)
        module, at = metric.function.split(".")[0], (*path, "function")
        if name in TAKEN:
            session.say(path, f"'{name}' is a name of ours already", f"call it something else, as 'own_{name}'")
        if module in TAKEN:
            session.say(at, f"'{module}' is a name of ours already", "call the module something else")
        tree = read_module(session, at, module, EXAMPLE)
        node = find_function(session, at, tree, metric.function, EXAMPLE) if tree is not None else None
        if node is not None and not takes(node, 2):
            what = f"{package}/{module}.py:{node.lineno}: '{node.name}' does not take a target and a score"
            session.say(at, what, f"write it like `{EXAMPLE}`")


def _named(session: Session) -> None:
    metrics, task = session.config.metrics, session.config.problem.task
    known = (*METRICS[task], *metrics.own)
    named: list[tuple[Path_, str]] = [(("metrics", "primary"), metrics.primary)]
    named += [(("metrics", "report", index), name) for index, name in enumerate(metrics.report)]
    named += [(("metrics", "guardrails", name), name) for name in metrics.guardrails]
    for path, name in named:
        if name not in known:
            near = OF_OTHER_TASKS[task].get(name)
            meant = f"did you mean '{near}'? " if near else ""
            session.say(path, f"'{name}' does not measure a {task} target", f"{meant}allowed: {', '.join(known)}")
    for index, name in enumerate(metrics.report):
        if name in metrics.report[:index]:
            session.say(("metrics", "report", index), f"'{name}' is given twice", "keep one of the two")


def _guardrails(session: Session) -> None:
    metrics, task = session.config.metrics, session.config.problem.task
    reported = {metrics.primary, *metrics.report}
    for name, bounds in metrics.guardrails.items():
        path: Path_ = ("metrics", "guardrails", name)
        if name in (*METRICS[task], *metrics.own) and name not in reported:
            session.say(path, f"'{name}' is guarded but not reported", f"add {name} to `metrics.report`")
        if bounds.min is None and bounds.max is None:
            session.say(path, "a guardrail without a bound", "give `min:` or `max:`")
        if bounds.min is not None and bounds.max is not None and bounds.min > bounds.max:
            session.say(path, f"no value is above {bounds.min} and below {bounds.max}", "exchange `min` and `max`")
