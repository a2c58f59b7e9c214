"""The folder of our templates, and the modules they become in a project's package."""

from functools import cache
from pathlib import Path


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
