"""``conf/tuning/``: whether, and how long, settings are searched for before a candidate is fitted."""

from typing import Annotated, Literal

from pydantic import Field

from generator.schema.base import Strict


class NoTuning(Strict):
    """Fit every candidate with the settings in its config."""

    kind: Literal["none"]


class Optuna(Strict):
    """Search LightGBM's main settings with Optuna on validated rows, starting from those in its config.

    A trial is as good as the loss that early stopping watches there: the log loss of classes, the primary metric of
    numbers where it is RMSE or MAE, else their squared error. Of many trials on one part the best loss is less often
    luck than the best ranking; between the candidates the primary metric chooses.
    """

    kind: Literal["optuna"]
    trials: Annotated[int, Field(ge=1)] = Field(default=25, description="how many settings are tried")
    rounds: Annotated[int, Field(ge=1)] = Field(default=300, description="most trees in one trial")
    seed: int = Field(default=0, description="seed of the search")


Tuning = Annotated[NoTuning | Optuna, Field(discriminator="kind")]
