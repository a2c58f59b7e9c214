"""The models as the service reads them, a module each: one row at a time, nothing heavy imported."""
