"""The packaged service under fire: any body, a killed process, a new bundle under load, a full disk, a real browser.

More of it: ``FUZZ=50000 KILLS=20 RELOADS=50 pytest -m slow tests/test_service_under_fire.py -s``.
"""

import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.sandbox import KEY, ROOT, SCRIPTS, Threads, free_port, start_service, wait_for
from tests.test_pages import BROWSER

BUNDLE = ROOT / "bundle"
FUZZ, KILLS, RELOADS = (
    int(os.environ.get(name, count)) for name, count in (("FUZZ", 3_000), ("KILLS", 3), ("RELOADS", 5))
)

ATTACKS = (
    "silent",
    "slow_heads",
    "bodies_that_never_begin",
    "large_header",
    "many_headers",
    "requests_ahead",
    "large_batches",
    "removed_log",
    "refused_batches",
    "keys",
    "bundles",
    "workers",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BUNDLE / "bundle.json").exists(), reason="there is no bundle/: run `dvc repro package`"),
]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a copy of the bundle, away from the project it was made by."""
    return Path(shutil.copytree(BUNDLE, tmp_path / "bundle", ignore=shutil.ignore_patterns("__pycache__", "logs")))


def service(
    bundle: Path, *arguments: str, **options: Any
) -> AbstractContextManager[tuple[subprocess.Popen[bytes], int]]:
    """Start the service in ``bundle``; what is yielded is its process, and its port."""
    return start_service(bundle, "flights", *arguments, **options)


def connect(port: int) -> HTTPConnection:
    """Return a connection to the service on ``port``."""
    return HTTPConnection("127.0.0.1", port, timeout=20)


def ask(connection: HTTPConnection, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
    """Return status and content of the answer to a request."""
    connection.request(
        "POST" if body is not None else "GET",
        path,
        body,
        {"Content-Type": "application/json", "X-API-Key": KEY, **headers},
    )
    answer = connection.getresponse()
    content = answer.read()
    return answer.status, json.loads(content) if "json" in (answer.getheader("Content-Type") or "") else content


def once(port: int, path: str, body: bytes | None = None) -> tuple[int, Any]:
    """Return status and content of the answer to a request on a connection of its own."""
    with closing(connect(port)) as connection:
        return ask(connection, path, body)


def logged(folder: Path) -> list[str]:
    """Return the ids in the log of predictions; every line is whole, but for the last of a file."""
    found = []
    for file in sorted(folder.glob("predictions-*.jsonl")):
        for line in file.read_bytes().split(b"\n")[:-1]:
            found.append(json.loads(line)["id"])
    return found


class Load(Threads):
    """Clients that ask for predictions without a pause, in threads, and remember every answer."""

    def __init__(self, port: int, body: bytes, clients: int = 4) -> None:
        self.port, self.body = port, body
        self.ids: list[str] = []
        self.failures: list[str] = []
        super().__init__(self.run, clients)

    def run(self) -> None:
        """Ask until it is over, or the service is gone."""
        with closing(connect(self.port)) as connection:
            while not self.over.is_set():
                try:
                    status, content = ask(connection, "/predict", self.body)
                except (OSError, HTTPException) as error:
                    self.failures.append(repr(error))
                    return
                if status == 200:
                    self.ids.append(content["id"])
                else:
                    self.failures.append(f"{status}: {content}")


def test_schemathesis_finds_nothing(bundle: Path, tmp_path: Path) -> None:
    with service(bundle) as (_, port):
        command = [f"{SCRIPTS}/schemathesis", "run", str(bundle / "openapi.json"), "--url", f"http://127.0.0.1:{port}"]
        quick = [
            "-n",
            "25",
            "--no-shrink",
            "--phases",
            "examples,coverage,fuzzing",
            "--seed",
            "1",
            "--continue-on-failure",
        ]
        # Not whether all that is valid is accepted: a pattern cannot tell which years have a 29 February.
        checks = ["--exclude-checks", "positive_data_acceptance", "-H", f"X-API-Key: {KEY}"]
        done = subprocess.run([*command, *quick, *checks], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


TEXTS = st.text() | st.sampled_from(["EWR", "US", "NaN", "1e999", "2013-10-01", "2013-10-01T09:00:00", "a" * 10_000])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))


def test_any_body_is_answered_in_kind(bundle: Path) -> None:
    """What is accepted is valid by its schema, what is valid is accepted, and nothing is a failure of the service."""
    example = json.loads((bundle / "example.json").read_text(encoding="utf-8"))
    description = json.loads((bundle / "openapi.json").read_text(encoding="utf-8"))
    schema = jsonschema_rs.validator_for(description["components"]["schemas"]["Row"])
    seen: Counter[int] = Counter()

    def row(values: Any) -> bytes:
        return json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")

    def cut(body: bytes, place: int, byte: int) -> bytes:
        place %= len(body) + 1
        return body[:place] if byte > 255 else body[:place] + bytes([byte]) + body[place + 1 :]

    changed = st.dictionaries(st.sampled_from([*example]) | TEXTS, VALUES, max_size=4).map(
        lambda change: row({**example, **change})
    )
    broken = st.builds(cut, changed, st.integers(0, 400), st.integers(0, 511))
    bodies = changed | broken | VALUES.map(row) | st.binary(max_size=200)
    paths = st.sampled_from(["/predict", "/predict", "/decide", "/explain", "/predict/batch", "/feedback"])

    served = service(bundle, "--logs", str(bundle.parent / "logs"))
    with served as (process, port), closing(connect(port)) as connection:

        @settings(
            max_examples=FUZZ,
            deadline=None,
            database=None,
            derandomize="FUZZ" not in os.environ,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        @given(path=paths, body=bodies)
        def fuzz(path: str, body: bytes) -> None:
            status, content = ask(connection, path, body)
            seen[status] += 1
            assert status in (200, 400, 413, 422), (path, body, status, content)
            if status != 200:
                assert content["error"]
                return
            accepted = json.loads(body)
            rows = accepted if path == "/predict/batch" else [accepted]
            assert path == "/feedback" or all(schema.is_valid(one) for one in rows), (path, body, content)

        fuzz()
        assert process.poll() is None
        assert ask(connection, "/predict", row(example))[0] == 200
    print(f"\n{sum(seen.values()):,} bodies: {dict(seen)}")
    assert seen[200]
    assert seen[400]
    assert seen[422]


def test_every_answer_is_in_the_log_when_the_process_is_killed(bundle: Path) -> None:
    body, logs = (bundle / "example.json").read_bytes(), bundle.parent / "logs"
    answered: list[str] = []
    for count in range(KILLS):
        with service(bundle, "--logs", str(logs)) as (process, port), Load(port, body) as load:
            time.sleep(0.2 + 0.3 * random.Random(count).random())
            process.send_signal(signal.SIGKILL)
            process.wait()
        answered += load.ids
    kept = Counter(logged(logs))
    print(f"\n{len(answered):,} answers before {KILLS} kills, {len(kept):,} lines in the log")
    assert answered
    assert [key for key in answered if kept[key] != 1] == []
    assert len(kept) <= len(answered) + 4 * KILLS


def held_by(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Return how many files a process holds open, and how many MiB of memory."""
    home = Path(f"/proc/{process.pid}")
    pages = int((home / "statm").read_text().split()[1])
    return len([*(home / "fd").iterdir()]), pages * resource.getpagesize() / 2**20


