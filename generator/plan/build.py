"""Bring together all that is rendered: files, stages, values, and texts that need no template."""

from generator import __version__
from generator.config.migrations import VERSION
from generator.plan.backtest import backtest_stages
from generator.plan.candidates import digests
from generator.plan.ci import ci_files
from generator.plan.dvc_sections import sections
from generator.plan.files import package_files
from generator.plan.gate import release_plan
from generator.plan.openapi import openapi
from generator.plan.readme import readme
from generator.plan.stages import stages
from generator.plan.types import File, Plan, ProjectPlan
from generator.project import Project
from generator.schema.json_schema import schemas
from generator.sql.code import Code, yaml_file

SOURCE = ".ninefold/experiment"
"""The file that names the experiment that a project is rendered from; it is empty where that is conf/."""


def plan(project: Project, watched: tuple[str, ...] = ("conf",), experiment: str = "") -> Plan:
    """Return everything to render for ``project``; ``watched`` are the folders that a change of renders anew.

    Where there is none, the project is rendered this once and nothing of it calls Ninefold again. The code of an
    ``experiment``, which has a name, registers nothing.
    """
    package = project.config.project.package
    steps = stages(project, watched)
    files = tuple(
        File(path=f"{package}/{path}", template=f"package/{template or path}.jinja", context=context)
        for path, template, context in package_files(project, release_plan(project, steps, watched, experiment))
    )
    values = project.config.model_dump(mode="json", by_alias=True, exclude_none=True)
    for label, digest in digests(project).items():
        values["model"][label]["digest"] = digest
    params = yaml_file(values)
    texts = {"params.yaml": params}
    if watched:
        texts |= {VERSION: f"{__version__}\n", SOURCE: f"{experiment}\n" if experiment else "", **schemas()}
    if project.config.problem.use != "descriptive":
        texts["logs/.gitignore"] = "*\n!.gitignore\n"
        texts[f"{package}/service/openapi.json"] = openapi(project)
    files = (*files, readme(project, files, steps, renders=bool(watched)))
    return Plan(
        project=ProjectPlan(package=Code(package)),
        files=(*files, *ci_files(project, steps, renders=bool(watched))),
        stages=steps,
        apart=tuple(backtest_stages(project)),
        sections=sections(project),
        texts=texts,
        own=project.modules,
    )
