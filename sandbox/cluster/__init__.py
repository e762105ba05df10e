"""A Kubernetes API server on this machine: a store of objects, and the protocol over it."""
