"""``conf/model/``: the candidates that compete. Each option is placed under ``model.<its own name>``."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from generator.schema.base import ColumnName, Identifier, Setting, Strict, Text

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(gt=0, le=1)]


def _class_weight(value: Any) -> Any:
    """Return weights of classes with texts for names: YAML has true, false and numbers too."""
    if value is None or value == "balanced":
        return value
    if not isinstance(value, dict) or not value:
        raise PydanticCustomError(
            "class_weight", "no weights of classes: write `balanced`, or a mapping of classes to numbers"
        )
    for weight in value.values():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise PydanticCustomError(
                "class_weight", "no weights of classes: each has to be a number above 0, without quotes"
            )
    names = {name: str(name).lower() if isinstance(name, bool) else str(name) for name in value}
    return {names[name]: float(weight) for name, weight in value.items()}


WeightOfClass = Annotated[float, Field(gt=0, description="how much a row of this class counts", examples=[5.0])]
ClassWeight = Annotated[
    Literal["balanced"] | dict[str, float],
    BeforeValidator(_class_weight, json_schema_input_type=Literal["balanced"] | dict[str, WeightOfClass]),
]
"""How much rows of each class count, as scikit-learn has it."""

WEIGHT_OF_CLASSES = (
    "how much rows of each class count in fitting, as in scikit-learn: `balanced` gives all classes the same total, or "
    "a weight for each class, 1 where it is not named. Probabilities then are no shares of rows any more"
)

Objective = Literal["poisson", "tweedie", "huber", "fair", "regression_l1"]
"""What LightGBM can minimise besides squared errors; the first two predict the exponential of what they add up."""

Direction = Annotated[
    Literal["increasing", "decreasing"], Field(description="what predictions may do when the feature rises")
]
"""How predictions may change with a feature."""

OTHER_NAMES = {
    "C": "regularization, the strength: 1 / C",
    "alpha": "regularization",
    "colsample_bytree": "feature_fraction",
    "eta": "learning_rate",
    "lambda": "lambda_l2",
    "max_leaf_nodes": "num_leaves",
    "min_child_samples": "min_data_in_leaf",
    "min_child_weight": "min_sum_hessian_in_leaf",
    "min_samples_leaf": "min_data_in_leaf",
    "min_split_gain": "min_gain_to_split",
    "n_estimators": "rounds, a key beside `params`",
    "num_boost_round": "rounds, a key beside `params`",
    "num_iterations": "rounds, a key beside `params`",
    "early_stopping_rounds": "early_stopping, a key beside `params`",
    "random_state": "seed",
    "reg_alpha": "lambda_l1",
    "reg_lambda": "lambda_l2",
    "subsample": "bagging_fraction",
    "subsample_freq": "bagging_freq",
}
"""What other libraries call these settings, for hints."""


class Baseline(Strict):
    """Predict the base rate, the class shares or the mean: what every other candidate must beat."""

    kind: Literal["baseline"]


class LinearParams(Strict):
    """Settings of the logistic or ridge regression."""

    regularization: Positive = Field(default=1.0, description="strength of the L2 penalty")
    strengths: tuple[Positive, ...] = Field(
        default=(),
        description="strengths that are tried in its place; the one with the least loss on validated rows is used",
        examples=[[0.1, 1.0, 10.0]],
    )
    splines: Annotated[int, Field(ge=0, le=50)] = Field(
        default=0,
        description="knots of each number, at its quantiles: a piecewise linear curve in place of a line",
        examples=[5],
    )
    max_iter: Count = Field(default=300, description="most steps of the solver")
    min_count: Count = Field(default=20, description="categories seen less often in training share one coefficient")


class Linear(Strict):
    """Logistic regression for classes, ridge regression for numbers, on scaled and one-hot features."""

    kind: Literal["linear"]
    objective: Literal["poisson"] | None = Field(
        default=None,
        description="what is minimised where the target is a number: squared errors by default. Poisson suits counts "
        "and amounts that are never negative: the model is linear in the logarithm of what it expects",
        examples=["poisson"],
    )
    class_weight: ClassWeight | None = Field(
        default=None, description=WEIGHT_OF_CLASSES, examples=["balanced", {"true": 5}]
    )
    params: LinearParams = Field(default=LinearParams(), description="settings of the regression")


class LightGBMParams(Strict):
    """LightGBM's own parameters; https://lightgbm.readthedocs.io/en/stable/Parameters.html describes each."""

    num_leaves: Annotated[int, Field(ge=2, le=131_072)] = Field(
        default=31, description="most leaves of a tree: more of them fit finer, and overfit sooner", examples=[63]
    )
    learning_rate: Positive = Field(
        default=0.1,
        description="how far each tree goes: smaller needs more rounds, and is often better",
        examples=[0.05],
    )
    max_depth: int = Field(default=-1, description="deepest a tree may be; no limit below 1")
    min_data_in_leaf: Annotated[int, Field(ge=0)] = Field(
        default=20, description="fewest rows in a leaf: more of them overfit less"
    )
    min_sum_hessian_in_leaf: NotNegative = Field(
        default=0.001, description="least curvature of the loss in a leaf: more of it overfits less"
    )
    feature_fraction: Fraction = Field(default=1.0, description="share of the features that each tree may look at")
    bagging_fraction: Fraction = Field(
        default=1.0, description="share of the rows that a tree is fitted on; only with `bagging_freq`"
    )
    bagging_freq: Annotated[int, Field(ge=0)] = Field(
        default=0, description="every how many rounds those rows are drawn anew; 0 is never"
    )
    lambda_l1: NotNegative = Field(default=0.0, description="L1 penalty on the values of leaves")
    lambda_l2: NotNegative = Field(default=0.0, description="L2 penalty on the values of leaves")
    min_gain_to_split: NotNegative = Field(default=0.0, description="least gain for which a leaf is split")
    max_bin: Annotated[int, Field(ge=2)] = Field(default=255, description="into how many bins a number is put, at most")
    cat_smooth: NotNegative = Field(default=10.0, description="smoothing of rare categories when categories are sorted")
    cat_l2: NotNegative = Field(default=10.0, description="L2 penalty in splits by category")
    max_cat_threshold: Count = Field(default=32, description="most categories on one side of a split")
    extra_trees: bool = Field(
        default=False, description="try one random threshold for each feature: other trees, which blend well"
    )
    linear_tree: bool = Field(default=False, description="fit a linear model of the split features in each leaf")
    linear_lambda: NotNegative = Field(default=0.0, description="L2 penalty on those linear models")
    seed: int = Field(default=0, description="seed of LightGBM's sampling of rows and features")


