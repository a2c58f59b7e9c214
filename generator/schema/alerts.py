"""``conf/alerts/``: where the alarms of monitoring are sent, once each."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import Strict, Text, Variable


class LogFile(Strict):
    """Append alarms to a file, a line of JSON each."""

    kind: Literal["log"]
    file: Text = Field(default="registry/alarms.jsonl", description="the file that lines are appended to")


class Webhook(Strict):
    """Post alarms to a URL, as JSON."""

    kind: Literal["webhook"]
    url: Variable = Field(description="the environment variable that holds the URL", examples=["ALERT_WEBHOOK"])
    form: Literal["json", "slack"] = Field(
        default="json", description="json is a list of texts under `alarms`, slack the form of Slack and Mattermost"
    )


class Email(Strict):
    """Send alarms by e-mail."""

    kind: Literal["email"]
    server: Variable = Field(
        description="the environment variable that holds the URL of a server, as in smtp://user:password@host:587, "
        "encrypted where the server can, or smtps://host",
        examples=["SMTP_URL"],
    )
    sender: Text = Field(description="who it is from", examples=["monitoring@example.com"])
    to: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        description="who gets it", examples=[["team@example.com"]]
    )


class Command(Strict):
    """Run a command, which reads the texts of alarms, a line each."""

    kind: Literal["command"]
    run: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        description="the command and its arguments; no shell reads them", examples=[["notify-send", "Alarm"]]
    )


Channel = Annotated[LogFile | Webhook | Email | Command, Field(discriminator="kind")]
