"""What there is to be read here at all, and what our own store knows: both are given to the kinds of digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.digests.digest import Fact
from tools.clients import Clients


@dataclass(frozen=True, slots=True)
class Sources:
    """`clusters`: arguments, one a cluster; a channel that has a cluster of its own leaves it out."""

    clusters: tuple[Mapping[str, Any], ...]
    cloud: bool
    alerts: bool

    @classmethod
    def of(cls, clients: Clients, channel_cluster: str) -> Sources:
        names, default = clients.clusters.names, clients.clusters.default
        one: tuple[Mapping[str, Any], ...] = ({},) if names else ()
        clusters = one if channel_cluster or default or len(names) == 1 else tuple({"cluster": name} for name in names)  # fmt: skip
        alerts = clients.alerts is not None or clients.metrics is not None
        return cls(clusters, clients.oracle is not None, alerts)

    def missing(self, *, cloud: bool) -> list[str]:
        """A digest that speaks of what is not set up says so rather than nothing."""
        return ["Oracle Cloud: it is not set up"] if cloud and not self.cloud else []


@dataclass(frozen=True, slots=True)
class Own:
    """Of our own store, as far as whoever it runs as may see it."""

    open: tuple[Fact, ...] = ()
    changes: tuple[Fact, ...] = ()
    read: bool = True
