"""Numbers with a unit, a multiple or a bound beside them are read as numbers; what only looks like one is no number."""

from pathlib import Path

import pytest

from generator.new.reading import opened
from tests.test_new import cycle, inferred, only

MEANT: dict[str, dict[str, float]] = {
    "thousands": {"1.4k": 1400.0, "12": 12.0, "2.5k": 2500.0},
    "thousands and millions": {"1.5K": 1500.0, "2M": 2e6, "$3.25M": 3.25e6},
    "small letters": {"1.5k": 1500.0, "2m": 2e6, "3b": 3e9},
    "words": {"1.5 million": 1.5e6, "2 thousand": 2000.0},
    "bytes": {"1 KB": 1000.0, "1.5 MB": 1.5e6, "2GB": 2e9},
    "weight": {"70 kg": 70.0, "82.5kg": 82.5},
    "weights": {"500 g": 500.0, "1.5 kg": 1500.0},
    "with a comma": {"1,5 kg": 1.5, "70 kg": 70.0},
    "English thousands": {"1,500 kg": 1500.0, "70.5 kg": 70.5},
    "age": {"2 years": 730.5, "3 weeks": 21.0, "1 month": 30.4375},
    "temperature": {"-1.5 °C": -1.5, "20 °C": 20.0},
    "bounds": {"<5": 5.0, "> 100": 100.0, **{f"{number}.5": number + 0.5 for number in range(10, 40)}},
    "latitude": {"51.5N": 51.5, "33.25S": -33.25},
    "places": {"1st": 1.0, "2nd": 2.0, "13th": 13.0},
}


@pytest.mark.parametrize("name", MEANT)
def test_a_number_beside_a_unit_is_read(name: str, tmp_path: Path) -> None:
    kind = only(inferred(tmp_path, {"size": cycle(*MEANT[name])}), "size").kind
    assert kind.type == "float"
    with opened((tmp_path / "rows.csv",)) as raw:
        found = raw.database.execute(f"SELECT DISTINCT size, TRY_CAST({kind.read} AS DOUBLE) FROM raw").fetchall()
    assert dict(found) == MEANT[name]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (("12A", "7C", "30F"), ""),
        (("007kg", "012kg"), ""),
        (("9 am", "5 pm"), ""),
        (("2x4", "3x6"), ""),
        (("10S", "12H"), ""),
        (("12", "12B", "7", "7B"), ""),
        (("10-K", "8-K"), ""),
        (("<=50K", ">50K"), ""),
        (("<10", "10", "20", ">20"), ""),
        (("<1 year", "2 years", "10+ years"), ""),
        (("941xx", "100xx"), ""),
        (("10 kg", "12 miles"), "several units, kg, miles"),
    ],
)
def test_what_is_no_amount_of_one_unit_stays_a_text(values: tuple[str, ...], told: str, tmp_path: Path) -> None:
    kind = only(inferred(tmp_path, {"size": cycle(*values)}), "size").kind
    assert kind.type == "text"
    assert told in kind.doubt


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (("<5", *(f"{number}.5" for number in range(10, 40))), "4 values are a bound, as in <5"),
        (("70 kg", "82 kg", "75"), "without kg"),
        (("5%", "0.05"), "60 of 120 values have a % sign"),
    ],
)
def test_what_may_be_meant_otherwise_is_told(values: tuple[str, ...], told: str, tmp_path: Path) -> None:
    found = inferred(tmp_path, {"size": cycle(*values)})
    assert any(told in doubt.text for doubt in found.doubts)


def test_points_that_set_thousands_apart_are_told(tmp_path: Path) -> None:
    """Decimals of three digits would end in 0 now and then, and be shorter, or be written out in all numbers."""
    sizes = [f"{1 + row}.{100 + row}" if row % 2 else str(200 + row) for row in range(120)]
    found = inferred(tmp_path, {"size": sizes})
    kind = only(found, "size").kind
    assert (kind.read, kind.type) == ("replace(trim(size), '.', '')", "float")
    assert any("set thousands apart" in doubt.text for doubt in found.doubts)
    found = inferred(tmp_path, {"size": [size if "." in size else f"{size}.5" for size in sizes]})
    assert only(found, "size").kind.read is None
