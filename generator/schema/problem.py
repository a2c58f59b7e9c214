"""``conf/problem/``: the question, how its answer is used, and what success is."""

from typing import Literal

from pydantic import Field

from generator.schema.base import Duration, Sql, Strict, Text

Task = Literal["binary", "multiclass", "regression"]
Use = Literal["descriptive", "predictive", "prescriptive"]


class Target(Strict):
    """What is predicted: a SQL expression over the table's columns, outcomes included."""

    sql: Sql
    name: Text = "target"
    positive: str | int | bool | None = Field(
        default=None, description="for a binary target that is not boolean: the value that counts as yes"
    )
    unknown: Text = Field(
        default="rows without an outcome are left out of every score",
        description="what it means that the target is NULL; said in the brief",
    )


class Payoff(Strict):
    """Money gained (or, negative, lost) by acting or not, when the target is true or not."""

    act_positive: float
    act_negative: float
    pass_positive: float = 0.0
    pass_negative: float = 0.0


class Threshold(Strict):
    """Act on every row whose expected payoff is higher with the action than without."""

    kind: Literal["threshold"] = "threshold"
    action: Text
    currency: Text = "USD"
    payoff: Payoff


class Problem(Strict):
    """The question a project answers, and the use made of the answer."""

    question: Text
    use: Use = "predictive"
    task: Task
    target: Target
    why: Text = Field(default="not stated", description="what is better in the world when the answer is right")
    decide_before: Duration | None = Field(
        default=None, description="how long before a row's time the prediction is made; needs a time column"
    )
    label_after: Duration | None = Field(
        default=None, description="how long after a row's time its outcome is known for certain"
    )
    decision: Threshold | None = None
