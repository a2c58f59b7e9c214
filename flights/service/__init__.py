"""The service that answers requests, and the batch scorer beside it."""
