"""Declared incidents: bound to a channel, on record, and what they allow while they are open."""
