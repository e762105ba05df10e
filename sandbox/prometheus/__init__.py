"""A Prometheus server of the local workspace: its HTTP API and its query language over series that the world records."""

from sandbox.prometheus.memory import Memory
from sandbox.prometheus.server import PrometheusServer

__all__ = ["Memory", "PrometheusServer"]
