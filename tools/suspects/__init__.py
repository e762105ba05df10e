"""What changed, from every source that knows: one list of suspects, each with where it was read."""
