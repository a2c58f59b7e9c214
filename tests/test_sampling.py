"""Of many rows ``ninefold new`` looks at some: the config is that of all of them, and no value is overlooked."""

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
import yaml

from generator.new import reading, sample
from generator.new.answers import Answers, Choice, Inferred
from generator.new.files import files
from generator.new.infer import infer
from generator.new.reading import RAW, Raw, opened
from generator.new.scaffold import scaffold
from generator.plan import ProjectPlan
from generator.render.render import render_files

ROWS = 4_000
SOME = range(ROWS)
CHANCE = Random(0)


def mixed(kinds: int) -> list[int]:
    """Return a number below ``kinds`` for each row."""
    return [CHANCE.randrange(kinds) for _ in SOME]


SCORES = mixed(40)
TABLE: dict[str, list[Any]] = {
    "id": list(SOME),
    "day": [(date(2022, 1, 1) + timedelta(row // 10)).strftime("%d.%m.%Y") for row in SOME],
    "region": [("north", "south", "east", "west")[place] for place in mixed(4)],
    "city": [f"city {place}" if place < 80 else "NA" for place in mixed(81)],
    "product": [f"P{number:05}" for number in mixed(900)],
    "amount": [f"{1 + number / 7:,.2f}" for number in mixed(10_000)],
    "rate": [str(number / 8) if number < 950 else "" for number in mixed(1_000)],
    "units": [100 + number for number in mixed(900)],
    "seen": [str(date(2021, 1, 1) + timedelta(number)) for number in mixed(300)],
    "level": [number / 9 for number in mixed(2_000)],
    "score": SCORES,
    "bought": ["yes" if chance + score > 90 else "no" for chance, score in zip(mixed(100), SCORES, strict=True)],
}


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 400 rows be many, and any file large."""
    monkeypatch.setattr(sample, "SAMPLE_ROWS", 400)
    monkeypatch.setattr(sample, "SAMPLE_CELLS", 400)
    monkeypatch.setattr(reading, "LARGE", 1)


def written(folder: Path, table: dict[str, list[Any]]) -> Path:
    file = folder / "rows.csv"
    pd.DataFrame(table).to_csv(file, index=False)
    return file


def config(found: Inferred) -> dict[str, Any]:
    texts = render_files(files(scaffold(found, "shop", "inputs/rows.csv", ())), ProjectPlan(package="shop"))
    return {path: yaml.safe_load(text) for path, text in texts.items() if path.startswith("conf/")}


def test_a_sample_gives_the_config_that_all_rows_give(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = written(tmp_path, TABLE)
    with opened((file,)) as raw:
        assert not raw.sampled
        whole = infer(raw, Answers("bought"))
    request.getfixturevalue("few")
    with opened((file,)) as raw:
        assert 400 < raw.looked_at < ROWS / 4
        some = infer(raw, Answers("bought"))
    assert config(some) == config(whole)


def looked_at_with(tmp_path: Path, name: str, odd: Any) -> tuple[Inferred, Choice]:
    """Return what is inferred where ``odd`` stands in column ``name``, in a row that is not of the sample."""
    for place in range(1_000, 1_050):
        values = [*TABLE[name][:place], odd, *TABLE[name][place + 1 :]]
        with opened((written(tmp_path, {**TABLE, name: values}),)) as raw:
            if not seen(raw, name, odd):
                found = infer(raw, Answers("bought"))
                return found, next(choice for choice in found.columns if choice.name == name)
    raise AssertionError("every place is of the sample")


def seen(raw: Raw, name: str, odd: Any) -> bool:
    ask = f"SELECT count(*) FROM {RAW} WHERE id = '{odd}'" if name == "id" else f"FROM {RAW} WHERE {name} = '{odd}'"
    rows = raw.database.execute(ask).fetchall()
    return bool(rows[0][0] if name == "id" else rows)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("name", "odd", "kind"),
    [("product", "n/a", "text"), ("level", "n/a", "float"), ("units", "?", "integer"), ("seen", "NULL", "date")],
)
def test_a_mark_outside_of_the_sample_is_one(name: str, odd: str, kind: str, tmp_path: Path) -> None:
    _, column = looked_at_with(tmp_path, name, odd)
    assert (column.kind.type, column.measure.marks, column.measure.misfits) == (kind, (odd,), 0)
    assert column.measure.missing == 1


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("name", "odd", "kind"),
    [
        ("units", "3.5", "float"),
        ("units", "007", "text"),
        ("seen", "2021-03-04 10:30:00", "timestamp"),
        ("level", "1e3", "float"),
    ],
)
def test_a_value_outside_of_the_sample_tells_the_type(name: str, odd: str, kind: str, tmp_path: Path) -> None:
    _, column = looked_at_with(tmp_path, name, odd)
    assert (column.kind.type, column.measure.misfits) == (kind, 0)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", ["level", "day", "amount"])
def test_a_value_of_another_type_outside_of_the_sample_is_told(name: str, tmp_path: Path) -> None:
    found, column = looked_at_with(tmp_path, name, "broken")
    assert column.measure.misfits == 1
    assert [doubt for doubt in found.doubts if "'broken'" in doubt.text]


@pytest.mark.usefixtures("few")
def test_blanks_outside_of_the_sample_are_trimmed(tmp_path: Path) -> None:
    assert looked_at_with(tmp_path, "region", " north")[1].kind.read == "trim(region)"


@pytest.mark.usefixtures("few")
def test_a_class_outside_of_the_sample_is_one(tmp_path: Path) -> None:
    found, target = looked_at_with(tmp_path, "bought", "maybe")
    assert (found.goal.task, target.measure.distinct) == ("multiclass", 3)
    assert ("maybe", 1) in target.measure.common
    assert any("maybe (1" in doubt.text for doubt in found.doubts)


@pytest.mark.usefixtures("few")
def test_a_key_that_two_rows_share_outside_of_the_sample_is_told(tmp_path: Path) -> None:
    days = TABLE["day"][:998] + TABLE["day"][998:999] * 2 + TABLE["day"][1_000:]
    with opened((written(tmp_path, {**TABLE, "day": days, "id": [*SOME[:999], 998, *SOME[1_000:]]}),)) as raw:
        found = infer(raw, Answers("bought"))
    assert any(doubt.text.startswith("1 of 4,000 rows have the id of another row") for doubt in found.doubts)


@pytest.mark.usefixtures("few")
def test_the_sample_is_named_and_each_step_told(tmp_path: Path) -> None:
    steps: list[str] = []
    with opened((written(tmp_path, TABLE),), echo=steps.append) as raw:
        found = infer(raw, Answers("bought"))
        looked_at = raw.looked_at
    assert f"{looked_at:,} of 4,000 rows" in found.sample
    texts = render_files(files(scaffold(found, "shop", "inputs/rows.csv", ())), ProjectPlan(package="shop"))
    assert f"Inferred from {looked_at:,} of 4,000 rows" in texts["README.md"]
    lines = [line for line in texts["conf/data/shop.yaml"].splitlines() if line.startswith("# ")]
    assert any(f"Inferred from {looked_at:,} of 4,000 rows" in line for line in lines)
    assert max(map(len, lines[2:])) <= 120
    assert steps[0].startswith("reading ")
    assert "counting 12 columns in all 4,000 rows" in steps
