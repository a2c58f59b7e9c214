"""Names that a package of a project cannot have: those of folders beside it, and of modules that it would hide."""

import sys
import sysconfig
from importlib.machinery import PathFinder
from keyword import iskeyword
from pathlib import Path

FOLDERS = frozenset(
    ["backtest", "blend", "bundle", "conf", "data", "deploy", "final_model", "generator", "logs", "models",
     "registry", "reports", "templates", "tests"]
)  # fmt: skip
LIBRARIES = frozenset(
    ["altair", "duckdb", "dvc", "hydra", "jinja2", "lightgbm", "mangum", "markupsafe", "msgspec", "numpy", "optuna",
     "prometheus_client", "psycopg", "pyarrow", "pymysql", "pytest", "python_calamine", "scipy", "skops", "sklearn",
     "sqlalchemy", "starlette", "uvicorn", "vl_convert", "yaml"]
)  # fmt: skip
"""What a project imports, wherever `ninefold` runs: not all of it is installed there."""
OPTIONAL = frozenset(
    ["cudf", "cupy", "dask", "graphviz", "ibis", "jax", "matplotlib", "modin", "numba", "pandas", "polars", "pyspark",
     "tensorflow", "torch", "xarray"]
)  # fmt: skip
"""What these libraries import themselves where it is there: a package of that name would be taken for it."""


def taken(name: str, root: Path | None = None) -> str | None:
    """Return what has the ``name`` already, None where a package may be called that.

    The package of the project at ``root`` is no hindrance to itself where it is installed.
    """
    if iskeyword(name):
        return "a keyword of Python"
    if name in FOLDERS:
        return "a folder of every project"
    if name in sys.stdlib_module_names:
        return "a module of Python itself"
    if name in LIBRARIES:
        return "a library that the project imports"
    if name in OPTIONAL or _is_installed(name, root):
        return "a library that others import"
    return None


def _is_installed(name: str, root: Path | None) -> bool:
    """Return whether ``name`` is a library in the environment that runs this, and no copy of the project itself."""
    folders = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    found = PathFinder.find_spec(name, sorted(folders))
    if found is None or found.origin is None:
        return False
    return root is None or not _is_copy(Path(found.origin).parent, root / name)


def _is_copy(installed: Path, package: Path) -> bool:
    """Return whether ``installed`` is the ``package`` of a project: both have the same steps in folders."""
    return (installed / "problem/define.py").is_file() and (package / "problem/define.py").is_file()
