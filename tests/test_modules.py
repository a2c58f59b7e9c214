"""The names that modules of one's own may not have are those of the modules that are rendered."""

from generator.resolve.modules import OURS
from tests.sandbox import ROOT


def test_the_names_that_are_taken_are_those_of_the_templates() -> None:
    home = ROOT / "templates/package"
    folders = {folder.name for folder in home.iterdir() if folder.is_dir()}
    modules = {file.name.removesuffix(".py.jinja") for file in home.glob("*.py.jinja")} - {"__init__"}
    assert {name for name in folders | modules if not name.startswith("train_")} == OURS
