"""How a source is read: the steps that bring its files into a form DuckDB reads, and the options that DuckDB gets."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from generator.schema.source import Source

PACKED = (".gz", ".zst", ".bz2", ".xz", ".zip")
UNPACKED_BY_DUCKDB = (".gz", ".zst")


@dataclass(frozen=True, kw_only=True)
class StepPlan:
    """A function of a module of this package that writes a file anew, and its options."""

    module: str
    function: str
    options: dict[str, Any]


def steps_of(source: Source) -> tuple[StepPlan, ...]:
    """Return what has to be done to the files of ``source`` before DuckDB reads them, in order."""
    path = source.path or ""
    ending = PurePath(urlsplit(path).path if source.is_remote else path).suffix.lower()
    recoded = source.format == "csv" and not source.is_in_utf8
    found = []
    changed = recoded or source.is_rewritten or source.is_workbook or source.is_converted
    if ending in PACKED and (ending not in UNPACKED_BY_DUCKDB or changed):
        found.append(StepPlan(module="unpack", function="unpacked", options={}))
    if source.is_converted:
        found.append(StepPlan(module="columnar", function=f"{source.format}_as_parquet", options={}))
    if source.is_workbook:
        options = {} if source.sheet is None else {"sheet": source.sheet}
        found.append(StepPlan(module="workbook", function="sheet_as_csv", options=options))
    if recoded:
        found.append(StepPlan(module="utf8", function="in_utf8", options={"encoding": source.encoding}))
    if source.is_rewritten:
        given = {
            name: getattr(source, name) for name in ("delimiter", "skip", "header", "comment", "row_names", "footer")
        }
        default = {name: field.default for name, field in Source.model_fields.items()}
        options = {name: value for name, value in given.items() if value != default[name]}
        found.append(StepPlan(module="lines", function="rewritten", options=options))
    return tuple(found)


def libraries_of(source: Source) -> tuple[str, ...]:
    """Return the libraries that reading ``source`` takes beside those of every project."""
    return ("python-calamine",) if source.is_workbook else ("pandas",) if source.format == "stata" else ()


def options_of(source: Source) -> dict[str, Any]:
    """Return the options with which DuckDB reads the prepared files of ``source``, beside their names."""
    if not source.is_text:
        return {"hive_partitioning": False}
    rewritten = source.is_rewritten
    as_written = {"quotechar": '"', "escapechar": '"'} if rewritten else {}
    return {
        "header": source.header,
        "skiprows": 0 if rewritten else source.skip,
        "all_varchar": True,
        "sep": "," if rewritten else source.delimiter,
        "na_values": list(source.nulls),
        "hive_partitioning": False,
        **as_written,
    }