def test_a_new_bundle_is_taken_under_load_and_a_broken_one_is_not(bundle: Path) -> None:
    body = (bundle / "example.json").read_bytes()
    versions = bundle.parent / "versions"
    link = bundle.parent / "current"

    def install(number: int, change: Callable[[Path], None] = lambda _: None) -> None:
        folder = Path(shutil.copytree(bundle, versions / str(number)))
        change(folder)
        new = bundle.parent / "new"
        new.symlink_to(folder)
        new.replace(link)

    def taken(port: int, result: str) -> int:
        text = once(port, "/metrics")[1].decode()
        lines = [line for line in text.splitlines() if line.startswith(f'service_reloads_total{{result="{result}"}}')]
        return int(float(lines[0].split()[-1])) if lines else 0

    def wait(port: int, result: str, count: int) -> None:
        until = time.monotonic() + 20
        while taken(port, result) < count:
            assert time.monotonic() < until, f"no {result} reload number {count}"
            time.sleep(0.05)

    install(0)
    with (
        service(link, "--bundle", str(link), "--logs", str(bundle.parent / "logs")) as (process, port),
        Load(port, body) as load,
    ):
        held = []
        for number in range(1, RELOADS + 1):
            install(number)
            wait(port, "taken", number)
            held.append(held_by(process))
        install(-1, lambda folder: (folder / "model/model.txt").write_text("no model", encoding="utf-8"))
        wait(port, "refused", 1)
        assert once(port, "/ready")[0] == 200
    print(f"\n{len(load.ids):,} answers while {RELOADS} bundles were taken")
    assert load.failures == []
    assert len(set(load.ids)) == len(load.ids) > RELOADS
    (files, memory), (files_later, memory_later) = held[1], held[-1]
    assert files_later <= files + 4
    assert memory_later < memory + 40


