"""A stage waits for whatever its modules import of the project, in every form that Python has for it."""

import json
from pathlib import Path

import pytest
import yaml

from generator.modules.imports import computed, imported
from tests.sandbox import copy, edit, run, start

FORMS = {
    "import named.costs": "named/costs.py",
    "import named.costs as c": "named/costs.py",
    "import named.deep.down": "named/deep/down.py",
    "from named import costs": "named/costs.py",
    "from named import (\n    other,\n    costs as c,\n)": "named/costs.py",
    "from named.costs import rate": "named/costs.py",
    "from named.costs import *": "named/costs.py",
    "from named import *": "named/__init__.py",
    "from . import costs": "named/costs.py",
    "from .costs import rate as r": "named/costs.py",
    "from .deep import down": "named/deep/down.py",
    "from .deep.down import depth": "named/deep/down.py",
    "def late():\n    from named import costs": "named/costs.py",
    "try:\n    import named.costs\nexcept ImportError:\n    pass": "named/costs.py",
    "import importlib\nimportlib.import_module('named.costs')": "named/costs.py",
    "from importlib import import_module\nimport_module('.costs', __package__)": "named/costs.py",
    "__import__('named.costs')": "named/costs.py",
    "from named import deep": "named/deep/__init__.py",
    "import shared": "shared.py",
    "from named import through": "named/costs.py",
    "import named.deep.up": "named/costs.py",
}
FILES = {
    "named/__init__.py": "VERSION = 1",
    "named/costs.py": "rate = 1",
    "named/other.py": "",
    "named/deep/__init__.py": "from . import down",
    "named/deep/down.py": "depth = 1",
    "named/deep/up.py": "from .. import costs",
    "named/through.py": "from .costs import rate",
    "named/idle/__init__.py": '"""Nothing happens here."""',
    "named/idle/part.py": "",
    "shared.py": "",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_import_is_followed(form: str) -> None:
    found = imported("named.main", {**FILES, "named/main.py": form}.get)
    assert FORMS[form] in found
    assert "named/main.py" in found


def test_what_is_not_imported_is_not_waited_for() -> None:
    text = "# import named.costs\nimport numpy\nfrom named.idle import part\n'from named import through'"
    found = imported("named.main", {**FILES, "named/main.py": text}.get)
    assert found == {"named/main.py", "named/__init__.py", "named/idle/part.py"}


def test_what_cannot_be_followed_is_said_with_its_line() -> None:
    assert list(computed("import importlib\n\nimportlib.import_module(f'named.{x}')")) == [
        (3, "importlib.import_module(f'named.{x}')")
    ]
    assert [line for line, _ in computed("x = 1\ny = (")] == [2]


def test_an_import_added_to_rendered_code_is_waited_for(tmp_path: Path) -> None:
    folder = copy("weights", tmp_path / "weights")
    run(folder, "ninefold", "generate")
    (folder / "weights/costs.py").write_text("RATE = 1\n")
    (folder / "weights/more.py").write_text("from importlib import import_module\n\nimport_module('a' + 'b')\n")
    edit(folder / "weights/models/train_linear.py", "from pathlib", "import weights.costs\nfrom pathlib")
    edit(folder / "weights/models/scoring/linear.py", "from pathlib", "from ... import more\nfrom pathlib")
    assert "weights/more.py:3: import_module('a' + 'b'): a computed import" in run(folder, "ninefold", "generate")
    stages = yaml.safe_load((folder / "dvc.yaml").read_text())["stages"]
    assert "weights/costs.py" in stages["train"]["do"]["deps"]
    assert "weights/more.py" in stages["evaluate"]["deps"]
    assert "weights/costs.py" not in stages["evaluate"]["deps"]
    assert "identical" not in run(folder, "ninefold", "generate", "--check")


@pytest.mark.slow
def test_dvc_sees_a_change_of_what_is_imported_in_any_form(tmp_path: Path) -> None:
    folder = start("weights", tmp_path / "weights")
    forms = [form.replace("named", "weights") for form in FORMS if "*" not in form and "other" not in form]
    for path, text in FILES.items():
        if path != "named/__init__.py":
            file = folder / path.replace("named", "weights", 1)
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
    for place, form in enumerate(forms):
        done = f"open('{place}.txt', 'w').write('done')"
        (folder / f"weights/own_{place}.py").write_text(f"{form}\n{done}\n")
    stages = {f"own_{place}": {"module": f"own_{place}", "outs": [f"{place}.txt"]} for place in range(len(forms))}
    with (folder / "conf/config.yaml").open("a") as file:
        file.write(yaml.safe_dump({"stages": stages}))
    run(folder, "ninefold", "generate")
    run(folder, "dvc", "repro", *stages)
    assert json.loads(run(folder, "dvc", "status", "--json", *stages)) == {}
    for file in (folder / "weights/costs.py", folder / "weights/deep/down.py", folder / "shared.py"):
        file.write_text("rate = depth = 2\n")
    assert set(json.loads(run(folder, "dvc", "status", "--json", *stages))) == set(stages)
