"""Every target of ``conf/deploy/`` passes the checker of its trade, and a broken file does not."""

import base64
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
import yaml

from generator.config.compose import compose
from generator.config.composed import Composed
from generator.errors import ConfigError
from generator.plan import plan
from generator.plan.deploy import resource_name
from generator.render.render import Tree, render
from generator.validation.check import check
from tests.sandbox import PROJECTS, ROOT, SCRIPTS, write
from tests.test_hostile import NASTY

EVERYWHERE = yaml.safe_load((ROOT / "conf/deploy/everywhere.yaml").read_text(encoding="utf-8"))
VALUES = compose(PROJECTS / "weights/conf").values
KEY = "SERVICE_API_KEY"
METRICS = {
    "service_requests_total": {"path", "status"},
    "service_request_seconds_bucket": {"path", "le"},
    "service_request_seconds_sum": {"path"},
    "service_request_seconds_count": {"path"},
    "service_unexpected_total": {"field"},
    "service_log_failures_total": set(),
    "service_ready": set(),
    "service_bundle": {"digest", "candidate"},
    "service_reloads_total": {"result"},
}
"""What the service tells at /metrics, with the labels of each."""

ALERTS = """
rule_files: [alerts.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'up{job="weights", instance="one"}', values: "STATE"}
      - {series: 'service_requests_total{job="weights", path="/predict", status="200"}', values: "0+60x60"}
      - {series: 'service_requests_total{job="weights", path="/predict", status="500"}', values: "0+FAILSx60"}
      - {series: 'service_log_failures_total{job="weights"}', values: "0+FAILSx60"}
    alert_rule_test:
      - {eval_time: 30m, alertname: ServiceDown, exp_alerts: [DOWN]}
      - {eval_time: 30m, alertname: ServiceFails, exp_alerts: [FAILING]}
      - {eval_time: 30m, alertname: PredictionsNotLogged, exp_alerts: [LOST]}
"""


