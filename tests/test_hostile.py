"""Whatever stands in a config, the rendered code keeps its shape: names and texts stay names and texts."""

import ast
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.config.compose import compose
from generator.config.composed import Composed
from generator.plan import plan
from generator.render.render import Tree, render
from generator.sql.parsing import identifier, literal
from generator.validation.check import check
from tests.sandbox import PROJECTS

WORDS = (
    *("key", "time", "number", "category", "outcome", "origin", "reading", "feature", "looked_up"),
    *("title", "question", "why", "target", "unknown", "action", "currency", "path", "missing", "value"),
)
NASTY = (
    'a"b',
    "a'b",
    "it''s",
    "'''",
    '"""',
    "back\\slash\\",
    "new\nline",
    "return\r\ntab\t",
    "{{ 1 / 0 }}",
    "{% raw %}",
    "{# #}",
    "${oc.env:HOME}",
    "') or __import__('os').system('true') or ('",
    "'; DROP TABLE inputs; --",
    "/* */ -- x",
    "$$",
    "<script>alert(1)</script>",
    "select",
    "class",
    "None",
    "日本 ünï ٣ 👍",
    "\u202e\u2028\ufeff",
    "%s {0} {x}",
    " leading and trailing ",
    "# noqa",
    "*",
)


def values(words: dict[str, str]) -> dict[str, Any]:
    """Return a whole config in which every text a user may choose freely is one of ``words``."""
    base = compose(PROJECTS / "weights/conf").values
    column = {name: identifier(words[name]) for name in ("number", "category", "outcome", "time")}
    path = words["path"].replace("*", "x")  # a pattern in a path means many files
    return base | {
        "project": {"package": "hostile", "title": words["title"]},
        "problem": {
            "question": words["question"],
            "why": words["why"],
            "use": "prescriptive",
            "task": "binary",
            "target": {
                "sql": f"CASE WHEN {column['outcome']} THEN {literal(words['value'])} END",
                "positive": words["value"],
                "name": words["target"],
                "unknown": words["unknown"],
            },
            "decide_before": "1 hour",
            "decision": {
                "action": words["action"],
                "currency": words["currency"],
                "payoff": {"act_positive": 1, "act_negative": -1},
            },
        },
        "data": {
            "table": "main",
            "sources": {
                "main": {"path": path, "nulls": [words["missing"]], "delimiter": words["missing"].strip()[0]},
                "other": {
                    "path": path + ".zip",
                    "package": "palmerpenguins",
                    "columns": {words["key"]: "text", words["reading"]: "float", words["time"]: "timestamp"},
                    "key": [words["key"]],
                    "known_at": words["time"],
                },
            },
            "columns": {
                words["key"]: {"type": "text", "role": "key"},
                words["time"]: {"type": "timestamp", "role": "time"},
                words["number"]: {"type": "float", "from": words["origin"]},
                words["category"]: {"type": "text"},
                words["outcome"]: {"type": "boolean", "role": "outcome"},
            },
            "checks": {
                "known": {"expect": f"{column['category']} <> {literal(words['value'])}", "otherwise": "quarantine"},
                "read": {
                    "source": "other",
                    "expect": f"{identifier(words['reading'])} > 0",
                    "otherwise": "clear",
                    "clear": [words["reading"]],
                },
            },
        },
        "features": {
            words[
                "feature"
            ]: f"coalesce({column['number']}, length({column['category']} || {literal(words['value'])}))",
            words["category"]: column["category"],
            words["looked_up"]: {"lookup": f"other.{words['reading']}", "by": identifier(words["category"])},
        },
        "metrics": {"primary": "roc_auc", "report": ["log_loss"], "slices": [words["category"]]},
    }


def rendered(words: dict[str, str]) -> Tree:
    composed = Composed(values(words), {})
    return render(plan(check(composed)))


def python_shape(text: str) -> str:
    """Return the syntax tree of a module with its strings blanked, and the names of fields and variables."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id.islower():
            node.id = "variable"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "row":
            node.attr = "field"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id.islower():
            node.target.id = "field"
    return ast.dump(tree)


def sql_shape(text: str) -> list[str]:
    """Return the tokens of a script, with names and strings blanked."""
    blank = {"VAR": "name", "IDENTIFIER": "name", "STRING": "string", "NATIONAL_STRING": "string"}
    return [blank.get(token.token_type.name, token.text.lower()) for token in sqlglot.tokenize(text, dialect="duckdb")]


def yaml_shape(value: Any) -> Any:
    """Return parsed YAML with its strings blanked."""
    if isinstance(value, dict):
        return [yaml_shape(item) for item in value.values()]
    if isinstance(value, list):
        return [yaml_shape(item) for item in value]
    return "" if isinstance(value, str) else value


def shape(path: str, text: str) -> Any:
    """Return what of a file must not depend on a user's words."""
    if path.endswith("/release/lineage.py"):  # no commit has files from elsewhere, as one with / in front
        text = re.sub(r"(?ms)^INPUTS = \(.*?^\)", "", text)
    if path.endswith(".py"):
        return python_shape(text)
    if path.endswith(".sql"):
        return sql_shape(text)
    if path.endswith(".yaml"):
        return yaml_shape(yaml.safe_load(text))
    if path.endswith(".json"):
        return yaml_shape(json.loads(text))
    return text


@pytest.fixture(scope="module")
def harmless() -> dict[str, Any]:
    """Return the shapes of the project when every word is harmless, though none is a Python name."""
    return {path: shape(path, text) for path, text in rendered({word: f"plain {word}" for word in WORDS}).items()}


def assert_same_shapes(tree: Tree, harmless: dict[str, Any]) -> None:
    assert tree.keys() == harmless.keys()
    for path, text in tree.items():
        assert shape(path, text) == harmless[path], path


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_nasty_words_change_nothing_but_words(nasty: str, harmless: dict[str, Any], tmp_path: Path) -> None:
    tree = rendered({word: f"{nasty} {place}" for place, word in enumerate(WORDS)})
    assert_same_shapes(tree, harmless)
    for path, text in tree.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    subprocess.run(["ruff", "format", "--check", "--quiet", "hostile"], cwd=tmp_path, check=True)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=20))
def test_any_text_changes_nothing_but_words(text: str, harmless: dict[str, Any]) -> None:
    assert_same_shapes(rendered({word: f"x{text} {place}" for place, word in enumerate(WORDS)}), harmless)


def test_every_free_text_of_the_schema_is_tried() -> None:
    """The words above reach the rendered files: each of them can be found there."""
    tree = rendered({word: f"plain {word}" for word in WORDS})
    everything = "".join(tree.values())
    assert [word for word in WORDS if f"plain {word}" not in everything] == []
