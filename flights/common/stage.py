"""Run a stage: what is wrong with its data ends it with a message, a fault in its code with a traceback."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
READERS = ("_duckdb", "pyarrow", "yaml")  # libraries whose errors are about what they read
ADVICE = ("Possible", "The search space", "  file =")  # of DuckDB, on options that a project sets itself
LONGEST = 300  # letters of a line, which may be one of the data
MISSING = "`dvc repro` makes what a stage writes, `dvc pull` fetches what is kept elsewhere, and conf/data/ says where sources are"


def run_stage(main: Callable[[], None]) -> None:
    """Run ``main``; exit with code 1 and one message where a file, a value or a setting is what is wrong."""
    try:
        main()
    except Exception as error:
        if not is_foreseen(error):
            raise
        program = Path(sys.argv[0])
        sys.exit(f"{program.parent.name if program.stem == '__main__' else program.stem}: {message(error)}")


def is_foreseen(error: Exception) -> bool:
    """Return whether ``error`` comes from a reader or the system, or was raised on purpose by a module of the project."""
    kind = type(error)
    if isinstance(error, OSError) or kind.__module__.partition(".")[0] in READERS:
        return kind.__name__ != "InternalException"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Path(last.filename).is_relative_to(PACKAGE) and (last.line or "").startswith("raise ")


def message(error: Exception) -> str:
    """Return what ``error`` says, and of a file that is not there what to do."""
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"there is no file {error.filename}: {MISSING}"
    lines = str(error).splitlines()
    last = next((place for place, line in enumerate(lines) if line.startswith(ADVICE)), len(lines))
    file = next((line.partition(" = ")[2] for line in lines[last:] if line.startswith("  file = ")), "")
    said = "\n".join(line[:LONGEST] for line in lines[:last]).strip()
    return f"{file}: {said}" if file else said
