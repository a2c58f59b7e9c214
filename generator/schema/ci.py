"""``conf/ci/``: what checks, reproduces and retrains the project on a server, and what helps those who work on it."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from generator.schema.base import Strict, Variable, matching

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""The least and the largest minute, hour, day of the month, month and day of the week."""

ITEM = r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/([1-9]\d?))?"


def _cron(value: str) -> str:
    fields = value.split(" ")
    if len(fields) != len(FIELDS) or not all(map(_is_field, fields, FIELDS)):
        raise PydanticCustomError("cron", "not a schedule: write five fields, as in '0 4 * * 1' for Mondays at 4:00")
    return value


def _is_field(field: str, bounds: tuple[int, int]) -> bool:
    matches = [re.fullmatch(ITEM, item, flags=re.ASCII) for item in field.split(",")]
    numbers = [[int(part) for part in match.group(1, 2) if part] for match in matches if match]
    inside = all(bounds[0] <= number <= bounds[1] for pair in numbers for number in pair)
    return all(matches) and inside and all(pair == sorted(pair) for pair in numbers)


Cron = Annotated[str, AfterValidator(_cron)]
"""When something runs again and again, in UTC: minute, hour, day of the month, month, day of the week."""

Python = Annotated[str, matching(r"3\.1[1-9]", "python", "not a version to run on: write it like '3.11', in quotes")]


class Ci(Strict):
    """Files at the root of the project; none that is not asked for is rendered."""

    github: bool = Field(default=False, description="render .github/workflows/ninefold.yml")
    gitlab: bool = Field(default=False, description="render .gitlab-ci.yml")
    python: Annotated[tuple[Python, ...], Field(min_length=1)] = Field(
        default=("3.11",), description="versions of Python to test on; the first one reproduces", examples=[["3.11"]]
    )
    comment: bool = Field(default=True, description="comment on a change with the metrics and params that differ")
    cron: Cron | None = Field(
        default=None,
        description="when to run `ninefold retrain`, in UTC; GitLab keeps the time in its own schedules, cron and "
        "systemd take the zone of their machine",
        examples=["0 4 * * 1"],
    )
    secrets: tuple[Variable, ...] = Field(
        default=(),
        description="names of the secrets that DVC's remote asks for; their values stay with GitHub or GitLab",
        examples=[["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]],
    )
    crontab: bool = Field(default=False, description="render schedule/crontab, which needs `cron`")
    systemd: bool = Field(default=False, description="render timers of systemd in schedule/, which need `cron`")
    makefile: bool = Field(default=False, description="render a Makefile")
    hooks: bool = Field(default=False, description="render .pre-commit-config.yaml, what git runs before a commit")
    agents: bool = Field(default=False, description="render AGENTS.md, how a coding agent works on the project")
