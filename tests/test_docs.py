"""What the documents say is so: commands and paths exist, tables, pages and quotations are those of the code."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from pydantic import TypeAdapter

from generator.config.compose import compose
from generator.plan.stages import stages
from generator.schema.blend import Blend
from generator.schema.metrics import OwnMetric
from generator.schema.model import Candidate
from generator.schema.problem import Problem
from generator.schema.reference import everything
from generator.schema.source import Source
from generator.schema.split import AtRandom
from generator.schema.stages import OwnStage
from generator.schema.tuning import Optuna
from generator.validation.check import check
from tests.documents import COMMANDS, RENDERED, reference, refreshed
from tests.sandbox import ROOT

README, HOME = ROOT / "README.md", ROOT / "docs/index.md"
PAGES = tuple(sorted((ROOT / "docs").rglob("*.md")))
DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES)
WRITTEN = tuple(page for page in (README, *PAGES) if RENDERED not in page.read_text(encoding="utf-8"))
"""Those that are written by hand."""

PICTURE = ROOT / "docs/steps.svg"
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
ENVIRONMENT = re.compile(r"""environ(?:\.get\(|\.setdefault\(|\[|\.pop\()"([A-Z_]+)"|"([A-Z_]+)" in os\.environ""")


OWN = {"delays/", "neighbours.py", "costs.py", "orders.py", "mailing.py", "vans.py"}
"""Modules of a person's own, in recipes."""


def shown(document: Path) -> str:
    """Return what a document is called in the names of tests."""
    return document.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", WRITTEN, ids=shown)
def test_documents_show_what_the_code_says(document: Path, update: bool) -> None:
    text = document.read_text(encoding="utf-8")
    if update:
        document.write_text(refreshed(text), encoding="utf-8")
        text = document.read_text(encoding="utf-8")
    assert refreshed(text) == text


def test_the_reference_is_what_the_code_says(update: bool) -> None:
    pages = reference()
    if update:
        for file, text in pages.items():
            file.write_text(text, encoding="utf-8")
    assert {file for file in PAGES if RENDERED in file.read_text(encoding="utf-8")} == set(pages)
    assert [shown(file) for file, text in pages.items() if file.read_text(encoding="utf-8") != text] == []


def test_the_reference_has_every_key_of_the_config() -> None:
    text = "\n".join(reference().values())
    keys = {entry.path[-1] for entry in everything()} - {"<name>", "kind"}
    assert [key for key in sorted(keys) if f"`{key}`" not in text] == []


def test_every_environment_variable_that_is_read_is_documented() -> None:
    files = [file for folder in ("generator", "templates") for file in (ROOT / folder).rglob("*.*") if file.is_file()]
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files if file.suffix in (".py", ".jinja")]
    named = {name for text in texts for found in ENVIRONMENT.findall(text) for name in found if name}
    page = (ROOT / "docs/reference/environment.md").read_text(encoding="utf-8")
    assert len(named) >= 5
    assert [name for name in sorted(named) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_commands_that_are_named_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^|`)ninefold ([a-z]+)", text, re.MULTILINE)) <= COMMANDS.keys()
    assert set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) <= TARGETS


def test_every_target_of_make_is_documented() -> None:
    readme, contributing = (file.read_text(encoding="utf-8") for file in DOCUMENTS[:2])
    assert [target for target in ("repro", "test", "docs") if f"make {target}" not in readme] == []
    assert [target for target in sorted(TARGETS) if f"make {target}" not in contributing] == []


def test_the_quick_start_has_five_commands_at_most() -> None:
    block = re.search(r"## Quick start.*?```sh\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert block is not None and len(block[1].splitlines()) <= 5


def test_recipes_for_own_code_fit_the_schema() -> None:
    kinds: dict[str, Any] = {"own": OwnMetric, "sources": Source, "stages": OwnStage}
    found = []
    for page in ("models", "metrics", "sources", "stages"):
        text = (ROOT / f"docs/{page}.md").read_text(encoding="utf-8")
        for block in map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)):
            if "kind" in block:
                {"greedy": Blend, "optuna": Optuna, "random": AtRandom}[block["kind"]].model_validate_json(
                    json.dumps(block)
                )
                continue
            if block.keys() <= Problem.model_fields.keys():
                for name, value in block.items():
                    TypeAdapter(Problem.model_fields[name].rebuild_annotation()).validate_json(json.dumps(value))
                continue
            key = next((key for key in kinds if key in block), "model")
            for given in block.get(key, block).values():
                TypeAdapter(kinds.get(key, Candidate)).validate_json(json.dumps(given))
            found.append(key)
    assert found == [*["model"] * 5, "own", "own", *["sources"] * 5, "stages"]


def test_every_part_of_the_generator_has_its_line() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    parts = [file for file in (ROOT / "generator").iterdir() if file.name[0] != "_"]
    names = [f"generator/{file.name}{'/' if file.is_dir() else ''}" for file in parts]
    assert [name for name in names if not re.search(rf"^{name} ", text, re.MULTILINE)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    links = [(document.parent / link).resolve().relative_to(ROOT).as_posix() for link in found]
    paths = re.findall(r"`((?:conf|docs|flights|generator|templates|tests|benchmarks)/[\w./-]+)`", text)
    pattern = {"conf/model/spline.yaml", "conf/model/nearest.yaml"}  # those that recipes make
    assert [path for path in {*links, *paths} - pattern if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", WRITTEN, ids=shown)
def test_rendered_modules_and_files_that_are_named_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    package = r"(?:<package>|flights|delays|churn)"
    modules = re.findall(rf"(?:python -m|from) {package}\.([\w.]+)", text)
    files = re.findall(rf"(?:^|[\s`]){package}/([\w./-]+)", text, re.MULTILINE)
    paths = {*(f"{name.replace('.', '/')}" for name in modules), *files} - OWN
    known = [path for path in paths if any((ROOT / "flights" / form).exists() for form in (path, f"{path}.py"))]
    assert sorted(paths - set(known)) == []


def rows() -> list[list[str]]:
    """Return the rows of the nine steps."""
    return [line.split("|") for line in HOME.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d \|", line)]


def test_the_nine_steps_name_groups_and_stages_that_exist() -> None:
    named = {stage for row in rows() for stage in re.findall(r"`(\w+)`", row[4])}
    groups = {group for row in rows() for group in re.findall(r"`conf/(\w+)`", row[3])}
    assert len(rows()) == 9
    assert named == {stage.name for stage in stages(check(compose(ROOT / "conf")), ("conf",))} - {"generate", "report"}
    other = {"engine", "ci", "retrain", "alerts", "backtest"}
    folders = {folder.name for folder in (ROOT / "conf").iterdir() if folder.is_dir()}
    assert groups | (other & folders) == folders


def test_the_picture_shows_what_the_table_says() -> None:
    drawn: dict[str, list[str]] = {}
    for element in ElementTree.parse(PICTURE).iter("{http://www.w3.org/2000/svg}text"):
        drawn.setdefault(element.get("class", ""), []).append(element.text or "")
    assert [step.lower() for step in drawn["step"]] == [row[2].strip() for row in rows()]
    assert drawn["group"] == [group for row in rows() for group in re.findall(r"`(conf/\w+)`", row[3])]
    assert drawn["stage"] == [*(stage for row in rows() for stage in re.findall(r"`(\w+)`", row[4])), "report"]