def test_a_disk_that_is_full_is_told_and_overcome(bundle: Path) -> None:
    body, logs = (bundle / "example.json").read_bytes(), bundle.parent / "logs"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))

    served = service(bundle, "--logs", str(logs), preexec_fn=limit)
    with served as (process, port), closing(connect(port)) as connection:
        statuses = [ask(connection, "/predict", body)[0] for _ in range(30)]
        assert statuses == sorted(statuses)
        assert {*statuses} == {200, 503}
        assert ask(connection, "/ready")[0] == 503
        assert b"service_log_failures_total 0.0" not in ask(connection, "/metrics")[1]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert ask(connection, "/ready") == (200, {"ready": True, "reason": None})
        assert ask(connection, "/predict", body)[0] == 200
    lines = [line for file in logs.glob("predictions-*.jsonl") for line in file.read_bytes().split(b"\n") if line]
    whole = [line for line in lines if line.startswith(b'{"id"') and line.endswith(b"}")]
    assert len(whole) == statuses.count(200) + 1


def test_asks_for_the_key(bundle: Path) -> None:
    body = (bundle / "example.json").read_bytes()
    none = {"X-API-Key": ""}
    with service(bundle) as (_, port), closing(connect(port)) as connection:
        assert ask(connection, "/predict", body, **none)[0] == 401
        assert ask(connection, "/predict", body, **{"X-API-Key": "another"})[0] == 401
        for path in ("/info", "/example.json", "/openapi.json", "/dashboard.json"):
            assert ask(connection, path, **none)[0] == 401
            assert ask(connection, path)[0] == 200
        assert ask(connection, "/predict", body)[0] == 200
        assert ask(connection, "/predict", body, **none, Authorization=f"bearer {KEY}")[0] == 200
        assert ask(connection, "/ready", **none)[0] == 200


def test_several_workers_share_the_work(bundle: Path) -> None:
    body, logs = (bundle / "example.json").read_bytes(), bundle.parent / "logs"
    with service(bundle, "--workers", "2", "--logs", str(logs)) as (process, port), Load(port, body, clients=8) as load:
        time.sleep(2)
        load.over.set()
        for thread in load.threads:
            thread.join()
        counted = once(port, "/metrics")[1].decode()
        process.terminate()
        process.wait()
    assert load.failures == []
    assert sorted(logged(logs)) == sorted(load.ids)
    name = 'service_requests_total{path="/predict",status="200"}'
    total = next(line for line in counted.splitlines() if line.startswith(name))
    assert float(total.split()[-1]) == len(load.ids)


def test_workers_end_with_what_started_them(bundle: Path) -> None:
    with service(bundle, "--workers", "2", "--logs", str(bundle.parent / "logs")) as (process, port):
        assert once(port, "/ready")[0] == 200
        process.kill()
        process.wait()
        for _ in range(200):  # as long as a worker runs, it listens
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                return
            time.sleep(0.1)
    raise AssertionError("a worker still listens 20 seconds after its supervisor was killed")


