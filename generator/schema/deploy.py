"""``conf/deploy/``: where the bundle runs; each target that is given is rendered to ``<package>/deploy/``."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from generator.schema.base import Strict, matching

Port = Annotated[int, Field(ge=1, le=65_535)]
FreePort = Annotated[int, Field(ge=1_024, le=65_535)]
"""A port that a user who is not root may listen on."""

PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
REFERENCE = (
    rf"(?:{HOST}/)?{PART}(?:/{PART})*(?::(?P<tag>[A-Za-z0-9_][\w.-]{{0,127}}))?(?P<digest>@sha256:[0-9a-f]{{64}})?"
)

FARGATE = {
    256: (512, 1_024, 2_048),
    512: tuple(range(1_024, 4_097, 1_024)),
    1_024: tuple(range(2_048, 8_193, 1_024)),
    2_048: tuple(range(4_096, 16_385, 1_024)),
    4_096: tuple(range(8_192, 30_721, 1_024)),
}
"""The memory, in MiB, that a Fargate task may have with each share of CPU."""

UNITS = {"Mi": 1, "Gi": 1_024}


def _image(value: str) -> str:
    match = re.fullmatch(REFERENCE, value, flags=re.ASCII)
    if not match or len(value) > 500:
        raise PydanticCustomError("image", "not an image: write it like registry.example.com/flights:1.0.0")
    if not match["digest"] and match["tag"] in (None, "latest"):
        raise PydanticCustomError("image", "an image that changes: pin a version, as in :1.0.0, or a digest")
    return value


Image = Annotated[str, AfterValidator(_image)]
"""A container image with a version or a digest."""

Label = Annotated[
    str,
    matching(
        r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
        "label",
        "not a name in Kubernetes: use small letters, digits and hyphens",
    ),
]
"""A name as RFC 1123 has it."""

Cpu = Annotated[
    str,
    matching(r"[1-9][0-9]{0,4}m|[1-9][0-9]{0,2}", "cpu", "not an amount of CPU: write it like '500m' or '2'"),
]
Memory = Annotated[
    str, matching(r"[1-9][0-9]{0,5}(Mi|Gi)", "memory", "not an amount of memory: write it like 512Mi or 2Gi")
]
Replicas = Annotated[int, Field(ge=1, le=1_000)]
Share = Annotated[int, Field(ge=10, le=95, description="per cent of the CPU above which there will be more of them")]


def millicores(cpu: str) -> int:
    """Return an amount of CPU in thousandths of a core."""
    return int(cpu[:-1]) if cpu.endswith("m") else int(cpu) * 1_000


def mebibytes(memory: str) -> int:
    """Return an amount of memory in MiB."""
    return int(memory[:-2]) * UNITS[memory[-2:]]


class Container(Strict):
    """The image that the bundle is built into."""

    base: Image = Field(default="python:3.11-slim-bookworm", description="a slim Debian image with Python")
    port: FreePort = Field(default=8_000, description="the port it listens to, inside the container")
    workers: Annotated[int, Field(ge=1, le=64)] = Field(default=1, description="processes that answer")
    user: Annotated[int, Field(ge=1_000, le=65_533)] = Field(default=10_001, description="who runs it: never root")


class Amount(Strict):
    """CPU and memory of one replica."""

    cpu: Cpu = Field(description="in cores, or thousandths of one", examples=["250m", "2"])
    memory: Memory = Field(description="in mebibytes or gibibytes", examples=["512Mi", "2Gi"])


class Scale(Strict):
    """How many run, and how busy they may be."""

    min: Replicas = Field(default=2, description="how many run at least")
    max: Replicas = Field(default=6, description="how many run at most")
    cpu_target: Share = 70

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max < self.min:
            raise PydanticCustomError("ordered", "`max` is less than `min`: write the smaller number as `min`")
        return self


class Kubernetes(Strict):
    """A deployment that scales with its load."""

    namespace: Label = Field(description="the namespace that it runs in", examples=["flights"])
    image: Image = Field(
        description="where the image is pushed to, with a version; that of the registry is added to it",
        examples=["registry.example.com/flights:1.0.0"],
    )
    replicas: Scale = Field(default=Scale(), description="how many run, and how busy they may be")
    requests: Amount = Field(
        default=Amount(cpu="250m", memory="512Mi"), description="the resources requested for one replica"
    )
    limits: Amount = Field(default=Amount(cpu="1", memory="1Gi"), description="what one replica may use at most")

    @model_validator(mode="after")
    def _within_limits(self) -> Self:
        over = millicores(self.requests.cpu) > millicores(self.limits.cpu)
        if over or mebibytes(self.requests.memory) > mebibytes(self.limits.memory):
            raise PydanticCustomError("limits", "more is requested than the limits allow: raise the limits")
        return self


class Compose(Strict):
    """The service with Prometheus and Grafana beside it, on one machine."""

    port: Port = Field(default=8_000, description="the port of the service on the machine")
    prometheus_port: Port = Field(default=9_090, description="the port of Prometheus on the machine")
    grafana_port: Port = Field(default=3_000, description="the port of Grafana on the machine")
    prometheus: Image = Field(default="prom/prometheus:v3.5.0", description="the image of Prometheus")
    grafana: Image = Field(default="grafana/grafana:12.1.1", description="the image of Grafana")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({self.port, self.prometheus_port, self.grafana_port}) < 3:
            raise PydanticCustomError("ports", "two of the ports are the same: give each its own")
        return self


class Ecs(Strict):
    """A service of Fargate tasks behind a load balancer."""

    cpu: Literal[256, 512, 1_024, 2_048, 4_096] = Field(
        default=512, description="the share of CPU of a task; 1024 are one core"
    )
    memory: int = Field(default=1_024, description="the memory of a task, in MiB")
    tasks: Scale = Field(default=Scale(), description="how many tasks run, and how busy they may be")

    @model_validator(mode="after")
    def _sold(self) -> Self:
        if self.memory not in FARGATE[self.cpu]:
            low, high = FARGATE[self.cpu][0], FARGATE[self.cpu][-1]
            raise PydanticCustomError(
                "fargate",
                "not a size of Fargate: with a cpu of {cpu}, memory goes from {low} to {high} in steps of 1024",
                {"cpu": self.cpu, "low": low, "high": high},
            )
        return self


class Lambda(Strict):
    """A function behind an HTTP API."""

    runtime: Literal["python3.12", "python3.13"] = Field(default="python3.12", description="the Python that it runs on")
    memory: Annotated[int, Field(ge=128, le=10_240)] = Field(
        default=1_769, description="the memory of the function, in MiB; 1769 are one core"
    )
    timeout: Annotated[int, Field(ge=1, le=29)] = Field(
        default=29, description="seconds that a request may take; an HTTP API waits for 30"
    )
    rate: Annotated[int, Field(ge=1, le=10_000)] = Field(default=100, description="most requests a second")


class Aws(Strict):
    """What CloudFormation sets up, in any region."""

    ecs: Ecs | None = Field(default=None, description="a service of Fargate tasks behind a load balancer")
    lambda_: Lambda | None = Field(default=None, alias="lambda", description="a function behind an HTTP API")


class Deploy(Strict):
    """The targets; none that is not given is rendered."""

    container: Container | None = Field(default=None, description="an image of the bundle, which the others run")
    kubernetes: Kubernetes | None = Field(default=None, description="a deployment that scales with its load")
    compose: Compose | None = Field(default=None, description="one machine, with Prometheus and Grafana beside it")
    aws: Aws | None = Field(default=None, description="Fargate and Lambda, by CloudFormation")

    @model_validator(mode="after")
    def _has_image(self) -> Self:
        given = {"kubernetes": self.kubernetes, "compose": self.compose, "aws.ecs": self.aws and self.aws.ecs}
        names = [name for name, target in given.items() if target is not None]
        if self.container is None and names:
            raise PydanticCustomError(
                "container", "{names} runs the image of `container`: give that too", {"names": " and ".join(names)}
            )
        return self
