"""Where the rows of a source come from: one class for each form, of what a source has to say for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from generator.schema.base import Setting
from generator.schema.source import Source, table_parts


@dataclass(frozen=True, kw_only=True)
class ProjectFile:
    """A file of the project, or all files of a folder whose names fit a pattern."""

    path: str

    @property
    def watched(self) -> str:
        """Return the path that changes with the rows: the folder, where the name of a file is a pattern."""
        folder, _, name = self.path.rpartition("/")
        return folder if "*" in name else self.path


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file over HTTP or in an object store, or all files of a folder there whose names fit a pattern."""

    url: str

    @property
    def name(self) -> str:
        """Return the name of the file, without the folders before it and the question behind it."""
        return urlsplit(self.url).path.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class PackageFile:
    """A file of an installed package."""

    package: str
    path: str


@dataclass(frozen=True, kw_only=True)
class DatabaseTable:
    """A table or view of the database whose URL the environment ``variable`` holds."""

    variable: str
    schema: str | None
    name: str
    deps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RowsFunction:
    """A function of the project that returns the rows, and what it is called with by name."""

    module: str
    function: str
    params: Mapping[str, Setting] = field(default_factory=dict)
    deps: tuple[str, ...] = ()


AnyFile = ProjectFile | RemoteFile | PackageFile
Origin = AnyFile | DatabaseTable | RowsFunction
Unwatched = RemoteFile | DatabaseTable
"""What DVC cannot see into: it is asked whether it has changed, unless files say so."""


def origin_of(source: Source) -> Origin:
    """Return where the rows of ``source``, which has passed the checks, come from."""
    deps = source.deps or ()
    if source.python is not None:
        module, function = source.python.split(".")
        return RowsFunction(module=module, function=function, params=source.params or {}, deps=deps)
    if source.database is not None:
        schema, name = table_parts(source.table or "")
        return DatabaseTable(variable=source.database, schema=schema, name=name, deps=deps)
    path = source.path or ""
    if source.is_remote:
        return RemoteFile(url=path)
    return ProjectFile(path=path) if source.package is None else PackageFile(package=source.package, path=path)
