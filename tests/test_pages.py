"""The pages of a rendered project, in a real browser: nothing scrolls sideways, nothing breaks, all names stay text."""

import csv
import html
import json
import random
import re
import shutil
import subprocess
import sys
import types
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from jinja2 import UndefinedError

from tests.sandbox import PROJECTS, copy, loaded, module_of, run, start_service, tree, write

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
browser = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")
STAGES = ("collect", "process", "define", "explore", "features", "train_baseline", "train_linear", "train_lightgbm")
LATER = ("evaluate", "refit", "package", "release", "monitor", "report")
SCRIPT = "<script>alert(1)</script>"
HOSTILE = {
    "when": {"type": "timestamp", "role": "time"},
    SCRIPT: {"type": "float"},
    'say "select"': {"type": "text"},
    "日本 & 'co' {{ x }}": {"type": "integer"},
    "never": {"type": "float"},
    "always": {"type": "text"},
    "told": {"type": "boolean"},
    "name": {"type": "text"},
    "<i>refund</i>": {"type": "float"},
    "kind again": {"type": "text"},
    "bad": {"type": "boolean", "role": "outcome"},
}
PROBLEM = {
    "question": f"Is it bad? {SCRIPT}",
    "use": "prescriptive",
    "task": "binary",
    "target": {"sql": "bad", "name": SCRIPT},
    "decision": {"action": f"stop {SCRIPT}", "currency": "<b>", "payoff": {"act_positive": 5, "act_negative": -2}},
}


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def hostile_rows(count: int) -> list[list[object]]:
    """Return rows with a signal, columns that are empty or constant, and ones that know the target or each other."""
    draw, start = random.Random(0), datetime(2024, 1, 1)
    rows = []
    for place in range(count):
        strength, kind = draw.gauss(0, 1), draw.choice(["a", "b", f"{SCRIPT}&"])
        bad = strength + (kind == "a") + draw.gauss(0, 0.5) > 0.5
        gap = "" if draw.random() < 0.2 else draw.randint(0, 9)
        moment = start + timedelta(hours=7 * place)
        refund = round(draw.random(), 2) if bad and draw.random() < 0.8 else ""
        told = str(bad).lower()
        rows.append([moment, round(strength, 3), kind, gap, "", "same", told, f"n{place}", refund, f"{kind}2", told])
    return rows


WATCHED = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from weights.monitoring import operations
from weights.monitoring.summary import *
operations.PAGE, X, start, windows = Path("reports/watched.html"), sys.argv[1], datetime(2026, 1, 1, tzinfo=UTC), []
for week in range(70):
    value = 0.8 - 0.001 * week
    figure, since = Figure(value, (value - 0.02, value + 0.03)), start + timedelta(weeks=week)
    windows.append(Window(
        start=since, end=since + timedelta(days=7 * (week < 69)), rows=2_000 - week, labelled=1_500, complete=week < 69,
        realised=figure if week < 60 else None, threshold=0.72, estimate=figure if week % 3 else None,
        money=100.0 if week % 2 else None, scores=Drift(drift=0.01 * week, threshold=0.2, alarm=week > 20),
        features={X: 0.01 * week, "month": 0.9}))
alarm = Alarm(kind="performance", window=65, what=X, value=0.7, limit=0.72, text=f"worse {X}")
summary = Summary(
    status="alarm", statement=X, version=3, since=start, rows=9, log={"predictions": 9, "torn": 2},
    labels={"matched": 9, "waiting": 12}, windows=windows, alarms=[alarm], score=windows[-1].scores,
    performance=Performance(metric="roc_auc", rows=9, value=0.7, interval=(0.6, 0.8), holdout=0.81, threshold=0.72),
    columns=[Column(name=X, drift=0.69, threshold=0.3, alarm=True, effect=1), Column(name="m", drift=1, calendar=True)],
    slices=[Slice(column="kind", value=X, rows=9, labelled=2, drift=0.2)], retrain=True, reasons=[X],
    estimates=Estimates(windows=9, covered=2, reliable=False),
    calibration=Calibration(rows=9, blocks=5, windows_per_quarter=12.0, asked=0.25, promised=0.3))
