"""What a decision is worth in money."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Payoff:
    """Money gained by acting or passing, when the target turns out true (positive) or not.

    Probabilities are numbers or arrays of them; so are the answers.
    """

    act_positive: float
    act_negative: float
    pass_positive: float
    pass_negative: float

    def advantage(self, probability: Any) -> Any:
        """Return what acting is expected to gain over passing."""
        if_positive = self.act_positive - self.pass_positive
        if_negative = self.act_negative - self.pass_negative
        return probability * if_positive + (1 - probability) * if_negative

    def act(self, probability: Any) -> Any:
        """Return whether acting pays more than passing."""
        return self.advantage(probability) > 0
