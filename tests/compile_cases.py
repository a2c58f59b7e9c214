"""Random expressions over random rows, in DuckDB and compiled.

``python -m tests.compile_cases --cases 1000000 --seed 1`` runs a million cases. A case is one expression over one row;
an expression meets five rows. Both sides have to give the same value, or an error. Errors are looked at more closely,
for SQL leaves open which of them are met:

- where DuckDB stops and Python answers, DuckDB has to give the same answer with every failing part made NULL by TRY;
- where Python stops and DuckDB answers, DuckDB has to stop as well without its optimizer, or the row is outside the
  years that Python knows.
"""

import argparse
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import duckdb
from sqlglot import exp

from generator.sql.parsing import SqlError, parse, render
from tests.expressions import KINDS, Bench, Grammar, agree, shown

ROWS = 5
BATCH = 40
NOT_TRIED = (exp.Connector, exp.Not, exp.Case, exp.If, exp.Coalesce, exp.Is, exp.Paren, exp.Interval, exp.Extract)


@dataclass
class Tally:
    """What a run has seen; ``differences`` are texts to read."""

    cases: int = 0
    expressions: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)


UNPLANNED = "Unimplemented type for cast"
"""What DuckDB says of an expression that it types and then cannot plan over any rows: no feature comes of it."""


def run(seed: int, cases: int, tally: Tally | None = None, bench: Bench | None = None) -> Tally:
    """Return what ``cases`` random cases show, for one seed."""
    tally, bench, grammar = tally or Tally(), bench or Bench(), Grammar(random.Random(seed))
    start = tally.cases
    while tally.cases - start < cases:
        bench.load([grammar.row() for _ in range(ROWS)])
        for _ in range(BATCH):
            one(bench, grammar, tally)
            if tally.cases - start >= cases:
                break
    tally.used.update(grammar.used)
    return tally


def one(bench: Bench, grammar: Grammar, tally: Tally) -> None:
    """Try one random expression over the rows that are loaded."""
    text = grammar.expression(grammar.draw.choice(KINDS), grammar.draw.randint(1, 3))
    try:
        sql, compiled = bench.compiled(text)
    except SqlError as error:
        tally.refused[error.what] += 1
        return
    tally.expressions += 1
    ours = bench.of_python(compiled)
    theirs = bench.of_duckdb(sql, compiled.type)
    for index, (right, answer) in enumerate(zip(theirs, ours, strict=True)):
        tally.cases += 1
        word = verdict(bench, sql, compiled.type, index, right, answer)
        tally.counts[word] += 1
        if word == "difference":
            row = {name: value for name, value in bench.rows[index].items() if name in sql}
            tally.differences.append(f"{sql}\n    {compiled.code}\n    {row}\n    DuckDB {right!r}, Python {answer!r}")


def verdict(bench: Bench, sql: str, kind: str, index: int, right: Any, answer: Any) -> str:
    """Return in one word how Python's ``answer`` compares with DuckDB's."""
    failed, stopped = isinstance(right, Exception), isinstance(answer, Exception)
    if failed and UNPLANNED in str(right):
        return "unplanned"
    if not failed and not stopped:
        return "difference" if not agree(right, answer) else "NULL" if right is None else "value"
    if stopped and not isinstance(answer, (bench.error, OverflowError)):
        return "difference"
    if failed and stopped:
        return "error"
    if stopped:
        if isinstance(answer, (bench.outside, OverflowError)):
            return "outside"
        return "optimized" if stops_unoptimized(bench, sql, kind, index) else "difference"
    return "unmet error" if agree(tried(bench, sql, kind, index), answer) else "difference"


def stops_unoptimized(bench: Bench, sql: str, kind: str, index: int) -> bool:
    """Return whether DuckDB stops at a row once nothing is optimized away."""
    bench.database.execute("PRAGMA disable_optimizer")
    try:
        bench.database.execute(f"SELECT {shown(sql, kind)} FROM cases WHERE position = {index}").fetchone()
    except duckdb.Error:
        return True
    finally:
        bench.database.execute("PRAGMA enable_optimizer")
    return False


def tried(bench: Bench, sql: str, kind: str, index: int) -> Any:
    """Return DuckDB's answer with every part that fails turned to NULL."""
    tree: exp.Expression = exp.Paren(this=parse(sql))
    for node in reversed(list(tree.walk())):
        is_escaped = isinstance(node.parent, exp.Escape) and isinstance(node, exp.Like | exp.ILike)
        if isinstance(node, exp.Func | exp.Binary | exp.Neg) and not (is_escaped or isinstance(node, NOT_TRIED)):
            node.replace(exp.Anonymous(this="try", expressions=[node.copy()]))
    text = render(tree)
    try:
        found = bench.database.execute(f"SELECT {shown(text, kind)} FROM cases WHERE position = {index}").fetchone()
    except duckdb.Error as error:
        return error
    return found[0] if found else None


def main() -> None:
    """Run as many cases as the command line asks for, and say what came of it."""
    parser = argparse.ArgumentParser(description="Compare DuckDB with compiled Python on random expressions.")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20, help="differences to print")
    asked = parser.parse_args()
    start, tally, bench, step = time.perf_counter(), Tally(), Bench(), 0
    while tally.cases < asked.cases:
        tally = run(asked.seed * 1_000_000 + step, min(20_000, asked.cases - tally.cases), tally, bench)
        step += 1
        print(f"... {tally.cases} cases, {len(tally.differences)} differences", flush=True)
    for text in tally.differences[: asked.show]:
        print(text)
    for what, count in tally.refused.most_common(10):
        print(f"refused {count} times: {what}")
    seconds = time.perf_counter() - start
    print(
        f"seed {asked.seed}: {tally.cases} cases, {tally.expressions} expressions in {seconds:.0f} s; "
        f"{dict(tally.counts)}"
    )
    print(f"{len(tally.differences)} differences; {len(tally.used)} entries of the table took part")


if __name__ == "__main__":
    main()
