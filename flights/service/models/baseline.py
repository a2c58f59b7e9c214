"""One prediction for every row."""

from pathlib import Path

from flights.common.outputs import read_json

LIBRARIES = ()
Score = float


class Model:
    """Predicts the same for every row: the base rate."""

    def __init__(self, folder: Path) -> None:
        """Read the model that training wrote into ``folder``."""
        self.prediction: Score = read_json(folder / "model.json")["prediction"]

    def score(self, columns: list[float]) -> Score:
        """Return the prediction for one row."""
        return self.prediction

    def scores(self, rows: list[list[float]]) -> list[Score]:
        """Return the prediction for each of ``rows``."""
        return [self.prediction] * len(rows)

    def contributions(self, columns: list[float]) -> list[list[float]]:
        """Return what each column adds to each output, which is nothing, and last the prediction."""
        return [[*(0.0 for _ in columns), self.prediction]]
