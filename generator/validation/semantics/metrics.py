"""The metrics: ours have to fit the task, those of one's own are functions of a module, which is read."""

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.schema import metrics as names
from generator.validation.semantics.modules import find_function, read_module, takes
from generator.validation.semantics.session import Session

TAKEN = frozenset(
    ["confused", "gain", "grouped", "measure", "metrics_of", "np", "part", "ranked", "repeated", "share", "taken"]
).union(names.OURS)
"""What the module of the metrics calls its own."""

OF_OTHER_TASKS = {
    **names.SAME,
    "multiclass": {**names.SAME["multiclass"], "precision": "macro_f1", "recall": "balanced_accuracy"},
}
"""What is meant by a metric of another task."""

EXAMPLE = "def late_cost(target: np.ndarray, score: np.ndarray) -> float"
READING = "def late_cost(target: np.ndarray, score: np.ndarray, columns: dict[str, np.ndarray]) -> float"


def check_metrics(session: Session) -> None:
    """Say which metrics are not there, and which guardrails hold nothing."""
    _own(session)
    _named(session)
    _guardrails(session)
    _release(session)


def _own(session: Session) -> None:
    package = session.config.project.package
    for name, metric in session.config.metrics.own.items():
        path: Path_ = ("metrics", "own", name)
        module, at = metric.function.split(".")[0], (*path, "function")
        plain = (EXAMPLE, 2, " and a score")
        example, count, words = (READING, 3, ", a score and columns") if metric.columns else plain
        if name in TAKEN:
            session.say(path, f"'{name}' is a name of ours already", f"call it something else, as 'own_{name}'")
        if module in TAKEN:
            session.say(at, f"'{module}' is a name of ours already", "call the module something else")
        tree = read_module(session, at, module, example)
        node = find_function(session, at, tree, metric.function, example) if tree is not None else None
        if node is not None and not takes(node, count):
            what = f"{package}/{module}.py:{node.lineno}: '{node.name}' does not take a target{words}"
            hint = f"write it like `{example}`"
            if takes(node, 3) and not metric.columns:
                hint += ", or name in `columns:` what its third parameter takes"
            session.say(at, what, hint)
        _columns(session, path, metric)


def _columns(session: Session, path: Path_, metric: names.OwnMetric) -> None:
    """Say which of the columns that ``metric`` reads are not there."""
    given = session.config.data.columns
    known = [name for name, column in given.items() if column.role != "drop"]
    known += [name for name in session.config.features if name not in given]
    for index, name in enumerate(metric.columns):
        at: Path_ = (*path, "columns", index)
        if name in given and given[name].role == "drop":
            session.say(at, f"'{name}' has `role: drop`", "give it the role that it has, or leave it out here")
        elif name not in known:
            hint = suggestion(name, known) or "name a column or a feature, or leave it out"
            session.say(at, f"no column or feature '{name}'", hint)
        elif name in metric.columns[:index]:
            session.say(at, f"'{name}' is given twice", "keep one of the two")


def _named(session: Session) -> None:
    metrics, task = session.config.metrics, session.config.problem.task
    known = (*names.OF_TASKS[task], *metrics.own)
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
        if name in (*names.OF_TASKS[task], *metrics.own) and name not in reported:
            session.say(path, f"'{name}' is guarded but not reported", f"add {name} to `metrics.report`")
        if bounds.min is None and bounds.max is None:
            session.say(path, "a guardrail without a bound", "give `min:` or `max:`")
        if bounds.min is not None and bounds.max is not None and bounds.min > bounds.max:
            session.say(path, f"no value is above {bounds.min} and below {bounds.max}", "exchange `min` and `max`")


def _release(session: Session) -> None:
    """Say which metrics and slices a release cannot compare, as nothing is reported for them."""
    metrics, release = session.config.metrics, session.config.release
    reported = tuple(dict.fromkeys((metrics.primary, *metrics.report)))
    for name in release.tolerances:
        if name not in reported:
            path: Path_ = ("release", "tolerances", name)
            hint = f"add it to `metrics.report`; {suggestion(name, reported)}"
            session.say(path, f"'{name}' is not reported", hint)
        elif name == metrics.primary:
            what = f"'{name}' decides, and is better beyond the noise where anything is released"
            session.say(("release", "tolerances", name), what, "leave it out, or ask for more by `min_gain:`")
    for index, name in enumerate(release.slices or ()):
        at: Path_ = ("release", "slices", index)
        if name not in metrics.slices:
            hint = f"add it to `metrics.slices`; {suggestion(name, metrics.slices)}"
            session.say(at, f"'{name}' is no slice", hint.removesuffix("; "))
        elif name in (release.slices or ())[:index]:
            session.say(at, f"'{name}' is given twice", "keep one of the two")
