"""The rules for templates: decisions are taken in Python, and printed here."""

import io
import keyword
import tokenize

import pytest
from jinja2 import Environment, nodes

from generator.modules.templates import is_sql_table, templates_folder
from tests.sandbox import PROJECTS, ROOT, tree

TEMPLATES = sorted(templates_folder().rglob("*.jinja"))
PARSED = {file.relative_to(templates_folder()).as_posix(): Environment().parse(file.read_text()) for file in TEMPLATES}

MOST, MOST_PER_100_LINES = 12, 4

HOME_MADE = frozenset(
    ["Judge", "judge", "judged", "Piece", "piece", "Told", "told", "held", "usual", "unusual", "Unusual",
     "on_unusual", "wiring", "online", "keyed", "door",]
)  # fmt: skip
"""Names that stood for what the field has a word for; see docs/glossary.md."""


def questions(template: nodes.Template) -> int:
    """Return how often ``template`` asks something."""
    return len(list(template.find_all((nodes.If, nodes.CondExpr))))


def test_no_template_compares() -> None:
    wrong = {name for name, parsed in PARSED.items() if parsed.find((nodes.Compare, nodes.Test)) is not None}
    assert wrong == set()


def test_templates_ask_little() -> None:
    asked = {name: questions(parsed) for name, parsed in PARSED.items()}
    assert {name: count for name, count in asked.items() if count > MOST} == {}
    lines = sum(len(file.read_text().splitlines()) for file in TEMPLATES)
    assert 100 * sum(asked.values()) <= MOST_PER_100_LINES * lines


def names(text: str) -> set[str]:
    """Return the identifiers in a module."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME and not keyword.iskeyword(token.string)}


@pytest.mark.parametrize("folder", ["generator", "flights"])
def test_names_are_the_fields_own(folder: str) -> None:
    files = [file for file in (ROOT / folder).rglob("*.py") if not file.is_relative_to(ROOT / folder / "new")]
    found = {file.relative_to(ROOT).as_posix(): names(file.read_text()) & HOME_MADE for file in files}
    assert {file: words for file, words in found.items() if words} == {}


@pytest.mark.parametrize("case", ["penguins", "parcels"])
def test_names_in_other_projects_are_the_fields_own(case: str) -> None:
    rendered = tree(PROJECTS / case)
    found = {path: names(text) & HOME_MADE for path, text in rendered.items() if path.endswith(".py")}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("name", ["inputs", "features", "labelled", "events", "clock", "rounding", "raw", "step_3"])
def test_names_that_rendered_sql_has_for_itself_are_known(name: str) -> None:
    assert is_sql_table(name)
    assert not is_sql_table(f"{name}_file")
