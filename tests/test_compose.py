"""Composing: Hydra's overrides, where every value came from, and what DVC has composed before."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from hydra.core.global_hydra import GlobalHydra

from generator.config.compose import compose, read_params
from generator.config.composed import Composed
from generator.config.source_map import Origin, dotted
from generator.errors import ConfigError
from generator.validation.schema import validate
from generator.validation.semantics.resolve import resolve

BASE = Path(__file__).parent / "errors" / "base" / "conf"


def origin(composed: Composed, path: str) -> tuple[str, int]:
    found = composed.origin(tuple(path.split(".")))
    return found.file, found.line


def test_values_know_their_file_and_line() -> None:
    composed = compose(BASE)
    assert origin(composed, "project.package") == ("conf/config.yaml", 18)
    assert origin(composed, "data.columns.area.type") == ("conf/data/houses.yaml", 12)
    assert origin(composed, "model.lightgbm.params.num_leaves") == ("conf/model/lightgbm.yaml", 6)
    assert origin(composed, "model.lightgbm.params.max_bin") == ("conf/model/lightgbm.yaml", 5)


def test_override_of_a_choice() -> None:
    composed = compose(BASE, ["model=[lightgbm]", "split=at_random"])
    assert list(composed.values["model"]) == ["lightgbm"]
    assert composed.values["split"] == {"kind": "random"}
    assert origin(composed, "model") == ("override model=[lightgbm]", 0)
    assert origin(composed, "model.lightgbm.rounds") == ("conf/model/lightgbm.yaml", 4)
    assert origin(composed, "split.kind") == ("conf/split/at_random.yaml", 2)


def test_override_of_a_value() -> None:
    text = "model.lightgbm.params.num_leaves=7"
    composed = compose(BASE, [text])
    assert composed.values["model"]["lightgbm"]["params"]["num_leaves"] == 7
    assert origin(composed, "model.lightgbm.params.num_leaves") == (f"override {text}", 0)
    assert origin(composed, "model.lightgbm.params.learning_rate") == ("conf/model/lightgbm.yaml", 7)


def test_override_of_a_list_hides_the_lines_of_the_file() -> None:
    composed = compose(BASE, ["metrics.report=[brier]"])
    assert composed.origin(("metrics", "report", 0)) == Origin("override metrics.report=[brier]", 0)


def test_override_that_adds_a_mapping() -> None:
    text = "+metrics.guardrails.log_loss={max: 0.5}"
    composed = compose(BASE, [text])
    assert composed.values["metrics"]["guardrails"] == {"calibration_error": {"max": 0.1}, "log_loss": {"max": 0.5}}
    assert origin(composed, "metrics.guardrails.log_loss.max") == (f"override {text}", 0)


def test_override_that_deletes() -> None:
    assert "lightgbm" not in compose(BASE, ["~model.lightgbm"]).values["model"]


def test_an_override_may_set_what_another_has_added() -> None:
    composed = compose(BASE, ["+model.more={kind: lightgbm}", "++model.more.rounds=5"])
    assert composed.values["model"]["more"] == {"kind": "lightgbm", "rounds": 5}


def test_every_wrong_override_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        compose(BASE, ["split.holdot=0.3", "metrics.primry=brier", "explore.rows=500"])
    assert [problem.hint for problem in caught.value.problems] == [
        "did you mean 'primary'?",
        "did you mean 'holdout'?",
    ]


def test_composing_again_gives_the_same_and_leaves_no_hydra_behind() -> None:
    first = compose(BASE, ["split.holdout=0.3"])
    with pytest.raises(ConfigError):
        compose(BASE, ["split.nothing=0.3"])
    assert compose(BASE, ["split.holdout=0.3"]) == first
    assert compose(BASE).values["split"]["holdout"] == 0.25
    assert not GlobalHydra.instance().is_initialized()


def test_composing_in_threads() -> None:
    together = threading.Barrier(4)

    def holdout(share: float) -> float:
        together.wait()
        return float(compose(BASE, [f"split.holdout={share}"]).values["split"]["holdout"])

    shares = [0.1, 0.2, 0.3, 0.4]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(holdout, shares)) == shares


def test_folder_may_be_anywhere_and_is_shown_by_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / "conf" / "inner" / "conf"
    shutil.copytree(BASE, folder)
    assert origin(compose(folder), "data.table") == ("conf/data/houses.yaml", 8)


def test_relative_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BASE.parent)
    assert compose(Path("conf")) == compose(BASE)


def test_params_read_back_are_the_config_that_was_composed(tmp_path: Path) -> None:
    composed = compose(BASE)
    params = tmp_path / "params.yaml"
    params.write_text(yaml.safe_dump(composed.values, sort_keys=False), encoding="utf-8")
    read = read_params(params)
    assert read.values == composed.values
    assert resolve(validate(read), read) == resolve(validate(composed), composed)


def test_params_are_read_with_the_numbers_and_dates_of_composing(tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    params.write_text("rate: 1e-3\nday: 2013-10-01\ntext: a ${not} reached\n", encoding="utf-8")
    assert read_params(params).values == {"rate": 0.001, "day": "2013-10-01", "text": "a ${not} reached"}


@pytest.mark.parametrize("text", ["a: [1", "- a", "", "a: 1\na: 2\n"])
def test_params_that_are_no_config(text: str, tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    params.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_params(params)
    assert {problem.file for problem in caught.value.problems} == {"params.yaml"}


def test_params_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        read_params(tmp_path / "params.yaml")


def test_dotted_paths_quote_what_would_mislead() -> None:
    assert dotted(("model", 0, "a_b")) == "model.0.a_b"
    assert dotted(("columns", "a.b", "two words", "line\nbreak")) == r"columns.'a.b'.'two words'.'line\nbreak'"


def test_a_secret_that_dvc_filled_in_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which `dvc exp run -S 'project.title=${oc.env:API_TOKEN}'` does before Ninefold is asked."""
    monkeypatch.setenv("API_TOKEN", "hunter2hunter2")
    params = tmp_path / "params.yaml"
    params.write_text("project:\n  title: Bearer hunter2hunter2\n")
    with pytest.raises(ConfigError) as refused:
        read_params(params)
    (problem,) = refused.value.problems
    assert str(problem).startswith("params.yaml:2: project.title: the value of the environment variable API_TOKEN")
    assert "hunter2" not in str(problem)
    params.write_text("project:\n  title: hunter\n")
    assert read_params(params).values == {"project": {"title": "hunter"}}
