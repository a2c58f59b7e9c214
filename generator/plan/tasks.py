"""What of rendered code depends on the task, in one place."""

from dataclasses import dataclass

from generator.project import Project
from generator.sql.code import Code

SKLEARN_LIBRARIES = (
    "cloudpickle",
    "joblib",
    "narwhals",
    "numpy",
    "packaging",
    "prettytable",
    "scikit-learn",
    "scipy",
    "skops",
    "threadpoolctl",
    "wcwidth",
)
"""What an estimator of scikit-learn is read and run with, and what that runs on."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """How a task's target and predictions look in rendered code."""

    name: Code
    classes: bool
    target_words: Code
    target_type: Code
    target_dtype: Code
    outcome_words: Code
    prediction_words: Code
    shape_words: Code
    baseline_words: Code
    baseline_type: Code
    baseline_shape: Code
    curve_arguments: Code
    label_arguments: Code
    linear_words: Code
    estimator: Code
    linear_imports: Code
    linear_type: Code
    linear_arguments: Code
    objective: str
    loss: str
    likelihood: Code
    outcome_type: Code
    estimator_call: Code
    blended_words: Code
    raw_imports: Code
    sklearn_libraries: tuple[str, ...] = SKLEARN_LIBRARIES

    @property
    def score_type(self) -> Code:
        """Return the type of one row's prediction."""
        return self.baseline_type

    @property
    def linear_template(self) -> str:
        """Return what renders how a linear model is fitted."""
        return f"package/models/linear/{self.name}.py.jinja"

    @property
    def link_template(self) -> str:
        """Return what renders the link of a linear model for many rows."""
        return f"package/models/link/{self.name}.py.jinja"

    @property
    def blended_template(self) -> str:
        """Return what renders the raw scores that the predictions for many rows stand for."""
        return f"package/models/raw/{self.name}.py.jinja"

    @property
    def power_template(self) -> str:
        """Return what renders how small a gain the holdout can detect."""
        return f"package/problem/power/{self.name}.py.jinja"

    @property
    def single_link_template(self) -> str:
        """Return what renders the link of a linear model for one row."""
        return f"package/service/models/link/{self.name}.py.jinja"

    @property
    def raw_template(self) -> str:
        """Return what renders the raw score that a prediction stands for."""
        return f"package/service/models/raw/{self.name}.py.jinja"


_TASKS = {
    "binary": Task(
        name=Code("binary"),
        classes=False,
        target_words=Code("1 where the target is true, else 0"),
        target_type=Code("pa.int8()"),
        target_dtype=Code("np.int64"),
        outcome_words=Code("whether the target is true"),
        prediction_words=Code("the probability that the target is true"),
        shape_words=Code(", shape (rows,)"),
        baseline_words=Code("the base rate"),
        baseline_type=Code("float"),
        baseline_shape=Code("len(matrix)"),
        curve_arguments=Code(""),
        label_arguments=Code(', ("false", "true")'),
        linear_words=Code("logistic regression"),
        estimator=Code("LogisticRegression"),
        linear_imports=Code("LogisticRegression"),
        linear_type=Code("LogisticRegression"),
        linear_arguments=Code(""),
        objective="binary",
        loss="binary_logloss",
        likelihood=Code("np.where(target, score, 1 - score)"),
        outcome_type=Code("bool"),
        estimator_call=Code("predict_proba(matrix.astype(np.float64))[:, 1]"),
        blended_words=Code("the mean of its members' log-odds"),
        raw_imports=Code("import math"),
    ),
    "multiclass": Task(
        name=Code("multiclass"),
        classes=True,
        target_words=Code("the place of the row's class among the sorted classes"),
        target_type=Code("pa.int64()"),
        target_dtype=Code("np.int64"),
        outcome_words=Code("for each class but the first, whether it is the row's"),
        prediction_words=Code("the probability of each class"),
        shape_words=Code(", shape (rows, classes)"),
        baseline_words=Code("the share of each class"),
        baseline_type=Code("list[float]"),
        baseline_shape=Code("(len(matrix), len(self.prediction))"),
        curve_arguments=Code(', encoders["classes"]'),
        label_arguments=Code(', encoders["classes"]'),
        linear_words=Code("logistic regression"),
        estimator=Code("LogisticRegression"),
        linear_imports=Code("LogisticRegression"),
        linear_type=Code("LogisticRegression"),
        linear_arguments=Code('len(encoders["classes"]), '),
        objective="multiclass",
        loss="multi_logloss",
        likelihood=Code("score[np.arange(len(target)), target]"),
        outcome_type=Code("str"),
        estimator_call=Code("predict_proba(matrix.astype(np.float64))"),
        blended_words=Code("the mean of its members' log-probabilities"),
        raw_imports=Code("import math"),
    ),
    "regression": Task(
        name=Code("regression"),
        classes=False,
        target_words=Code("the value of the target"),
        target_type=Code("pa.float64()"),
        target_dtype=Code("np.float64"),
        outcome_words=Code("the target"),
        prediction_words=Code("the expected value of the target"),
        shape_words=Code(", shape (rows,)"),
        baseline_words=Code("the mean of the target"),
        baseline_type=Code("float"),
        baseline_shape=Code("len(matrix)"),
        curve_arguments=Code(""),
        label_arguments=Code(""),
        linear_words=Code("ridge regression"),
        estimator=Code("Ridge"),
        linear_imports=Code("Ridge, TweedieRegressor"),
        linear_type=Code("TweedieRegressor | Ridge"),
        linear_arguments=Code(""),
        objective="regression",
        loss="l2",
        likelihood=Code(""),
        outcome_type=Code("float"),
        estimator_call=Code("predict(matrix.astype(np.float64))"),
        blended_words=Code("the mean of its members' predictions"),
        raw_imports=Code(""),
    ),
}
"""What each task changes in the code."""

LIGHTGBM_LOSSES = {
    "rmse": "rmse",
    "mae": "l1",
    "mape": "mape",
}
"""LightGBM's names for the losses that early stopping watches, where the primary metric is one; else that of the task.

Of classes it is always the log loss: ranking may be best after two rounds of a thousand, and then says little of how
likely anything is.
"""

USES = {
    "descriptive": "say what happened and what drives it; nothing is predicted",
    "predictive": "predict the target for new rows; people or programs decide what to do",
    "prescriptive": "say what to do for each new row, from its prediction and the payoffs",
}


def task_of(project: Project) -> Task:
    """Return how the task of ``project`` looks in rendered code."""
    return _TASKS[project.config.problem.task]
