"""The parts of the documents that are rendered from code: tables, quotations and the pages of the reference."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args

import typer.main

from generator.cli import app
from generator.compile.expressions import supported
from generator.plan.encoding import PLACES
from generator.schema.document import Node, alternatives, document, resolved
from generator.schema.encoding import Encoding
from generator.schema.reference import ANY, Entry, default_of, entries, example_of, keys, type_of
from tests.sandbox import ROOT

NINEFOLD = typer.main.get_group(app())
COMMANDS: dict[str, Any] = NINEFOLD.commands  # type: ignore[attr-defined]
GROUPS = tuple(entry.path[0] for entry in keys(Entry((), document())))
"""The top-level keys of a config, in their order."""

REFERENCE = ROOT / "docs/reference"
RENDERED = "<!-- rendered by pytest --update tests/test_docs.py -->"


def cell(text: str) -> str:
    """Return ``text`` as it may stand in a cell of a table."""
    return " ".join(text.replace("|", r"\|").split())


def table(*rows: tuple[str, ...]) -> str:
    """Return a table of Markdown whose first row is its head."""
    head, *body = ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body])


def sentence(text: str) -> str:
    """Return ``text`` with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}".removesuffix(".") + "." if text else ""


def commands() -> str:
    """Return the table of commands, each linked to its part of the reference."""
    rows = [(f"[`ninefold {name}`](#ninefold-{name})", first_line(command.help)) for name, command in COMMANDS.items()]
    return table(("command", "what it does"), *rows)


def first_line(text: str | None) -> str:
    """Return the first line of a help text."""
    return (text or "").strip().splitlines()[0]


def command_page() -> str:
    """Return the page of all commands with their arguments and options, from the help that they print themselves."""
    parts = ["# Commands", RENDERED, "What `ninefold --help` and `ninefold COMMAND --help` print.", commands()]
    for name, command in COMMANDS.items():
        parts += [f"## `ninefold {name}`", *paragraphs(command.help or "")]
        given = [given_row(item) for item in command.params if item.name != "help"]
        parts += [table(("argument or option", "default", "meaning"), *given)] if given else []
    parts += ["## `ninefold`", table(("option", "default", "meaning"), *map(given_row, NINEFOLD.params))]
    return "\n\n".join(parts) + "\n"


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text, each on one line."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip())]


def given_row(item: Any) -> tuple[str, str, str]:
    """Return the row of an argument or option of a command."""
    names = ", ".join(f"`{name}`" for name in [*item.opts, *item.secondary_opts])
    if item.param_type_name == "argument":
        names = f"`{(item.metavar or item.name or '').strip('{}').upper()}`"
    empty = item.default is None or item.default is False or item.default == [] or str(item.default) == "."
    default = "required" if item.required else "" if empty or callable(item.default) else f"`{item.default}`"
    return names, default, getattr(item, "help", None) or ""


def config_page(group: str) -> str:
    """Return the page of a group of the config: its options in the example, an example, and every key below it."""
    (entry,) = entries([group])
    parts = [f"# `{group}`", RENDERED, *map(sentence, entry.meanings)]
    if options := list(options_of(group)):
        parts += [f"Options that the example has in `conf/{group}/`:", table(("option", "when to choose it"), *options)]
    if example := example_of(entry):
        parts.append(f"```yaml\n{example.rstrip()}\n```")
    return "\n\n".join([*parts, *dict.fromkeys(sections(entry))]) + "\n"


def options_of(group: str) -> Iterator[tuple[str, str]]:
    """Yield every option of a group in the example, with the first line of its file."""
    folder = ROOT / "conf" / group
    for file in sorted(folder.rglob("*.yaml")) if folder.is_dir() else []:
        first = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        yield f"`{file.relative_to(folder).with_suffix('').as_posix()}`", first


