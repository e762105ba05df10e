"""Everything that tools talk to, opened once and closed once. Heavy clients are imported when first used."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from tools.cluster.clusters import Clusters
from tools.deploys import DeployRecord
from tools.errors import ToolError
from tools.metrics.alertmanager import Alertmanager
from tools.metrics.grafana import Grafana
from tools.metrics.prometheus import Prometheus
from tools.oracle.compartments import Environment, no_tenancy
from tools.oracle.oracle import Oracle, OracleConfig
from tools.own import OwnRecord
from tools.services.directory import Services
from tools.spec import Reach

DISCOVER_EVERY_S = 60.0
DISCOVER_WITHIN_S = 5.0
FIRST_TAGS_WITHIN_S = (
    2.0  # the first question waits so long for services that only tags tell of, later ones do not
)


@dataclass(frozen=True, slots=True)
class ClientsConfig:
    """What bot/ read from the settings. `contexts` empty means: all of the kubeconfig."""

    kubeconfig: Path | None = None
    contexts: tuple[str, ...] = ()
    services_file: Path | None = None
    prometheus_url: str = ""
    oracle: OracleConfig | None = None
    alertmanager_url: str = ""
    grafana_url: str = ""
    grafana_token: str = field(default="", repr=False)


@dataclass
class Clients:
    """Given to every call. `notes` says what discovery could not see."""

    clusters: Clusters
    services: Services
    metrics: Prometheus | None = None
    oracle: Oracle | None = None
    own: OwnRecord | None = None
    deploys: DeployRecord | None = None
    alerts: Alertmanager | None = None
    grafana: Grafana | None = None
    notes: dict[str, str] = field(default_factory=dict)
    _discovered: float = 0.0
    _discovering: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tags: asyncio.Task[None] | None = None

    @classmethod
    def open(cls, config: ClientsConfig) -> Clients:
        """Blocking: reads kubeconfig and service map.

        Raises:
            GiveUp: a context is not in the kubeconfig.
            ServicesError: the service map is wrong; `problems` name line and key.
        """
        oracle = Oracle.load(config.oracle) if config.oracle else None
        return cls(
            Clusters.load(config.kubeconfig, config.contexts, oracle.cluster_token if oracle else None),
            Services.load(config.services_file),
            Prometheus(config.prometheus_url) if config.prometheus_url else None,
            oracle,
            alerts=Alertmanager(config.alertmanager_url) if config.alertmanager_url else None,
            grafana=Grafana(config.grafana_url, config.grafana_token) if config.grafana_url else None,
        )

    @property
    def cloud(self) -> Oracle:
        """Raises GiveUp when no Oracle Cloud is configured."""
        if self.oracle is None:
            raise no_tenancy()
        return self.oracle

    async def compartment_path(self, named: str, reach: Reach, environment: Environment | None = None) -> str:
        """How the policy calls a compartment that somebody named otherwise; as it is when that cannot be told now.

        `environment` lets a read name an environment of the policy; a change names the compartment itself.

        Raises AskBack when several that the person may see are called so.
        """
        if self.oracle is None:
            return named
        try:
            tree = (await self.oracle.tenancy(self.oracle.reading(DISCOVER_WITHIN_S))).compartments
        except ToolError:
            return named
        return tree.find(named, reach, environment).path

    async def known_services(self) -> Services:
        """The service map, its file reloaded if changed and labels read again if a minute old."""
        await self.services.refresh()
        loop = asyncio.get_running_loop()
        async with self._discovering:
            if not self._discovered or loop.time() - self._discovered > DISCOVER_EVERY_S:
                tags = self._read_tags()
                await asyncio.gather(tags, *(self._discover(name) for name in self.clusters.names))
                self._discovered = loop.time()
        return self.services

    async def _discover(self, cluster: str) -> None:
        from tools.services.discover import discover

        try:
            self.services.learn(cluster, await discover(self.clusters.at(cluster, DISCOVER_WITHIN_S)))
            self.notes.pop(cluster, None)
        except ToolError as error:
            self.notes[cluster] = f"services of {cluster} by label: {error.reason}"

    async def prepare(self) -> None:
        """What a first question would wait for: Oracle's SDK, seconds to import, and the services that tags tell of."""
        if self.oracle is not None:
            await asyncio.to_thread(self.oracle.prepare)
            await self.known_services()

    async def _read_tags(self) -> None:
        """Beside the turn: a slow Oracle Cloud costs nobody who asks about a cluster more than a first short wait."""
        if self.oracle is None or (self._tags is not None and not self._tags.done()):
            return
        first = self._tags is None
        self._tags = asyncio.create_task(self._discover_tags(self.oracle))
        if first:
            await asyncio.wait({self._tags}, timeout=FIRST_TAGS_WITHIN_S)

    async def _discover_tags(self, oracle: Oracle) -> None:
        from tools.services.tags import tagged

        try:
            api = oracle.reading(DISCOVER_WITHIN_S)
            self.services.learn_tagged(await tagged(api, await oracle.tenancy(api)))
            self.notes.pop("oci", None)
        except ToolError as error:
            self.notes["oci"] = f"services of Oracle Cloud by tag: {error.reason}"

    async def close(self) -> None:
        if self._tags is not None:
            self._tags.cancel()
            await asyncio.gather(self._tags, return_exceptions=True)
        self.clusters.close()
        if self.oracle is not None:
            self.oracle.close()
        for server in (self.metrics, self.alerts, self.grafana):
            if server is not None:
                await server.close()
