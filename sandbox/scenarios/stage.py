"""A scenario on its feet: the cluster's API, its moving world, its programs, its monitoring and its tenancy."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from sandbox.cluster.saved import Saved
from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store
from sandbox.oci.server import LocalOci
from sandbox.prometheus.alertmanager import Alertmanager
from sandbox.prometheus.server import PrometheusServer
from sandbox.scenarios.alerting import Alerting
from sandbox.scenarios.history import live_through
from sandbox.scenarios.loader import Scenario
from sandbox.scenarios.machines import follow
from sandbox.scenarios.programs.remembered import memory_of, recall, write
from sandbox.scenarios.programs.running import Programs
from sandbox.world.clock import ScenarioClock
from sandbox.world.world import World

SCRAPE_S: Final = 2.0
REMEMBER_S: Final = 60.0


class Stage:
    """`state` is a folder: what stands in it goes on where it stopped, an empty one begins the scenario."""

    def __init__(self, scenario: Scenario, state: Path, *, speed: float = 1.0) -> None:
        self.scenario = scenario
        self.store = Store(ScenarioClock(), rng=random.Random(scenario.about.seed))
        self.programs = Programs(scenario.programs, self.store)
        rng = random.Random(scenario.about.seed + 1)
        self.world = World(self.store, speed=speed, apps=self.programs, rng=rng)
        self.cluster = ClusterServer(
            self.store, state / "cluster", logs=self.world.logs, metrics=self.world.meter
        )
        alerting = Alerting(scenario.alerts, self.programs.memory, state / "alerts-of-nobody.json")
        self.prometheus = PrometheusServer(
            self.programs.memory, alerts=lambda: alerting.rules(self.store.clock.now())
        )
        self.alertmanager = Alertmanager(
            lambda: alerting.standing(self.store.clock.now()), self.store.clock.now
        )
        self.oci = None
        if scenario.tenancy is not None:
            self.oci = LocalOci(scenario.tenancy, state / "oci", speed=speed)
        self._saved = Saved(self.store, state / "cluster" / f"{scenario.name}.jsonl")
        self._remembered = state / "cluster" / f"{scenario.name}.metrics.json"
        self._tasks: list[asyncio.Task[None]] = []
        self._writing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await asyncio.to_thread(self._prepare)
        await asyncio.gather(*(one.start() for one in self._servers()))
        await self.world.start()
        self._tasks = [
            asyncio.create_task(_every(SCRAPE_S, self._scrape), name="scrape"),
            asyncio.create_task(_every(REMEMBER_S, self._remember), name="remember"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self.world.stop()
        await asyncio.gather(*(one.stop() for one in self._servers()))
        self._saved.close()
        if self._writing is not None:  # a thread goes on when its task is cancelled
            await self._writing
        await self._remember()

    def environment(self) -> dict[str, str]:
        """What a product needs to know of it: settings that it has anyway."""
        return {
            "KUBECONFIG": str(self.cluster.kubeconfigs["bot"]),
            "PROMETHEUS_URL": self.prometheus.url,
            "ALERTMANAGER_URL": self.alertmanager.url,
            **(self.oci.environment() if self.oci is not None else {}),
        }

    def info(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.name,
            "title": self.scenario.about.title,
            "ask": self.scenario.about.ask,
            "kubeconfigs": {name: str(path) for name, path in self.cluster.kubeconfigs.items()},
            "openapi": f"{self.cluster.url}/openapi/v2",
            "prometheus_url": self.prometheus.url,
            **(self.oci.info() if self.oci is not None else {}),
        }

    def _servers(self) -> list[ClusterServer | PrometheusServer | Alertmanager | LocalOci]:
        """In the order of starting."""
        return [
            self.cluster,
            self.prometheus,
            self.alertmanager,
            *([self.oci] if self.oci is not None else []),
        ]

    def _prepare(self) -> None:
        clock = self.store.clock
        if not isinstance(clock, ScenarioClock):
            raise TypeError("a stage has a ScenarioClock")
        if self._saved.load():
            recall(self.programs, self._remembered)
        else:
            live_through(self.scenario, self.store, self.world, self.programs, time.time())
        self._saved.start()
        clock.follow()

    async def _scrape(self) -> None:
        self.programs.tick(self.store.clock.now())
        if self.oci is not None:
            follow(self.store, self.oci)

    async def _remember(self) -> None:
        body = memory_of(self.programs)
        self._writing = asyncio.create_task(asyncio.to_thread(write, body, self._remembered))
        await asyncio.shield(self._writing)


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await act()
        await asyncio.sleep(seconds)
