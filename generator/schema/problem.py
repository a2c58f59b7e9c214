"""``conf/problem/``: the question, how its answer is used, and what success is."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import Duration, Sql, Strict, Text

Task = Literal["binary", "multiclass", "regression"]
Use = Literal["descriptive", "predictive", "prescriptive"]


class Target(Strict):
    """What is predicted: a SQL expression over the table's columns, outcomes included."""

    sql: Sql = Field(
        description="an expression over the table's columns, outcomes included", examples=["arr_delay >= 30"]
    )
    name: Text = Field(default="target", description="its name in reports", examples=["late"])
    positive: str | int | bool | None = Field(
        default=None, description="for a binary target that is not boolean: the value that counts as yes"
    )
    unknown: Text = Field(
        default="rows without an outcome are left out of every score",
        description="what it means that the target is NULL; printed in the brief",
    )


class Payoff(Strict):
    """Money gained (or, negative, lost) by acting or not, when the target is true or not."""

    act_positive: float = Field(description="money gained by acting where the target is true", examples=[320])
    act_negative: float = Field(description="money gained by acting where it is false, usually a loss", examples=[-110])
    pass_positive: float = Field(default=0.0, description="money gained by not acting where the target is true")
    pass_negative: float = Field(default=0.0, description="money gained by not acting where it is false")


class Threshold(Strict):
    """Act on every row whose expected payoff is higher with the action than without."""

    kind: Literal["threshold"] = "threshold"
    action: Text = Field(description="what is done, in words", examples=["warn the passengers"])
    currency: Text = Field(default="USD", description="what the money is counted in")
    payoff: Payoff


class Problem(Strict):
    """The question a project answers, and the use made of the answer."""

    question: Text = Field(
        description="what the project answers, as people ask it", examples=["Which flights will land late?"]
    )
    use: Use = Field(
        default="predictive",
        description="descriptive ends with what drives the target; predictive adds a model and a service; prescriptive "
        "adds a decision, weighed in money",
    )
    task: Task = Field(
        description="what the target is: binary is yes or no, multiclass one of several names, regression a number"
    )
    target: Target
    weight: Sql | None = Field(
        default=None,
        description="how much a row counts when models are fitted, a number from 0 on: an expression over the table's "
        "columns, outcomes included. Metrics count every row alike",
        examples=["CASE WHEN is_holiday THEN 5 ELSE 1 END"],
    )
    why: Text = Field(default="not stated", description="what improves when the answer is right")
    decide_before: Duration | None = Field(
        default=None,
        description="how long before a row's time the prediction is made; needs a time column",
        examples=["3 hours"],
    )
    label_after: Duration | None = Field(
        default=None, description="how long after a row's time its outcome is known for certain", examples=["12 hours"]
    )
    prediction_interval: Annotated[float, Field(ge=0.5, le=0.99)] | None = Field(
        default=None,
        description="for a target that is a number: each prediction comes with bounds, `low` and `high`, that hold "
        "this share of outcomes; they are read off the errors on validated rows (split conformal), and the report says "
        "which share of the holdout they hold",
        examples=[0.9],
    )
    decision: Threshold | None = Field(
        default=None, description="for `use: prescriptive`: what is done with a prediction, and what that is worth"
    )