def tool(name: str, *arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a checker and return how it ended and what it said."""
    return subprocess.run([name, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def checker(name: str) -> str:
    """Return where a checker is that comes with a Python package."""
    return str(Path(SCRIPTS) / name)


def composed(
    deploy: Mapping[str, Any], package: str = "weights", title: str = "Weights", key: str | None = KEY, **other: Any
) -> Composed:
    naming = {"package": package, "title": title}
    service = VALUES["service"] | {"api_key": key} | other.get("service", {})
    return Composed(VALUES | other | {"deploy": dict(deploy), "project": naming, "service": service}, {})


def rendered(deploy: Mapping[str, Any], **other: Any) -> Tree:
    """Return the files of ``deploy/`` that a project renders to, by their paths in it."""
    folder = f"{other.get('package', 'weights')}/deploy/"
    whole = plan(check(composed(deploy, **other)))
    files = tuple(file for file in whole.files if file.path.startswith(folder) or file.path.endswith("/ruff.toml"))
    tree = render(replace(whole, files=files, stages=(), sections={}, texts={}))
    return {path.removeprefix(folder): text for path, text in tree.items() if path.startswith(folder)}


def broken(folder: Path, path: str, before: str, after: str) -> Path:
    """Write the file beside itself with ``before`` replaced by ``after``, and return that."""
    text = (folder / path).read_text(encoding="utf-8")
    assert before in text
    file = (folder / path).with_name(f"broken-{Path(path).name}")
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    return file


@pytest.fixture(params=[KEY, None], ids=["key", "open"], scope="module")
def key(request: pytest.FixtureRequest) -> str | None:
    """Return the variable that holds the API key, if there is one."""
    return request.param


@pytest.fixture(scope="module")
def tree(key: str | None) -> Tree:
    """Return all that is rendered for every target."""
    return rendered(EVERYWHERE, key=key)


@pytest.fixture(scope="module")
def plain() -> Tree:
    """Return what is rendered with nothing out of the ordinary."""
    return rendered(EVERYWHERE)


@pytest.fixture
def folder(tree: Tree, tmp_path: Path) -> Path:
    """Return a folder with all that is rendered for every target."""
    return write(tree, tmp_path)


TARGETS = {
    "none": {},
    "container": {"container": {}},
    "compose": {"container": {}, "compose": {}},
    "kubernetes": {name: EVERYWHERE[name] for name in ("container", "kubernetes")},
    "ecs": {"container": {}, "aws": {"ecs": {}}},
    "lambda": {"aws": {"lambda": {}}},
}


@pytest.mark.parametrize("target", TARGETS)
def test_only_what_was_chosen_is_rendered(target: str) -> None:
    folders = {"none": set(), "lambda": {"aws"}, "container": {"container"}, "ecs": {"container", "aws"}}
    files = rendered(TARGETS[target])
    assert {path.split("/")[0] for path in files if "/" in path} == folders.get(target, {"container", target})
    assert ("README.md" in files) == (target != "none")
    assert ("aws/lambda_handler.py" in files) == (target == "lambda")
    assert ("aws/ecs.yaml" in files) == (target == "ecs")


def test_a_descriptive_project_has_nothing_to_deploy() -> None:
    assert rendered(EVERYWHERE, problem=VALUES["problem"] | {"use": "descriptive"}) == {}


def test_the_readme_names_files_that_exist(tree: Tree) -> None:
    named = set(re.findall(r"deploy/([\w./-]+\w)", tree["README.md"]))
    folders = {str(Path(path).parent) for path in tree}
    assert named - {"."} <= tree.keys() | folders
    assert {path for path in tree if path.startswith("aws/") and "handler" not in path} <= named


# A container


def test_hadolint_accepts_the_dockerfile(folder: Path) -> None:
    said = tool(checker("hadolint"), folder / "container/Dockerfile")
    assert (said.returncode, said.stdout) == (0, "")


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("python:3.11-slim-bookworm", "python:latest", "DL3007"),
        ("# hadolint ignore=DL3008\n", "", "DL3008"),
        ("--no-install-recommends ", "", "DL3015"),
        ('CMD ["python", "-m", ', 'CMD python -m "', "DL3025"),
        ("WORKDIR /srv/weights", "WORKDIR srv", "DL3000"),
    ],
    ids=["tag", "version", "recommends", "shell", "relative"],
)
def test_hadolint_refuses_a_broken_dockerfile(plain: Tree, tmp_path: Path, before: str, after: str, rule: str) -> None:
    folder = write(plain, tmp_path)
    assert rule in tool(checker("hadolint"), broken(folder, "container/Dockerfile", before, after)).stdout


def instructions(text: str) -> dict[str, str]:
    """Return the last instruction of each kind."""
    joined = re.sub(r"\\\n\s*", "", text)
    return dict(line.split(" ", 1) for line in joined.splitlines() if re.match(r"[A-Z]+ ", line))


def test_the_container_starts_the_service_as_somebody(tree: Tree) -> None:
    found = instructions(tree["container/Dockerfile"])
    assert json.loads(found["CMD"]) == [
        *("python", "-m", "weights.service", "--host", "0.0.0.0", "--port", "8000"),
        *("--logs", "/logs", "--workers", "1"),
    ]
    assert found["USER"] == "10001:10001"
    assert json.loads(found["VOLUME"]) == ["/logs", "/tmp"]
    assert "libgomp1" in tree["container/Dockerfile"]


def test_without_lightgbm_nothing_is_installed_with_apt() -> None:
    model = {"baseline": {"kind": "baseline"}, "linear": {"kind": "linear"}}
    assert "apt-get" not in rendered(EVERYWHERE, model=model)["container/Dockerfile"]
    assert "libgomp" not in rendered(EVERYWHERE, model=model)["aws/package_lambda.py"]


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (None, False)])
def test_the_health_check_asks_whether_the_service_is_ready(plain: Tree, status: int | None, healthy: bool) -> None:
    command = json.loads(instructions(plain["container/Dockerfile"])["HEALTHCHECK"].split("CMD ", 1)[1])
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status or 500)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        port = server.server_port
        if status is None:
            server.server_close()
        else:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        done = tool(sys.executable, *(part.replace(":8000/", f":{port}/") for part in command[1:]))
        if status is not None:
            server.shutdown()
    assert (done.returncode == 0) == healthy
    assert set(asked) == (set() if status is None else {"/ready"})


def test_what_the_sums_list_goes_into_the_image(plain: Tree) -> None:
    ignored = plain["container/.dockerignore"].splitlines()[1:]
    kept = ("flights", "model", "data", "deploy", "Dockerfile", "README.md", "params.yaml", "SHA256SUMS", "logs")
    assert not set(kept) & set(ignored)


# Kubernetes


def objects(tree: Tree) -> dict[str, Any]:
    files = {path: yaml.safe_load(text) for path, text in tree.items() if path.startswith("kubernetes/")}
    return {content["kind"]: content for content in files.values()}


def test_kubernetes_accepts_the_objects(tree: Tree) -> None:
    assert set(objects(tree)) == {
        *("Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"),
    }
    for content in objects(tree).values():
        kubernetes_validate.validate(content, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Deployment", ("spec", "template", "spec", "containers", 0, "ports", 0, "containerPort"), "http"),
        ("Deployment", ("spec", "template", "spec", "securityContext", "runAsNoRoot"), True),
        ("Service", ("spec", "ports", 0, "port"), "eighty"),
        ("HorizontalPodAutoscaler", ("spec", "maxReplicas"), "many"),
        ("PodDisruptionBudget", ("spec", "selectors"), {}),
        ("NetworkPolicy", ("spec", "policyTypes"), "Ingress"),
    ],
)
def test_kubernetes_refuses_broken_objects(plain: Tree, kind: str, path: tuple[Any, ...], value: Any) -> None:
    content = objects(plain)[kind]
    inner = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(content, kubernetes_validate.latest_version(), strict=True)


def test_the_objects_of_kubernetes_find_each_other(tree: Tree) -> None:
    found = objects(tree)
    deployment = found["Deployment"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"] == labels
    assert found["Service"]["spec"]["selector"] == labels
    assert found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels
    assert found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == found["Deployment"]["metadata"]["name"]
    assert {content["metadata"]["namespace"] for content in found.values()} == {"flights"}


def test_pods_are_probed_drained_and_confined(tree: Tree, key: str | None) -> None:
    pod = objects(tree)["Deployment"]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")}
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startup": "/ready",
        "readiness": "/ready",
        "liveness": "/health",
    }
    assert {probe["port"] for probe in probes.values()} == {container["ports"][0]["name"]}
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10_001
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/logs", "/tmp"}
    assert pod["terminationGracePeriodSeconds"] >= 30 + int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    secrets = {item["name"]: item["valueFrom"]["secretKeyRef"]["name"] for item in container.get("env", [])}
    assert secrets == ({KEY: "weights-api-key"} if key else {})


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("registry.example.com/flights:1.0.0", "registry.example.com/flights:1.0.0-3"),
        ("localhost:5000/flights:1.0.0", "localhost:5000/flights:1.0.0-3"),
        (f"localhost:5000/flights@sha256:{'0' * 64}", "localhost:5000/flights:3"),
        (f"flights:1.0.0@sha256:{'0' * 64}", "flights:1.0.0-3"),
    ],
)
def test_each_version_has_an_image_of_its_own(image: str, expected: str) -> None:
    readme = rendered(with_("kubernetes.image", image))["README.md"]
    (line,) = [line for line in readme.splitlines() if line.startswith("image=")]
    assert tool("sh", "-c", f'version=/a/registry/versions/3; {line}\necho "$image"').stdout == f"{expected}\n"


# Compose, Prometheus, Grafana


def compose_check(file: Path) -> subprocess.CompletedProcess[str]:
    return tool(checker("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", file)


def test_the_schema_accepts_the_compose_file(folder: Path) -> None:
    said = compose_check(folder / "compose/compose.yaml")
    assert said.returncode == 0, said.stdout


@pytest.mark.parametrize(
    ("before", "after"), [("read_only: true", "readonly: true"), ("tmpfs: [/tmp]", "tmpfs: {a: b}")]
)
def test_the_schema_refuses_a_broken_compose_file(folder: Path, before: str, after: str) -> None:
    assert compose_check(broken(folder, "compose/compose.yaml", before, after)).returncode == 1


def test_compose_mounts_what_is_there(tree: Tree, key: str | None) -> None:
    content = yaml.safe_load(tree["compose/compose.yaml"])
    volumes = [volume for service in content["services"].values() for volume in service["volumes"]]
    ours = {volume.split(":")[0].removeprefix("./") for volume in volumes if volume.startswith("./")}
    assert all(any(path.startswith(f"compose/{name}") for path in tree) for name in ours)
    assert {volume.split(":")[0] for volume in volumes if volume[0] != "."} == content["volumes"].keys()
    assert all(port.startswith("127.0.0.1:") for service in content["services"].values() for port in service["ports"])
    assert (KEY in tree["compose/compose.yaml"]) == (key is not None)
    assert Path("bundle/deploy/compose", content["services"]["service"]["build"]["context"]).parts[-2:] == ("..", "..")


@pytest.fixture(scope="session")
def promtool(pytestconfig: pytest.Config) -> str:
    """Return where promtool is: on the path, or unpacked from Debian's package without installing that."""
    found = shutil.which("promtool")
    if found:
        return found
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("promtool")
    program = folder / "usr/bin/promtool"
    if not program.exists():
        if not shutil.which("apt-get"):
            pytest.skip("there is no promtool, and no apt-get to fetch it with")
        tool("apt-get", "--quiet", "update")
        said = tool("apt-get", "--quiet", "download", "prometheus", folder=folder)
        packages = sorted(folder.glob("prometheus_*.deb"))
        if not packages:
            pytest.skip(f"there is no promtool, and it cannot be fetched: {said.stderr[-200:]}")
        tool("dpkg", "--extract", packages[0], folder)
    return str(program)


def test_prometheus_accepts_its_config_and_the_alerts(folder: Path, promtool: str) -> None:
    said = tool(promtool, "check", "config", folder / "compose/prometheus.yml")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "8 rules found" in said.stdout


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("compose/alerts.yml", "for: 2m", "for: two minutes"),
        ("compose/alerts.yml", "sum(rate(", "sum(rate"),
        ("compose/prometheus.yml", "static_configs", "static_config"),
    ],
)
def test_prometheus_refuses_what_is_broken(folder: Path, promtool: str, path: str, before: str, after: str) -> None:
    kind = "rules" if "alerts" in path else "config"
    assert tool(promtool, "check", kind, broken(folder, path, before, after)).returncode != 0


