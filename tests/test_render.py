"""Rendering: what templates print, those of a project's own among them."""

from pathlib import Path

import pytest
import yaml

from generator.config.compose import compose
from generator.errors import ConfigError
from generator.plan import plan
from generator.render.render import Tree, render
from generator.sql.code import yaml_file
from generator.validation.check import check
from tests.sandbox import PROJECTS


def rendered(overrides: Path | None = None) -> Tree:
    return render(plan(check(compose(PROJECTS / "penguins" / "conf"))), overrides)


def test_a_template_that_was_edited_is_compiled_anew(tmp_path: Path) -> None:
    own = tmp_path / "package/common/outputs.py.jinja"
    own.parent.mkdir(parents=True)
    for text in ("one", "two"):
        own.write_text(f"WORD = '{text}'\n", encoding="utf-8")
        assert rendered(tmp_path)["birds/common/outputs.py"] == f'WORD = "{text}"\n'


def test_a_yaml_file_is_read_back_and_spells_out_every_sign() -> None:
    value = {"ä 😀": "x 😀", "off": "on", "": [1, "1"], "long": "é " * 200, "lines": "a\n\tb\x85\u2028"}
    text = yaml_file(value)
    assert yaml.safe_load(text) == value
    assert "ä 😀: x 😀\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "{{ plan.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ project.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ ('a' * 1000000000) | py }}",
        "{{ 10 ** 10 ** 10 }}",
        "{% for _ in range(1000000000) %}{% endfor %}",
    ],
)
def test_a_template_of_ones_own_only_prints(text: str, tmp_path: Path) -> None:
    (tmp_path / "package/common").mkdir(parents=True)
    (tmp_path / "package/common/outputs.py.jinja").write_text(f"first\n{text}\n")
    with pytest.raises(ConfigError, match=r"outputs\.py\.jinja:2: (Security|Overflow)Error"):
        rendered(tmp_path)
