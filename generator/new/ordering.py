"""Numbers that count days, weeks or periods in the order of the rows, and orders that nothing reads as a time."""

import re
from collections.abc import Iterable, Iterator, Sequence

from generator.new.answers import Answers, Choice, Doubt
from generator.new.epochs import CLOCK, EXCEL, days_since, unit_since_1970
from generator.new.kind import Kind
from generator.new.measure import Measure, value
from generator.new.reading import RAW, Raw
from generator.new.sequence import in_order
from generator.new.typed import typed
from generator.sql.code import json_text
from generator.sql.parsing import identifier, unlike

COUNTED = {
    r"year|jahr|annee|année|ano|año|season": "make_date(CAST({v} AS INTEGER), 1, 1)",
    r"quarter|quartal|trimestre": "CAST(DATE '2000-01-01' + to_months(3 * CAST({v} AS INTEGER)) AS DATE)",
    r"month|monat|mois|mes": "CAST(DATE '2000-01-01' + to_months(CAST({v} AS INTEGER)) AS DATE)",
    r"week|woche|semaine|semana": "DATE '2000-01-03' + CAST(7 * {v} AS INTEGER)",
    r"day|tag|jour|dia|día|period|periode|período|time|step|tick|t|round": "DATE '2000-01-03' + CAST({v} AS INTEGER)",
}
"""What a number counts by its name, and the date that stands for it: a count has no first day, so we give it one."""

PARTS = {
    "year": (r"year|yr|yyyy|jahr|annee|année|ano|año", 1850, 2150),
    "month": (r"month|mnth|mon|mo|mm|monat|mois|mes", 1, 12),
    "day": (r"day|dayofmonth|day_of_month|dd|dom|tag|jour|dia|día", 1, 31),
    "quarter": (r"quarter|qtr|q|quartal|trimestre", 1, 4),
}
"""How parts of a date are called, and the least and the most of them."""

NOT_OF_ROW = re.compile(r"birth|dob|born|expir|valid(?!.?from)|due|until|end(?!er)", re.I)
"""Names of dates that are about a thing, and not about the row."""

NUMBERED = r"(^|.*[_\s.-])({words})([_\s.-]?(no|nr|num|number|idx|index))?"
MOST = 100_000
FEWEST = 4
MANY = 12
DATELIKE = re.compile(r"(19|20)\d\d|\bFY|\d[-/.]\d|[QWMPH]\d", re.IGNORECASE)
TIMELIKE = re.compile(rf"{CLOCK.pattern}|day|month|year|week|quarter|period|season", re.IGNORECASE)


def counted(raw: Raw, found: Measure, said: bool = False) -> Kind | None:
    """Return a date where whole numbers count days or periods, and rows stand in their order or it is ``said``."""
    form = next((form for words, form in COUNTED.items() if _named(found.name, words)), None)
    if form is None and said:
        form = next(reversed(COUNTED.values()))
    if form is None or found.distinct < FEWEST or found.whole < found.present:
        return None
    number = f"TRY_CAST({value(found.name, found.marks)} AS BIGINT)"
    least, most = raw.database.execute(f"SELECT min({number}), max({number}) FROM {RAW}").fetchall()[0]
    low, high = (1850, 2150) if form.startswith("make_date") else (0, MOST)
    if not (low <= least and most <= high) or not (said or in_order(raw, number)):
        return None
    read = f"TRY({form})".format(v=f"TRY_CAST(trim({identifier(found.name)}) AS BIGINT)")
    doubt = "" if said else "rows stand in its order, so it is taken for their time: `role: input` where it is none"
    return Kind("date", "counted: each number is a date", read, doubt, counted=True)


