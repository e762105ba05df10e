"""The programs of a scenario as they run in a cluster: nodes and monitoring ask them."""

from collections.abc import Mapping
from typing import Final

from sandbox.cluster.store import Store
from sandbox.prometheus.memory import Memory
from sandbox.scenarios.programs.flow import Flow
from sandbox.scenarios.programs.journals import Journals
from sandbox.scenarios.programs.model import Program
from sandbox.scenarios.programs.network import Network
from sandbox.scenarios.programs.telemetry import Telemetry, cores, size
from sandbox.scenarios.programs.units import Finder, version
from sandbox.world.kubelet.applications import Line, Probe, Usage
from sandbox.world.objects import Obj
from sandbox.world.quantity import amount

POLICIES: Final = "networking.k8s.io/v1/networkpolicies"
KEEP_S: Final = 2 * 3600.0


class Programs:
    """Implements what a kubelet asks of applications; `tick` lets time pass for them."""

    def __init__(self, programs: Mapping[str, Program], store: Store) -> None:
        self.memory = Memory(KEEP_S)
        self.flow: Flow | None = None
        self._programs = dict(programs)
        self._store = store
        self._finder = Finder(programs)
        self._telemetry = Telemetry(self.memory)
        self.journals = Journals()
        self._last = 0.0

    def tick(self, now: float) -> None:
        """Everything that happened since the last tick."""
        step = now - self._last if self._last else 1.0
        if step <= 0:
            return
        self._last = now
        pods = [kept.obj for kept in self._store.view("v1/pods")]
        seen = [[kept.obj for kept in self._store.view(key)] for key in (POLICIES, "v1/namespaces")]
        self.flow = Flow(self._programs, self._finder.units(pods), now, Network.of(*seen))
        deployments = [kept.obj for kept in self._store.view("apps/v1/deployments")]
        step = min(step, 60.0)
        self._telemetry.scrape(self.flow, {"pods": pods, "deployments": deployments}, step)
        self.journals.tick(self.flow, step)

    def readiness(self, pod: Obj, container: str, now: float) -> Probe:
        del pod, container, now
        return Probe(ok=True)

    def working_set(self, pod: Obj, container: Obj) -> float | None:
        del pod
        known = self._finder.program(container)
        return amount(known[1].memory) if known else None

    def has_image(self, container: Obj) -> bool | None:
        known = self._finder.program(container)
        if known is None or not known[1].tags:
            return None
        return version(container.get("image", "")) in known[1].tags

    def start_seconds(self, container: Obj) -> float | None:
        known = self._finder.program(container)
        return known[1].start_seconds if known else None

    def usage(self, pod: Obj, container: Obj, now: float) -> Usage | None:
        del now
        if self.flow is None or self._finder.program(container) is None:
            return None
        wanted = (pod["metadata"]["uid"], container["name"])
        unit = next((unit for unit in self.flow.units if unit.id == wanted), None)
        return Usage(cores(self.flow, unit), size(self.flow, unit)) if unit and unit.began else None

    def lines(self, pod: Obj, container: Obj, began: float, ended: float) -> list[Line] | None:
        known = self._finder.program(container)
        if known is None:
            return None
        return self.journals.lines(pod, container, known[1].logs, (began, ended))
