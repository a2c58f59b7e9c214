"""``ninefold contract``: what training rows showed goes into the config, again and again, and nothing else changes."""

from pathlib import Path

import pytest
import yaml

from tests.sandbox import copy, run

LEARNED = "# What is expected in a request, by the rows of training.\nexpected:\n  island: {missing: false}\n"
ODD = """# What is expected in a request, by the rows of training.
expected:
  island:
    values: [Dream, '${oc.env:HOME}', "line\\nbreak ${x}"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = copy("weights", tmp_path / "weights")
    (folder / "reports").mkdir()
    (folder / "reports/contract.yaml").write_text(LEARNED)
    return folder


@pytest.mark.slow
def test_it_is_written_once_and_replaced_after(project: Path) -> None:
    option = project / "conf/service/http.yaml"
    before = option.read_text()
    run(project, "ninefold", "contract")
    assert option.read_text() == before + LEARNED
    changed = LEARNED.replace("false", "true")
    (project / "reports/contract.yaml").write_text(changed)
    option.write_text(option.read_text() + "max_rows: 7\n")
    run(project, "ninefold", "contract")
    assert option.read_text() == before + changed + "max_rows: 7\n"
    assert yaml.safe_load(run(project, "ninefold", "show"))["service"]["expected"] == {"island": {"missing": True}}


@pytest.mark.slow
def test_values_that_look_like_references_stay_values(project: Path) -> None:
    (project / "reports/contract.yaml").write_text(ODD)
    run(project, "ninefold", "contract")
    shown = yaml.safe_load(run(project, "ninefold", "show"))["service"]["expected"]["island"]["values"]
    assert shown == yaml.safe_load(ODD)["expected"]["island"]["values"]


def test_showing_writes_nothing(project: Path) -> None:
    before = (project / "conf/service/http.yaml").read_text()
    assert run(project, "ninefold", "contract", "--show") == LEARNED
    assert (project / "conf/service/http.yaml").read_text() == before


def test_before_there_is_one(project: Path) -> None:
    (project / "reports/contract.yaml").unlink()
    assert "dvc repro package" in run(project, "ninefold", "contract", fails=True)
