"""Modules that moved into folders by step: the user's own code and edits follow them."""

from pathlib import Path

import pytest

from generator.commands.upgrade import followers
from generator.workspace.diff import BASE, SUFFIX, compare
from generator.workspace.moves import BEFORE, FLAT, current, former, relocated
from generator.workspace.write import apply
from tests.sandbox import ROOT

NAMED = {
    "from shop.settings import setting": "from shop.common.settings import setting",
    "import shop.outputs as outputs": "import shop.common.outputs as outputs",
    "from shop.features import main": "from shop.features.features import main",
    "from shop.features.encoders import fit": "from shop.features.encoders import fit",
    "from shop.scoring.linear import Model": "from shop.models.scoring.linear import Model",
    "from shop.train_my_own import fit": "from shop.models.train_my_own import fit",
    "from shop.service.door import one": "from shop.service.validation import one",
    "from shop.service.features import Features": "from shop.service.features import Features",
    "from shop import costs, metrics, outputs, guard": "from shop import costs\nfrom shop.evaluation import metrics\n"
    "from shop.common import outputs, stage as guard",
    "from . import settings": "from .common import settings",
    "from .usual import usual": "from .models.background import usual",
    "from .costs import cost": "from .costs import cost",
    "deps: [shop/metrics.py, data/metrics.py, shop/metrics.pyc]": "deps: [shop/evaluation/metrics.py, data/metrics.py, "
    "shop/evaluation/metrics.pyc]",
    "workshop.settings, my.shop.settings, shop.settings_of": "workshop.settings, my.shop.settings, shop.settings_of",
}


@pytest.mark.parametrize("text", NAMED)
def test_what_names_a_module_names_it_where_it_is(text: str) -> None:
    assert relocated(text, "shop") == NAMED[text]
    assert relocated(NAMED[text], "shop") == NAMED[text]


def test_every_module_of_ours_is_found_where_it_was() -> None:
    home = ROOT / "templates/package"
    there = {file.relative_to(home).as_posix().split(".")[0] for file in home.rglob("*.jinja")}
    assert {now for now in BEFORE if not any(path == now or path.startswith(f"{now}/") for path in there)} == set()
    for path in (
        "data/collect.py",
        "features/encoding/single.py",
        "models/train_x.py",
        "report/charts.py",
        "service/app.py",
    ):
        assert current(former(path)) == path
    assert former("features/encoding/single.py") == "encoding/single.py"
    assert former("deploy/aws/ecs.yaml") == "deploy/aws/ecs.yaml"


def test_an_edit_follows_its_module_and_so_do_own_modules(tmp_path: Path) -> None:
    was = {
        "shop/__init__.py": "",
        "shop/settings.py": "A = 1\nB = 2\nC = 3\n",
        "shop/metrics.py": "from shop.settings import A\n\nX = 1\n\n\nY = 2\n",
        "conf/config.yaml": "a: 1\n",
    }
    apply(compare(was, tmp_path), was, tmp_path)
    (tmp_path / "shop/metrics.py").write_text("from shop.settings import A, B\n\nX = 1\n\n\nY = 3\n")
    (tmp_path / "shop/costs.py").write_text("from shop import metrics\n")
    (tmp_path / "templates/package").mkdir(parents=True)
    (tmp_path / "templates/package/decision.py.jinja").write_text("from {{ project.package }}.payoff import PAYOFF\n")
    assert followers(tmp_path) == {
        "shop/costs.py": ("shop/costs.py", "from shop.evaluation import metrics\n"),
        "templates/package/evaluation/decision.py.jinja": (
            "templates/package/decision.py.jinja",
            "from {{ project.package }}.evaluation.payoff import PAYOFF\n",
        ),
    }
    now = {
        "shop/__init__.py": "",
        "shop/common/settings.py": was["shop/settings.py"],
        "shop/evaluation/metrics.py": "from shop.common.settings import A\n\nX = 5\n\n\nY = 2\n",
    }
    changes = compare(now, tmp_path)
    assert {change.path: change.status for change in changes if change.path.startswith("shop")} == {
        "shop/__init__.py": "identical",
        "shop/common/settings.py": "create",
        "shop/evaluation/metrics.py": "merged",
        "shop/metrics.py": "stale",
        "shop/settings.py": "stale",
    }
    apply(changes, now, tmp_path)
    merged = "from shop.common.settings import A, B\n\nX = 5\n\n\nY = 3\n"
    assert (tmp_path / "shop/evaluation/metrics.py").read_text() == merged
    assert not (tmp_path / "shop/metrics.py").exists()
    assert not (tmp_path / BASE / f"shop/{FLAT}{SUFFIX}").exists()
    assert {change.status for change in compare(now, tmp_path)} <= {"identical", "edited"}
