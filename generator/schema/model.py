"""``conf/model/``: the candidates that compete. Each option is placed under ``model.<its own name>``."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import Identifier, Setting, Strict, Text

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(gt=0, le=1)]

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
    max_iter: Count = 300
    min_count: Count = Field(default=20, description="categories seen less often in training share one coefficient")


class Linear(Strict):
    """Logistic regression for classes, ridge regression for numbers, on scaled and one-hot features."""

    kind: Literal["linear"]
    params: LinearParams = LinearParams()


class LightGBMParams(Strict):
    """LightGBM's own parameter names; see its documentation for their meaning."""

    num_leaves: Annotated[int, Field(ge=2, le=131_072)] = 31
    learning_rate: Positive = 0.1
    max_depth: int = -1
    min_data_in_leaf: Annotated[int, Field(ge=0)] = 20
    min_sum_hessian_in_leaf: NotNegative = 0.001
    feature_fraction: Fraction = 1.0
    bagging_fraction: Fraction = 1.0
    bagging_freq: Annotated[int, Field(ge=0)] = 0
    lambda_l1: NotNegative = 0.0
    lambda_l2: NotNegative = 0.0
    min_gain_to_split: NotNegative = 0.0
    max_bin: Annotated[int, Field(ge=2)] = 255
    cat_smooth: NotNegative = 10.0
    cat_l2: NotNegative = 10.0
    max_cat_threshold: Count = 32
    seed: int = 0


class LightGBM(Strict):
    """Gradient-boosted trees, stopped early on the validation part, then fitted again on all training rows."""

    kind: Literal["lightgbm"]
    rounds: Count = Field(default=1_000, description="most trees; early stopping usually keeps fewer")
    early_stopping: Count = Field(default=50, description="stop after this many rounds without a gain")
    params: LightGBMParams = LightGBMParams()


class Sklearn(Strict):
    """Any classifier or regressor of scikit-learn, with its own parameters."""

    kind: Literal["sklearn"]
    estimator: str = Field(
        pattern=r"^sklearn(\.[a-z][a-z0-9_]*)+\.[A-Z][A-Za-z0-9]*$",
        description="its dotted path, as in sklearn.ensemble.RandomForestClassifier",
    )
    params: dict[str, Setting] = Field(default_factory=dict, description="parameters of the estimator, by its names")


class Own(Strict):
    """A model of the project's own: the functions `fit` and `predict` of a module in its package."""

    kind: Literal["own"]
    module: Identifier = Field(description="the module of the package, as in my_model for my_model.py")
    params: dict[str, Setting] = Field(default_factory=dict, description="what `fit` is called with by name")
    libraries: tuple[Text, ...] = Field(default=(), description="what the module needs besides numpy, to be served")
    digest: str | None = Field(
        default=None, description="of the module, written into params.yaml: a change trains anew"
    )


Candidate = Annotated[Baseline | Linear | LightGBM | Sklearn | Own, Field(discriminator="kind")]
