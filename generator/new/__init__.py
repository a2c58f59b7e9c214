"""A project from a table of data: read it, measure its columns, infer the config, write it with reasons."""
