"""Every option of every group in conf/ is tested by being there: it composes, validates and resolves.

An option that makes sense only with another says so in its first line, as in "with `features=penguins`".
"""

import re
from pathlib import Path

import pytest
import yaml

from generator.config.compose import compose
from generator.validation.check import check

CONF = Path(__file__).parents[1] / "conf"
FILES = sorted(CONF.rglob("*.yaml"))
OPTIONS = [file.relative_to(CONF).with_suffix("") for file in FILES if file.parent != CONF]
LISTS = {
    group
    for entry in yaml.safe_load((CONF / "config.yaml").read_text(encoding="utf-8"))["defaults"]
    if isinstance(entry, dict)
    for group, chosen in entry.items()
    if isinstance(chosen, list)
}


def choices(option: Path) -> list[str]:
    """Return the overrides that choose ``option`` and what its first line asks for.

    A group of which many are chosen gets the option alone.
    """
    group = option.parent.as_posix()
    own = f"{group}=[{option.name}]" if group in LISTS else f"{group}={option.name}"
    first = (CONF / option).with_suffix(".yaml").read_text(encoding="utf-8").splitlines()[0]
    return [own, *re.findall(r"`([\w/]+=[\w,\[\]]+)`", first)]


@pytest.mark.parametrize("option", OPTIONS, ids=str)
def test_option_resolves_when_chosen(option: Path) -> None:
    composed = compose(CONF, choices(option))
    project = check(composed)
    assert project.features


@pytest.mark.parametrize("file", FILES, ids=[file.relative_to(CONF).as_posix() for file in FILES])
def test_file_is_short_and_says_when_to_choose_it_and_which_schema_it_has(file: Path) -> None:
    first, second, *rest = file.read_text(encoding="utf-8").splitlines()
    assert 1 <= len(rest) <= 40
    assert first.startswith("# ")
    assert first.endswith((".", "!", "?"))
    schema = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", second)
    assert schema
    group = file.parent.relative_to(CONF).as_posix().removeprefix(".") or "config"
    assert (file.parent / schema[1]).resolve() == CONF.parent / ".ninefold/schema" / f"{group}.json"


def test_every_group_has_an_option_that_is_chosen() -> None:
    values = compose(CONF).values
    groups = {option.parts[0] for option in OPTIONS}
    assert groups <= values.keys()
