"""Replay history: which model each policy of retraining would have served, how good it was, and how models age."""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flights.backtest.fits import fit, remove_others, score
from flights.backtest.history import Window, read_history, windows
from flights.backtest.policies import ALL, LATEST, Model, Policy, policies
from flights.common.outputs import read_json, write_json
from flights.common.progress import Progress
from flights.common.rounding import rounded
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.evaluation.decision import payoffs, realised
from flights.evaluation.metrics import HIGHER_IS_BETTER, METRICS, PRIMARY, Bootstrap
from flights.features.encoders import read_target

ENCODERS = Path("data/encoders.json")
CHOSEN = Path("reports/metrics.json")
BACKTEST = Path("reports/backtest.json")
FEWEST = 2  # windows that models are compared on
SMALL = 10  # windows with so many times fewer rows than the median one are begun or broken off, and not compared


@dataclass(frozen=True)
class Served:
    """A window, the window since which its model served, and how good that was, with the interval."""

    window: str
    rows: int
    since: str
    value: float
    interval: list[float]
    money_per_1000_rows: float


@dataclass(frozen=True)
class Replayed:
    """What a policy would have brought: means over the windows, and its gain over never retraining."""

    policy: str
    words: str
    retrainings: int
    value: float
    gain_over_never: float
    interval: list[float]
    money_per_1000_rows: float
    windows: list[Served]


@dataclass(frozen=True)
class Aged:
    """The mean metric of models that were fitted ``age`` windows before, and of new ones in the same windows."""

    age: int
    windows: int
    value: float
    new: float


class Replay:
    """The history of a project and the models of one candidate, each fitted when it is first asked for."""

    def __init__(self, rows: pa.Table, chain: list[Window], candidate: str, bootstrap: Bootstrap) -> None:
        """Keep ``rows``, in the order of time, and ``chain``, the windows that they fall into."""
        self.rows, self.chain, self.candidate, self.bootstrap = rows, chain, candidate, bootstrap
        with TemporaryDirectory() as folder:
            file = Path(folder) / "rows.parquet"
            pq.write_table(rows, file)
            self.target = read_target(file, read_json(ENCODERS))
        self.fits: dict[Model, Path] = {}
        self.latest = setting("backtest", "latest")
        self.scores, self.value, self.interval = cache(self._scores), cache(self._value), cache(self._interval)

    def trained_on(self, model: Model) -> slice:
        """Return the rows that ``model`` is fitted on: such as were known when it began to serve."""
        first = self.chain[max(model.since - self.latest, 0)].first if model.rows == LATEST else 0
        return slice(first, self.chain[model.since].known)

    def fitted(self, model: Model) -> Path:
        """Return the folder of ``model``."""
        if model not in self.fits:
            self.fits[model] = fit(self.rows[self.trained_on(model)], self.candidate)
        return self.fits[model]

    def _scores(self, model: Model, window: int) -> np.ndarray:
        return rounded(score(self.fitted(model), self.candidate, self.rows[self.chain[window].rows]))

    def _value(self, model: Model, window: int) -> float:
        rows = self.chain[window].rows
        with np.errstate(invalid="ignore", divide="ignore"):
            return METRICS[PRIMARY](self.target[rows], self.scores(model, window), None)

    def _interval(self, model: Model, window: int) -> list[float]:
        return self.bounds(self.chain[window].rows, self.scores(model, window))

    def bounds(self, rows: slice, scores: np.ndarray) -> list[float]:
        """Return the interval of the metric of ``scores`` on ``rows``."""
        drawn = self.bootstrap.resample(self.target[rows], {"": scores}, [PRIMARY])
        return self.bootstrap.interval(drawn[""][PRIMARY])

    def alarm(self, model: Model, window: int) -> bool:
        """Return whether ``model`` was worse, beyond both intervals, on the latest known rows than on validation rows."""
        trained, known = self.trained_on(model), self.chain[window].known
        recent = slice(max(self.chain[window - 1].known, self.chain[model.since].first), known)
        if recent.start >= recent.stop:
            return False
        validated = np.load(self.fitted(model) / "validation.npy")
        expected = self.bounds(slice(trained.stop - len(validated), trained.stop), validated)
        seen = range(model.since, window + 1)
        scores = np.concatenate([self.scores(model, served) for served in seen])
        start = self.chain[model.since].first
        found = self.bounds(recent, scores[recent.start - start : recent.stop - start])
        return found[1] < expected[0] if HIGHER_IS_BETTER else found[0] > expected[1]

    def money(self, model: Model, window: int) -> float:
        """Return the money per 1,000 rows of ``window`` from deciding by ``model``."""
        payoff, rows = payoffs(), self.chain[window].rows
        return 1_000 * float(realised(payoff, self.target[rows], payoff.act(self.scores(model, window))).mean())


def measured(replay: Replay, first: int) -> list[int]:
    """Return the windows from the ``first`` on with rows enough, and whose rows determine the metric: of one class do not."""
    sizes = [window.last - window.first for window in replay.chain]
    enough = [window for window in range(first, len(sizes)) if sizes[window] >= np.median(sizes) / SMALL]
    return [window for window in enough if np.isfinite(replay.value(Model(first, ALL), window))]