def alert_test(folder: Path, state: str, fails: int, fire: set[str]) -> Path:
    """Write a test of the alerts: of a service in ``state`` that ``fails`` so often a minute."""
    groups = yaml.safe_load((folder / "compose/alerts.yml").read_text(encoding="utf-8"))["groups"]
    rules = {rule["alert"]: rule for rule in groups[0]["rules"]}

    def expected(alert: str, **labels: str) -> list[Any]:
        named = {"severity": rules[alert]["labels"]["severity"], **labels}
        return [{"exp_labels": named, "exp_annotations": rules[alert]["annotations"]}] if alert in fire else []

    words = {
        "STATE": state,
        "FAILS": str(fails),
        "[DOWN]": json.dumps(expected("ServiceDown", job="weights", instance="one")),
        "[FAILING]": json.dumps(expected("ServiceFails")),
        "[LOST]": json.dumps(expected("PredictionsNotLogged", job="weights")),
    }
    text = ALERTS
    for word, value in words.items():
        text = text.replace(word, value)
    file = folder / "compose/alerts.test.yml"
    file.write_text(text, encoding="utf-8")
    return file


FIRE = {"ServiceDown", "ServiceFails", "PredictionsNotLogged"}


@pytest.mark.parametrize(
    ("state", "fails", "fire"),
    [("1x60", 0, set()), ("0x60", 0, {"ServiceDown"}), ("1x60", 6, FIRE - {"ServiceDown"}), ("0x60", 6, FIRE)],
    ids=["well", "down", "failing", "both"],
)
def test_alerts_fire_when_they_should(folder: Path, promtool: str, state: str, fails: int, fire: set[str]) -> None:
    said = tool(promtool, "test", "rules", alert_test(folder, state, fails, fire), folder=folder / "compose")
    assert said.returncode == 0, said.stdout + said.stderr
    wrong = alert_test(folder, state, fails, FIRE - fire)
    assert tool(promtool, "test", "rules", wrong, folder=folder / "compose").returncode != 0


