"""What every stage uses: settings, outputs, DuckDB, progress, and how a stage ends."""
