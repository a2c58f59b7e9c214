"""Tell DuckDB how values of a CSV file are quoted: of a list of files, it looks at too few rows to find out."""

from contextlib import suppress
from typing import Any

import duckdb

ASKED = "SELECT quote, escape FROM sniff_csv($file, all_varchar = true)"
WITH_DELIMITER = "SELECT quote, escape FROM sniff_csv($file, all_varchar = true, sep = $sep)"
NONE = "(empty)"


def quotes(database: duckdb.DuckDBPyConnection, files: list[str], delimiter: str | None = None) -> dict[str, Any]:
    """Return the options for the quotes of CSV ``files``, found in the first of them.

    Where its first 20,480 rows have none, a quote within quotes that come later is doubled, as RFC 4180 has it.
    """
    asked = {"file": files[0], **({"sep": delimiter} if delimiter else {})}
    with suppress(duckdb.Error):  # what is wrong with the file is said when it is read
        [(quote, escape)] = database.execute(WITH_DELIMITER if delimiter else ASKED, asked).fetchall()
        return {"escapechar": '"' if escape == NONE else escape, **({} if quote == NONE else {"quotechar": quote})}
    return {}