def unread(raw: Raw, choices: Iterable[Choice], answers: Answers) -> Iterator[Doubt]:
    """Yield a doubt for each column that rows stand in the order of, in a project without a time of its rows."""
    for choice in () if answers.at_random else choices:
        if choice.name != answers.target and choice.role != "key" and _orders(raw, choice):
            text = (
                f"SPLIT AT RANDOM ALTHOUGH rows stand in the order of {choice.name}, which is not taken for their "
                "time: if it does, say how it is read (`read:`, `type: date`), give it `role: time` and choose "
                "`split: by_time`"
            )
            yield Doubt(("data", "columns", choice.label), text)


def in_parts(raw: Raw, choices: Sequence[Choice], answers: Answers) -> Iterator[Doubt]:
    """Yield how to make a time of the rows of a year, a month and a day, which stand in columns of their own."""
    for year, about in () if answers.at_random else _parts(raw, choices, "year"):
        month, day, quarter = (
            next((choice for choice, of in _parts(raw, choices, part) if of == about), None)
            for part in ("month", "day", "quarter")
        )
        if (month or quarter) and not NOT_OF_ROW.search(about):
            parts = [choice for choice in (year, month or quarter, day if month else None) if choice]
            yield _together(parts, {choice.label.lower() for choice in choices}, quarters=month is None)
            return


def _together(parts: Sequence[Choice], taken: set[str], quarters: bool) -> Doubt:
    names = [_whole(choice) for choice in parts]
    second = f"3 * {names[1]} - 2" if quarters else names[1]
    sql = f"make_date({names[0]}, {second}, {names[2] if len(names) > 2 else 1})"
    name = unlike("date", taken)
    named = " and ".join([", ".join(choice.name for choice in parts[:-1]), parts[-1].name])
    text = (
        f"SPLIT AT RANDOM ALTHOUGH {named} GIVE THE TIME: add the line `{name}: {{sql: {json_text(sql)}, role: time}}` "
        "here and choose `split: by_time`"
    )
    return Doubt(("data", "columns"), text)


def _whole(choice: Choice) -> str:
    """Return SQL for a column of digits as a whole number; 01 to 12 are texts."""
    return identifier(choice.label) if choice.kind.type == "integer" else f"CAST({identifier(choice.label)} AS INTEGER)"


def _parts(raw: Raw, choices: Sequence[Choice], part: str) -> Iterator[tuple[Choice, str]]:
    """Yield the columns of whole numbers that are called like ``part`` of a date, and what of: a birth, an order."""
    words, least, most = PARTS[part]
    for choice in choices:
        named = re.fullmatch(rf"(.*?)[_ .-]?({words})", choice.name.strip(), re.IGNORECASE)
        if named and choice.kind.type in ("integer", "text") and choice.role in ("input", "drop"):
            number = f"TRY_CAST({typed(choice)} AS BIGINT)"
            ask = f"SELECT min({number}), max({number}) FROM {RAW} HAVING count({number}) = count({typed(choice)})"
            low, high = (raw.database.execute(ask).fetchall() or [(None, None)])[0]
            if low is not None and least <= low and high <= most:
                yield choice, named[1].lower()


def _orders(raw: Raw, choice: Choice) -> bool:
    """Return whether a column that tells of time, by its name or its values, is in the order of the rows."""
    found = choice.measure
    timely = bool(TIMELIKE.search(found.name)) or choice.kind.type in ("date", "timestamp")
    shaped = choice.kind.type == "text" and any(map(DATELIKE.search, found.values[:3])) and found.distinct >= MANY
    whole = choice.kind.type == "integer" and found.distinct >= MANY and _may_count(raw, found)
    if found.distinct < FEWEST or not (timely or shaped or whole):
        return False
    return in_order(raw, typed(choice))


def _may_count(raw: Raw, found: Measure) -> bool:
    """Return whether the numbers may count seconds since 1970, or days as Excel does."""
    return unit_since_1970(raw, found) is not None or EXCEL in days_since(raw, found)


def _named(name: str, words: str) -> bool:
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return bool(re.fullmatch(NUMBERED.format(words=words), plain, re.IGNORECASE))
