"""The folder of our templates, and the modules they become in a project's package."""

import re
from functools import cache
from pathlib import Path

SQL_TABLE = re.compile(r"CREATE (?:OR REPLACE )?(?:TEMP(?:ORARY)? )?(?:TABLE|VIEW) ([a-z]\w*) AS\b")
PYTHON_TABLE = re.compile(r"\.create(?:_view)?\(\"([a-z]\w*)\"")
PLANNED_TABLE = re.compile(r"looked_up|parts|trained|judged|past|step_\d+|(?:asked|asking)_by_.+")
"""What of rendered SQL is a table of its own, by templates and by the plan."""

READ_BY_NAME = ("features", "problem")
"""Folders of templates whose SQL reads sources as tables of their names."""


def templates_folder() -> Path:
    """Return the folder of our templates: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parents[1] / "templates"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "templates"


@cache
def rendered_modules() -> frozenset[str]:
    """Return the names of all modules and folders that are rendered into a package, for one project or another."""
    home = templates_folder() / "package"
    modules = {file.name.removesuffix(".py.jinja") for file in home.glob("*.py.jinja")} - {"__init__"}
    return frozenset(modules | {folder.name for folder in home.iterdir() if folder.is_dir()})


def is_sql_table(name: str) -> bool:
    """Return whether rendered SQL calls a table of its own ``name``, in one project or another."""
    return name in _sql_tables() or PLANNED_TABLE.fullmatch(name) is not None


@cache
def _sql_tables() -> frozenset[str]:
    home = templates_folder() / "package"
    return frozenset(
        name
        for folder in READ_BY_NAME
        for pattern, form in (("*.sql.jinja", SQL_TABLE), ("*.py.jinja", PYTHON_TABLE))
        for file in (home / folder).rglob(pattern)
        for name in form.findall(file.read_text(encoding="utf-8"))
    )