AS_NOBODY = """
import encodings.idna, os
import flights.service.__main__, flights.service.models.lightgbm, lightgbm, uvicorn.loops.auto, uvicorn.lifespan.on
import uvicorn.protocols.http.auto, uvicorn.protocols.websockets.auto
os.setgroups([]), os.setgid(65534), os.setuid(65534)
flights.service.__main__.main()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can take another user and mount folders")
def test_runs_as_nobody_where_nothing_but_the_log_can_be_written(bundle: Path) -> None:
    logs = bundle.parent / "logs"
    logs.mkdir()
    shutil.chown(logs, 65534, 65534)
    for folder in (folder for folder in (bundle, *bundle.parents) if folder.is_relative_to("/tmp/pytest-of-root")):
        folder.chmod(0o755)
    mount = f"mount --bind {bundle} {bundle} && mount -o remount,ro,bind {bundle} && cd {bundle}"
    if subprocess.run(["unshare", "--mount", "sh", "-c", mount], capture_output=True, check=False).returncode:
        pytest.skip("folders cannot be mounted here")
    port = free_port()
    start = [sys.executable, "-c", AS_NOBODY, "--port", str(port), "--logs", str(logs)]
    command = ["unshare", "--mount", "sh", "-c", f'{mount} && ! touch here && exec "$@"', "sh", *start]
    said, environment = bundle.parent / "said", {**os.environ, "SERVICE_API_KEY": KEY}
    with said.open("wb") as output, subprocess.Popen(command, env=environment, stderr=output) as process:
        try:
            wait_for(port, lambda: process.poll() is None, said)
            assert once(port, "/predict", (bundle / "example.json").read_bytes())[0] == 200
            assert Path(f"/proc/{process.pid}").stat().st_uid == 65534
        finally:
            process.kill()
    assert len(logged(logs)) == 1
    assert not [*bundle.rglob("__pycache__")]


LAMBDA = """
import json, os, sys
sys.path[:0] = [".", "deploy/aws"]
from lambda_handler import handler
event = {"version": "2.0", "routeKey": "POST /predict", "rawPath": "/predict", "rawQueryString": "",
         "headers": {"content-type": "application/json", "host": "x", "x-api-key": os.environ["SERVICE_API_KEY"]},
         "isBase64Encoded": False,
         "requestContext": {
             "http": {"method": "POST", "path": "/predict", "sourceIp": "1.2.3.4", "protocol": "HTTP/1.1"},
             "domainName": "x", "stage": "$default"},
         "body": open("example.json").read()}
print(json.dumps([handler(event, None), handler({**event, "body": "{"}, None)]))
"""


def test_lambda_answers_from_the_same_bundle(bundle: Path) -> None:
    environment = {**os.environ, "LAMBDA_TASK_ROOT": str(bundle), "SERVICE_API_KEY": KEY}
    command = [sys.executable, "-B", "-c", LAMBDA]
    done = subprocess.run(command, cwd=bundle, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    good, bad = json.loads(done.stdout)
    with service(bundle) as (_, port):
        expected = once(port, "/predict", (bundle / "example.json").read_bytes())[1]["probability"]
    assert (good["statusCode"], json.loads(good["body"])["probability"]) == (200, expected)
    assert bad["statusCode"] == 400


@pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")
def test_a_person_tries_a_request_in_a_browser(bundle: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    with service(bundle) as (_, port), sync_api.sync_playwright() as playwright:
        expected = once(port, "/predict", (bundle / "example.json").read_bytes())[1]["probability"]
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_function("document.getElementById('status').textContent.includes('key')")
        page.locator("#key").fill(KEY)
        page.locator("#key").press("Tab")
        page.get_by_role("button", name="Predict one row", exact=True).click()
        page.wait_for_function("document.getElementById('answer').textContent.includes('probability')")
        assert json.loads(page.locator("#answer").inner_text())["probability"] == expected
        page.locator("input[name=distance]").fill("far")
        page.get_by_role("button", name="Predict one row", exact=True).click()
        page.wait_for_function("document.getElementById('answer').className == 'bad'")
        page.locator("input[name=distance]").fill("")
        page.get_by_role("button", name="Decide for one row").click()
        page.wait_for_function("document.getElementById('answer').textContent.includes('expected_gain')")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert problems == []
        browser.close()


@pytest.mark.parametrize("attack", ATTACKS)
def test_holds_under_attack(attack: str) -> None:
    """It holds what `benchmarks/attacks.py` counts, which also says what an attack is."""
    command = [sys.executable, str(ROOT / "benchmarks/attacks.py"), attack]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