def follow(replay: Replay, policy: Policy, first: int, compared: list[int]) -> Replayed:
    """Return what ``policy`` would have brought in the windows that are ``compared``."""
    chain, serving = replay.chain, policy.serving(first, len(replay.chain))
    models = {window: serving[window - first] for window in compared}
    served = [
        Served(
            window=chain[window].name,
            rows=chain[window].last - chain[window].first,
            since=chain[model.since].name,
            value=round(replay.value(model, window), 6),
            interval=replay.interval(model, window),
            money_per_1000_rows=round(replay.money(model, window), 2),
        )
        for window, model in models.items()
    ]
    value, interval = mean_gain(replay, models, dict.fromkeys(models, serving[0]))
    return Replayed(
        policy=policy.name,
        words=policy.words,
        retrainings=len(set(models.values())) - 1,
        value=round(float(np.mean([part.value for part in served])), 6),
        gain_over_never=value,
        interval=interval,
        money_per_1000_rows=round(float(np.mean([part.money_per_1000_rows for part in served])), 2),
        windows=served,
    )


def mean_gain(replay: Replay, new: dict[int, Model], old: dict[int, Model]) -> tuple[float, list[float]]:
    """Return the mean gain, over windows, of the models ``new`` over ``old``, with its paired bootstrap interval."""
    values, drawn = [], []
    for window, model in new.items():
        rows = replay.chain[window].rows
        scores = replay.scores(model, window), replay.scores(old[window], window)
        value, gains = replay.bootstrap.gains(replay.target[rows], *scores)
        values.append(value)
        drawn.append(gains)
    return round(float(np.mean(values)), 6), replay.bootstrap.interval(np.mean(drawn, axis=0))


def ages(replay: Replay, first: int, compared: list[int]) -> list[Aged]:
    """Return how the metric falls with the age of a model, of all data that were known when it was fitted."""
    curve = []
    for age in range(len(replay.chain) - first):
        of_age = [window for window in compared if window - age in compared]
        values = [replay.value(Model(window - age, ALL), window) for window in of_age]
        new = [replay.value(Model(window, ALL), window) for window in of_age]
        if of_age:
            curve.append(Aged(age, len(of_age), round(float(np.mean(values)), 6), round(float(np.mean(new)), 6)))
    return curve


def recommend(found: list[Replayed]) -> tuple[str, str]:
    """Return the policy to choose, and why: of those as good as the best within noise, the one that retrains least."""
    best = max(found, key=lambda policy: policy.gain_over_never)
    noise = best.gain_over_never - best.interval[0]
    enough = [policy for policy in found if policy.gain_over_never >= best.gain_over_never - noise]
    chosen = min(enough, key=lambda policy: (policy.retrainings, -policy.gain_over_never))
    if chosen.retrainings == 0:
        reason = f"No policy of retraining gains more than noise over never retraining ({PRIMARY} {chosen.value:.4f})."
    else:
        low, high = chosen.interval
        reason = f"A model that is {chosen.words} has {PRIMARY} {chosen.value:.4f} on average, a gain of "
        reason += f"{chosen.gain_over_never:.4f} ({low:.4f} to {high:.4f}) over one that is never retrained, "
        reason += f"with {chosen.retrainings} retrainings."
    return chosen.policy, reason


def main() -> None:
    settings = setting("backtest")
    rows = read_history()
    period, chain = windows(rows["__time"], settings.get("period"))
    first = settings["first"]
    if len(chain) < first + FEWEST or chain[first].known == 0:
        raise ValueError(
            f"the labelled rows cover {len(chain)} windows of a {period}, and a backtest needs {first + FEWEST} with outcomes: "
            "set a shorter `backtest.period`, a smaller `backtest.first`, or wait for more history"
        )
    candidate = settings.get("candidate") or read_json(CHOSEN)["chosen"]
    replay = Replay(rows, chain, candidate, Bootstrap(**setting("metrics", "bootstrap")))
    compared = measured(replay, first)
    models = [Model(window, rows) for window in compared for rows in (ALL, LATEST)]
    progress = Progress(len(models), "models fitted")
    for model in models:
        replay.fitted(model)
        progress.add(1)
    if len(compared) < FEWEST:
        raise ValueError(
            f"{PRIMARY} is defined in {len(compared)} windows of a {period}: set a longer `backtest.period`"
        )
    found = [follow(replay, policy, first, compared) for policy in policies(period, replay.latest, replay.alarm)]
    policy, reason = recommend(found)
    remove_others(set(replay.fits.values()))
    write_json(
        BACKTEST,
        {
            "candidate": candidate,
            "metric": PRIMARY,
            "higher_is_better": HIGHER_IS_BETTER,
            "confidence": replay.bootstrap.confidence,
            "period": period,
            "trained_until": chain[first].name,
            "policies": [asdict(item) for item in found],
            "ages": [asdict(item) for item in ages(replay, first, compared)],
            "recommended": policy,
            "recommendation": reason,
        },
    )
    for item in found:
        print(f"{PRIMARY} {item.value:.4f}, {item.retrainings:2} retrainings: {item.words}")
    print(reason)


if __name__ == "__main__":
    run_stage(main)
