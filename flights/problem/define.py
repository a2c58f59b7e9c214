"""State the problem as a brief that people can sign, and whether the data is enough to answer it."""

from pathlib import Path
from typing import Any

import duckdb

from flights.common.engine import connect
from flights.common.outputs import new_file, write_json
from flights.common.settings import setting
from flights.common.stage import run_stage

LABELS = Path(__file__).with_name("labels.sql")
TABLE = "data/tables/flights.parquet"
SUMMARY = Path("reports/brief.json")
BRIEF = Path("reports/brief.md")
TERMS: dict[str, str] = {
    "Decided": "3 hours before `departure`; nothing later is used.",
    "Outcome": "known 12 hours after it.",
    "Decision": "warn the passengers, where that is expected to pay.",
    "Payoffs": "acting brings +320 USD if the target is true, else -110; passing brings +0 and +0.",
}


def count(database: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return how many rows there are, how many have a known outcome, and how many are held out."""
    rows = len(database.read_parquet(TABLE))
    known, holdout = database.sql(
        "SELECT count(*), count(*) FILTER (WHERE __part = 'holdout') FROM labelled"
    ).fetchall()[0]
    return {"rows": rows, "known": known, "unknown": rows - known, "holdout": holdout}


def power(database: duckdb.DuckDBPyConnection, holdout: int) -> dict[str, Any]:
    """Return the base rate, and the smallest difference in ROC-AUC that the holdout can distinguish from noise.

    Standard error after Hanley and McNeil (1982) around an AUC of 0.75; detected in four of five cases at 5 %. That model is
    half-way from guessing to perfection: where even the 0.25 between it and guessing is noise, the rows are too few.
    """
    rate, positives = database.sql(
        "SELECT avg(__target::INTEGER), count(*) FILTER (WHERE __part = 'holdout' AND __target) FROM labelled"
    ).fetchall()[0]
    negatives = holdout - positives
    if not positives or not negatives:
        return {"base_rate": rate, "statement": "The holdout has one class only, so no model can be scored on it."}
    area, most = 0.75, 0.25
    both, two = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (positives - 1) * (both - area**2) + (negatives - 1) * (two - area**2)
    smallest = 2.8 * (variance / (positives * negatives)) ** 0.5
    enough = f"enough to distinguish models that differ by {smallest:.4f} in ROC-AUC or more"
    scarce = f"too few: differences below {min(smallest, 0.5):.2f} in ROC-AUC are noise, and a model of 0.75 is 0.25 above guessing"
    return {
        "base_rate": round(rate, 6),
        "positives_in_holdout": positives,
        "smallest_gain": round(smallest, 6),
        "statement": f"{rate:.1%} of rows are positive; the holdout has {positives:,} of them, "
        f"{enough if smallest <= most else scarce}.",
    }


def write_brief(summary: dict[str, Any]) -> str:
    """Return the brief as Markdown."""
    problem, counts, power = summary["problem"], summary["counts"], summary["power"]
    lines = [
        f"# {summary['title']}",
        "",
        f"**Question.** {problem['question']}",
        f"**Why.** {problem['why']}",
        f"**Use.** {problem['use']}: {summary['use']}",
        f"**Target.** `{problem['target']['name']}`, which is `{problem['target']['sql']}`.",
        f"**Unknown outcomes.** {counts['unknown']:,} of {counts['rows']:,} rows: {problem['target']['unknown']}.",
        *(f"**{name}.** {text}" for name, text in summary["terms"].items()),
        f"**Success.** {summary['success']}",
        f"**Is the data enough?** {power['statement']}",
        "",
        "Signed: ______________________  Date: ____________",
    ]
    return "\n\n".join(line for line in lines if line) + "\n"


def main() -> None:
    problem = setting("problem")
    with connect() as database:
        database.execute(LABELS.read_text(encoding="utf-8"))
        counts = count(database)
        measured = power(database, counts["holdout"])
    summary = {
        "title": setting("project", "title"),
        "problem": problem,
        "use": "say what to do for each new row, from its prediction and the payoffs",
        "terms": TERMS,
        "success": "The best possible roc_auc on held-out rows, better than the baseline beyond the noise; calibration_error at most 0.08.",
        "counts": counts,
        "power": measured,
    }
    write_json(SUMMARY, summary)
    with new_file(BRIEF) as file:
        file.write_text(write_brief(summary), encoding="utf-8")
    print(measured["statement"])


if __name__ == "__main__":
    run_stage(main)
