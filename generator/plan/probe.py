"""Plan the probe: what asks each source that DVC cannot see into whether it has changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.plan.stage_files import unwatched
from generator.project import Project
from generator.schema.origins import DatabaseTable, RemoteFile
from generator.schema.service import LOG_TABLE
from generator.sql.code import Code, python


@dataclass(frozen=True, kw_only=True)
class Question:
    """A source, and the code that asks for its fingerprint."""

    source: str
    code: Code


@dataclass(frozen=True, kw_only=True)
class ProbePlan:
    """What ``probe.py`` needs: a question for each source."""

    questions: tuple[Question, ...]


def probe_plan(project: Project) -> ProbePlan:
    """Plan what is asked of each source."""
    return ProbePlan(questions=tuple(_questions(project)))


def _questions(project: Project) -> Iterator[Question]:
    for label, origin in unwatched(project).items():
        match origin:
            case DatabaseTable():
                schema = f", schema={python(origin.schema)}" if origin.schema else ""
                call = f"table_fingerprint, {python(origin.variable)}, {python(origin.name)}{schema}"
            case RemoteFile():
                call = f"files_fingerprint, {python(origin.url)}"
        yield Question(source=label, code=Code(f"partial({call})"))
    if project.learns_from_log:
        yield Question(source=LOG_TABLE, code=Code("log_fingerprint"))
