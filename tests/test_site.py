"""The site of the documentation: it builds strictly, leads nowhere that does not exist, and fetches nothing."""

import re
import sys
from pathlib import Path

import yaml

from tests.sandbox import ROOT, run

QUIET = {"NO_MKDOCS_2_WARNING": "1"}
FETCHED = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=["']?((?:https?:)?//[^\s"'>]+)""")


def test_every_page_is_in_the_menu_once() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = re.findall(r"[\w/-]+\.md", str(yaml.safe_load(text)["nav"]))
    assert sorted(named) == sorted(page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md"))


def test_the_site_builds_strictly_and_fetches_nothing(tmp_path: Path) -> None:
    build = (sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path))
    assert run(ROOT, *build, env=QUIET) == ""
    pages = {file: file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.html")}
    assert len(pages) > 25
    assert {file.name: FETCHED.findall(text) for file, text in pages.items() if FETCHED.findall(text)} == {}
    styles = "".join(file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.css"))
    assert re.findall(r"""url\(["']?(?:https?:)?//""", styles) == []
