"""What the documents say is so: commands and paths exist, tables and quotations are those of the code."""

import json
import re
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
import typer.main
import yaml
from pydantic import TypeAdapter

from generator.cli import app
from generator.compile.expressions import supported
from generator.config.compose import compose
from generator.plan.encoding import PLACES
from generator.plan.stages import stages
from generator.schema.data import Source
from generator.schema.encoding import Encoding
from generator.schema.metrics import OwnMetric
from generator.schema.model import Candidate
from generator.schema.stages import OwnStage
from generator.validation.check import check
from tests.sandbox import ROOT

README = ROOT / "README.md"
EXPRESSIONS = ROOT / "docs/expressions.md"
ENCODERS = ROOT / "docs/encoders.md"
EXTENDING = ROOT / "docs/extending.md"
PAGES = ("features", "edits", "extending", "service", "expressions", "encoders", "release")
DOCUMENTS = (README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / f"docs/{page}.md" for page in PAGES))
PICTURE = ROOT / "docs/steps.svg"
NINEFOLD = typer.main.get_group(app())
VERBS = {name: command.help or "" for name, command in NINEFOLD.commands.items()}  # type: ignore[attr-defined]
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def verbs() -> str:
    """Return the table of verbs and their switches, from the help that they print themselves."""
    rows = []
    for name, help_ in VERBS.items():
        rows.append(f"| `ninefold {name}` | {help_.strip().splitlines()[0]} |")
        rows += switches(f"ninefold {name}", NINEFOLD.commands[name])  # type: ignore[attr-defined]
    return "\n".join(["| command | what it does |", "|---|---|", *rows, *switches("ninefold", NINEFOLD)])


def switches(name: str, command: Any) -> list[str]:
    """Return a row for every option of ``command`` that takes no value."""
    found = [option for option in command.params if getattr(option, "is_flag", False)]
    return [f"| `{name} {option.opts[0]}` | {option.help} |" for option in found]


def options() -> str:
    """Return the table of groups and options, from the first line of every option's file."""
    rows = ["| group | option | |", "|---|---|---|"]
    for group in sorted(item for item in (ROOT / "conf").rglob("*") if item.is_dir()):
        for file in sorted(group.glob("*.yaml")):
            first = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
            rows.append(f"| `{group.relative_to(ROOT / 'conf')}` | `{file.stem}` | {first} |")
    return "\n".join(rows)


def places() -> str:
    """Return the table of encodings, with the place that each has for what is out of the ordinary."""
    rows = [
        f"| `{kind}` | {place.columns} | {place.missing} | {place.unseen} | {place.rare} |"
        for kind, place in PLACES.items()
    ]
    return "\n".join(["| kind | columns | missing | unseen | rare |", "|---|---|---|---|---|", *rows])


def settings() -> str:
    """Return the table of the settings of each encoding, from the schema."""
    rows = [
        f"| `{model.model_fields['kind'].annotation.__args__[0]}` | `{name}` | `{json.dumps(field.default)}` "
        f"| {field.description} |"
        for model in get_args(get_args(Encoding)[0])
        for name, field in model.model_fields.items()
        if name != "kind"
    ]
    return "\n".join(["| kind | setting | default | |", "|---|---|---|---|", *rows])


