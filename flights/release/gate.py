"""Judge a challenger: does it keep the guardrails, has it skill, and is it better than the champion beyond the noise?"""

from pathlib import Path
from typing import Any

import numpy as np

from flights.common.counts import counted
from flights.common.settings import setting
from flights.evaluation.metrics import measure
from flights.features.encoders import read_target
from flights.packaging.bundles import BundleError, ask, held_rows
from flights.packaging.fitted_rows import unseen
from flights.release.challenge import Found, challenged, gain_in, tells

TRAIN = Path("data/train.parquet")
SAME = 1e-12  # of a score, by two ways of computing it
PROMOTE, HOLD, REFUSE = "promote", "hold", "refuse"

Verdict = tuple[str, list[str], Found | None]


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


def refusals(target: np.ndarray, score: np.ndarray, encoders: dict[str, Any]) -> list[str]:
    """Return why the challenger must not be released, whatever the champion is like."""
    reasons = [*too_few(target), *broken_guardrails(measure(target, score))]
    if setting("release", "beat_baseline"):
        lead = gain_in(target, score, no_skill(read_target(TRAIN, encoders), target.size))
        if not lead["interval"][0] > 0:
            reasons.append(
                f"no better than a prediction without skill, beyond the noise: {lead['metric']} {in_words(lead)}"
            )
    return reasons


def in_words(figure: Found) -> str:
    """Return a gain with its interval as people read it."""
    low, high = figure["interval"]
    return f"{figure['value']:+.4g} ({low:+.4g} to {high:+.4g})"


def harms(found: Found) -> list[str]:
    """Return what becomes worse, beyond the noise, than it may: metrics, and groups of rows."""
    metrics = [
        f"{guarded['metric']} worse: {in_words(guarded['gain'])}, and may be by {guarded['tolerance']:g}"
        for guarded in found.get("guardrails", [])
        if guarded["gain"]["interval"][1] < -guarded["tolerance"]
    ]
    slices = [
        f"slice {group['column']}={group['value']} worse: {found['gain']['metric']} {in_words(group['gain'])}"
        for group in found.get("slices", [])
        if group["gain"]["interval"][1] < -setting("release", "slice_tolerance")
    ]
    return [*metrics, *slices]


def costs(found: Found) -> list[str]:
    """Return in words that the challenger earns less by more than its standard error; nothing where it does not."""
    if "money" not in found or found["money"]["gain"]["value"] + found["money"]["gain"]["error"] >= 0:
        return []
    return [f"it earns less: {in_words(found['money']['gain'])} {found['money']['currency']} per 1,000 rows"]


def weigh(found: Found, version: str, where: str = "") -> tuple[str, list[str]]:
    """Return the verdict on what was ``found`` in a comparison with ``version``, and the reasons in words."""
    lead, least = found["gain"], setting("release", "min_gain")
    low, high = lead["interval"]
    gained = f"{lead['metric']} {in_words(lead)}{where}"
    if high < 0:
        return HOLD, [f"worse than {version}: {gained}"]
    if low <= 0:
        return HOLD, [f"within the noise of {version}: {gained}"]
    if low <= least:
        return HOLD, [f"better than {version}, but not by more than {least:g}: {gained}"]
    better, harmed, costly = f"better than {version}: {gained}", harms(found), costs(found)
    if harmed:
        return REFUSE, [*harmed, *costly, f"otherwise {better}"]
    return HOLD if costly else PROMOTE, [better, *costly]


def compare(target: np.ndarray, score: np.ndarray, folder: Path) -> Verdict:
    """Return the verdict on a challenger with ``score`` beside the champion in ``folder``, the reasons, and all that was measured."""
    version = f"version {folder.name}"
    try:
        champion = ask(folder, held_rows()).score
    except BundleError as error:
        return PROMOTE, [f"{version} cannot score the rows of today: {error}"], None
    if champion.shape != score.shape:
        return PROMOTE, [f"{version} tells other classes apart"], None
    if np.allclose(champion, score, rtol=SAME, atol=SAME):
        return PROMOTE, [f"scores every row as {version} does; what is around the model is new"], None
    fresh, where = unseen(folder), ""
    if not fresh.all():
        where = f", on the {fresh.sum():,} of {counted(fresh.size, 'row')} that {version} was not fitted on"
        if not tells(target[fresh], score[fresh]):
            return HOLD, [f"no fair comparison with {version}{where}: they are too few"], None
    found = challenged(target, score, champion, fresh, folder)
    return *weigh(found, version, where), found
