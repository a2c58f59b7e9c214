"""Plan the schedules of a machine: lines of cron, and timers of systemd, that retrain and refresh snapshots."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from generator.plan.types import File
from generator.project import Project
from generator.sql.code import Code

DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TURN = "flock .dvc"
"""Runs a command once no other job of the project runs: each holds a lock on its folder .dvc/ from beginning to end."""

SKIP = "flock --nonblock --conflict-exit-code 0 .dvc"
"""Runs a command where no other job of the project runs, and leaves it to the next time where one does."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Job:
    """What runs again and again: its name, its command for a shell, and when, as cron and as systemd write that."""

    name: Code
    words: Code
    command: Code
    cron: Code
    calendar: tuple[Code, ...]


@dataclass(frozen=True, kw_only=True)
class SchedulePlan:
    """The jobs of a project."""

    jobs: tuple[Job, ...]


def schedule_files(project: Project) -> Iterator[File]:
    """Yield the files in schedule/ that the config asks for."""
    jobs = tuple(_jobs(project))
    if project.config.ci.crontab and jobs:
        yield File(path="schedule/crontab", template="root/schedule/crontab.jinja", context=SchedulePlan(jobs=jobs))
    for job in jobs if project.config.ci.systemd else ():
        name = f"{project.config.project.package}-{job.name}@"
        yield File(path=f"schedule/{name}.service", template="root/schedule/service.jinja", context=job)
        yield File(path=f"schedule/{name}.timer", template="root/schedule/timer.jinja", context=job)


def _jobs(project: Project) -> Iterator[Job]:
    """Yield the jobs; none where there is no time for them, or no model."""
    cron, package = project.config.ci.cron, project.config.project.package
    if cron is None or project.config.problem.use == "descriptive":
        return
    command = f"{TURN} python -m {package}.release.retrain"
    yield _job("retrain", "retrain where that is due", command, cron)
    if project.window_aggregates:
        command = f'{SKIP} sh -c "dvc repro snapshots && cp -r data/snapshots/. live/snapshots/"'
        every = min(feature.every for feature in project.window_aggregates)
        yield _job("snapshots", "refresh the snapshots of a service that reads live/", command, _cadence(every))


def _job(name: str, words: str, command: str, cron: str) -> Job:
    calendar = tuple(Code(line) for line in calendars(cron))
    return Job(name=Code(name), words=Code(words), command=Code(command), cron=Code(cron), calendar=calendar)


def _cadence(every: timedelta) -> str:
    """Return the line of cron that runs no less often than ``every``, and no more often than each minute."""
    if every >= DAY:
        return "5 0 * * *"
    if every >= HOUR:
        return "5 * * * *"
    return f"*/{max(every // timedelta(minutes=1), 1)} * * * *"


def calendars(cron: str) -> Iterator[str]:
    """Yield what systemd calls the moments of ``cron``: two lines where that names days of the month or of the week."""
    minute, hour, day, month, weekday = cron.split(" ")
    time = f"{_field(hour, 0)}:{_field(minute, 0)}:00"
    if weekday == "*" or day != "*":
        yield f"*-{_field(month, 1)}-{_field(day, 1)} {time}"
    if weekday != "*":
        names = re.sub(r"\d", lambda found: DAYS[int(found[0])], ",".join(_weekdays(weekday)))
        yield f"{names} *-{_field(month, 1)}-* {time}"


def _field(field: str, first: int) -> str:
    """Return a field of cron, whose least value is ``first``, in the form of systemd."""
    return re.sub(r"\*/", f"{first}/", field).replace("-", "..")


def _weekdays(field: str) -> Iterator[str]:
    """Yield each day of the week that ``field`` names, as a number."""
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.replace("*", "0-6").partition("-")
        yield from map(str, range(int(first), int(last or first) + 1, int(step or 1)))
