"""The protocol: paths, verbs, answers."""