write_summary(summary, Path("reports/watched.json"))
operations.write_operations(summary, X)
"""
"""Writes the page for operations as it is after more than a year, with an alarm of everything."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small project with a time column, decisions and bad names, run to the end."""
    folder = copy("weights", tmp_path_factory.mktemp("pages") / "hostile")
    (folder / "logs").mkdir()
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(HOSTILE), *hostile_rows(120)])
    known = [name for name, column in HOSTILE.items() if column.get("role") is None]
    groups = {
        "data/penguins": {"sources": {"rows": {"path": "rows.csv"}}, "table": "rows", "columns": HOSTILE},
        "problem/weight": PROBLEM,
        "features/penguins": {name: quoted(name) for name in known if name != "name"},
        "metrics/errors": {"primary": "roc_auc", "report": ["log_loss"], "slices": [known[1]], "slice_rows": 10},
        "explore/quick": {"rows": 100, "hypotheses": ["missingness", "categories", "drift", "signal"]},
        "split/at_random": {"kind": "time"},
    }
    for name, values in groups.items():
        (folder / f"conf/{name}.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    config = (folder / "conf/config.yaml").read_text(encoding="utf-8")
    (folder / "conf/config.yaml").write_text(
        config.replace("The weight of penguins", f"'{SCRIPT} & co'"), encoding="utf-8"
    )
    run(folder, "ninefold", "generate")
    for stage in (*STAGES, *LATER):
        run(folder, sys.executable, "-m", f"weights.{module_of(stage)}", env={"PYTHONWARNINGS": "error"})
    run(folder, sys.executable, "-c", WATCHED, SCRIPT)
    run(folder, "ruff", "check", "weights")
    run(folder, "ruff", "format", "--check", "weights")
    return folder


def opened(page: Path, width: int, dark: bool, folder: Path) -> dict[str, object]:
    """Open ``page`` in a frame as wide as ``width``, narrower than a window can be, and return what is seen."""
    frame = html.escape(page.read_text(encoding="utf-8"))
    measure = """
      const inner = document.querySelector('iframe').contentWindow, page = inner.document;
      const style = inner.getComputedStyle(page.body);
      document.title = JSON.stringify({wide: page.documentElement.scrollWidth, scripts: page.scripts.length,
        bold: page.querySelectorAll('b:not(.span b)').length, text: page.body.textContent, paper: style.backgroundColor,
        ink: style.color, ids: [...page.querySelectorAll('[id]')].map(item => item.id),
        links: [...page.querySelectorAll('a[href^="#"]')].map(item => item.getAttribute('href').slice(1))});
    """
    wrapper = folder / "wrapper.html"
    wrapper.write_text(
        f'<meta charset="utf-8"><body><iframe width="{width}" height="900" style="border:0" srcdoc="{frame}"></iframe>'
        f"<script>onload = () => {{ {measure} }}</script>",
        encoding="utf-8",
    )
    assert BROWSER is not None
    flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    command = [BROWSER, *flags.split(), "--disable-component-update", "--disable-sync", "--enable-logging=stderr"]
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    command += [
        f"--user-data-dir={folder / 'profile'}",
        scheme,
        "--window-size=1400,1000",
        "--dump-dom",
        wrapper.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    found = re.findall(r"<title>(\{.*?\})</title>", done.stdout, re.DOTALL)
    assert found, "the page was not measured"
    return json.loads(html.unescape(found[-1])) | {"said": said}


def brightness(colour: object) -> float:
    """Return how bright a CSS colour ``rgb(...)`` is, 0 to 255."""
    return sum(float(part) for part in re.findall(r"[\d.]+", str(colour))[:3]) / 3


@pytest.mark.slow
@browser
@pytest.mark.parametrize("name", ["index", "explore", "monitor", "watched"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page_fits_and_follows_the_scheme(hostile: Path, tmp_path: Path, name: str, width: int, dark: bool) -> None:
    seen = opened(hostile / f"reports/{name}.html", width, dark, tmp_path)
    assert seen["wide"] <= width
    assert seen["said"] == []
    assert (brightness(seen["paper"]) < 80 < 160 < brightness(seen["ink"])) == dark
    assert (brightness(seen["ink"]) < 80 < 160 < brightness(seen["paper"])) != dark
    assert set(seen["links"]) <= set(seen["ids"])
    assert len(seen["ids"]) == len(set(seen["ids"]))


@pytest.mark.slow
@browser
@pytest.mark.parametrize("name", ["index", "explore"])
def test_names_stay_text(hostile: Path, tmp_path: Path, name: str) -> None:
    seen = opened(hostile / f"reports/{name}.html", 1280, False, tmp_path)
    assert seen["scripts"] == 0
    assert seen["bold"] == 0
    assert all(text in str(seen["text"]) for text in (SCRIPT, 'say "select"', "日本 & 'co' {{ x }}"))


@pytest.mark.slow
@browser
def test_the_page_for_operations_shows_what_monitoring_knows(hostile: Path, tmp_path: Path) -> None:
    empty, watched = (
        opened(hostile / f"reports/{name}.html", 1280, False, tmp_path) for name in ("monitor", "watched")
    )
    assert empty["ids"] == watched["ids"] == ["alarms", "performance", "traffic", "drift", "labels", "versions"]
    assert "no version" in str(empty["text"])
    assert watched["scripts"] == watched["bold"] == 0
    for text in ("version 3", "0.6 to 0.8", "12", f"worse {SCRIPT}", "Kolmogorov-Smirnov", "unreliable", "torn 2"):
        assert text in str(watched["text"])
    drawn = (hostile / "reports/watched.html").read_text(encoding="utf-8")
    assert drawn.count('class="realised"') == 50  # the last 60 windows are drawn, and 10 have no outcomes yet
    assert drawn.count('class="estimated"') == 40


@pytest.mark.slow
@browser
@pytest.mark.parametrize("watched", [False, True], ids=["without data", "with data"])
def test_the_dashboard_of_the_service(hostile: Path, tmp_path: Path, watched: bool) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    logs = tmp_path / "project/logs"
    logs.mkdir(parents=True)
    if watched:
        shutil.copy(hostile / "reports/watched.json", logs / "monitor.json")
    example = (hostile / "bundle/example.json").read_bytes()
    problems: list[str] = []
    asked: list[str] = []
    with (
        start_service(hostile / "bundle", "weights", "--logs", str(logs)) as (_, port),
        sync_api.sync_playwright() as playwright,
    ):
        base = f"http://127.0.0.1:{port}"
        for _ in range(3):
            assert httpx.post(f"{base}/predict", content=example).status_code == 200
        engine = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = engine.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{base}/dashboard")
            page.wait_for_function("document.getElementById('status').textContent.includes('UTC')")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        text = page.locator("main").inner_text()
        assert page.locator("main script").count() == page.locator("main i").count() == 0
        engine.close()
    assert problems == []
    assert all(url.startswith((base, "data:")) for url in asked)
    assert "200: 3" in text
    for shown in (
        (SCRIPT, "0.6 to 0.8", "Kolmogorov-Smirnov") if watched else ("No reports/monitor.json can be reached",)
    ):
        assert shown in text


@pytest.mark.slow
def test_pages_stand_alone(hostile: Path) -> None:
    for page in (hostile / "reports").glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(script|link(?! rel=\"icon\")|img|iframe)\b", text)
        assert not re.search(r"(src|href|url)\s*[=(]\s*[\"']?(https?:)?//", text)


@pytest.mark.slow
def test_pages_are_the_same_every_time(hostile: Path) -> None:
    before = {file: file.read_bytes() for file in (hostile / "reports").glob("*") if file.is_file()}
    for stage in ("explore", "report"):
        run(hostile, sys.executable, "-m", f"weights.{module_of(stage)}")
    assert {file: file.read_bytes() for file in before} == before


@pytest.mark.slow
def test_exploration_sees_what_is_wrong(hostile: Path) -> None:
    found = json.loads((hostile / "reports/exploration.json").read_text(encoding="utf-8"))
    warned = {(warning["kind"], warning["column"]) for warning in found["warnings"]}
    assert {
        ("leak", "told"),
        ("leak", "<i>refund</i>"),
        ("redundant", 'kind again, say "select"'),
        ("empty", "never"),
        ("constant", "always"),
        ("identifier", "name"),
    } <= warned
    assert [item["name"] for item in found["hypotheses"]] == ["missingness", "categories", "drift", "signal"]
    assert {item["name"]: item["verdict"] for item in found["hypotheses"]}["signal"] == "confirmed"
    assert all(item["verdict"] in ("confirmed", "rejected", "inconclusive") for item in found["hypotheses"])


@pytest.mark.slow
def test_description_ends_with_the_exploration(tmp_path: Path) -> None:
    folder = copy("penguins", tmp_path / "penguins")
    run(folder, "ninefold", "generate", "problem.use=descriptive")
    for stage in ("collect", "process", "define", "explore", "report"):
        run(folder, sys.executable, "-m", f"birds.{module_of(stage)}", env={"PYTHONWARNINGS": "error"})
    run(folder, "ruff", "check", "birds")
    sections = re.findall(r'<section id="(\w+)"', (folder / "reports/index.html").read_text(encoding="utf-8"))
    assert sections == ["brief", "sources", "processing", "metrics", "exploration"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> types.ModuleType:
    """Return the module that fills templates, with a template of its own that prints what it is given everywhere."""
    rendered = tree(PROJECTS / "penguins")
    folder = write(rendered, tmp_path_factory.mktemp("templates"))
    module = loaded(rendered, "birds/report/pages.py")
    module.TEMPLATES = folder / "birds/report/templates"  # type: ignore[attr-defined]
    (module.TEMPLATES / "own.html").write_text(
        '{% from "macros.html" import badge, figure, line, spark, table, tile %}{{ text }}{{ badge(text, text) }}'
        "{{ line(text, 1, text, text) }}{{ spark([1], text) }}{% call figure(text, text) %}{{ text }}{% endcall %}"
        "{% call table([text]) %}{{ text }}{% endcall %}{% call tile(text, text, text) %}{{ text }}{% endcall %}"
    )
    return module


def test_everything_but_markup_is_escaped(pages: types.ModuleType) -> None:
    text = f"{SCRIPT} \"><i> '{{{{ 1 }}}}"
    made = pages.render("own.html", text=text)
    assert "<script" not in made
    assert "<i>" not in made
    assert made.count("&lt;script&gt;alert(1)&lt;/script&gt; &#34;&gt;&lt;i&gt; &#39;{{ 1 }}") == 17
    assert pages.marked("before `<a>`, after") == "before <code>&lt;a&gt;</code>, after"


def test_a_value_that_a_template_lacks_is_an_error(pages: types.ModuleType) -> None:
    with pytest.raises(UndefinedError, match="'text' is undefined"):
        pages.render("own.html")


def test_figures_are_written_for_people(pages: types.ModuleType) -> None:
    values = (336_776, 1234.5, 0.72191, -2)
    assert [pages.number(value) for value in values] == ["336,776", "1,234", "0.7219", "\u22122"]
    assert pages.percent(0.1613) == "16.1 %"
    assert pages.between([0.25, 0.5]) == "0.25 to 0.5"
    assert pages.place(5, (5, 5)) == 50
    assert pages.place(9, (0, 3)) == 100
