"""Deterministic detectors: one kind of fault a file, over a snapshot of plain objects."""