def quote(path: str, first: int, last: int) -> str:
    """Return lines of a file as a fenced block."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()[first - 1 : last]
    kind = {".yaml": "yaml", ".sql": "sql", ".py": "python", ".txt": "text"}[Path(path).suffix]
    return "\n".join([f"```{kind}", *lines, "```"])


BLOCKS = {"verbs": verbs, "options": options, "places": places, "settings": settings, "supported": supported}


def refreshed(text: str) -> str:
    """Return a document with every block between markers as the code has it now."""
    for name in (name for name in BLOCKS if f"<!-- {name} -->" in text):
        body = BLOCKS[name]()
        head, _, rest = text.partition(f"<!-- {name} -->\n")
        tail = rest.partition(f"<!-- /{name} -->")[2]
        text = f"{head}<!-- {name} -->\n{body}\n<!-- /{name} -->{tail}"
    marked = re.compile(r"(<!-- quote (\S+) (\d+)-(\d+) -->\n).*?(\n<!-- /quote -->)", flags=re.DOTALL)
    return marked.sub(lambda found: found[1] + quote(found[2], int(found[3]), int(found[4])) + found[5], text)


@pytest.mark.parametrize("document", [README, ENCODERS, EXPRESSIONS], ids=lambda file: file.name)
def test_documents_show_what_the_code_says(document: Path, update: bool) -> None:
    text = document.read_text(encoding="utf-8")
    if update:
        document.write_text(refreshed(text), encoding="utf-8")
        text = document.read_text(encoding="utf-8")
    assert refreshed(text) == text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_commands_that_are_named_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert set(re.findall(r"`?ninefold ([a-z]+)", text)) <= VERBS.keys()
    assert set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) <= TARGETS


def test_every_verb_and_every_target_of_make_is_documented() -> None:
    readme, contributing = (file.read_text(encoding="utf-8") for file in DOCUMENTS[:2])
    assert [verb for verb in VERBS if f"`ninefold {verb}`" not in readme] == []
    assert [target for target in ("repro", "test") if f"make {target}" not in readme] == []
    assert [target for target in sorted(TARGETS) if f"make {target}" not in contributing] == []


def test_recipes_for_own_code_fit_the_schema() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", EXTENDING.read_text(encoding="utf-8"), flags=re.DOTALL)
    kinds: dict[str, Any] = {"own": OwnMetric, "sources": Source, "stages": OwnStage}
    found = []
    for block in map(yaml.safe_load, blocks):
        key = next((key for key in kinds if key in block), "model")
        for given in block.get(key, block).values():
            TypeAdapter(kinds.get(key, Candidate)).validate_json(json.dumps(given))
        found.append(key)
    assert found == ["model", "model", "own", "own", "sources", "sources", "sources", "stages"]


def test_every_part_of_the_generator_has_its_line() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    parts = [file for file in (ROOT / "generator").iterdir() if file.name[0] != "_"]
    names = [f"generator/{file.name}{'/' if file.is_dir() else ''}" for file in parts]
    assert [name for name in names if not re.search(rf"^{name} ", text, re.MULTILINE)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [str((document.parent / link).relative_to(ROOT)) for link in re.findall(r"\]\(([^)#]+)\)", text)]
    paths = re.findall(r"`((?:conf|docs|flights|generator|templates|tests)/[\w./-]+)`", text)
    pattern = {"conf/model/spline.yaml"}  # the one that the recipe makes
    assert [path for path in {*links, *paths} - pattern if not (ROOT / path).exists()] == []


def test_the_nine_steps_name_groups_and_stages_that_exist() -> None:
    rows = [line.split("|") for line in README.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d \|", line)]
    named = {stage for row in rows for stage in re.findall(r"`(\w+)`", row[4])}
    groups = {group for row in rows for group in re.findall(r"`conf/(\w+)`", row[3])}
    assert len(rows) == 9
    assert named == {stage.name for stage in stages(check(compose(ROOT / "conf")), ("conf",))} - {"generate", "report"}
    assert groups | {"engine", "ci"} == {folder.name for folder in (ROOT / "conf").iterdir() if folder.is_dir()}


def test_the_picture_shows_what_the_table_says() -> None:
    drawn: dict[str, list[str]] = {}
    for element in ElementTree.parse(PICTURE).iter("{http://www.w3.org/2000/svg}text"):
        drawn.setdefault(element.get("class", ""), []).append(element.text or "")
    rows = [line.split("|") for line in README.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d \|", line)]
    assert [step.lower() for step in drawn["step"]] == [row[2].strip() for row in rows]
    assert drawn["group"] == [group for row in rows for group in re.findall(r"`(conf/\w+)`", row[3])]
    assert drawn["stage"] == [*(stage for row in rows for stage in re.findall(r"`(\w+)`", row[4])), "report"]
