"""Candidates of one's own: the two functions of a module are read, and have to fit together with the params."""

from importlib.metadata import PackageNotFoundError, version

from generator.config.source_map import Path_
from generator.errors import suggestion
from generator.schema.model import LightGBM, Linear, Own
from generator.validation.semantics.modules import (
    check_params,
    find_function,
    foreign,
    read_module,
    takes,
    takes_named,
)
from generator.validation.semantics.session import Session

FIT = "def fit(matrix: np.ndarray, target: np.ndarray) -> State"
WEIGHTED_FIT = "def fit(matrix: np.ndarray, target: np.ndarray, weight: np.ndarray) -> State"
WEIGHT = "weight"
BLEND = "blend"
PREDICT = "def predict(state: State, matrix: np.ndarray) -> np.ndarray"


def check_candidates(session: Session) -> None:
    """Say what is wrong with the candidates of the project's own."""
    _check_blend(session)
    for label, candidate in session.config.model.items():
        if isinstance(candidate, Own):
            _check(session, ("model", label), candidate)
        elif isinstance(candidate, LightGBM | Linear):
            _check_objective(session, ("model", label, "objective"), candidate)
            _check_classes(session, ("model", label, "class_weight"), candidate)


def _check(session: Session, path: Path_, candidate: Own) -> None:
    at: Path_ = (*path, "module")
    file = f"{session.config.project.package}/{candidate.module}.py"
    for index, library in enumerate(candidate.libraries):
        if not _is_installed(library):
            hint = "install it, and add it to requirements.txt; write its name as pip does"
            session.say((*path, "libraries", index), f"'{library}' is not installed", hint)
    tree = read_module(session, at, candidate.module, FIT)
    if tree is None:
        return
    for library in foreign(tree, candidate.libraries):
        hint = f"add `libraries: [{library}]`, with what it needs itself, so that the service has it"
        if library in (session.config.project.package, "a module of the project"):
            hint = "keep all that it needs in this one file"
        session.say(at, f"{file} imports {library}", hint)
    fit = find_function(session, at, tree, f"{candidate.module}.fit", FIT)
    predict = find_function(session, at, tree, f"{candidate.module}.predict", PREDICT)
    if predict is not None and not takes(predict, 2):
        session.say(at, f"{file}:{predict.lineno}: 'predict' takes something else", f"write it like `{PREDICT}`")
    if fit is not None and len(fit.args.posonlyargs + fit.args.args) < 2:
        session.say(at, f"{file}:{fit.lineno}: 'fit' takes something else", f"write it like `{FIT}`")
    elif fit is not None:
        given = (WEIGHT,) if session.config.problem.weight is not None else ()
        if given and not takes_named(fit, WEIGHT, 2):
            what = (
                f"{file}:{fit.lineno}: 'fit' has no parameter '{WEIGHT}', and rows have the weights of `problem.weight`"
            )
            session.say(at, what, f"write it like `{WEIGHTED_FIT}`")
        check_params(session, (*path, "params"), fit, file, 2, given)


def _check_blend(session: Session) -> None:
    """Say where there is nothing to combine: no such candidate, one that cannot be combined, or none at all."""
    blend, model = session.config.blend, session.config.model
    if blend is None:
        return
    if BLEND in model:
        session.say(("model", BLEND), f"the blend competes as '{BLEND}'", "call the candidate something else")
    fit = [name for name, other in model.items() if other.kind != "baseline"]
    for index, name in enumerate(blend.members or ()):
        at: Path_ = ("blend", "members", index)
        if name not in model:
            session.say(at, f"no candidate '{name}'", suggestion(name, fit))
        elif name not in fit:
            session.say(at, f"'{name}' is a {model[name].kind}", f"combine others: {', '.join(fit)}")
    if not fit:
        hint = "list candidates under `model:` of conf/config.yaml, or leave the blend out"
        session.say(("blend",), "a blend of no candidates", hint)


def _check_objective(session: Session, at: Path_, candidate: LightGBM | Linear) -> None:
    """Say where what a candidate is to minimise does not fit the task, or cannot be."""
    task = session.config.problem.task
    if candidate.objective is None:
        return
    if task != "regression":
        session.say(at, f"'{candidate.objective}' is for numbers; the task is {task}", "leave `objective` out")
    elif isinstance(candidate, LightGBM) and candidate.objective == "regression_l1" and candidate.params.linear_tree:
        session.say(at, "LightGBM cannot fit linear trees by 'regression_l1'", "leave one of them out")


def _check_classes(session: Session, at: Path_, candidate: LightGBM | Linear) -> None:
    """Say where there are no classes that could weigh anything, or others than are named."""
    task, given = session.config.problem.task, candidate.class_weight
    if given is None:
        return
    if task == "regression":
        hint = "leave it out; `weight` in conf/problem/ says how much each row counts"
        session.say(at, "a target that is a number has no classes", hint)
    elif task == "binary" and isinstance(given, dict) and (unknown := sorted(given.keys() - {"true", "false"})):
        what = f"a binary target is true or false, and not {' or '.join(unknown)}"
        session.say(at, what, "write it like {false: 1, true: 5}")


def _is_installed(library: str) -> bool:
    try:
        return bool(version(library))
    except (PackageNotFoundError, ValueError):
        return False
