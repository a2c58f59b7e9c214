"""How texts are read that are written in one form of a date."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.new.forms import DAYS, HOURS, WHOLE
from generator.new.kind import ENOUGH
from generator.new.measure import Measure, value
from generator.new.reading import RAW, Raw
from generator.new.sequence import in_order
from generator.sql.parsing import literal

SHIFT = re.compile(r"(?<=\d\d)([.,]\d+)?(\s?)[+-]\d\d(:?\d\d)?(?=$| \d{4}$)")
"""An offset from UTC behind a time."""

MIXED = 3
"""Forms that a column may have at once, as one that was put together from several files."""

AS_LIKELY = 3
"""How many times as many days another way to read the same texts may span, and still be worth a word."""


@dataclass(frozen=True)
class Reading:
    """How texts are read: an expression, one of them, what is doubtful, and whether they have a time and an offset."""

    sql: str
    example: str
    doubt: str
    timed: bool
    shifted: bool


def readings_of(raw: Raw, found: Measure, column: str, sample: Sequence[str]) -> Iterator[Reading]:
    """Yield how the texts of the SQL ``column`` are read, each time those that none before has read."""
    texts, read = sample, ""
    for _ in range(MIXED):
        reading = _reading(raw, found, column, _of_one_form(texts)) if texts else None
        if reading is None:
            return
        yield reading
        read = f"coalesce({read}, {reading.sql})" if read else reading.sql
        left = f"{read} IS NULL AND {value(found.name, found.marks)} IS NOT NULL"
        ask = f"SELECT DISTINCT {column} FROM {RAW} WHERE {left} ORDER BY 1 LIMIT {len(sample)}"
        texts = [str(row[0]) for row in raw.database.execute(ask).fetchall()]


def _of_one_form(sample: Sequence[str]) -> list[str]:
    """Return the texts of ``sample`` that have the same signs as most of them."""
    signs = [_signs(_shifted(text)) for text in sample]
    most = Counter(signs).most_common(1)[0][0]
    return [text for text, own in zip(sample, signs, strict=True) if own == most]


def _reading(raw: Raw, found: Measure, column: str, texts: Sequence[str]) -> Reading | None:
    """Return how ``texts`` of the SQL ``column``, which have the same signs, are read; None where no form fits."""
    forms = [form for form in _forms(texts) if _parsed(raw, form, texts) >= ENOUGH * len(texts)]
    counts = {form: dates_read(raw, found, _strptime(column, form)) for form in forms}
    most = max(counts.values(), default=0)
    equal = [form for form, count in counts.items() if count == most] if most else []
    if not equal:
        return None
    form, other = _likeliest(raw, column, equal)
    doubt = f"{texts[0]} may also be {other}, which fits every value as well as {form} does" if other else ""
    return Reading(_strptime(column, form), texts[0], doubt, "%H" in form or "%I" in form, "%z" in form)


def _likeliest(raw: Raw, column: str, forms: Sequence[str]) -> tuple[str, str]:
    """Return which of ``forms``, that fit as many values, is meant, and another one by which these are other days.

    It is one by which rows are in order; by which all are the first of a month over some years; or by which they are
    closest together.
    """
    if len(forms) == 1:
        return forms[0], ""
    ranks: dict[str, tuple[bool, bool, int, int]] = {}
    days = {form: f"CAST({_strptime(column, form)} AS TIMESTAMP)" for form in forms}
    for place, (form, day) in enumerate(days.items()):
        ask = (
            f"SELECT count(DISTINCT day({day})), count(DISTINCT year({day})), date_diff('day', min({day}), max({day}))"
        )
        own, years, span = raw.database.execute(f"{ask} FROM {RAW}").fetchall()[0]
        ranks[form] = (not in_order(raw, day), not (own == 1 and years > 1), span, place)
    best = min(forms, key=lambda form: ranks[form])
    for other in forms:
        unlike = f"SELECT count(*) FROM {RAW} WHERE {days[other]} <> {days[best]}"
        likely = ranks[other][2] <= AS_LIKELY * (ranks[best][2] + 1)
        if other != best and likely and raw.database.execute(unlike).fetchall()[0][0]:
            return best, other
    return best, ""


def dates_read(raw: Raw, found: Measure, read: str) -> int:
    """Return how many values are dates by the expression ``read``, in a year that people speak of."""
    present = f"{value(found.name, found.marks)} IS NOT NULL"
    ask = f"SELECT count(*) FILTER (year({read}) BETWEEN 1850 AND 2150 AND {present}) FROM {RAW}"
    return int(raw.database.execute(ask).fetchall()[0][0])


def in_utc(moment: str) -> str:
    """Return SQL for a moment with a zone as one without, in UTC."""
    return f"make_timestamp(epoch_us({moment}))"


def _strptime(column: str, form: str) -> str:
    read = f"try_strptime({column}, {literal(form)})"
    return in_utc(read) if "%z" in form else read


def _forms(texts: Sequence[str]) -> Iterator[str]:
    """Yield the forms of a date that texts with these signs could have.

    A year has two digits at least, and days counted through the year have three somewhere: 2014-01 is a month.
    """
    signs, shortest = _signs(_shifted(texts[0])), [text for text in texts if re.search(r"(?<!\d)\d(?!\d)", text)]
    counted_days = any(re.search(r"(?<!\d)\d{3}$", text) for text in texts)
    for form in (*(f"{day}{clock}" for day in DAYS for clock in HOURS), *WHOLE):
        short = "%y" in form and any(_short_year(text, form) for text in shortest)
        if _signs(form) == signs and not short and (counted_days or "%j" not in form):
            yield form


def _short_year(text: str, form: str) -> bool:
    """Return whether one digit stands where ``form`` has a year of two."""
    numbers, fields = re.findall(r"\d+", text), re.findall(r"%[dmyHIMS]", form)
    return len(numbers) >= len(fields) and "%y" in fields and len(numbers[fields.index("%y")]) < 2


def _shifted(text: str) -> str:
    """Return ``text`` with ``%z`` in place of the offset from UTC behind its time."""
    timed = ":" in text or re.search(r"T\d{4}", text)
    return SHIFT.sub(r"\1\2%z", text) if timed else text


def _signs(text: str) -> str:
    """Return the signs of a date, or of its form, that are neither letters nor digits nor blanks, in order."""
    return re.sub(r"[^\W_]|\s", "", re.sub(r"%z", "\0", text).replace("%", "")).replace("\0", "+") if text else ""


def _parsed(raw: Raw, form: str, texts: Sequence[str]) -> int:
    ask = f"SELECT count(epoch_us(try_strptime(text, {literal(form)}))) FROM (SELECT unnest(?) AS text)"
    return int(raw.database.execute(ask, [list(texts)]).fetchall()[0][0])
