"""Turn the snapshots in data/raw/ into typed tables in data/tables/, refuse rows with reasons, and write the contract."""

from pathlib import Path
from typing import Any

import duckdb

from flights.common.counts import counted
from flights.common.engine import connect
from flights.common.outputs import new_file, new_folder, write_json
from flights.common.stage import run_stage

SQL = Path(__file__).with_name("process.sql")
TABLES = Path("data/tables")
QUARANTINE = Path("data/quarantine.parquet")
CONTRACT = Path("reports/contract.json")
REMEDY = "a text that stands for a missing value belongs into `nulls` of its column; `at_most` of a check allows more"
KEYS = {"weather": "origin, time_hour", "planes": "tailnum", "airports": "faa", "airlines": "carrier"}
ROLES = {
    "flights": {
        "carrier": "key",
        "flight": "key",
        "departure": "time",
        "origin": "input",
        "dest": "input",
        "tailnum": "input",
        "distance": "input",
        "scheduled_departure": "input",
        "sched_arr_time": "input",
        "arr_delay": "outcome",
        "dep_delay": "outcome",
        "dep_time": "outcome",
        "arr_time": "outcome",
        "air_time": "outcome",
        "held": "outcome",
    },
    "weather": {},
    "planes": {},
    "airports": {},
    "airlines": {},
}


def examples(database: duckdb.DuckDBPyConnection, rule: dict[str, Any]) -> str:
    """Return a few of the values that break ``rule``."""
    broken = (
        "SELECT DISTINCT shown[:200] FROM examples WHERE source = ? AND rule = ? AND shown <> '' ORDER BY ALL LIMIT 3"
    )
    return "".join(f"\n  {shown}" for (shown,) in database.execute(broken, [rule["source"], rule["rule"]]).fetchall())


def rules(database: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return each rule with the rows that break it; raise when one is broken too often."""
    counted_rules = database.table("rules").to_dicts()
    over = [
        f"{rule['source']}: {rule['rule']} is broken by {rule['broken']:,} of {counted(rule['rows'], 'row')}{examples(database, rule)}"
        for rule in counted_rules
        if rule["otherwise"] != "warn" and rule["broken"] > rule["at_most"] * rule["rows"]
    ]
    if over:
        raise ValueError("more rows break a rule than conf/data/ allows:\n" + "\n".join([*over, REMEDY]))
    return counted_rules


def check_keys(database: duckdb.DuckDBPyConnection) -> None:
    """Stop when two rows of a table share the key that lookups use; name them."""
    for table, key in KEYS.items():
        doubles = database.sql(f"SELECT {key}, count(*) FROM {table}_kept GROUP BY ALL HAVING count(*) > 1")
        shared = doubles.order("ALL").limit(5).fetchall()
        if shared:
            raise SystemExit(
                f"{table}: several rows share a key, and a lookup reads one; {key} with how many: {', '.join(map(str, shared))}\n"
                "Keep one row of each (a `python:` source can), or add to `key:` in conf/data/ what distinguishes them."
            )


def describe(database: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """Return what may be expected of each column of ``table``: its type, role, range, gaps and variety."""
    summary = database.sql(
        f"SELECT column_name, column_type, min, max, approx_unique, null_percentage FROM (SUMMARIZE {table}_kept)"
    ).fetchall()
    return [
        {
            "column": name,
            "type": kind,
            "role": ROLES[table].get(name, "lookup"),
            "min": low,
            "max": high,
            "distinct": distinct,
            "missing_percent": float(missing),
        }
        for name, kind, low, high, distinct, missing in summary
        if name != "__row"
    ]


def main() -> None:
    with connect() as database:
        database.execute(SQL.read_text(encoding="utf-8"))
        counted_rules = rules(database)
        check_keys(database)
        contract = {"tables": {table: describe(database, table) for table in ROLES}, "rules": counted_rules}
        with new_folder(TABLES) as folder:
            for table in ROLES:
                database.table(f"{table}_kept").write_parquet(str(folder / f"{table}.parquet"), compression="zstd")
        with new_file(QUARANTINE) as file:
            database.table("quarantine").write_parquet(str(file), compression="zstd")
    broken = [rule for rule in counted_rules if rule["broken"]]
    for rule in broken:
        print(
            f"{rule['source']}: {rule['rule']}: {rule['broken']:,} of {counted(rule['rows'], 'row')}, {rule['otherwise']}"
        )
    print(f"{len(counted_rules) - len(broken)} of {len(counted_rules)} rules hold for every row")
    write_json(CONTRACT, contract)


if __name__ == "__main__":
    run_stage(main)
