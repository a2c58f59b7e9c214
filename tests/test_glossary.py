"""The words of config, code and documents: in the glossary, or plain; and none of a private vocabulary."""

import re
from pathlib import Path

import pytest

from tests.documents import GROUPS
from tests.sandbox import PROJECTS, ROOT, tree

GLOSSARY = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in GLOSSARY.splitlines() if line.startswith("| ")]
PLAIN_KEYS = {
    "project": "its name and title",
    "data": "sources, columns and checks",
    "explore": "the settings of exploration",
    "features": "the features",
    "split": "the split into training rows and holdout",
    "engine": "what runs the SQL",
    "service": "the HTTP service",
    "metrics": "the metrics",
    "ci": "continuous integration",
}
"""Top-level keys that say in the field's word what they hold."""

PLAIN_MODULES = {
    "boosting",
    "access",
    "app",
    "category",
    "charts",
    "client",
    "comparison",
    "counts",
    "curves",
    "endpoint",
    "engine",
    "examples",
    "explore",
    "feedback",
    "folders",
    "hashing",
    "inputs",
    "lambda_handler",
    "listing",
    "live_service",
    "models",
    "monitor",
    "number",
    "one_hot",
    "ordinal",
    "outputs",
    "package_lambda",
    "pages",
    "paths",
    "prepare",
    "progress",
    "protocol",
    "quotes",
    "raw",
    "relations",
    "report",
    "request",
    "responses",
    "rounding",
    "rows",
    "sample",
    "settings",
    "single",
    "split",
    "sql",
    "stage",
    "target",
    "telemetry",
    "text",
    "titles",
    "unpack",
    "validation",
    "values",
    "window_aggregates",
    "writing",
}
"""Names of rendered modules that say what the module does to somebody who knows the field."""

HOME_MADE = {
    r"\b(?:un)?usual\b": "expected, warning",
    r"\bjudg\w+": "typing, validation, verdict",
    r"\bheld\b(?![ -]out)": "kept",
    r"\btold\b|\btells? of\b": "says, reports",
    r"\bwiring\b": "stage graph",
    r"\bdoors?\b": "request validation",
    r"\bkeyed\b": "lookup tables",
    r"\bpieces?\b": "Python expression",
    r"\bwhat (?:stands|stood)\b": "snapshot",
    r"\bwhoever\b|\bwhom is it worth\b": "a plain subject",
    r"\bpositives found\b": "true positive rate",
    r"\bforecast\b(?! of many)|\bhappened / ": "predicted probability, observed frequency",
    r"\b(?:what|which|by how much) \w+ moved?\b|\bmoved (?:a|the) score": "contributions",
    r"\bverbs?\b": "commands",
}
"""Words that had a meaning of their own here, with the field's."""


def modules() -> set[str]:
    """Return the names of all modules and SQL files that the example and the golden projects have."""
    paths = {path for case in PROJECTS.iterdir() for path in tree(case)}
    paths |= {file.as_posix() for file in (ROOT / "flights").rglob("*.*")}
    files = [Path(path) for path in paths]
    return {file.stem for file in files if file.suffix in (".py", ".sql") and file.name[:2] != "__"}


def prose(text: str) -> str:
    """Return ``text`` without code: fenced blocks, code in a line, tags of templates, and targets of links."""
    fenced = re.compile(r"^```.*?^```$", flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]+`|\{[{%].*?[%}]\}|\]\([^)]*\)", "", fenced.sub("", text))


def test_every_group_of_the_config_is_explained() -> None:
    named = {word for row in ROWS for word in re.findall(r"`([a-z]+)[.`]", row[2])}
    assert [key for key in GROUPS if key not in named and key not in PLAIN_KEYS] == []
    assert PLAIN_KEYS.keys() <= set(GROUPS)


def test_every_rendered_module_is_explained() -> None:
    rendered = {name for name in modules() if not name.startswith("test_")}
    named = {Path(word).stem for row in ROWS for word in re.findall(r"`([\w/]+\.(?:py|sql))`", row[3])}
    trained = {name for name in rendered if name.startswith("train_")}
    templates = {file.name.partition(".")[0] for file in (ROOT / "templates/package").rglob("*.jinja")}
    assert sorted(named - rendered - templates) == []
    assert sorted(rendered - named - trained - PLAIN_MODULES) == []
    assert sorted(PLAIN_MODULES - rendered) == []


@pytest.mark.parametrize("word", HOME_MADE)
def test_documents_use_the_words_of_the_field(word: str) -> None:
    rendered = (ROOT / "templates").rglob("*.md.jinja")
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), *rendered]
    found = []
    for file in files:
        for line in prose(file.read_text(encoding="utf-8")).splitlines():
            if match := re.search(word, line, flags=re.IGNORECASE):
                found.append(f"{file.relative_to(ROOT)}: {match[0]} ({HOME_MADE[word]}): {line.strip()[:120]}")
    assert found == []
