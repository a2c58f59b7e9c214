"""What `benchmarks/quality.py` is made of: the tables, those who predict them, the scores."""
