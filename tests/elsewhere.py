"""What the README of the targets has people do, with tools that only note what they are asked, and what runs then."""

import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from tests.sandbox import KEY, SCRIPTS, run

VENV = "/opt/venv"
"""Where images have their libraries; those of the tests stand for them."""

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:key"
"""What names the key in the secrets of AWS."""

TOOL = f"""#!{sys.executable}
import json, os, sys
import yaml
words = sys.argv[1:]
asked = {{"tool": os.path.basename(sys.argv[0]), "words": words, "folder": os.getcwd()}}
asked["environment"] = dict(os.environ)
if words[:3] == ["set", "image", "--local"]:
    with open(words[words.index("--filename") + 1]) as file:
        deployment = yaml.safe_load(file)
    (image,) = [word.removeprefix("*=") for word in words if word.startswith("*=")]
    pod = deployment["spec"]["template"]["spec"]
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        container["image"] = image
    print(yaml.safe_dump(deployment))
if words[-2:] == ["--filename", "-"]:
    asked["given"] = sys.stdin.read()
with open(os.environ["ASKED"], "a") as file:
    file.write(json.dumps(asked) + chr(10))
"""
"""Stands for docker, kubectl, aws and curl: notes what it is asked for, and sets the image in a file."""


@dataclass(frozen=True)
class Image:
    """What a Dockerfile makes of a folder: its files, and how they are started there."""

    folder: Path
    command: list[str]
    environment: dict[str, str]


@dataclass(frozen=True)
class Container:
    """An image that is run by a target, with the port that the target sends requests to, and what it mounts."""

    image: Image
    command: list[str]
    environment: dict[str, str]
    port: int
    mounts: set[str]