def queries(tree: Tree) -> list[str]:
    """Return every query of the dashboard, with Grafana's own words filled in, and of the alerts."""
    panels = json.loads(tree["compose/grafana/dashboards/service.json"])["panels"]
    shown = [target["expr"].replace("$__rate_interval", "1m") for panel in panels for target in panel["targets"]]
    groups = yaml.safe_load(tree["compose/alerts.yml"])["groups"]
    return shown + [rule["expr"] for group in groups for rule in group["rules"]]


def selected(query: str) -> list[tuple[str, set[str]]]:
    """Return each metric that ``query`` selects, with the labels it selects by."""
    found = []

    def see(node: Any) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found.append((node.name, {matcher.name for matcher in node.matchers.matchers}))
        return True

    promql_parser.walk(promql_parser.parse(query), see)
    return found


def unknown(query: str) -> list[str]:
    """Return the metrics and labels in ``query`` that the service does not have."""
    ours = {**METRICS, "up": {"instance"}}
    return [
        word
        for metric, labels in selected(query)
        for word in ([metric] if metric not in ours else sorted(labels - ours[metric] - {"job"}))
    ]


def test_dashboard_and_alerts_ask_for_what_there_is(tree: Tree) -> None:
    found = queries(tree)
    assert {metric for query in found for metric, _ in selected(query)} == METRICS.keys() | {"up"}
    assert {query: unknown(query) for query in found if unknown(query)} == {}
    assert all('job="weights"' in query for query in found)
    assert yaml.safe_load(tree["compose/prometheus.yml"])["scrape_configs"][0]["job_name"] == "weights"


