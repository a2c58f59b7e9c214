"""Numbers with something beside them: a unit, k or M for thousands and millions, < or > for a bound."""

from collections.abc import Mapping

from generator.new.kind import ENOUGH, Kind
from generator.new.measure import MONEY, Measure, value
from generator.new.reading import RAW, Raw
from generator.sources.counts import counted
from generator.sql.parsing import identifier, literal

THOUSANDS = {
    "k": 1e3, "K": 1e3, "tsd": 1e3, "thousand": 1e3, "lakh": 1e5, "M": 1e6, "mn": 1e6, "mln": 1e6, "mio": 1e6,
    "Mio": 1e6, "million": 1e6, "crore": 1e7, "B": 1e9, "bn": 1e9, "mrd": 1e9, "Mrd": 1e9, "billion": 1e9, "T": 1e12,
    "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
UNITS: tuple[Mapping[str, float], ...] = (
    THOUSANDS,
    {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12},
    {"B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3},
    {"mm": 1e-3, "cm": 1e-2, "m": 1, "km": 1e3},
    {"in": 1, "ft": 12, "yd": 36},
    {"µg": 1e-6, "mg": 1e-3, "g": 1, "kg": 1e3, "t": 1e6},
    {"oz": 1, "lb": 16, "lbs": 16},
    {"ml": 1e-3, "mL": 1e-3, "cl": 1e-2, "l": 1, "L": 1},
    {
        "ms": 1e-3, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "min": 60, "mins": 60, "minute": 60,
        "minutes": 60, "h": 3_600, "hr": 3_600, "hrs": 3_600, "hour": 3_600, "hours": 3_600,
    },
    {
        "d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7, "mo": 30.4375, "month": 30.4375, "months": 30.4375,
        "y": 365.25, "yr": 365.25, "yrs": 365.25, "year": 365.25, "years": 365.25,
    },
    {"N": 1, "S": -1},
    {"E": 1, "W": -1},
    dict.fromkeys(("st", "nd", "rd", "th"), 1),
)  # fmt: skip
"""Units that stand in one column, and how many of one of them each is."""

NONE = {"am", "pm", "a.m", "p.m", "x", "xx", "xxx", "X", "XX", "XXX"}
"""What stands behind the times of a day, and behind codes that are cut off."""

NUMBER = r"[-+]?(\d[\d.,]*|[.,]\d+)"
FORM = rf"(<=?|>=?|≤|≥|~|≈|ca\.? )?\s?({MONEY})?\s?{NUMBER}\s?(\pL[\pL²³/.]{{0,11}}|°\s?[CFK]?|%)?\s?[+*]?"
BOUND = r"^[<>≤≥~≈c]|[+*]$"
UNIT = r"[\pL°%][^\d+*]*$"
EUROPEAN = r"\d*(\.\d{3})*,(\d{1,2}|\d{4,})"
ZERO = r"^0\d"
RARE = 0.02
MOST = 20
"""Different units that are looked at; codes have more."""

LETTERS = {"B", "M", "T"}
"""Capitals for millions and more, of which one alone beside bare numbers is none: 12 and 12B are codes."""

GROUPS = 20
"""Different values up to which some with < or > are names of groups, as <=50K and >50K are."""

SHOWN = 4


def measured(raw: Raw, found: Measure) -> Kind | None:
    """Return a number where nearly every value is one with the same unit, or with units of one kind, or is a bound."""
    if found.numeric < ENOUGH * found.present:
        return None
    text, column = value(found.name, found.marks), f"trim({identifier(found.name)})"
    units = _units(raw, found, text)
    if units is None:
        return None
    of = _of_one_kind(units)
    shown = ", ".join(sorted(units.keys() - {""}, key=lambda unit: (-units[unit], unit))[:SHOWN])
    if of is None:
        known = all(any(unit in kind for kind in UNITS) or len(unit) > 1 for unit in units if unit)
        doubt = f"numbers with several units, {shown}: a category; `read:` makes amounts of one unit of them"
        return Kind("text", "", None, doubt) if known and len(units) <= SHOWN else None
    number = f"regexp_extract({column}, {literal(NUMBER)})"
    comma = f"regexp_full_match(regexp_extract({text}, {literal(NUMBER)}), {literal(EUROPEAN)})"
    ask = f"""SELECT count(*) FILTER ({comma}),
        count(*) FILTER (regexp_matches({text}, {literal(BOUND)})),
        any_value({text}) FILTER (NOT regexp_full_match({text}, '[-+]?[0-9.]+')) FROM {RAW}"""
    commas, bounds, example = raw.database.execute(ask).fetchall()[0]
    if bounds and (found.distinct <= GROUPS or bounds > found.present / 2):
        return None
    read = f"replace(replace({number}, '.', ''), ',', '.')" if commas else f"replace({number}, ',', '')"
    if any(factor != 1 for factor in of.values()):
        each = " ".join(f"WHEN {literal(unit)} THEN {factor:.12g}" for unit, factor in of.items() if unit)
        read = f"TRY_CAST({read} AS DOUBLE) * CASE {_unit(column)} {each} ELSE 1 END"
    good = raw.database.execute(
        f"SELECT count(TRY_CAST({read} AS DOUBLE)) FROM {RAW} WHERE {text} IS NOT NULL"
    ).fetchall()[0][0]
    if good < ENOUGH * found.present:
        return None
    doubts = []
    if bounds:
        doubts.append(f"{counted(bounds, 'value', 'is', 'are')} a bound, as in {example}: read as the number in it")
    if "" in units and len(units) > 1 and not _multiplies(of):
        doubts.append(f"{counted(units[''], 'value')} without {shown}, which the others have")
    return Kind("float", f"numbers written like {example}", read, "; ".join(doubts))


def _unit(text: str) -> str:
    """Return SQL for the unit that stands behind a number."""
    return f"rtrim(regexp_extract({text}, {literal(UNIT)}), '. ')"


def _units(raw: Raw, found: Measure, text: str) -> dict[str, int] | None:
    """Return every unit and how many values have it; None where values are no numbers, or have too many."""
    ask = f"""SELECT {_unit(text)} AS unit, count(*), count(*) FILTER (regexp_full_match({text}, {literal(FORM)})),
        count(*) FILTER (regexp_matches({text}, {literal(ZERO)}))
        FROM {RAW} WHERE {text} IS NOT NULL GROUP BY unit ORDER BY 2 DESC, 1 LIMIT {MOST + 1}"""
    rows = raw.database.execute(ask).fetchall()
    fits, zeros = sum(row[2] for row in rows), sum(row[3] for row in rows)
    if len(rows) > MOST or fits < ENOUGH * found.present or zeros >= RARE * found.present:
        return None
    units = {str(unit): int(count) for unit, count, full, _ in rows if full}
    return None if NONE & units.keys() else units


def _of_one_kind(units: Mapping[str, int]) -> Mapping[str, float] | None:
    """Return how many of one unit each of ``units`` is; None where they are of no kind, as letters of codes are not."""
    named = units.keys() - {""}
    if len(named) == 1 and named <= LETTERS and "" in units:
        return None
    if not named or (len(named) == 1 and ("" not in units or not named & THOUSANDS.keys())):
        return dict.fromkeys(named, 1.0)
    return next(({unit: kind[unit] for unit in sorted(named)} for kind in UNITS if named <= kind.keys()), None)


def _multiplies(factors: Mapping[str, float]) -> bool:
    return bool(factors.keys() & THOUSANDS.keys())
