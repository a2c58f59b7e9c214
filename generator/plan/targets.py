"""What the files of each target of deployment need."""

from dataclasses import dataclass

from generator.plan.log_store import StorePlan
from generator.schema.deploy import Scale
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class ContainerPlan:
    """What the image needs; ``libgomp`` where LightGBM may be in the bundle."""

    name: Code
    base: Code
    port: int
    workers: int
    user: int
    libgomp: bool
    store: StorePlan | None


@dataclass(frozen=True, kw_only=True)
class KubernetesPlan:
    """What the objects of Kubernetes need; ``api_key`` is the variable that holds the key.

    ``tagged`` is the image up to where the number of the version follows, so that each version has a tag of its own.
    """

    name: Code
    namespace: Code
    image: Code
    tagged: Code
    port: int
    user: int
    api_key: Code | None
    replicas: Scale
    requests: dict[str, str]
    limits: dict[str, str]
    grace: int
    store: StorePlan | None


@dataclass(frozen=True, kw_only=True)
class ComposePlan:
    """What Compose, Prometheus and Grafana need; the ports are those of the machine, but for ``inner``."""

    name: str
    inner: int
    port: int
    prometheus_port: int
    grafana_port: int
    prometheus: str
    grafana: str
    api_key: Code | None
    dashboard: Code
    grace: int
    store: StorePlan | None


@dataclass(frozen=True, kw_only=True)
class EcsPlan:
    """What the stack of Fargate tasks needs."""

    name: Code
    port: int
    user: int
    cpu: int
    memory: int
    tasks: Scale
    api_key: Code | None
    drain: int
    grace: int
    store: StorePlan | None


@dataclass(frozen=True, kw_only=True)
class LambdaPlan:
    """What the stack of the function needs, and what packs the function."""

    name: Code
    runtime: Code
    version: str
    memory: int
    timeout: int
    rate: int
    api_key: Code | None
    authorization: Code
    libgomp: bool
    log: bool
    store: StorePlan | None

    @property
    def secrets(self) -> dict[Code, Code]:
        """Return the variables that are read from secrets, with the parameters that name these."""
        key = {self.api_key: Code("ApiKeySecret")} if self.api_key else {}
        database = {self.store.variable: Code("LogDatabaseSecret")} if self.store and self.store.database else {}
        return {**key, **database}
