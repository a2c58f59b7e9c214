"""The sections of the report, one for each step of the lifecycle."""
