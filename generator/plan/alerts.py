"""Plan alerts: how the alarms of monitoring reach people."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.project import Project
from generator.schema.alerts import Channel, Command, Email, LogFile, Webhook
from generator.sql.code import Code, python


@dataclass(frozen=True, kw_only=True)
class ChannelPlan:
    """A channel and the code that sends by it."""

    name: str
    code: Code


@dataclass(frozen=True, kw_only=True)
class AlertsPlan:
    """What ``alerts.py`` needs: the channels, and the templates of the functions that send."""

    channels: tuple[ChannelPlan, ...]
    templates: tuple[str, ...]


def alerts_plan(project: Project) -> AlertsPlan:
    """Plan how alarms are sent."""
    channels = project.config.alerts
    kinds = sorted({channel.kind for channel in channels.values()})
    shared = ["secret"] if {"webhook", "email"} & set(kinds) else []
    return AlertsPlan(
        channels=tuple(ChannelPlan(name=name, code=_code(channel)) for name, channel in channels.items()),
        templates=tuple(f"package/monitoring/alerts/{kind}.py.jinja" for kind in (*shared, *kinds)),
    )


def alert_modules(project: Project) -> Iterator[tuple[str, str, AlertsPlan]]:
    """Yield the module that sends, where anything is to be sent."""
    if project.config.alerts:
        yield "monitoring/alerts.py", "", alerts_plan(project)


def alert_variables(project: Project) -> tuple[str, ...]:
    """Return the environment variables that channels are named by."""
    channels = project.config.alerts.values()
    named = (
        channel.url if isinstance(channel, Webhook) else channel.server if isinstance(channel, Email) else ""
        for channel in channels
    )
    return tuple(dict.fromkeys(name for name in named if name))


def _code(channel: Channel) -> Code:
    """Return the function that sends by ``channel``, with all that it is given but the texts."""
    match channel:
        case LogFile():
            return Code(f"partial(append, Path({python(channel.file)}))")
        case Webhook():
            return Code(f"partial(post, {python(channel.url)}, {python(channel.form)})")
        case Email():
            return Code(f"partial(mail, {python(channel.server)}, {python(channel.sender)}, {python(channel.to)})")
        case Command():
            return Code(f"partial(call, {python(channel.run)})")