class LightGBM(Strict):
    """Gradient-boosted trees, stopped early on validated rows, then fitted again on all training rows."""

    kind: Literal["lightgbm"]
    rounds: Count = Field(default=1_000, description="most trees; early stopping often keeps fewer")
    early_stopping: Count = Field(default=50, description="stop after this many rounds without a gain")
    objective: Objective | None = Field(
        default=None,
        description="what trees minimise where the target is a number, by LightGBM's name; squared errors by default. "
        "Poisson and Tweedie suit counts and skewed amounts, which are never negative; Huber and L1 suit outliers",
        examples=["poisson"],
    )
    class_weight: ClassWeight | None = Field(
        default=None, description=WEIGHT_OF_CLASSES, examples=["balanced", {"true": 5}]
    )
    monotone: dict[ColumnName, Direction] | None = Field(
        default=None,
        description="features with which predictions may only rise, or only fall, whatever the others are: LightGBM's "
        "monotone constraints. A feature has to be one number, or a text that is encoded as `ordinal` or `target`",
        examples=[{"distance": "increasing"}],
    )
    params: LightGBMParams = Field(default=LightGBMParams(), description="LightGBM's own parameters, under its names")


class Sklearn(Strict):
    """Any classifier or regressor of scikit-learn, with its own parameters."""

    kind: Literal["sklearn"]
    estimator: str = Field(
        pattern=r"^sklearn(\.[a-z][a-z0-9_]*)+\.[A-Z][A-Za-z0-9]*$",
        description="its dotted path, as in sklearn.ensemble.RandomForestClassifier",
        examples=["sklearn.ensemble.RandomForestClassifier"],
    )
    params: dict[str, Setting] = Field(
        default_factory=dict, description="parameters of the estimator, by its names", examples=[{"n_estimators": 200}]
    )


class Own(Strict):
    """A model of the project's own: the functions `fit` and `predict` of a module in its package."""

    kind: Literal["own"]
    module: Identifier = Field(
        description="the module of the package, as in my_model for my_model.py", examples=["my_model"]
    )
    params: dict[str, Setting] = Field(
        default_factory=dict, description="what `fit` is called with by name", examples=[{"depth": 3}]
    )
    libraries: tuple[Text, ...] = Field(default=(), description="what the module needs besides numpy, to be served")
    digest: str | None = Field(
        default=None, description="of the module, written into params.yaml: a change trains anew"
    )


Candidate = Annotated[Baseline | Linear | LightGBM | Sklearn | Own, Field(discriminator="kind")]
