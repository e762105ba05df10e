"""Kubernetes: connections, plain objects, snapshots and diagnosis."""
