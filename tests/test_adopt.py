"""What an experiment was run with goes into conf/, wherever it belongs, and nothing else of conf/ changes."""

from pathlib import Path

import pytest
import yaml

from generator.errors import ConfigError
from generator.experiments.conf import adopted, differences, values
from generator.experiments.text import flow, with_value, without
from generator.workspace.write import create
from tests.sandbox import copy

OVERRIDES = {
    "a number": (["model.lightgbm.params.num_leaves=5"], ["model/lightgbm.yaml"]),
    "a number within braces": (["model.linear.params.regularization=0.5"], ["model/linear.yaml"]),
    "a key that conf/ leaves out": (["+model.lightgbm.params.lambda_l1=1e-05"], ["model/lightgbm.yaml"]),
    "another key that conf/ leaves out": (["+release.min_holdout=3"], ["release/gate.yaml"]),
    "one candidate of three": (["model=[lightgbm]"], ["config.yaml"]),
    "candidates in another order": (["model=[lightgbm,baseline]"], ["config.yaml"]),
    "a feature more": (['+features.area="bill_length_mm * bill_depth_mm"'], ["features/penguins.yaml"]),
    "a feature less": (["~features.told"], ["features/penguins.yaml"]),
    "several": (
        ["model=[baseline,lightgbm]", "model.lightgbm.rounds=9", "split.seed=3", "release.min_gain=0.5"],
        ["config.yaml", "model/lightgbm.yaml", "release/gate.yaml", "split/at_random.yaml"],
    ),
    "a list": (["metrics.report=[mae]"], ["metrics/errors.yaml"]),
    "a text with signs of YAML": (['project.title="a: b # c"'], ["config.yaml"]),
    "a group that conf/ leaves out": (["+deploy.container.port=8123"], ["config.yaml"]),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy("weights", tmp_path / "weights")


def adopt(project: Path, *overrides: str) -> dict[str, str]:
    """Adopt an experiment with ``overrides``, and return the files that were changed."""
    wanted = values(project, *overrides)
    texts = adopted(project, differences(values(project), wanted))
    create(texts, project)
    assert values(project) == wanted
    return texts


@pytest.mark.parametrize(("overrides", "files"), OVERRIDES.values(), ids=OVERRIDES)
def test_overrides_go_where_they_belong(overrides: list[str], files: list[str], project: Path) -> None:
    before = {file: file.read_text() for file in (project / "conf").rglob("*.yaml")}
    comments = {file: [line for line in text.splitlines() if "#" in line] for file, text in before.items()}
    assert sorted(adopt(project, *overrides)) == [f"conf/{file}" for file in files]
    for file, lines in comments.items():
        now = file.read_text()
        assert [line for line in lines if line not in now] == []
        assert abs(len(now.splitlines()) - len(before[file].splitlines())) <= 1


def test_an_option_is_chosen_and_what_differs_from_it_is_a_value(project: Path) -> None:
    other = "# Choose this for more folds.\nkind: random\nholdout: 0.5\nvalidation: 0.3\nseed: 11\n"
    (project / "conf/split/halves.yaml").write_text(other)
    assert set(adopt(project, "split=halves", "split.seed=12")) == {"conf/config.yaml", "conf/split/halves.yaml"}
    assert "  - split: halves\n" in (project / "conf/config.yaml").read_text()
    assert (project / "conf/split/halves.yaml").read_text() == other.replace("11", "12")


def test_what_was_changed_in_conf_since_stays(project: Path) -> None:
    overrides = list(differences(values(project), values(project, "model.lightgbm.params.num_leaves=5")))
    gate = project / "conf/release/gate.yaml"
    gate.write_text(gate.read_text().replace("min_gain: 0.0", "min_gain: 0.25"))
    assert [*adopted(project, overrides)] == ["conf/model/lightgbm.yaml"]


def test_what_cannot_be_written_is_said_and_nothing_is_written(project: Path) -> None:
    model = project / "conf/model/lightgbm.yaml"
    shared = model.read_text().replace("num_leaves: 7", "num_leaves: ${model.linear.params.min_count}")
    model.write_text(shared)
    linear = project / "conf/model/linear.yaml"
    linear.write_text(linear.read_text().replace("min_count: 5", "min_count: ${model.lightgbm.params.num_leaves}"))
    with pytest.raises(ConfigError):
        adopted(project, [(("model", "linear", "params", "min_count"), 9)])
    assert model.read_text() == shared


TEXT = """\
# the head

a: 1  # one
b:
  - x  # in a list
  - y

  # above c
c: {d: [1, 2], "e f": 'g'}  # at the end
h: |
  lines
  more
i:
  j: {}
  k:  # nothing
"""


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("a",), 2.5, "a: 1  # one", "a: 2.5  # one"),
        (("b",), ["zz"], "b:\n  - x  # in a list\n  - y\n", "b: [zz]\n"),
        (("c", "d"), [3], "d: [1, 2]", "d: [3]"),
        (("c", "new"), "no", "'g'}", "'g', new: \"no\"}"),
        (("c", "e f"), None, "'g'", "null"),
        (("h",), "one", "h: |\n  lines\n  more\n", "h: one\n"),
        (("i", "j", "deep"), {"er": True}, "j: {}", "j: {deep: {er: true}}"),
        (("i", "k"), "x: y", "k:  # nothing", 'k: "x: y"  # nothing'),
        (("i", "ll"), 1, "  k:  # nothing\n", "  k:  # nothing\n  ll: 1\n"),
        (("last",), 1, "  k:  # nothing\n", "  k:  # nothing\nlast: 1\n"),
    ],
)
def test_one_value_changes_and_nothing_else(path: tuple[str, ...], value: object, before: str, after: str) -> None:
    assert TEXT.count(before) == 1
    changed = with_value(TEXT, path, value)
    assert changed == TEXT.replace(before, after)
    assert with_value(changed, path, value) == changed


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (("a",), "a: 1  # one\n", ""),
        (("c", "d"), "d: [1, 2], ", ""),
        (("c", "e f"), ", \"e f\": 'g'", ""),
        (("h",), "h: |\n  lines\n  more\n", ""),
        (("i", "j"), "  j: {}\n", ""),
    ],
)
def test_one_key_goes_and_nothing_else(path: tuple[str, ...], before: str, after: str) -> None:
    assert without(TEXT, path) == TEXT.replace(before, after)


@pytest.mark.parametrize(
    "value", ["", "yes", "1e-3", "2013-10-01", "a: b", "- x", "#", "日本", "a\nb", "'\"", 1e-05, True, None, [], {}]
)
def test_values_come_back(value: object) -> None:
    assert yaml.safe_load(with_value("", ("key",), value)) == {"key": value}
    assert flow([value]) == f"[{flow(value)}]"
