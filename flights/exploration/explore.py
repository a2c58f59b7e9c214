"""Look at the training rows: profile, relations to the target, warnings, hypotheses; write reports/explore.html."""

from pathlib import Path
from typing import Any

import duckdb

from flights.common.engine import connect
from flights.common.outputs import write_json
from flights.common.settings import setting
from flights.common.stage import run_stage
from flights.exploration.data_warnings import about_leaks, about_redundant, suspicions
from flights.exploration.leaks import leaks, redundant
from flights.exploration.profile import COLUMNS, profile
from flights.exploration.relations import MEASURE, relations
from flights.exploration.sample import INPUTS, OUTCOMES, classes_of, columns_of, encode, encode_target
from flights.exploration.verdicts import verdicts_on
from flights.report.pages import write_page

LABELS = Path(__file__).parents[1] / "problem/labels.sql"
SQL = Path(__file__).with_name("explore.sql")
SAMPLE = "FROM training ORDER BY md5(concat($seed, '|', __row)), __row LIMIT $rows"
SUMMARY = Path("reports/exploration.json")
PAGE = Path("reports/explore.html")
PROFILED, STUDIED = 10_000_000, 1_000_000  # values, so that the time it takes does not grow with rows and columns
FEWEST_ROWS = 1_000


def look(database: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return everything that exploration finds."""
    settings = setting("explore")
    training = database.table("training")
    step = max(1, len(training) * len(COLUMNS) // PROFILED)
    columns = profile(training.filter(f"__row % {step} = 0"))
    rows = min(settings["rows"], max(FEWEST_ROWS, STUDIED // max(len(INPUTS), 1)))
    sample = database.sql(SAMPLE, params={"seed": settings["seed"], "rows": rows}).to_arrow_table()
    held_out, twins = database.table("twins").fetchall()[0]
    parts, target = encode(sample, INPUTS), encode_target(sample)
    inputs = columns_of(sample)
    hidden, alike = leaks(inputs, *classes_of(sample)), redundant(inputs)
    related, outcomes = relations(parts, target), relations(encode(sample, OUTCOMES), target)
    return {
        "rows": {"training": len(training), "profiled_every": step, "sample": sample.num_rows, "holdout": held_out},
        "measure": MEASURE,
        "columns": columns,
        "relations": related,
        "outcomes": outcomes,
        "warnings": suspicions(
            columns, [*about_leaks(related, hidden, settings["suspicious"]), *about_redundant(alike)], twins, held_out
        ),
        "hypotheses": verdicts_on(sample, parts, target),
    }


def main() -> None:
    with connect() as database:
        database.execute(LABELS.read_text(encoding="utf-8"))
        database.execute(SQL.read_text(encoding="utf-8"))
        found = look(database)
    write_json(SUMMARY, found)
    write_page(PAGE, "explore.html", title=setting("project", "title"), found=found)
    for hypothesis in found["hypotheses"]:
        print(f"{hypothesis['name']}: {hypothesis['verdict']}")


if __name__ == "__main__":
    run_stage(main)
