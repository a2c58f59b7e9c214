"""Choose a candidate on the validation part, then look once at the holdout: metrics with intervals, slices, curves."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from flights.common.outputs import new_folder, read_json, write_json
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.evaluation.caveats import close_race, few_rounds, few_rows, surprise
from flights.evaluation.curves import CURVES
from flights.evaluation.decision import curve, payoffs, realised
from flights.evaluation.metrics import HIGHER_IS_BETTER, METRICS, PRIMARY, Bootstrap, measure
from flights.evaluation.reference import write_reference
from flights.evaluation.selection import Scores, expected, select
from flights.evaluation.slices import SLICES, groups
from flights.features.encoders import read_matrix, read_parts, read_target
from flights.models.candidates import CANDIDATES
from flights.models.folders import folder_of

TRAIN = Path("data/train.parquet")
HOLDOUT = Path("data/holdout.parquet")
ENCODERS = Path("data/encoders.json")
EVALUATION = Path("reports/evaluation.json")
CHOSEN = Path("reports/chosen.json")
METRICS_FILE = Path("reports/metrics.json")
PLOTS = Path("reports/plots")
ABOUT = "The figures are of models fitted on training rows alone. What is released is the chosen candidate fitted again on all rows, the holdout too, with the settings, rounds and kinds of encodings that training chose."


def assess(target: np.ndarray, scores: Scores, bootstrap: Bootstrap) -> dict[str, Any]:
    """Return every metric of every candidate on the holdout, each with its interval."""
    drawn = bootstrap.resample(target, scores, METRICS)
    return {
        candidate: {
            name: {"value": round(value, 6), "interval": bootstrap.interval(drawn[candidate][name])}
            for name, value in measure(target, score).items()
        }
        for candidate, score in scores.items()
    }


def slices(target: np.ndarray, score: np.ndarray) -> dict[str, list[dict[str, Any]]]:
    """Return the primary metric in each group of the holdout that has rows enough, largest group first."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SLICES}
    for name, value, inside in groups():
        if len(np.unique(target[inside])) > 1:
            figure = round(METRICS[PRIMARY](target[inside], score[inside], None), 6)
            found[name].append({"value": value, "rows": int(inside.sum()), PRIMARY: figure})
    return found


def worth(target: np.ndarray, score: np.ndarray, bootstrap: Bootstrap) -> dict[str, Any]:
    """Return the money per 1,000 rows from deciding by ``score``, and from the two decisions that need no model."""
    payoff = payoffs()
    decided = realised(payoff, target, payoff.act(score))
    always = realised(payoff, target, np.ones(len(target), dtype=bool))
    never = realised(payoff, target, np.zeros(len(target), dtype=bool))
    best_blind = always if always.mean() > never.mean() else never
    gained = 1_000 * (decided - best_blind)
    gains = [float(np.average(gained, weights=weight)) for weight in bootstrap.weights(len(target))]
    return {
        "action": setting("problem", "decision", "action"),
        "currency": setting("problem", "decision", "currency"),
        "acts_on": round(float(payoff.act(score).mean()), 6),
        "per_1000_rows": {
            "by_model": round(1_000 * float(decided.mean()), 2),
            "always": round(1_000 * float(always.mean()), 2),
            "never": round(1_000 * float(never.mean()), 2),
        },
        "gain_over_best_without_model": {
            "value": round(float(gained.mean()), 2),
            "interval": bootstrap.interval(gains, digits=2),
        },
    }


def headline(evaluation: dict[str, Any]) -> dict[str, Any]:
    """Return the figures that `dvc metrics show` and `dvc exp show` list."""
    found = evaluation["holdout"][evaluation["chosen"]]
    measured = {name: round(figure["value"], 5) for name, figure in found.items()}
    flat: dict[str, Any] = {"chosen": evaluation["chosen"], **measured}
    flat["value_per_1000_rows"] = evaluation["decision"]["per_1000_rows"]["by_model"]
    flat["candidates"] = {
        name: {PRIMARY: round(figures[PRIMARY]["value"], 5)} for name, figures in evaluation["holdout"].items()
    }
    flat["interval"] = found[PRIMARY]["interval"]  # a list: no column of `dvc exp show`
    return flat


def main() -> None:
    bootstrap = Bootstrap(**setting("metrics", "bootstrap"))
    encoders = read_json(ENCODERS)
    validated = read_target(TRAIN, encoders)[read_parts(TRAIN)]
    validation = {name: np.load(folder_of(name) / "validation.npy") for name in CANDIDATES}
    selection = select(validated, validation, bootstrap)
    chosen, held_out = selection["chosen"], pq.read_metadata(HOLDOUT).num_rows
    selection["expected"] = expected(validated, validation[chosen], held_out, bootstrap)
    matrix, target = read_matrix(HOLDOUT, encoders), read_target(HOLDOUT, encoders)
    scores = {name: module.Model.load(folder_of(name)).predict(matrix) for name, module in CANDIDATES.items()}
    doubts = [
        *few_rounds({name: read_json(folder_of(name) / "summary.json") for name in CANDIDATES}),
        *few_rows("validation part", validated, ("false", "true")),
        *few_rows("holdout", target, ("false", "true")),
        *close_race(selection),
    ]
    evaluation: dict[str, Any] = {
        "chosen": chosen,
        "doubts": doubts,
        "primary": PRIMARY,
        "higher_is_better": HIGHER_IS_BETTER,
        "confidence": bootstrap.confidence,
        "about": ABOUT,
        "rows": {"training": len(read_parts(TRAIN)), "validation": len(validated), "holdout": len(target)},
        "selection": selection,
        "holdout": assess(target, scores, bootstrap),
        "slices": slices(target, scores[chosen]),
        "decision": worth(target, scores[chosen], bootstrap),
    }
    doubts += surprise(evaluation)
    with new_folder(PLOTS) as folder:
        for name, points in CURVES.items():
            write_json(folder / f"{name}.json", points(target, scores[chosen]))
        write_json(folder / "payoff.json", curve(target, scores[chosen]))
    write_json(EVALUATION, evaluation)
    write_reference(validation[chosen], scores[chosen], encoders)
    write_json(CHOSEN, {"candidate": chosen})
    flat = headline(evaluation)
    write_json(METRICS_FILE, flat)
    for doubt in doubts:
        print(f"doubt: {doubt}")
    print(f"chosen: {chosen}; {PRIMARY} on the holdout: {flat[PRIMARY]:.4f}")


if __name__ == "__main__":
    run_stage(main)
