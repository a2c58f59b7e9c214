"""SQL as trees, their types by DuckDB, and text that is safe to print as code."""
