"""The moving cluster: controllers, scheduler and kubelets over one store, driven by its changes and by time."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from typing import Final

from sandbox.cluster.store import Store
from sandbox.world.access import Access, Refused
from sandbox.world.clock import Clock, ManualClock
from sandbox.world.context import Context
from sandbox.world.controllers import (
    autoscaling,
    budgets,
    crons,
    deployment,
    endpoints,
    gitops,
    nodes,
    volumes,
)
from sandbox.world.controllers.daemons import DaemonSets
from sandbox.world.controllers.jobs import Jobs
from sandbox.world.controllers.replicaset import ReplicaSets
from sandbox.world.controllers.stateful import StatefulSets
from sandbox.world.events import Recorder
from sandbox.world.kubelet.applications import Applications, Nothing
from sandbox.world.kubelet.kubelet import Kubelet
from sandbox.world.kubelet.logbook import Logbook
from sandbox.world.metering import Meter
from sandbox.world.scheduling import scheduler

Reconcile = Callable[[Context], None]
_PASSES: Final = 60  # of one settling; more would be two controllers at odds
_GATHER: Final = 0.02  # seconds in which changes are gathered before they are looked at
_LATEST: Final = 5.0
_COARSE: Final = 0.3  # seconds; moments that near to each other are one in a history
_RETRY: Final = 1.0
_log: Final = logging.getLogger(__name__)


class World:
    """Give `logs` and `meter` to the API server of the same store.

    `speed` divides every waiting time; `clock` must be the store's. With a ManualClock nothing runs by
    itself: `settle` and `advance` move it, to make a history.
    """

    def __init__(
        self,
        store: Store,
        *,
        speed: float = 1.0,
        clock: Clock | None = None,
        apps: Applications | None = None,
        rng: random.Random | None = None,
        metrics: bool = True,
    ) -> None:
        self.store = store
        rng = rng or random.Random()
        access, apps, clock = Access(store), apps or Nothing(), clock or store.clock
        recorder = Recorder(access, clock, rng)
        self.ctx = Context(access, clock, recorder, rng, speed)
        self.kubelet = Kubelet(apps)
        self.logs = Logbook(self.ctx, self.kubelet, apps)
        self.meter = Meter(self.ctx, self.kubelet, apps)
        self._parts = self._controllers(metrics=metrics)
        self._task: asyncio.Task[None] | None = None
        self._expires = 0.0
        self._settled = -1

    def _controllers(self, *, metrics: bool) -> tuple[Reconcile, ...]:
        return (
            nodes.reconcile,
            crons.reconcile,
            Jobs().reconcile,
            gitops.reconcile,
            deployment.reconcile,
            StatefulSets().reconcile,
            DaemonSets().reconcile,
            ReplicaSets().reconcile,
            volumes.reconcile,
            scheduler.reconcile,
            self.kubelet.reconcile,
            budgets.reconcile,
            endpoints.reconcile,
            autoscaling.Autoscalers(self.meter.pair if metrics else None).reconcile,
        )

    async def start(self) -> None:
        """Moves from now on, until `stop`."""
        self.ctx.live = True
        self._task = asyncio.create_task(self._run(), name="world")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def settle(self) -> None:
        """Everything that follows at this moment."""
        for _ in range(_PASSES):
            if not self._pass():
                break
        self._settled = self.store.version

    def advance(self, seconds: float) -> None:
        """Time passes on a ManualClock, every waiting moment in between lived through."""
        clock = self.ctx.clock
        if not isinstance(clock, ManualClock):
            raise TypeError("only a ManualClock can be moved")
        end = clock.now() + seconds
        if self._settled != self.store.version:
            self.settle()
        while (due := self.ctx.timers.next()) is not None and due <= end:
            clock.set(min(due + _COARSE, end))
            self.ctx.timers.drop(clock.now())
            self.settle()
        clock.set(end)

    def _pass(self) -> bool:
        """One look of every controller; did anything change?"""
        before = self.store.version
        for reconcile in self._parts:
            self._reconcile(reconcile)
        if self.ctx.now >= self._expires:
            self._expires = self.ctx.recorder.expire() or self.ctx.now + 60
        return self.store.version != before

    def _reconcile(self, reconcile: Reconcile) -> None:
        """An odd object of a person must not stop everybody else's."""
        try:
            reconcile(self.ctx)
        except Refused as refusal:
            _log.warning("refused: %s", refusal.message)
            self.ctx.timers.at(self.ctx.now + _RETRY)
        except (AttributeError, KeyError, TypeError, ValueError):
            _log.exception("a controller stumbled")
            self.ctx.timers.at(self.ctx.now + _RETRY)

    async def _run(self) -> None:
        subscription = self.store.subscribe()
        try:
            while True:
                for _ in range(_PASSES):
                    subscription.drain()
                    if not self._pass():
                        break
                    await asyncio.sleep(0)
                due = self.ctx.timers.next()
                pause = _LATEST if due is None else min(max(due - self.ctx.now, 0.0), _LATEST)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await anext(subscription)
                self.ctx.timers.drop(self.ctx.now)
                await asyncio.sleep(_GATHER)
        finally:
            subscription.close()
