"""Backtest: what each policy of retraining would have brought in the past."""
