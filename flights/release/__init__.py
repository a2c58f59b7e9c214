"""Release: the stage `release`, its gate, and the registry."""
