"""The gate: the one door from a request to a cloud read."""
