"""Plan where the log of other machines is kept: the library that reaches it, and what it may be asked for."""

from dataclasses import dataclass

from generator.project import Project
from generator.schema.service import LogStore
from generator.sql.code import Code

LIBRARIES = {"s3": ("s3fs",), "gs": ("gcsfs",), "abfs": ("adlfs",), "file": ()}
"""What fsspec reaches each kind of store with."""

DATABASES = ("cryptography", "psycopg", "psycopg-binary", "pymysql", "sqlalchemy")
EVERY = 60
"""Seconds between two looks for closed files."""


@dataclass(frozen=True, kw_only=True)
class StorePlan:
    """What deployments need: ``bucket`` is the folder in S3 that is written to, ``variable`` names the database."""

    template: str
    database: bool
    bucket: Code
    variable: Code
    every: int
    libraries: tuple[str, ...]

    @property
    def first_port(self) -> int:
        """Return the first port that it may be reached at: a database listens where its URL says."""
        return 1_024 if self.database else 443

    @property
    def last_port(self) -> int:
        """Return the last one."""
        return 65_535 if self.database else 443


def store_plan(project: Project) -> StorePlan | None:
    """Plan the store; None where the config gives none."""
    service = project.config.service
    store = service.log_store if service.log else None
    if store is None:
        return None
    return StorePlan(
        template=f"service/log_store/{'database' if store.database else 'objects'}.py",
        database=store.database is not None,
        bucket=Code((store.url or "").removeprefix("s3://") if (store.url or "").startswith("s3://") else ""),
        variable=Code(store.database or ""),
        every=EVERY,
        libraries=store_libraries(store),
    )


def stores_in_database(project: Project) -> bool:
    """Return whether the store is a table of a database."""
    store = store_plan(project)
    return store is not None and store.database


def store_libraries(store: LogStore) -> tuple[str, ...]:
    """Return the libraries that reach ``store``."""
    if store.url is None:
        return DATABASES
    return ("fsspec", *LIBRARIES[store.url.partition("://")[0]])
