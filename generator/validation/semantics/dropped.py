"""What goes with a column that is dropped: the features that only pass it on, and the slices by it."""

from generator.schema.config import Config
from generator.schema.features import Expression


def without_dropped(config: Config) -> Config:
    """Return ``config`` without the lines that are only about columns with `role: drop`.

    An expression that uses such a column with others stays, and is refused where features are resolved.
    """
    dropped = {name.lower() for name, column in config.data.columns.items() if column.role == "drop"}
    plain = {name: passed(feature.sql) for name, feature in config.features.items() if isinstance(feature, Expression)}
    # A feature may be called like a column that is dropped, and be another thing: what reads that name means it.
    meant = {name.lower() for name in config.features if plain.get(name) != name.lower()}
    gone = {name for name, column in plain.items() if column in dropped - meant}
    slices = tuple(name for name in config.metrics.slices if name.lower() not in dropped)
    if not gone and slices == config.metrics.slices:
        return config
    features = {name: feature for name, feature in config.features.items() if name not in gone}
    metrics = config.metrics.model_copy(update={"slices": slices})
    return config.model_copy(update={"features": features, "metrics": metrics})


def passed(sql: str) -> str:
    """Return the name, in small letters, of the column that ``sql`` is if it is nothing else."""
    text = sql.strip()
    return (text[1:-1].replace('""', '"') if text[:1] == text[-1:] == '"' else text).lower()