def sections(entry: Entry) -> Iterator[str]:
    """Yield a part for each form that the mapping at ``entry`` may have, and then those of the mappings below it."""
    forms = [form for form in alternatives(entry.node) if form.get("properties")]
    for form in forms:
        lines = [f"## {heading(entry, form, len(forms))}"]
        own = sentence(" ".join(form.get("description", "").replace("``", "`").split()))
        if own and [own] != [sentence(text) for text in entry.meanings]:
            lines.append(own)
        children = [Entry((*entry.path, name), node, name in form.get("required", ())) for name, node in items(form)]
        rows = [(f"`{child.path[-1]}`", kind(child), default(child), meaning(child)) for child in children]
        yield "\n\n".join([*lines, *([table(("key", "type", "default", "meaning"), *rows)] if rows else [])])
        for child in children:
            yield from sections(child)
    for form in alternatives(entry.node):
        named = [*form.get("patternProperties", {}).values(), form.get("additionalProperties")]
        for node in [node for node in named if isinstance(node, dict)]:
            yield from sections(Entry((*entry.path, ANY), node))


def items(form: Node) -> Iterator[tuple[str, Node]]:
    """Yield the keys of a form, but for ``kind``, which its heading says."""
    yield from ((name, node) for name, node in form["properties"].items() if "const" not in resolved(node))


def heading(entry: Entry, form: Node, forms: int) -> str:
    """Return what the part of a form is called."""
    path = f"`{'.'.join(entry.path)}`"
    if kind := resolved(form["properties"].get("kind", {})).get("const"):
        return f"{path} with `kind: {kind}`"
    needed = " and ".join(f"`{name}`" for name in form.get("required", ()))
    return f"{path} with {needed}" if forms > 1 else path


def kind(entry: Entry) -> str:
    """Return what may be written for a key; its forms, where they are several mappings, have parts of their own."""
    return re.sub(
        r"a mapping with `kind: \w+`( or a mapping with `kind: \w+`)+", "a mapping with `kind`", type_of(entry.node)
    )


def default(entry: Entry) -> str:
    """Return the default of a key, or that there is none."""
    if entry.required:
        return "required"
    return "" if resolved(entry.node).get("default") is None else f"`{default_of(entry)}`"


def meaning(entry: Entry) -> str:
    """Return what a key is for, and where its own keys are."""
    said = " ".join(map(sentence, entry.meanings))
    return f"{said} See below." if keys(entry) and not said.endswith("See below.") else said


def places() -> str:
    """Return the table of encodings, with the place that each has for what is out of the ordinary."""
    rows = [(f"`{kind}`", place.columns, place.missing, place.unseen, place.rare) for kind, place in PLACES.items()]
    return table(("kind", "columns", "missing", "unseen", "rare"), *rows)


def settings() -> str:
    """Return the table of the settings of each encoding, from the schema."""
    rows = [
        (
            f"`{model.model_fields['kind'].annotation.__args__[0]}`",
            f"`{name}`",
            f"`{json.dumps(field.default)}`",
            field.description,
        )
        for model in get_args(get_args(Encoding)[0])
        for name, field in model.model_fields.items()
        if name != "kind"
    ]
    return table(("kind", "setting", "default", "meaning"), *rows)


def quote(path: str, count: int, start: str) -> str:
    """Return ``count`` lines of a file from the first one that holds ``start``, as a fenced block."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if start in line)
    kind = {".yaml": "yaml", ".sql": "sql", ".py": "python", ".txt": "text"}[Path(path).suffix]
    text = dedent("\n".join(lines[first : first + count]))
    return f"```{kind}\n{text}\n```"


BLOCKS = {"places": places, "settings": settings, "supported": supported}


def refreshed(text: str) -> str:
    """Return a document with every block between markers as the code has it now."""
    for name in (name for name in BLOCKS if f"<!-- {name} -->" in text):
        head, _, rest = text.partition(f"<!-- {name} -->\n")
        tail = rest.partition(f"<!-- /{name} -->")[2]
        text = f"{head}<!-- {name} -->\n{BLOCKS[name]()}\n<!-- /{name} -->{tail}"
    marked = re.compile(r"(<!-- quote (\S+) (\d+) from ([^\n]+) -->\n)(?:.*?\n)??(<!-- /quote -->)", flags=re.DOTALL)
    return marked.sub(lambda found: f"{found[1]}{quote(found[2], int(found[3]), found[4])}\n{found[5]}", text)


def reference() -> dict[Path, str]:
    """Return every page of the reference that is rendered as a whole."""
    pages = {REFERENCE / f"{group}.md": config_page(group) for group in GROUPS}
    return {REFERENCE / "commands.md": command_page(), **pages}
