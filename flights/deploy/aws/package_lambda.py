"""Pack the bundle with its libraries into one archive for AWS Lambda; refuse one that Lambda would refuse."""

import json
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

ADAPTER = ("mangum==0.22.0", "typing-extensions==4.16.0")
PYTHON = "3.12"
GLIBC = ("2_34", "2_28", "2_27", "2_24", "2_17", "2_12", "2_5")
"""The systems whose wheels run on Lambda's."""

UNUSED = ("pyarrow/*flight*", "pyarrow/include", "pyarrow/tests")
"""What the libraries bring that no request needs."""

RELEASE = "release.json"
"""What a version in the registry has besides its bundle."""

LIMIT = 250 * 1024**2
LARGEST = 8
GOMP = Path("libgomp.so.1")
FOLDERS = (Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib64"))


def adapters(requirements: str) -> list[str]:
    """Return what turns events into requests, as far as the bundle does not bring it."""
    known = {line.partition("==")[0].lower().replace("_", "-") for line in requirements.splitlines()}
    return [line for line in ADAPTER if line.partition("==")[0] not in known]


def install(bundle: Path, folder: Path) -> None:
    """Install the libraries of ``bundle`` into ``folder``, as wheels for Lambda's Python."""
    requirements = bundle / "requirements.txt"
    platforms = [f"--platform=manylinux_{version}_x86_64" for version in GLIBC]
    options = [
        "--no-deps",
        "--only-binary=:all:",
        "--no-compile",
        "--python-version",
        PYTHON,
        *platforms,
        "--platform=manylinux2014_x86_64",
    ]
    wanted = ["-r", str(requirements), *adapters(requirements.read_text(encoding="utf-8"))]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), *options, *wanted]
    subprocess.run(command, check=True)
    for part in (part for pattern in UNUSED for part in folder.glob(pattern)):
        shutil.rmtree(part) if part.is_dir() else part.unlink()


def released(bundle: Path, candidate: bool) -> str:
    """Return what is packed, in words; end where that is not a released version, unless the ``candidate`` is asked for."""
    if (bundle / RELEASE).is_file():
        return f"version {json.loads((bundle / RELEASE).read_text(encoding='utf-8'))['version']}"
    if candidate:
        return "the candidate, which is not released"
    sys.exit(
        f"{bundle} is not a released version: `python -m flights.release.registry` names it; --candidate packs this"
    )


def fill(bundle: Path, folder: Path) -> None:
    """Copy what is listed in a SHA256SUMS into ``folder``, with the handler where Lambda looks for it."""
    for sums in (bundle / "SHA256SUMS", *bundle.glob("data/snapshots/SHA256SUMS")):
        lines = sums.read_text(encoding="utf-8").splitlines()
        for file in (sums, *(sums.parent / line.split("  ", 1)[1] for line in lines)):
            target = folder / file.relative_to(bundle)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    if (bundle / RELEASE).is_file():
        shutil.copyfile(bundle / RELEASE, folder / RELEASE)
    shutil.copyfile(Path(__file__).with_name("lambda_handler.py"), folder / "lambda_handler.py")


def add_libgomp(folder: Path) -> None:
    """Copy libgomp, which LightGBM needs and Lambda lacks, to where Lambda looks for libraries."""
    found = [place / GOMP for place in FOLDERS if (place / GOMP).exists()]
    if not found:
        sys.exit(f"{GOMP} is not installed here: on Debian, apt-get install libgomp1")
    (folder / "lib").mkdir(exist_ok=True)
    shutil.copy(found[0], folder / "lib" / GOMP)


def check(folder: Path) -> int:
    """Return the size of ``folder``; end with its largest parts where Lambda would refuse it."""
    sizes: dict[str, int] = {}
    for file in (item for item in folder.rglob("*") if item.is_file()):
        part = file.relative_to(folder).parts[0]
        sizes[part] = sizes.get(part, 0) + file.stat().st_size
    total = sum(sizes.values())
    if total > LIMIT:
        largest = sorted(sizes.items(), key=lambda item: -item[1])[:LARGEST]
        parts = "".join(f"\n{size / 1024**2:8.1f} MB  {name}" for name, size in largest)
        sys.exit(f"unpacked, the archive has {total / 1024**2:.1f} MB; Lambda takes 250 MB at most:{parts}")
    return total


def main() -> None:
    parser = ArgumentParser(description="Pack the bundle for AWS Lambda.")
    parser.add_argument("archive", type=Path, help="the archive to write, as in lambda.zip")
    parser.add_argument("--bundle", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--candidate", action="store_true", help="pack a bundle that is not released")
    given = parser.parse_args()
    packed = released(given.bundle, given.candidate)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install(given.bundle, folder)
        fill(given.bundle, folder)
        add_libgomp(folder)
        total = check(folder)
        shutil.make_archive(str(given.archive.with_suffix("")), "zip", folder)
    print(f"{given.archive}: {packed}, {total / 1024**2:.1f} MB unpacked")


if __name__ == "__main__":
    main()
