"""What the documents say is so: commands and paths exist, tables and quotations are those of the code."""

import re
from pathlib import Path

import pytest
import typer.main

from generator.check import check
from generator.cli import app
from generator.compose import compose
from generator.plan.stages import stages
from tests.sandbox import ROOT

README = ROOT / "README.md"
DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md")
VERBS = {name: command.help or "" for name, command in typer.main.get_group(app).commands.items()}  # type: ignore[attr-defined]
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def verbs() -> str:
    """Return the table of verbs, from the help that they print themselves."""
    rows = [f"| `ninefold {name}` | {help_.strip().splitlines()[0]} |" for name, help_ in VERBS.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def options() -> str:
    """Return the table of groups and options, from the first line of every option's file."""
    rows = ["| group | option | |", "|---|---|---|"]
    for group in sorted(item for item in (ROOT / "conf").rglob("*") if item.is_dir()):
        for file in sorted(group.glob("*.yaml")):
            first = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
            rows.append(f"| `{group.relative_to(ROOT / 'conf')}` | `{file.stem}` | {first} |")
    return "\n".join(rows)


def quote(path: str, first: int, last: int) -> str:
    """Return lines of a file as a fenced block."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()[first - 1 : last]
    kind = {".yaml": "yaml", ".sql": "sql", ".py": "python", ".txt": "text"}[Path(path).suffix]
    return "\n".join([f"```{kind}", *lines, "```"])


def refreshed(text: str) -> str:
    """Return the README with every block between markers as the code has it now."""
    for name, body in (("verbs", verbs()), ("options", options())):
        head, _, rest = text.partition(f"<!-- {name} -->\n")
        tail = rest.partition(f"<!-- /{name} -->")[2]
        text = f"{head}<!-- {name} -->\n{body}\n<!-- /{name} -->{tail}"
    marked = re.compile(r"(<!-- quote (\S+) (\d+)-(\d+) -->\n).*?(\n<!-- /quote -->)", flags=re.DOTALL)
    return marked.sub(lambda found: found[1] + quote(found[2], int(found[3]), int(found[4])) + found[5], text)


def test_readme_shows_what_the_code_says(update: bool) -> None:
    text = README.read_text(encoding="utf-8")
    if update:
        README.write_text(refreshed(text), encoding="utf-8")
        text = README.read_text(encoding="utf-8")
    assert refreshed(text) == text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_commands_that_are_named_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert set(re.findall(r"`?ninefold ([a-z]+)", text)) <= VERBS.keys()
    assert set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) <= TARGETS


def test_every_verb_and_the_two_commands_are_documented() -> None:
    text = README.read_text(encoding="utf-8")
    assert all(f"`ninefold {verb}`" in text for verb in VERBS)
    assert all(f"make {target}" in text for target in ("repro", "test"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    paths = re.findall(r"`((?:conf|docs|flights|generator|templates|tests)/[\w./-]+)`", text)
    pattern = {"conf/model/forest.yaml"}  # the one that the recipe makes
    assert [path for path in {*links, *paths} - pattern if not (ROOT / path).exists()] == []


def test_the_nine_steps_name_groups_and_stages_that_exist() -> None:
    composed = compose(ROOT / "conf")
    known = {stage.name for stage in stages(check(composed), ("conf",))}
    rows = [line.split("|") for line in README.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d \|", line)]
    named = {stage for row in rows for stage in re.findall(r"`(\w+)`", row[4])}
    groups = {group for row in rows for group in re.findall(r"`conf/(\w+)`", row[3])}
    assert len(rows) == 9
    assert named == known - {"generate", "report"}
    assert groups | {"engine"} == {folder.name for folder in (ROOT / "conf").iterdir() if folder.is_dir()}
