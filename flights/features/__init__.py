"""Features: the stages `features` and `snapshots`, the audit for leaks, and the encoders."""
