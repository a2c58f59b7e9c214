"""A config against itself and against empty DuckDB tables: names, types, roles, leaks, order."""
