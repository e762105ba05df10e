"""Everything that tools talk to, opened once and closed once. Heavy clients are imported when first used."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from tools.cluster.clusters import Clusters
from tools.errors import ToolError
from tools.metrics.prometheus import Prometheus
from tools.oracle.compartments import no_tenancy
from tools.oracle.oracle import Oracle, OracleConfig
from tools.services.directory import Services
from tools.spec import Reach

DISCOVER_EVERY_S = 60.0
DISCOVER_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class ClientsConfig:
    """What bot/ read from the settings. `contexts` empty means: all of the kubeconfig."""

    kubeconfig: Path | None = None
    contexts: tuple[str, ...] = ()
    services_file: Path | None = None
    prometheus_url: str = ""
    oracle: OracleConfig | None = None


@dataclass
class Clients:
    """Given to every call. `notes` says what discovery could not see."""

    clusters: Clusters
    services: Services
    metrics: Prometheus | None = None
    oracle: Oracle | None = None
    notes: dict[str, str] = field(default_factory=dict)
    _discovered: float = 0.0
    _discovering: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def open(cls, config: ClientsConfig) -> Clients:
        """Blocking: reads kubeconfig and service map.

        Raises:
            GiveUp: a context is not in the kubeconfig.
            ServicesError: the service map is wrong; `problems` name line and key.
        """
        return cls(
            Clusters.load(config.kubeconfig, config.contexts),
            Services.load(config.services_file),
            Prometheus(config.prometheus_url) if config.prometheus_url else None,
            Oracle.load(config.oracle) if config.oracle else None,
        )

    @property
    def cloud(self) -> Oracle:
        """Raises GiveUp when no Oracle Cloud is configured."""
        if self.oracle is None:
            raise no_tenancy()
        return self.oracle

    async def compartment_path(self, named: str, reach: Reach) -> str:
        """How the policy calls a compartment that somebody named otherwise; as it is when that cannot be told now.

        Raises AskBack when several that the person may see are called so.
        """
        if self.oracle is None:
            return named
        try:
            tree = (await self.oracle.tenancy(self.oracle.reading(DISCOVER_WITHIN_S))).compartments
        except ToolError:
            return named
        return tree.find(named, reach).path

    async def known_services(self) -> Services:
        """The service map, its file reloaded if changed and labels read again if a minute old."""
        await self.services.refresh()
        loop = asyncio.get_running_loop()
        async with self._discovering:
            if not self._discovered or loop.time() - self._discovered > DISCOVER_EVERY_S:
                await asyncio.gather(*(self._discover(name) for name in self.clusters.names))
                self._discovered = loop.time()
        return self.services

    async def _discover(self, cluster: str) -> None:
        from tools.services.discover import discover

        try:
            self.services.learn(cluster, await discover(self.clusters.at(cluster, DISCOVER_WITHIN_S)))
            self.notes.pop(cluster, None)
        except ToolError as error:
            self.notes[cluster] = f"services of {cluster} by label: {error.reason}"

    async def close(self) -> None:
        self.clusters.close()
        if self.oracle is not None:
            self.oracle.close()
        if self.metrics is not None:
            await self.metrics.close()
