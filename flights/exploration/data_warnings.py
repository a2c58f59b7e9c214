"""List what looks wrong: inputs that know too much or nothing, and rows that are on both sides of the split."""

from collections.abc import Iterable, Iterator
from typing import Any

from flights.exploration.leaks import Leak

Column = dict[str, Any]
Found = tuple[str, str, str]
KNOWN = "is it really known when the prediction is made?"
ALL_KNOWN = "are all of them really known when the prediction is made?"
UNIQUE = 0.95
FEWEST = 50
NAMES = ("BIGINT", "VARCHAR")


def about_leaks(related: list[dict[str, Any]], hidden: list[Leak], suspicious: float) -> Iterator[Found]:
    """Yield inputs that explain the target suspiciously well, alone or together."""
    alone = {item["column"] for item in related if item["identical"] or item["value"] >= suspicious}
    for item in related:
        if item["identical"]:
            yield "leak", item["column"], f"all but is the target: {KNOWN}"
        elif item["value"] >= suspicious:
            yield "leak", item["column"], f"alone reaches {item['value']:.3f}: {KNOWN}"
    for leak in hidden:
        if not alone.issuperset(leak.columns):
            yield "leak", ", ".join(leak.columns), f"{leak.statement}: {KNOWN if len(leak.columns) == 1 else ALL_KNOWN}"


def about_redundant(groups: list[tuple[str, ...]]) -> Iterator[Found]:
    """Yield inputs that go one to one with each other."""
    for names in groups:
        yield "redundant", ", ".join(names), "go one to one with each other: one of them is enough"


def about_column(column: Column) -> Iterator[Found]:
    """Yield what is wrong with one column by itself."""
    known = column["rows"] - column["missing"]
    if not known:
        yield "empty", column["name"], "has no value in any training row"
    elif column["distinct"] <= 1:
        yield "constant", column["name"], "has the same value in every training row where it has one"
    elif (
        column["role"] == "input"
        and column["type"] in NAMES
        and known >= FEWEST
        and column["distinct"] >= UNIQUE * known
    ):
        yield (
            "identifier",
            column["name"],
            f"has {column['distinct']:,} values in {known:,} rows: a name, not a measurement",
        )


def suspicions(columns: list[Column], about_inputs: Iterable[Found], twins: int, held_out: int) -> list[dict[str, str]]:
    """Return every warning: its kind, the column it is about, and what was seen."""
    found = list(about_inputs)
    found += [warning for column in columns for warning in about_column(column)]
    if twins:
        seen = f"{twins:,} of {held_out:,} held-out rows have the very inputs of a training row"
        found.append(("twins", "", f"{seen}: scores on them may flatter"))
    return [
        {"kind": kind, "column": column, "statement": statement} for kind, column, statement in dict.fromkeys(found)
    ]