@dataclass
class Elsewhere:
    """Where a project is deployed to: what is built, and what nodes and tasks have pulled.

    An image of a tag that a node has pulled is not pulled again, and a task whose definition stays is not replaced.
    """

    top: Path
    asked: list[dict[str, Any]] = field(default_factory=list)
    images: dict[Path, Image] = field(default_factory=dict)
    built: dict[str, Image] = field(default_factory=dict)
    nodes: dict[str, Image] = field(default_factory=dict)
    tasks: dict[str, Image] = field(default_factory=dict)

    def deploy(self, project: Path) -> None:
        """Run every command of the README but those of Lambda, whose archive takes libraries from the network."""
        tools, noted = self.top / "tools", self.top / "asked.jsonl"
        tools.mkdir(parents=True, exist_ok=True)
        for name in ("docker", "kubectl", "aws", "curl"):
            (tools / name).write_text(TOOL)
            (tools / name).chmod(0o755)
        noted.write_text("")
        version = json.loads((project / "registry/production.json").read_text())["version"]
        names = ("VPC", "SUBNETS", "TASK_SUBNETS", "CERTIFICATE")
        given = {"SERVICE_API_KEY": KEY, "SECRET": SECRET, "IMAGE": f"ecr/weights:{version}"} | {n: n for n in names}
        path = os.pathsep.join([str(tools), SCRIPTS, os.environ["PATH"]])
        script = commands((project / "weights/deploy/README.md").read_text(encoding="utf-8"))
        run(project, "sh", "-euc", script, env={**given, "PATH": path, "ASKED": str(noted)})
        self.asked = [json.loads(line) for line in noted.read_text().splitlines()]
        self.images = {}
        for asked in self.of("docker", "build"):
            *_, tag, context = asked["words"]
            self.built[tag] = self.image(Path(asked["folder"], context))

    def image(self, context: Path) -> Image:
        """Return the image of what stands in the folder ``context``."""
        folder = context.resolve()
        if folder not in self.images:
            self.images[folder] = build(folder, self.top)
        return self.images[folder]

    def of(self, tool: str, *words: str) -> list[dict[str, Any]]:
        """Return what ``tool`` was asked for that begins with ``words``."""
        return [asked for asked in self.asked if asked["tool"] == tool and asked["words"][: len(words)] == [*words]]

    def pushed(self, tag: str) -> Image:
        """Return the image that a cluster pulls by ``tag``."""
        assert self.of("docker", "push", tag), f"{tag} is not pushed"
        return self.built[tag]

    def containers(self) -> dict[str, Container]:
        """Return what each target runs as the service."""
        return {
            "docker run": self.alone(),
            "compose": self.compose(),
            "kubernetes": self.kubernetes(),
            "ecs": self.ecs(),
        }

    def alone(self) -> Container:
        """Return what `docker run` runs."""
        (asked,) = self.of("docker", "run")
        parser = ArgumentParser()
        for option in ("--rm", "--read-only"):
            parser.add_argument(option, action="store_true")
        for option in ("--cap-drop", "--publish", "--volume", "--env"):
            parser.add_argument(option)
        parser.add_argument("image")
        given = parser.parse_args(asked["words"][1:])
        environment = {given.env: asked["environment"][given.env]}
        port, mount = int(given.publish.rpartition(":")[2]), given.volume.rpartition(":")[2]
        return container(self.built[given.image], environment, port, {mount})

    def compose(self) -> Container:
        """Return what Compose runs."""
        (asked,) = self.of("docker", "compose")
        assert "--build" in asked["words"]
        file = Path(asked["folder"], asked["words"][asked["words"].index("--file") + 1])
        service = yaml.safe_load(file.read_text())["services"]["service"]
        assert service["build"].keys() == {"context"}
        image = self.image(file.parent / service["build"]["context"])
        filled = {
            name: re.sub(r"\$\{(\w+):\?[^}]*\}", lambda found: asked["environment"][found[1]], value)
            for name, value in service["environment"].items()
        }
        (published,), mounts = service["ports"], {volume.rpartition(":")[2] for volume in service["volumes"]}
        return container(image, filled, int(published.rpartition(":")[2]), mounts, service.get("command"))

    def kubernetes(self) -> Container:
        """Return what a pod runs."""
        applied = [yaml.safe_load(asked["given"]) for asked in self.of("kubectl", "apply") if "given" in asked]
        for asked in self.of("kubectl", "apply"):
            named = asked["words"][asked["words"].index("--filename") + 1]
            files = [Path(asked["folder"], path) for path in named.split(",") if path != "-"]
            files = [file for path in files for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
            applied += [yaml.safe_load(file.read_text()) for file in files]
        objects = {item["kind"]: item["spec"] for item in applied}
        (pod,) = [item["spec"]["template"]["spec"] for item in applied if item["kind"] == "Deployment"]
        (service,) = pod["containers"]
        self.nodes.setdefault(service["image"], self.pushed(service["image"]))
        (made,) = self.of("kubectl", "--namespace", "flights", "create", "secret", "generic")
        secrets = {made["words"][5]: dict([made["words"][6].removeprefix("--from-literal=").split("=", 1)])}
        wanted = {item["name"]: item["valueFrom"]["secretKeyRef"] for item in service["env"]}
        environment = {name: secrets[item["name"]][item["key"]] for name, item in wanted.items()}
        ports = {port["name"]: port["containerPort"] for port in service["ports"]}
        port = ports[objects["Service"]["ports"][0]["targetPort"]]
        mounts = {mount["mountPath"] for mount in service["volumeMounts"]}
        return container(self.nodes[service["image"]], environment, port, mounts, service.get("command"))

    def ecs(self) -> Container:
        """Return what a task of Fargate runs."""
        (asked,) = self.of("aws", "cloudformation", "deploy")
        stack = cloudformation(Path(asked["folder"], asked["words"][asked["words"].index("--template-file") + 1]))
        given = dict(word.split("=", 1) for word in asked["words"][asked["words"].index("--parameter-overrides") + 1 :])
        task = stack["Resources"]["TaskDefinition"]["Properties"]
        (service,) = task["ContainerDefinitions"]
        tag = given[service["Image"]["Ref"]]
        self.tasks.setdefault(tag, self.pushed(tag))
        secrets = {item["Name"]: given[item["ValueFrom"]["Ref"]] for item in service["Secrets"]}
        assert set(secrets.values()) == {SECRET}
        port = stack["Resources"]["TargetGroup"]["Properties"]["Port"]
        assert port in [mapping["ContainerPort"] for mapping in service["PortMappings"]]
        mounts = {mount["ContainerPath"] for mount in service["MountPoints"]}
        return container(self.tasks[tag], dict.fromkeys(secrets, KEY), port, mounts, service.get("Command"))


def container(
    image: Image, environment: dict[str, str], port: int, mounts: set[str], command: list[str] | None = None
) -> Container:
    """Return ``image`` as it is run, with its own command unless another is given."""
    return Container(image, command or image.command, image.environment | environment, port, mounts)


def commands(readme: str) -> str:
    """Return the commands of a README, with what people fill in filled in, but for those of Lambda."""
    sections = re.split(r"^## ", readme, flags=re.MULTILINE)
    blocks = [
        block
        for section in sections
        if not section.startswith("AWS: Lambda")
        for block in re.findall(r"^```sh\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    ]
    return re.sub(r"^export (\w+)=\.\.\.$", rf"export \1={shlex.quote(KEY)}", "".join(blocks), flags=re.MULTILINE)


class _Stack(yaml.SafeLoader):
    """Reads the functions of CloudFormation, as in ``!Ref Image``, as mappings."""


_Stack.add_multi_constructor("!", lambda loader, name, node: {name: node.value})


def cloudformation(file: Path) -> dict[str, Any]:
    """Return what a stack describes."""
    return dict(yaml.load(file.read_text(), Loader=_Stack))


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile, each with what follows it."""
    without_comments = re.sub(r"^#.*\n", "", dockerfile, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", without_comments).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if line)]


def build(context: Path, top: Path) -> Image:
    """Build the image of the Dockerfile in ``context``: copy what it copies, and check what it checks."""
    root = Path(tempfile.mkdtemp(dir=top))
    stages: dict[str, Path] = {}
    stage, home, command, environment = root, "/", [], {}
    for word, rest in instructions((context / "Dockerfile").read_text()):
        if word == "FROM":
            stage = stages[rest.partition(" AS ")[2]] = root / str(len(stages))
            environment = {}
        elif word == "WORKDIR":
            home = rest
            (stage / home.strip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "ENV":
            environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "CMD":
            command = json.loads(rest)
        elif word == "RUN" and rest.startswith("sha256sum"):
            run(stage / home.strip("/"), "sh", "-euc", rest, env={"CANDIDATE": ""})
        elif word == "COPY" and rest.startswith("--from="):
            option, source, target = rest.split()
            if target != VENV:
                before = stages[option.partition("=")[2]]
                shutil.copytree(before / source.strip("/"), stage / target.strip("/"))
        elif (word, rest) == ("COPY", ". ."):
            shutil.copytree(context, stage / home.strip("/"), ignore=ignored(context), dirs_exist_ok=True)
    path = environment["PATH"].replace(f"{VENV}/bin", SCRIPTS).replace("$PATH", os.environ["PATH"])
    return Image(stage / home.strip("/"), command, {**environment, "PATH": path})


def ignored(context: Path) -> Any:
    """Return what leaves out of a copy of ``context`` what its .dockerignore names."""
    patterns = [line for line in (context / ".dockerignore").read_text().splitlines() if not line.startswith("#")]

    def names(folder: str, inside: list[str]) -> set[str]:
        return {name for name in inside if any(_matches(Path(folder, name).relative_to(context), p) for p in patterns)}

    return names


def _matches(path: Path, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch(path.name, pattern[3:])
    parts = pattern.split("/")
    return len(parts) == len(path.parts) and all(map(fnmatch, path.parts, parts))
