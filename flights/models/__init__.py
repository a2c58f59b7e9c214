"""Training: a stage `train@<candidate>` for each candidate, `refit`, and how each kind is stored and scored."""
