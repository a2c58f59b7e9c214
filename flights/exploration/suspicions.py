"""Tell what looks wrong: inputs that know too much or nothing, and rows that are on both sides of the split."""

from collections.abc import Iterator
from typing import Any

Column = dict[str, Any]
UNIQUE = 0.95
FEWEST = 50
NAMES = ("BIGINT", "VARCHAR")


def about_leaks(related: list[dict[str, Any]], suspicious: float) -> Iterator[tuple[str, str, str]]:
    """Yield inputs that explain the target suspiciously well."""
    for item in related:
        if item["identical"]:
            yield "leak", item["column"], "all but is the target: is it really known when the prediction is made?"
        elif item["value"] >= suspicious:
            yield (
                "leak",
                item["column"],
                f"alone reaches {item['value']:.3f}: is it really known when the prediction is made?",
            )


def about_column(column: Column) -> Iterator[tuple[str, str, str]]:
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


def suspicions(
    columns: list[Column], related: list[dict[str, Any]], suspicious: float, twins: int, held_out: int
) -> list[dict[str, str]]:
    """Return every warning: its kind, the column it is about, and what was seen."""
    found = list(about_leaks(related, suspicious))
    found += [warning for column in columns for warning in about_column(column)]
    if twins:
        seen = f"{twins:,} of {held_out:,} held-out rows have the very inputs of a training row"
        found.append(("twins", "", f"{seen}: scores on them may flatter"))
    return [
        {"kind": kind, "column": column, "statement": statement} for kind, column, statement in dict.fromkeys(found)
    ]
