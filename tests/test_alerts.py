"""Alerts reach a file, a webhook, a mail server and a command, each alarm once; what fails is sent by the next run."""

import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from generator.config.compose import compose
from generator.plan import plan
from generator.plan.ci import ci_files
from generator.validation.check import check
from tests.sandbox import PROJECTS, Tree, copy, edit, free_port, loaded, tree

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
WRITE = "import sys; open('said', 'a').write(sys.stdin.read() + '\\n')"
CHANNELS = {
    "file": {"kind": "log", "file": "registry/al arms.jsonl"},
    "team": {"kind": "webhook", "url": "HOOK", "form": "slack"},
    "other": {"kind": "webhook", "url": "OTHER"},
    "mail": {"kind": "email", "server": "MAIL", "sender": "m@example.com", "to": ["a@example.com", "b@example.com"]},
    "run": {"kind": "command", "run": [sys.executable, "-c", WRITE]},
}
TEXT = 'rmse is 2, beyond 1; größer "x" \n$(y)'
LINE = f"version 3: performance: rmse: {TEXT}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with every kind of channel."""
    made = copy("weights", tmp_path_factory.mktemp("alerts") / "weights")
    (made / "conf/alerts").mkdir()
    (made / "conf/alerts/every.yaml").write_text(yaml.safe_dump(CHANNELS, sort_keys=False), encoding="utf-8")
    edit(made / "conf/config.yaml", "  - monitor: drift\n", "  - monitor: drift\n  - alerts: every\n")
    return made


@pytest.fixture(scope="module")
def rendered(folder: Path) -> Tree:
    """Return what it renders to."""
    return tree(folder)


@pytest.fixture
def alerts(rendered: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module that sends, in a folder of its own with one alarm."""
    monkeypatch.chdir(tmp_path)
    made = loaded(rendered, "weights/monitoring/alerts.py")
    alarm(made, "rmse")
    return made


def alarm(module: ModuleType, *names: str) -> None:
    """Write what monitoring says with an alarm for each of ``names``."""
    kinds = vars(loaded(tree(PROJECTS / "weights"), "weights/monitoring/summary.py"))
    alarms = [
        kinds["Alarm"](kind="performance", window=0, what=name, value=2.0, limit=1.0, text=TEXT) for name in names
    ]
    summary = kinds["Summary"](status="alarm", statement="", version=3, since=datetime.now(UTC), alarms=alarms)
    module.SUMMARY.parent.mkdir(exist_ok=True)
    module.SUMMARY.write_bytes(msgspec.json.encode(summary))


class Hook:
    """A server that keeps what is posted to it, and answers with ``status``."""

    def __init__(self) -> None:
        hook, self.status, self.bodies = self, 200, []  # type: ignore[var-annotated]

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Keep what is posted."""
                hook.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Print nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Return where it listens, with a token."""
        return f"http://127.0.0.1:{self.server.server_port}/t0ken"


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    made = Hook()
    monkeypatch.setenv("HOOK", made.url)
    monkeypatch.setenv("OTHER", made.url)
    yield made
    made.server.shutdown()
    made.server.server_close()


class Mailbox:
    """What a mail server does with what it gets: it keeps it."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a letter, or refuse it."""
        if self.refuses:
            return "451 later"
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Yield what a server got that asks for a user and a password."""
    made = Mailbox()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"me", b"s3c@t"))

    port = free_port()
    controller = Controller(
        made, hostname="127.0.0.1", port=port, auth_required=True, auth_require_tls=False, authenticator=authenticate
    )
    controller.start()
    monkeypatch.setenv("MAIL", f"smtp://me:s3c%40t@127.0.0.1:{port}")
    yield made
    controller.stop()


def test_an_alarm_goes_to_every_channel_once(alerts: ModuleType, hook: Hook, mailbox: Mailbox, tmp_path: Path) -> None:
    alerts.main()
    alerts.main()
    (line,) = (tmp_path / "registry/al arms.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["alarm"] == LINE
    assert hook.bodies == [
        {"text": f"weights: 1 alarm\n{LINE}"},
        {"title": "weights: 1 alarm", "alarms": [LINE]},
    ]
    (letter,) = mailbox.letters
    assert letter.rcpt_tos == ["a@example.com", "b@example.com"]
    assert b"Subject: weights: 1 alarm" in letter.content
    assert (tmp_path / "said").read_text(encoding="utf-8") == f"{LINE}\n"


def test_an_alarm_that_ends_and_comes_again_is_sent_again(alerts: ModuleType, hook: Hook, mailbox: Mailbox) -> None:
    for names in (["rmse"], ["rmse", "mae"], [], ["rmse"]):
        alarm(alerts, *names)
        alerts.main()
    assert len(mailbox.letters) == 3


def test_what_fails_waits_and_the_others_are_sent(
    alerts: ModuleType, hook: Hook, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.status, mailbox.refuses = 500, True
    monkeypatch.delenv("OTHER")
    with pytest.raises(ConnectionError) as caught:
        alerts.main()
    said = str(caught.value)
    assert "team (HTTP Error 500" in said
    assert "other (OTHER is not set)" in said
    assert "mail (" in said
    assert not any(secret in said for secret in ("t0ken", "s3c"))
    assert (tmp_path / "said").read_text(encoding="utf-8") == f"{LINE}\n"
    alarm(alerts)  # it has ended, and was never sent there
    hook.status, mailbox.refuses = 200, False
    monkeypatch.setenv("OTHER", hook.url)
    hook.bodies.clear()
    alerts.main()
    alerts.main()
    assert (len(hook.bodies), len(mailbox.letters)) == (2, 1)
    assert (tmp_path / "said").read_text(encoding="utf-8") == f"{LINE}\n"


def test_a_command_that_fails_is_named(alerts: ModuleType, hook: Hook, mailbox: Mailbox) -> None:
    alerts.CHANNELS["run"] = lambda texts: alerts.call((sys.executable, "-c", "raise SystemExit(3)"), texts)
    with pytest.raises(ConnectionError, match=r"run .*exit status 3"):
        alerts.main()
    assert len(mailbox.letters) == 1


def test_the_stage_is_last_and_only_where_it_is_asked_for(rendered: Tree) -> None:
    stages = yaml.safe_load(rendered["dvc.yaml"])["stages"]
    assert list(stages)[-1] == "alerts"
    assert "reports/monitor.json" in stages["alerts"]["deps"]
    plain = tree(PROJECTS / "weights")
    assert "alerts" not in yaml.safe_load(plain["dvc.yaml"])["stages"]
    assert "weights/monitoring/alerts.py" not in plain
    alone = tree(PROJECTS / "weights", "+alerts={a: {kind: log}}")["weights/monitoring/alerts.py"]
    assert not any(name in alone for name in ("smtplib", "urlopen", "subprocess", "def secret"))


def test_pipelines_are_given_what_channels_need(folder: Path) -> None:
    project = check(compose(folder / "conf", ["+ci.github=true"]))
    (file,) = ci_files(project, plan(project).stages, renders=True)
    assert [secret.name for secret in file.context.secrets] == ["HOOK", "OTHER", "MAIL"]
