"""Plan the monotone constraints of trees: which code a candidate of LightGBM has to have, nothing where it has none."""

from dataclasses import dataclass

from generator.plan.select import NOTHING
from generator.schema.model import Candidate, LightGBM
from generator.sql.code import Code


@dataclass(frozen=True, kw_only=True)
class Monotone:
    """The features with which predictions may only rise, 1, or only fall, -1.

    What LightGBM is told of them depends on the columns of a matrix, of which each fold has its own.
    """

    signs: dict[str, int]

    @property
    def field(self) -> Code:
        """Return what a fold keeps of them."""
        return Code("\n    constraints: dict[str, Any]") if self.signs else NOTHING

    @property
    def of_fold(self) -> Code:
        """Return what a fold is made with, behind other arguments."""
        return Code(", constraints(learnt)") if self.signs else NOTHING

    @property
    def in_fold(self) -> Code:
        """Return the parameters that a fold is fitted with."""
        return self._params("fold.constraints")

    @property
    def in_all(self) -> Code:
        """Return the parameters that rows with the columns of ``encoders`` are fitted with."""
        return self._params("constraints(encoders)")

    def in_trial(self, folds: bool) -> Code:
        """Return what a trial has besides its settings, where no fold has its own."""
        return Code(", **constraints(encoders)") if self.signs and not folds else NOTHING

    def _params(self, constraints: str) -> Code:
        return Code(f"{{**params, **{constraints}}}" if self.signs else "params")


def monotone_of(candidate: Candidate) -> Monotone:
    """Plan the constraints of ``candidate``."""
    given = candidate.monotone or {} if isinstance(candidate, LightGBM) else {}
    return Monotone(signs={name: 1 if direction == "increasing" else -1 for name, direction in given.items()})
