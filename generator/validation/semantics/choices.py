"""Names and choices that are right by themselves and have to fit together."""

from importlib.util import find_spec
from pathlib import PurePosixPath

from generator.config.source_map import Path_
from generator.errors import nearest
from generator.modules.reserved import FOLDERS, taken
from generator.modules.templates import is_sql_table
from generator.plan.log_store import store_libraries
from generator.schema.service import LOGS
from generator.schema.source import Source
from generator.validation.semantics.metrics import check_metrics
from generator.validation.semantics.modules import check_params, find_function, read_module
from generator.validation.semantics.session import Session

MODULES = {"psycopg-binary": "psycopg_binary"}
"""What a library is imported as, where that is not its name."""
EXAMPLE = "def {}() -> pa.Table"
OF_TEXT = {
    "sheet": ("excel",),
    "nulls": ("csv", "excel"),
    "skip": ("csv", "excel"),
    "header": ("csv", "excel"),
    **dict.fromkeys(("delimiter", "encoding", "comment", "row_names", "rewrite"), ("csv",)),
}
"""Keys about the layout of a text file, and the formats that they are about."""
OF_ORIGINS = {
    "path": ("a file", ("package", "format", *OF_TEXT)),
    "python": ("a function, `python:`", ("params", "deps")),
    "database": ("a database", ("table", "deps")),
}
"""What says where the rows of a source come from, what it is in words, and the keys that are about it."""


def check_choices(session: Session) -> None:
    """Say which names are taken, and which choices contradict each other."""
    _package(session)
    _sources(session)
    _times(session)
    _folds(session)
    _decision(session)
    check_metrics(session)
    _expected_values(session)
    _log_folder(session)
    _retraining(session)
    _log_store(session)
    _live(session)


def _package(session: Session) -> None:
    name = session.config.project.package
    reason = taken(name, session.composed.root)
    if reason:
        session.say(("project", "package"), f"'{name}' is {reason}", f"choose another name, as '{name}_project'")


def _sources(session: Session) -> None:
    for name, source in session.config.data.sources.items():
        path: Path_ = ("data", "sources", name)
        if is_sql_table(name):
            session.say(path, f"the rendered SQL calls a table of its own '{name}'", f"rename it, as '{name}_file'")
        _origin(session, path, source)
        if source.log is not None and name != session.config.data.table:
            hint = f"give it to the table, '{session.config.data.table}'"
            session.say((*path, "log"), "the log has rows of the project's table alone", hint)
        if source.package and not _is_installed(source.package):
            hint = "install it, and add it to requirements.txt; without `package:` the path is one of the project"
            session.say((*path, "package"), f"'{source.package}' is not installed", hint)


def _about(key: str) -> str:
    """Return what kinds of source ``key`` belongs to, in words."""
    return " or ".join(words for words, keys in OF_ORIGINS.values() if key in keys)


def _origin(session: Session, path: Path_, source: Source) -> None:
    """Say what is wrong with where ``source`` comes from: a file, a function of the project, or a database."""
    origins = [key for key in OF_ORIGINS if getattr(source, key) is not None]
    if len(origins) == 1:
        fitting = OF_ORIGINS[origins[0]][1]
        for key in session.composed.at(path) or {}:
            if key not in fitting and (others := _about(key)):
                session.say((*path, key), f"'{key}' is about {others}", "leave it out")
            elif source.format not in OF_TEXT.get(key, (source.format,)):
                formats = " or ".join(OF_TEXT[key])
                session.say((*path, key), f"'{key}' is about files of the format {formats}", "leave it out")
    else:
        what = ", and ".join(OF_ORIGINS[key][0] for key in origins) or "where the rows come from is not said"
        if source.log is not None and not origins:
            what = "the log has rows only once a model is released, and no other rows are there to fit the first one on"
        hint = "give `path:`, a file, or `python:`, a function that returns the rows, or `database:` and `table:`"
        session.say(path, what, hint)
    if source.database and not source.table:
        hint = "add `table:`, as in `table: public.orders`"
        session.say(path, "which table of the database is not said", hint)
    if source.python:
        module, _, function = source.python.partition(".")
        tree = read_module(session, (*path, "python"), module, EXAMPLE.format(function))
        node = tree and find_function(session, (*path, "python"), tree, source.python, EXAMPLE.format(function))
        if node:
            file = f"{session.config.project.package}/{module}.py"
            check_params(session, (*path, "params"), node, file, 0)


def _expected_values(session: Session) -> None:
    columns = session.config.data.columns
    for name in session.config.service.expected:
        if name not in columns:
            near = nearest(name, columns)
            hint = f"did you mean '{near}'?" if near else f"columns: {', '.join(columns)}"
            session.say(("service", "expected", name), f"no column '{name}'", hint)


