"""What a client is told."""

from typing import Any

from msgspec import Struct

from flights.evaluation.payoff import Payoff
from flights.service.contract import Unexpected


class Answer(Struct):
    """A prediction: the probability that the target is true."""

    id: str
    probability: float
    unexpected: list[Unexpected]


def answer(id: str, score: float, unexpected: list[Unexpected]) -> Answer:
    """Return what is told of ``score``."""
    return Answer(id, score, unexpected)


def explained(score: float) -> tuple[int, str]:
    """Return the output that is explained, and what it is."""
    return 0, "log-odds"


class Part(Struct):
    """What a feature with this value contributes to the raw score."""

    feature: str
    value: Any
    contribution: float


class Explanation(Answer):
    """A prediction and its contributions: the raw score is ``base`` and all contributions together."""

    explained: str
    base: float
    features: list[Part]


class Decision(Struct):
    """Whether to act, what acting is expected to gain over passing, and why."""

    id: str
    act: bool
    action: str
    expected_gain: float
    currency: str
    probability: float
    reason: str
    unexpected: list[Unexpected]


class Decider:
    """Decides from a probability."""

    def __init__(self, decision: dict[str, Any]) -> None:
        self.payoff = Payoff(**decision["payoff"])
        self.action: str = decision["action"]
        self.currency: str = decision["currency"]

    def decide(self, id: str, probability: float, unexpected: list[Unexpected]) -> Decision:
        """Return what to do at ``probability``."""
        gain = self.payoff.advantage(probability)
        reason = (
            f"at a probability of {probability:.4g}, to act ({self.action}) is expected to bring {gain:+,.2f} "
            f"{self.currency} compared with passing"
        )
        return Decision(id, gain > 0, self.action, gain, self.currency, probability, reason, unexpected)
