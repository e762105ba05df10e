"""The moving part of the local cluster: what controllers, a scheduler and kubelets would do to its objects."""

from sandbox.world.world import World

__all__ = ["World"]
