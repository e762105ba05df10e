"""Scenarios: folders of plain files that say what a cluster runs, what happened to it, and what is true of it."""