def _log_folder(session: Session) -> None:
    """Refuse a folder of the log that a stage, or `make clean`, replaces."""
    folder = PurePosixPath(session.config.service.log_folder)
    others = FOLDERS - {LOGS} | {session.config.project.package}
    inside = ".." in folder.parts or not folder.parts or folder.parts[0] in others
    if inside:
        hint = "name a folder of its own, as in `logs`, or an absolute one, as in `/var/log/service`"
        session.say(("service", "log_folder"), f"'{folder}' is no place where a log is safe: others write there", hint)


def _retraining(session: Session) -> None:
    config = session.config
    if config.retrain.cost and config.problem.decision is None:
        hint = "give `problem.decision` payoffs, or weigh an alarm by `min_gain`"
        session.say(("retrain", "cost"), "a cost in money, and no decision says what money a prediction is worth", hint)
    for key in ("crontab", "systemd"):
        if getattr(config.ci, key) and config.ci.cron is None:
            session.say(("ci", key), "a schedule, and `cron` does not say when", "add `cron: 0 4 * * 1`, say")


def _log_store(session: Session) -> None:
    """Say what keeps the log from coming home: a library that is missing, or two that decide what is deleted."""
    service = session.config.service
    if service.log_store is None:
        return
    missing = [name for name in store_libraries(service.log_store) if not _is_installed(MODULES.get(name, name))]
    if missing:
        hint = f"pip install {' '.join(missing)}, and add it to requirements.txt"
        session.say(("service", "log_store"), f"{', '.join(missing)} is not installed", hint)
    if not service.log:
        hint = "set `log: true`, or leave it out"
        session.say(("service", "log_store"), "nothing is logged that could be kept", hint)
    for key in ("log_keep_days", "log_keep_bytes"):
        if getattr(service, key):
            hint = "leave it out, and set how long the store keeps what it has there"
            session.say(("service", key), "files leave this machine for `log_store` before they are old", hint)


def _live(session: Session) -> None:
    """Say what keeps a challenger from being tried on live requests."""
    live = session.config.release.live
    if live is None:
        return
    if not session.config.service.log:
        session.say(("release", "live"), "what is seen live is in the log", "set `log: true` of the service")
    column = session.config.data.columns.get(live.key or "")
    if live.key and (column is None or column.role in ("outcome", "drop")):
        hint = "name a column with the role key, time or input, or leave it out"
        session.say(("release", "live", "key"), f"'{live.key}' is no field of a request", hint)


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def _times(session: Session) -> None:
    config = session.config
    times = [name for name, column in config.data.columns.items() if column.role == "time"]
    for name in times[1:]:
        hint = f"'{times[0]}' already has this role: keep it in one place, and make the other an input"
        session.say(("data", "columns", name, "role"), "a second time column", hint)
    if times:
        return
    if config.split.kind == "time":
        hint = "choose split=at_random, or give one column `role: time`"
        session.say(("split", "kind"), "a split by time needs a time column, and the table has none", hint)
    for key in ("decide_before", "label_after"):
        if getattr(config.problem, key) is not None:
            hint = "leave it out, or give one column `role: time`"
            session.say(("problem", key), "needs a time column, and the table has none", hint)


def _folds(session: Session) -> None:
    split = session.config.split
    if split.folds is not None and split.validation is not None:
        hint = "leave one out, as in `~split.validation`: folds suit few rows, one validation part takes less time"
        session.say(("split", "folds"), "candidates are compared on `validation`, or out of fold, not both", hint)


def _decision(session: Session) -> None:
    problem = session.config.problem
    if problem.use == "prescriptive" and problem.decision is None:
        hint = "add `decision:` to the problem, or set `use: predictive`"
        session.say(("problem", "use"), "a prescriptive project needs a decision", hint)
    if problem.use != "prescriptive" and problem.decision is not None:
        hint = "set `use: prescriptive`, or leave the decision out"
        session.say(("problem", "decision"), f"a {problem.use} project decides nothing", hint)
    if problem.decision is not None and problem.task != "binary":
        hint = f"set `task: binary`, or leave the decision out; the task is {problem.task}"
        session.say(("problem", "decision", "kind"), "a threshold needs a yes/no target", hint)
    if problem.prediction_interval is not None and problem.task != "regression":
        hint = f"leave it out: the task is {problem.task}, and its probabilities say how sure a prediction is"
        session.say(("problem", "prediction_interval"), "an interval needs a target that is a number", hint)
