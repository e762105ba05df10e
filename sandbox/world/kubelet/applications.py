"""What runs inside containers, as far as a node can tell: probes, memory, load and lines of log."""

from dataclasses import dataclass
from typing import Protocol

from sandbox.world.objects import Obj

Line = tuple[float, str]  # (seconds since 1970, text)


@dataclass(frozen=True)
class Probe:
    """What a readiness probe found. `until` is when the answer may be another; None = not by itself."""

    ok: bool
    message: str = ""
    until: float | None = None


@dataclass(frozen=True)
class Usage:
    cores: float
    size: float


class Applications(Protocol):
    """A None leaves the answer to the pod's annotations and to what is usual."""

    def readiness(self, pod: Obj, container: str, now: float) -> Probe: ...

    def working_set(self, pod: Obj, container: Obj) -> float | None:
        """Bytes that the process needs; with a smaller limit it does not live."""

    def has_image(self, container: Obj) -> bool | None:
        """Whether the registry has the image."""

    def start_seconds(self, container: Obj) -> float | None:
        """From the node's acceptance to running."""

    def usage(self, pod: Obj, container: Obj, now: float) -> Usage | None: ...

    def lines(self, pod: Obj, container: Obj, began: float, ended: float) -> list[Line] | None:
        """What one run of a container wrote between two moments."""


class Nothing:
    """No program is known: everything is as the annotations say."""

    def readiness(self, pod: Obj, container: str, now: float) -> Probe:
        del pod, container, now
        return Probe(ok=True)

    def working_set(self, pod: Obj, container: Obj) -> float | None:
        del pod, container
        return None

    def has_image(self, container: Obj) -> bool | None:
        del container
        return None

    def start_seconds(self, container: Obj) -> float | None:
        del container
        return None

    def usage(self, pod: Obj, container: Obj, now: float) -> Usage | None:
        del pod, container, now
        return None

    def lines(self, pod: Obj, container: Obj, began: float, ended: float) -> list[Line] | None:
        del pod, container, began, ended
        return None
