"""Plan what runs the bundle elsewhere: one plan and one list of files for each target."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.plan.dashboard import dashboard
from generator.plan.log_store import StorePlan, store_plan
from generator.plan.targets import ComposePlan, ContainerPlan, EcsPlan, KubernetesPlan, LambdaPlan
from generator.project import Project
from generator.schema.deploy import Amount, Aws, Compose, Container, Deploy, Ecs, Kubernetes, Lambda
from generator.sql.code import Code

CONTAINER = ("container/Dockerfile", "container/.dockerignore")
KUBERNETES = tuple(
    f"kubernetes/{name}.yaml" for name in ("deployment", "service", "autoscaler", "disruption", "network")
)
COMPOSE = (
    "compose/compose.yaml",
    "compose/prometheus.yml",
    "compose/alerts.yml",
    "compose/grafana/provisioning/datasources/prometheus.yaml",
    "compose/grafana/provisioning/dashboards/service.yaml",
    "compose/grafana/dashboards/service.json",
)
ECS = ("aws/ecs.yaml",)
LAMBDA = ("aws/lambda.yaml", "aws/lambda_handler.py", "aws/package_lambda.py")
SECTIONS = "package/deploy/sections"
DRAIN = 30
"""Seconds in which the service finishes its requests once it is asked to end."""


@dataclass(frozen=True, kw_only=True)
class DeployPlan:
    """What the README tells: a section for each target; ``windows`` says whether features are read from snapshots."""

    name: Code
    sections: tuple[str, ...]
    container: ContainerPlan | None
    kubernetes: KubernetesPlan | None
    compose: ComposePlan | None
    ecs: EcsPlan | None
    function: LambdaPlan | None
    api_key: Code | None
    store: StorePlan | None
    windows: bool


def deploy_files(project: Project) -> Iterator[tuple[str, object]]:
    """Yield every file of the targets that are given, with its plan."""
    plan = deploy_plan(project)
    if plan.sections:
        yield "README.md", plan
    targets = (
        (CONTAINER, plan.container),
        (KUBERNETES, plan.kubernetes),
        (COMPOSE, plan.compose),
        (ECS, plan.ecs),
        (LAMBDA, plan.function),
    )
    for files, context in targets:
        yield from ((file, context) for file in files if context is not None)


def deploy_plan(project: Project) -> DeployPlan:
    """Plan each target that is given."""
    deploy, key = project.config.deploy, project.config.service.api_key
    name, api_key = resource_name(project.config.project.package), Code(key) if key else None
    store = store_plan(project)
    container = deploy.container or Container()
    aws = deploy.aws or Aws()
    ecs, function = aws.ecs, aws.lambda_
    return DeployPlan(
        name=name,
        sections=tuple(f"{SECTIONS}/{section}.md.jinja" for section in _sections(deploy, aws)),
        container=_container(project, deploy.container) if deploy.container else None,
        kubernetes=_kubernetes(deploy.kubernetes, container, name, api_key, store) if deploy.kubernetes else None,
        compose=_compose(project, deploy.compose, container, api_key) if deploy.compose else None,
        ecs=_ecs(ecs, container, name, api_key, store) if ecs else None,
        function=_lambda(project, function, name, api_key) if function else None,
        api_key=api_key,
        store=store,
        windows=bool(project.window_aggregates),
    )


def resource_name(package: str) -> Code:
    """Return the name of ``package`` where only letters, digits and hyphens may stand."""
    return Code(package.rstrip("_").replace("_", "-"))


def _sections(deploy: Deploy, aws: Aws) -> Iterator[str]:
    given = {
        "container": deploy.container,
        "compose": deploy.compose,
        "kubernetes": deploy.kubernetes,
        "ecs": aws.ecs,
        "lambda": aws.lambda_,
    }
    yield from (name for name, target in given.items() if target is not None)


def _container(project: Project, container: Container) -> ContainerPlan:
    name = resource_name(project.config.project.package)
    base, libgomp = Code(container.base), _libgomp(project)
    return ContainerPlan(
        name=name,
        base=base,
        port=container.port,
        workers=container.workers,
        user=container.user,
        libgomp=libgomp,
        store=store_plan(project),
    )


def _libgomp(project: Project) -> bool:
    return any(candidate.kind == "lightgbm" for candidate in project.config.model.values())


def _kubernetes(
    kubernetes: Kubernetes, container: Container, name: Code, api_key: Code | None, store: StorePlan | None
) -> KubernetesPlan:
    return KubernetesPlan(
        name=name,
        namespace=Code(kubernetes.namespace),
        image=Code(kubernetes.image),
        tagged=_tagged(kubernetes.image),
        port=container.port,
        user=container.user,
        api_key=api_key,
        replicas=kubernetes.replicas,
        requests=_amount(kubernetes.requests),
        limits=_amount(kubernetes.limits),
        grace=DRAIN + 15,
        store=store,
    )


def _tagged(image: str) -> Code:
    named = image.partition("@")[0]
    return Code(f"{named}-" if ":" in named.rpartition("/")[2] else f"{named}:")


def _amount(amount: Amount) -> dict[str, str]:
    return {"cpu": amount.cpu, "memory": amount.memory}


def _compose(project: Project, compose: Compose, container: Container, api_key: Code | None) -> ComposePlan:
    naming = project.config.project
    return ComposePlan(
        name=resource_name(naming.package),
        inner=container.port,
        port=compose.port,
        prometheus_port=compose.prometheus_port,
        grafana_port=compose.grafana_port,
        prometheus=compose.prometheus,
        grafana=compose.grafana,
        api_key=api_key,
        dashboard=dashboard(naming.title, naming.package),
        grace=DRAIN + 5,
        store=store_plan(project),
    )


def _ecs(ecs: Ecs, container: Container, name: Code, api_key: Code | None, store: StorePlan | None) -> EcsPlan:
    return EcsPlan(
        name=name,
        port=container.port,
        user=container.user,
        cpu=ecs.cpu,
        memory=ecs.memory,
        tasks=ecs.tasks,
        api_key=api_key,
        drain=DRAIN,
        grace=DRAIN + 15,
        store=store,
    )


def _lambda(project: Project, function: Lambda, name: Code, api_key: Code | None) -> LambdaPlan:
    return LambdaPlan(
        name=name,
        runtime=Code(function.runtime),
        version=function.runtime.removeprefix("python"),
        memory=function.memory,
        timeout=function.timeout,
        rate=function.rate,
        api_key=api_key,
        authorization=Code("NONE" if api_key else "AWS_IAM"),
        libgomp=_libgomp(project),
        log=project.config.service.log,
        store=store_plan(project),
    )
