"""The running containers of a cluster, each with the program in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sandbox.scenarios.programs.model import Program
from sandbox.world.clock import epoch
from sandbox.world.objects import Obj, containers, name, namespace, pod_ready, spec, status, uid

Key = tuple[str, str]  # namespace, program


@dataclass(frozen=True)
class Unit:
    """One container that runs. `began` is 0 while it does not."""

    pod: Obj
    container: Obj
    title: str
    program: Program
    began: float
    ready: bool
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return namespace(self.pod), self.title

    @property
    def id(self) -> tuple[str, str]:
        return uid(self.pod), str(self.container["name"])

    def labels(self) -> dict[str, str]:
        return {
            "namespace": namespace(self.pod),
            "pod": name(self.pod),
            "container": str(self.container["name"]),
        }


def repository(image: str) -> str:
    """The image without tag and digest."""
    bare = image.partition("@")[0]
    head, slash, last = bare.rpartition("/")
    return head + slash + last.partition(":")[0]


def version(image: str) -> str:
    last = image.partition("@")[0].rpartition("/")[2]
    return last.partition(":")[2] or "latest"


class Finder:
    """Which program an image holds."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self._by_image = {
            image: (title, program) for title, program in programs.items() for image in program.images
        }

    def program(self, container: Obj) -> tuple[str, Program] | None:
        return self._by_image.get(repository(str(container.get("image", ""))))

    def units(self, pods: Iterable[Obj]) -> list[Unit]:
        found = []
        for pod in pods:
            states = {c["name"]: c for c in status(pod).get("containerStatuses") or []}
            for container in containers(pod):
                known = self.program(container)
                if known is None or not spec(pod).get("nodeName"):
                    continue
                running = (states.get(container["name"], {}).get("state") or {}).get("running") or {}
                began = epoch(running.get("startedAt"))
                found.append(
                    Unit(pod, container, *known, began, bool(began) and pod_ready(pod), _env(container))
                )
        return found


def _env(container: Obj) -> dict[str, str]:
    return {e["name"]: str(e["value"]) for e in container.get("env") or [] if "value" in e}
