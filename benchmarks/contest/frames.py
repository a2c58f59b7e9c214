"""What people do to a table before they give it to a library; needs pandas alone."""

from pathlib import Path

import pandas as pd

MOSTLY = 0.95  # of the values: then a column is what they are
EPOCH = pd.Timestamp("1970-01-01", tz="UTC")
DAY = pd.Timedelta(days=1)


def read(folder: Path, target: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return the rows to learn from, those to predict, and the target of the first.

    Columns are numbers, times or texts, as the rows to learn from have them.
    """
    train, holdout = (pd.read_csv(folder / f"{part}.csv", dtype=str) for part in ("train", "holdout"))
    outcome = pd.read_csv(folder / "train.csv", dtype=str, keep_default_na=False, usecols=[target])[target]
    train = train.drop(columns=target)
    learn, ask = {}, {}
    for column in train:
        turn = form(train[column])
        learn[column], ask[column] = turn(train[column]), turn(holdout[column])
    return pd.DataFrame(learn), pd.DataFrame(ask), outcome


def form(values):
    """Return what makes numbers, times or texts of a column like ``values``."""
    known = values.dropna()
    for turn in (number, time):
        if len(known) and turn(known).notna().mean() >= MOSTLY:
            return turn
    return text


def number(values: pd.Series) -> pd.Series:
    """Return numbers, also of dollars and percent."""
    return pd.to_numeric(values.str.replace(r"[$%,]", "", regex=True), errors="coerce").astype(float)


def time(values: pd.Series) -> pd.Series:
    """Return times."""
    if not values.str.contains(r"\d[-/:]\d", na=False).mean() >= MOSTLY * values.notna().mean():
        return pd.Series(pd.NaT, index=values.index, dtype="datetime64[ns, UTC]")
    return pd.to_datetime(values, errors="coerce", format="mixed", utc=True)


def text(values: pd.Series) -> pd.Series:
    """Return texts as they are."""
    return values.astype(object)


def plain(train: pd.DataFrame, holdout: pd.DataFrame, most: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both with times as numbers and texts as categories: the ``most`` frequent ones, where that is given."""
    learn, ask = {}, {}
    for column in train:
        if train[column].dtype == object:
            values = train[column].value_counts().index[:most]
            learn[column], ask[column] = (pd.Categorical(part[column], categories=values) for part in (train, holdout))
        elif str(train[column].dtype).startswith("datetime"):
            learn |= {f"{column} {name}": found for name, found in parts(train[column]).items()}
            ask |= {f"{column} {name}": found for name, found in parts(holdout[column]).items()}
        else:
            learn[column], ask[column] = train[column], holdout[column]
    return pd.DataFrame(learn), pd.DataFrame(ask)


def parts(times: pd.Series) -> dict[str, pd.Series]:
    """Return the numbers that people take from ``times``."""
    of = times.dt
    calendar = {"year": of.year, "month": of.month, "weekday": of.weekday, "hour": of.hour}
    return {"day": (times - EPOCH) / DAY} | {name: found.astype(float) for name, found in calendar.items()}
