"""The scheduler: which node takes a pod, and in a real scheduler's words why none does."""
