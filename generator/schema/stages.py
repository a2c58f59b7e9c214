"""``conf/stages/``, or the key ``stages``: stages of the project's own, among ours."""

from typing import Annotated

from pydantic import Field

from generator.schema.base import Identifier, Setting, Strict, Text, matching

ProjectPath = Annotated[
    str,
    matching(
        r"(?!/)(?!.*//)(?!(.*/)?\.\.?(/|$))[^\\$\0\n]*[^\\$\0\n/]",
        "path",
        "no path in the project: write it from the project's folder, as in reports/mailing.csv",
    ),
]
"""A file or folder of the project."""


class OwnStage(Strict):
    """A stage: a module of the package or a command, what it reads and what it makes."""

    module: Identifier | None = Field(
        default=None,
        description="the module of the package that runs, as in mailing for mailing.py",
        examples=["mailing"],
    )
    cmd: Text | None = Field(default=None, description="the command, instead of a module", examples=["make letters"])
    deps: tuple[ProjectPath, ...] = Field(
        default=(), description="files and folders it reads, besides its modules", examples=[["data/holdout.parquet"]]
    )
    outs: tuple[ProjectPath, ...] = Field(
        default=(), description="files and folders it makes, which DVC keeps", examples=[["reports/mailing.csv"]]
    )
    metrics: tuple[ProjectPath, ...] = Field(
        default=(), description="JSON files of figures it makes, which git keeps", examples=[["reports/mailing.json"]]
    )
    params: dict[str, Setting] = Field(
        default_factory=dict,
        description='values of its own, read by setting("stages", <its name>, "params")',
        examples=[{"most": 100}],
    )
    settings: tuple[Text, ...] = Field(
        default=(), description="other keys of params.yaml it reads", examples=[["problem.task"]]
    )
