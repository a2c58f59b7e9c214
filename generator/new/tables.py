"""Bring a table of a database to hand, as a Parquet file."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from generator.new.loading import UnreadableError
from generator.schema.source import Source, table_parts

VARIABLE = "env:"
"""What stands before the name of the environment variable that holds the URL of a database."""

DATABASES = ("postgres", "postgresql", "mysql", "mariadb", "sqlite", "oracle", "mssql")
FILES = (".db", ".sqlite", ".sqlite3")
ASIDE = "put its URL into an environment variable, and write --data env:DATABASE_URL --table NAME"


def stored(data: str, table: str | None) -> Source | None:
    """Return the source that ``data`` and ``table`` name, None where ``data`` is no database.

    Raises :class:`UnreadableError` for what is unclear, and for a URL with a password, which others would see.
    """
    if not data.startswith(VARIABLE):
        if urlsplit(data).scheme.split("+")[0] in DATABASES:
            raise UnreadableError(f"a database is not named by its URL, which may hold a password: {ASIDE}")
        if Path(data).suffix in FILES:
            raise UnreadableError(f"{data} is a database: {ASIDE}; a URL is like sqlite:////folder/file.db")
        if table is not None:
            raise UnreadableError(f"--table is about a database: {ASIDE}")
        return None
    try:
        return Source(database=data.removeprefix(VARIABLE), table=table)
    except ValidationError as error:
        raise UnreadableError(error.errors()[0]["msg"]) from None


def fetched(source: Source, folder: Path) -> Path:
    """Return a Parquet file in ``folder`` with the rows of the table that ``source`` names.

    Raises :class:`UnreadableError` where no library, no variable, no database or no such table is there.
    """
    try:
        import pyarrow.parquet as pq
        from sqlalchemy.exc import SQLAlchemyError

        from generator.sources.database import connect, engine, read_table, table_names
    except ImportError as error:
        raise UnreadableError(_missing(error)) from error
    assert source.database is not None
    try:
        database = engine(source.database)
        if database.name == "sqlite" and not Path(str(database.url.database)).is_absolute():
            words = "a file by where it is seen from here: write it from the root on, as in sqlite:////folder/file.db"
            raise UnreadableError(f"{source.database} names {words}")
        if source.table is None:
            with connect(database, source.database) as connection:
                names = ", ".join(table_names(connection)) or "none"
            raise UnreadableError(f"say with --table which table is meant; there is: {names}")
        schema, name = table_parts(source.table)
        rows = read_table(source.database, name, schema)
        file = folder / f"{''.join(sign if sign.isalnum() else '_' for sign in name)[:60]}.parquet"
        with pq.ParquetWriter(file, rows.schema) as writer:
            for batch in rows:
                writer.write_batch(batch)
    except ImportError as error:
        raise UnreadableError(_missing(error)) from error
    except (LookupError, ConnectionError, ValueError) as error:
        raise UnreadableError(str(error.args[0])) from error
    except SQLAlchemyError as error:
        raise UnreadableError(f"{source.table} cannot be read: {str(error).splitlines()[0]}") from error
    return file


def _missing(error: ImportError) -> str:
    return f"A database takes a library that is not installed ({error.name}): pip install 'ninefold[databases]'"
