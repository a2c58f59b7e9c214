"""Bring Ninefold into a project's requirements: by its version, or as a wheel where no index has what is installed."""

import base64
import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution, version
from pathlib import Path
from tempfile import TemporaryDirectory

from generator.modules.templates import templates_folder
from generator.workspace.write import create, remove, take

VENDOR = "vendor"
"""Where a project keeps the wheel."""

PIN = re.compile(r"^(?:ninefold==\S+|\./vendor/ninefold-\S+\.whl)$", re.MULTILINE)
"""The line that :func:`requirement` writes; what somebody wrote otherwise is theirs."""

PACKAGE = Path(__file__).parents[1]
FORMAT = "Wheel-Version: 1.0\nGenerator: ninefold\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def requirement(folder: Path) -> str:
    """Return the line of a requirements file that installs this Ninefold, from a wheel in ``folder`` if it has to be.

    What pip installed from an index has no ``direct_url.json``; what came from a path, a checkout or a URL has.
    """
    if distribution("ninefold").read_text("direct_url.json") is None:
        return f"ninefold=={version('ninefold')}"
    with TemporaryDirectory() as place:
        name = f"ninefold-{version('ninefold')}-py3-none-any.whl"
        pack(Path(place) / name)
        take(Path(place) / name, folder / name)
    return f"./{folder.name}/{name}"


def renew(project: Path) -> Iterator[str]:
    """Bring the pin of ``project`` and the wheel that it names to the installed Ninefold; yield what changes."""
    pins, folder = project / "requirements.txt", project / VENDOR
    text = pins.read_text(encoding="utf-8") if pins.is_file() else ""
    if not PIN.search(text):
        return
    before = {file.name: file.read_bytes() for file in wheels(project)}
    line = requirement(folder)
    for file in wheels(project):
        if line != f"./{VENDOR}/{file.name}":
            remove(file, project)
            yield f"{VENDOR}/{file.name}"
        elif before.get(file.name) != file.read_bytes():
            yield f"{VENDOR}/{file.name}"
    if (now := PIN.sub(line, text)) != text:
        create({pins.name: now}, project)
        yield pins.name


def wheels(project: Path) -> list[Path]:
    """Return the wheels of Ninefold that ``project`` keeps."""
    return sorted((project / VENDOR).glob("ninefold-*.whl"))


def pack(wheel: Path) -> None:
    """Write the installed Ninefold as ``wheel``; the same files give the same bytes."""
    about = f"ninefold-{version('ninefold')}.dist-info"
    contents = {path: file.read_bytes() for path, file in _files()}
    for name in ("METADATA", "entry_points.txt"):
        contents[f"{about}/{name}"] = (distribution("ninefold").read_text(name) or "").encode()
    contents[f"{about}/WHEEL"] = FORMAT.encode()
    record = io.StringIO()
    writer = csv.writer(record, lineterminator="\n")
    for path, content in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        writer.writerow([path, f"sha256={digest}", len(content)])
    writer.writerow([f"{about}/RECORD", "", ""])
    contents[f"{about}/RECORD"] = record.getvalue().encode()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in contents.items():
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)


def _files() -> Iterator[tuple[str, Path]]:
    """Yield the files of the package with their places in a wheel; in a checkout the templates are beside it."""
    for root, place in ((PACKAGE, "generator"), (templates_folder(), "generator/templates")):
        for file in sorted(root.rglob("*")):
            within = file.relative_to(root)
            if (
                file.is_file()
                and "__pycache__" not in within.parts
                and not (root == PACKAGE and within.parts[0] == "templates")
            ):
                yield f"{place}/{within.as_posix()}", file
