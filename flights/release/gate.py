"""Judge a challenger: does it keep the guardrails, has it skill, and is it better than the champion beyond the noise?"""

from pathlib import Path
from typing import Any

import numpy as np

from flights.common.counts import counted
from flights.common.settings import setting
from flights.evaluation.metrics import PRIMARY, Bootstrap, measure
from flights.features.encoders import read_target
from flights.packaging.bundles import BundleError, ask, held_rows
from flights.packaging.fitted_rows import unseen

TRAIN = Path("data/train.parquet")
SAME = 1e-12  # of a score, by two ways of computing it
FEWEST_ROWS = 30  # of which a comparison can say anything

Gain = dict[str, Any]


def no_skill(training: np.ndarray, rows: int) -> np.ndarray:
    """Return the best prediction that looks at no feature, for ``rows`` rows: the base rate of ``training``."""
    return np.full(rows, training.mean())


def scarcest(target: np.ndarray) -> tuple[int, str]:
    """Return how many rows have the rarer of the two outcomes, and that in words."""
    positives = int(target.sum())
    negatives = target.size - positives
    return min((positives, counted(positives, "positive row")), (negatives, counted(negatives, "negative row")))


def too_few(target: np.ndarray) -> list[str]:
    """Return in words why the holdout is too small to tell skill from luck; nothing where it is not."""
    (count, words), least = scarcest(target), setting("release", "min_holdout")
    reason = f"the holdout has {words}, too few to tell skill from luck: release.min_holdout asks for {least:,}"
    return [reason] if count < least else []


def broken_guardrails(values: dict[str, float]) -> list[str]:
    """Return the guardrails that ``values`` break, in words."""
    broken = []
    for name, bounds in setting("metrics", "guardrails").items():
        value = values[name]
        if value < bounds.get("min", value):
            broken.append(f"{name} is {value:.4g}, and has to be at least {bounds['min']:g}")
        if value > bounds.get("max", value):
            broken.append(f"{name} is {value:.4g}, and has to be at most {bounds['max']:g}")
    return broken


def measured_gain(target: np.ndarray, new: np.ndarray, old: np.ndarray) -> Gain:
    """Return how much better ``new`` is than ``old`` in the primary metric, with its interval: a paired bootstrap."""
    value, bounds = Bootstrap(**setting("metrics", "bootstrap")).gain(target, new, old)
    return {"metric": PRIMARY, "value": value, "interval": bounds}


def refusals(target: np.ndarray, score: np.ndarray, encoders: dict[str, Any]) -> list[str]:
    """Return why the challenger must not be released, whatever the champion is like."""
    reasons = [*too_few(target), *broken_guardrails(measure(target, score))]
    if setting("release", "beat_baseline"):
        lead = measured_gain(target, score, no_skill(read_target(TRAIN, encoders), target.size))
        if not lead["interval"][0] > 0:
            reasons.append(f"no better than a prediction without skill, beyond the noise: {in_words(lead)}")
    return reasons


def in_words(lead: Gain) -> str:
    """Return a gain as people read it."""
    low, high = lead["interval"]
    return f"{lead['metric']} {lead['value']:+.4g} ({low:+.4g} to {high:+.4g})"


def tells(target: np.ndarray, score: np.ndarray) -> bool:
    """Return whether the rows are enough to measure anything on."""
    try:
        return len(target) >= FEWEST_ROWS and bool(measure(target, score))
    except ValueError:
        return False


def compare(target: np.ndarray, score: np.ndarray, folder: Path) -> tuple[bool, str, Gain | None]:
    """Return whether the challenger replaces the champion in ``folder``, why, and its gain over it on the same rows."""
    version = f"version {folder.name}"
    try:
        champion = ask(folder, held_rows()).score
    except BundleError as error:
        return True, f"{version} cannot score the rows of today: {error}", None
    if champion.shape != score.shape:
        return True, f"{version} tells other classes apart", None
    if np.allclose(champion, score, rtol=SAME, atol=SAME):
        return True, f"scores every row as {version} does; what is around the model is new", None
    fresh, where = unseen(folder), ""
    if not fresh.all():
        where = f", on the {fresh.sum():,} of {counted(fresh.size, 'row')} that {version} was not fitted on"
        if not tells(target[fresh], score[fresh]):
            return False, f"no fair comparison with {version}{where}: they are too few", None
    lead, least = measured_gain(target[fresh], score[fresh], champion[fresh]), setting("release", "min_gain")
    low, high = lead["interval"]
    if low > least:
        return True, f"better than {version}: {in_words(lead)}{where}", lead
    if low > 0:
        return False, f"better than {version}, but not by more than {least:g}: {in_words(lead)}{where}", lead
    return False, f"{'worse than' if high < 0 else 'within the noise of'} {version}: {in_words(lead)}{where}", lead