def test_a_query_for_what_there_is_not_is_found() -> None:
    assert unknown('sum(rate(service_request_total{status="500"}[5m]))') == ["service_request_total"]
    assert unknown('rate(service_requests_total{code="500"}[5m]) / service_ready') == ["code"]
    with pytest.raises(ValueError, match="unclosed"):
        unknown("sum(rate(service_ready[5m])")


def test_the_dashboard_is_one_that_grafana_finds(tree: Tree) -> None:
    board = json.loads(tree["compose/grafana/dashboards/service.json"])
    source = yaml.safe_load(tree["compose/grafana/provisioning/datasources/prometheus.yaml"])["datasources"][0]
    assert {panel["datasource"]["uid"] for panel in board["panels"]} == {source["uid"]}
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in board["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(taken) == len(set(taken))
    assert {x for x, _ in taken} == set(range(24))
    provider = yaml.safe_load(tree["compose/grafana/provisioning/dashboards/service.yaml"])["providers"][0]
    mounted = yaml.safe_load(tree["compose/compose.yaml"])["services"]["grafana"]["volumes"]
    assert f"./grafana/dashboards:{provider['options']['path']}:ro" in mounted


# AWS


@pytest.mark.slow
def test_cloudformation_accepts_the_stacks(folder: Path) -> None:
    said = tool(checker("cfn-lint"), folder / "aws/ecs.yaml", folder / "aws/lambda.yaml")
    assert (said.returncode, said.stdout) == (0, "")


BROKEN = {
    "E3002": ("ecs", "HealthCheckPath", "HealthPath"),
    "E1020": ("ecs", "!Ref Certificate", "!Ref Certificates"),
    "E3047": ("ecs", 'Cpu: "512"', 'Cpu: "300"'),
    "E3030": ("lambda", "Architectures: [x86_64]", "Architectures: [x86]"),
    "E3034": ("lambda", "MemorySize: 1769", "MemorySize: 64"),
}
"""What is broken about a stack, by the rule that says so."""


@pytest.mark.slow
def test_cloudformation_refuses_broken_stacks(plain: Tree, tmp_path: Path) -> None:
    for rule, (stack, before, after) in BROKEN.items():
        text = plain[f"aws/{stack}.yaml"]
        assert before in text
        write({f"{rule}.yaml": text.replace(before, after, 1)}, tmp_path)
    said = tool(checker("cfn-lint"), "--format", "parseable", *sorted(tmp_path.glob("*.yaml"))).stdout
    found = {rule: [line for line in said.splitlines() if f"{rule}.yaml:" in line] for rule in BROKEN}
    assert {rule for rule, lines in found.items() if any(f":{rule}:" in line for line in lines)} == BROKEN.keys(), said


STORES = {"s3": {"url": "s3://bucket/log"}, "database": {"database": "LOG_DATABASE_URL"}}


@pytest.fixture(params=STORES)
def shipping(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a folder with all that is rendered for every target of a project whose log comes home."""
    return write(rendered(EVERYWHERE, service={"log_store": STORES[request.param]}), tmp_path)


def test_what_brings_the_log_home_is_as_it_has_to_be(shipping: Path) -> None:
    hadolint = tool(checker("hadolint"), shipping / "container/Dockerfile")
    assert (hadolint.returncode, hadolint.stdout) == (0, "")
    compose = compose_check(shipping / "compose/compose.yaml")
    assert compose.returncode == 0, compose.stdout
    found = objects({f"kubernetes/{file.name}": file.read_text() for file in (shipping / "kubernetes").iterdir()})
    for content in found.values():
        kubernetes_validate.validate(content, kubernetes_validate.latest_version(), strict=True)
    (shipper,) = found["Deployment"]["spec"]["template"]["spec"]["initContainers"]
    (service,) = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert shipper["restartPolicy"] == "Always"
    assert shipper["volumeMounts"] == service["volumeMounts"]
    assert shipper["securityContext"] == service["securityContext"]
    assert shipper["command"][:5] == ["python", "-m", "weights.service.ship", "--logs", "/logs"]
    assert found["NetworkPolicy"]["spec"]["egress"]


@pytest.mark.slow
def test_cloudformation_accepts_what_brings_the_log_home(shipping: Path) -> None:
    said = tool(checker("cfn-lint"), shipping / "aws/ecs.yaml", shipping / "aws/lambda.yaml")
    assert (said.returncode, said.stdout) == (0, "")


def test_without_a_key_the_function_asks_for_a_signature(tree: Tree, key: str | None) -> None:
    assert f"AuthorizationType: {'NONE' if key else 'AWS_IAM'}\n" in tree["aws/lambda.yaml"]


APP = """
import json
from pathlib import Path

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


def create_app(bundle, logs):
    async def predict(request):
        body = await request.json()
        told = {"body": body, "query": dict(request.query_params), "key": request.headers.get("x-api-key")}
        return JSONResponse({**told, "logs": str(logs), "here": Path("bundle.json").exists()}, 201)

    return Starlette(routes=[Route("/predict", predict, methods=["POST"])])
"""
INVOKE = """
import json, sys
import lambda_handler

class Context:
    aws_request_id = "1"

events = json.load(sys.stdin)
print(json.dumps([lambda_handler.handler(event, Context()) for event in events]))
"""
BODY = '{"mass": 3.5, "island": "日本"}'
HEADERS = {"content-type": "application/json", "host": "example.com", "x-api-key": "secret", "x-forwarded-port": "443"}
HTTP = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/predict",
    "rawQueryString": "trace=a%20b",
    "headers": {**HEADERS, "x-forwarded-proto": "https"},
    "queryStringParameters": {"trace": "a b"},
    "requestContext": {
        "accountId": "123456789012",
        "apiId": "r3pmxmplak",
        "domainName": "r3pmxmplak.execute-api.us-east-2.amazonaws.com",
        "http": {
            "method": "POST",
            "path": "/predict",
            "protocol": "HTTP/1.1",
            "sourceIp": "205.255.255.176",
            "userAgent": "curl/8",
        },
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": "$default",
        "stage": "$default",
        "time": "10/Mar/2026:05:16:23 +0000",
        "timeEpoch": 1773119783232,
    },
    "body": BODY,
    "isBase64Encoded": False,
}
EVENTS = {
    "http": HTTP,
    "url": HTTP
    | {
        "requestContext": HTTP["requestContext"]  # type: ignore[operator]
        | {"domainName": "abc.lambda-url.us-west-2.on.aws", "authorizer": None},
        "body": base64.b64encode(BODY.encode()).decode(),
        "isBase64Encoded": True,
    },
    "balancer": {
        "requestContext": {
            "elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/lambda-1/1"}
        },
        "httpMethod": "POST",
        "path": "/predict",
        "queryStringParameters": {"trace": "a%20b"},
        "headers": {**HEADERS, "x-forwarded-for": "72.12.164.125", "x-forwarded-proto": "https"},
        "body": BODY,
        "isBase64Encoded": False,
    },
}


@pytest.fixture
def task(folder: Path) -> Path:
    """Return what Lambda unpacks, with an application that stands in for the service."""
    root = folder / "task"
    write({"weights/service/app.py": APP, "bundle.json": "{}", "invoke.py": INVOKE}, root)
    shutil.copy(folder / "aws/lambda_handler.py", root)
    return root


def invoke(task: Path, *events: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LAMBDA_TASK_ROOT": str(task)}
    command = [sys.executable, "-W", "error", str(task / "invoke.py")]
    return subprocess.run(
        command, cwd=task.parent, env=environment, input=json.dumps(events), capture_output=True, text=True, check=False
    )


def test_the_handler_answers_every_kind_of_event(task: Path) -> None:
    said = invoke(task, *EVENTS.values())
    assert said.returncode == 0, said.stderr
    for kind, answer in zip(EVENTS, json.loads(said.stdout), strict=True):
        assert answer["statusCode"] == 201, kind
        assert json.loads(answer["body"]) == {
            "body": json.loads(BODY),
            "query": {"trace": "a b"},
            "key": "secret",
            "logs": "/tmp/logs",
            "here": True,
        }


def test_the_handler_refuses_what_is_no_request(task: Path) -> None:
    assert "unable to infer a handler to use for the event" in invoke(task, {"Records": [{"s3": {}}]}).stderr
    missing = invoke(task, EVENTS["balancer"] | {"path": "/absent"})
    assert json.loads(missing.stdout)[0]["statusCode"] == 404


@pytest.fixture
def packer(folder: Path) -> ModuleType:
    """Return the module that packs the function."""
    spec = importlib.util.spec_from_file_location("package_lambda", folder / "aws/package_lambda.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a bundle with snapshots, and a file that no list names."""
    files = {"weights/__init__.py": "", "requirements.txt": "starlette==1.0.0\ntyping_extensions==4.0.0\n"}
    sums = "".join(f"{'0' * 64}  {name}\n" for name in files)
    past = {"data/snapshots/by_key.json": "{}", "data/snapshots/SHA256SUMS": f"{'0' * 64}  by_key.json\n"}
    return write(
        files | past | {"SHA256SUMS": sums, "logs/predictions.jsonl": "{}", "release.json": '{"version": 3}'},
        tmp_path / "bundle",
    )


def test_the_archive_holds_the_bundle_and_its_libraries(
    packer: ModuleType,
    bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(packer, "FOLDERS", (tmp_path,))
    (tmp_path / "libgomp.so.1").write_text("library")
    ran: list[list[str]] = []

    def run(command: list[str], check: bool) -> None:
        ran.append(command)
        target = Path(command[command.index("--target") + 1])
        write({"starlette/__init__.py": "", "pyarrow/libarrow_flight.so": "", "pyarrow/include/a.h": ""}, target)

    monkeypatch.setattr(packer.subprocess, "run", run)
    monkeypatch.setattr(sys, "argv", ["package", str(tmp_path / "out.zip"), "--bundle", str(bundle)])
    packer.main()
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    assert names == {
        *("SHA256SUMS", "release.json", "requirements.txt", "weights/__init__.py"),
        *("data/snapshots/SHA256SUMS", "data/snapshots/by_key.json"),
        *("lambda_handler.py", "lib/libgomp.so.1", "starlette/__init__.py"),
    }
    assert "out.zip: version 3, " in capsys.readouterr().out
    assert ran[0][-1] == "mangum==0.22.0"
    assert {"--no-deps", "--only-binary=:all:", "3.12"} <= set(ran[0])


def test_a_candidate_is_packed_where_it_is_asked_for_alone(packer: ModuleType, bundle: Path) -> None:
    (bundle / "release.json").unlink()
    with pytest.raises(SystemExit, match=r"not a released version: `python -m weights\.release\.registry` names it"):
        packer.released(bundle, candidate=False)
    assert packer.released(bundle, candidate=True) == "the candidate, which is not released"


def test_an_image_of_a_candidate_is_built_where_it_is_asked_for_alone(plain: Tree, tmp_path: Path) -> None:
    joined = plain["container/Dockerfile"].replace("\\\n", " ")
    (check,) = re.findall(r"^RUN sha256sum (?:.*?)&& (.*)$", joined, re.MULTILINE)
    for released, candidate, passes in ((False, "", False), (False, "yes", True), (True, "", True)):
        if released:
            (tmp_path / "release.json").touch()
        done = subprocess.run(["sh", "-c", check], cwd=tmp_path, env={"CANDIDATE": candidate}, check=False)
        assert (done.returncode == 0) == passes


def test_an_archive_that_lambda_would_refuse_is_refused(
    packer: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert packer.LIMIT == 262_144_000
    full = write({"big/a": "x" * 600_000, "small": "x"}, tmp_path / "full")
    monkeypatch.setattr(packer, "LIMIT", 600_001)
    assert packer.check(full) == 600_001
    monkeypatch.setattr(packer, "LIMIT", 600_000)
    with pytest.raises(SystemExit, match=r"250 MB at most:\n +0\.6 MB  big"):
        packer.check(full)


def test_the_python_of_the_targets_passes_the_projects_own_checks(tmp_path: Path) -> None:
    project = render(plan(check(composed(EVERYWHERE))))
    write({path: text for path, text in project.items() if path.startswith("weights/")}, tmp_path)
    said = tool(checker("ruff"), "check", "--no-cache", "weights/deploy", folder=tmp_path)
    assert said.returncode == 0, said.stdout
    said = tool(checker("ruff"), "format", "--check", "--no-cache", "weights/deploy", folder=tmp_path)
    assert said.returncode == 0, said.stdout


# What a config may say


def with_(path: str, value: Any) -> dict[str, Any]:
    """Return the config of every target with one value changed."""
    changed = json.loads(json.dumps(EVERYWHERE))
    inner = changed
    *above, last = path.split(".")
    for step in above:
        inner = inner[step]
    inner[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("container.base", "python:latest", "pin a version"),
        ("container.base", "python:3.11\nRUN curl example.com", "not an image"),
        ("container.port", 80, "at least 1024"),
        ("container.user", 0, "at least 1000"),
        ("kubernetes.namespace", "Flights", "small letters"),
        ("kubernetes.namespace", "a: b", "small letters"),
        ("kubernetes.namespace", "-a", "small letters"),
        ("kubernetes.namespace", "a" * 64, "small letters"),
        ("kubernetes.namespace", "flüge", "small letters"),
        ("kubernetes.image", 'x:1"\nkind: Pod', "not an image"),
        ("kubernetes.image", "registry.example.com/flights", "pin a version"),
        ("kubernetes.image", "x:1 --privileged", "not an image"),
        ("kubernetes.replicas.max", 1, "smaller number"),
        ("kubernetes.requests.cpu", "0.5 cores", "500m"),
        ("kubernetes.requests.memory", "512MB", "512Mi"),
        ("kubernetes.requests.memory", "2Gi", "raise the limits"),
        ("compose.grafana_port", 8_000, "its own"),
        ("compose.grafana", "grafana/grafana:${TAG}", "not an image"),
        ("aws.ecs.memory", 512, "from 1024 to 4096"),
        ("aws.ecs.cpu", 500, "allowed: 256, 512"),
        ("aws.lambda.timeout", 30, "at most 29"),
        ("aws.lambda.runtime", "python3.11", "allowed: python3.12"),
        ("container", None, "give that too"),
    ],
)
def test_what_no_target_takes_is_refused(path: str, value: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        check(composed(with_(path, value)))


@pytest.mark.parametrize("package", ["deploy", "mangum"])
def test_a_package_leaves_the_names_of_the_targets_alone(package: str) -> None:
    with pytest.raises(ConfigError, match=f"{package}_project"):
        check(composed(EVERYWHERE, package=package))


@pytest.mark.parametrize("name", ["a b", "KEY: x", "${HOME}", "key", "KEY\n", "SCHLÜSSEL"])
def test_what_is_no_variable_holds_no_key(name: str) -> None:
    with pytest.raises(ConfigError, match="SERVICE_API_KEY"):
        check(composed(EVERYWHERE, key=name))


@pytest.mark.parametrize("title", NASTY, ids=ascii)
def test_a_nasty_title_stays_a_title(title: str, plain: Tree) -> None:
    files = rendered(EVERYWHERE, title=title)
    board = "compose/grafana/dashboards/service.json"
    assert json.loads(files[board])["title"] == title
    assert {path for path in files if files[path] != plain[path]} == {board}
    assert files.keys() == plain.keys()


@pytest.mark.parametrize("package", ["null", "true", "on", "y", "no", "a_", "a__b", "e5", "x" * 63])
def test_a_package_may_be_called_like_a_word_of_yaml(package: str) -> None:
    files = rendered(EVERYWHERE | {"kubernetes": EVERYWHERE["kubernetes"] | {"namespace": "off"}}, package=package)
    for content in objects(files).values():
        kubernetes_validate.validate(content, kubernetes_validate.latest_version(), strict=True)
        assert content["metadata"]["name"] == resource_name(package)
        assert content["metadata"]["namespace"] == "off"
    assert re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", resource_name(package))
    assert yaml.safe_load(files["compose/prometheus.yml"])["scrape_configs"][0]["job_name"] == package
    assert yaml.safe_load(files["compose/compose.yaml"])["name"] == resource_name(package)
