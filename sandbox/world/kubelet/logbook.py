"""Container logs: what each run of a container wrote, by its program or by its annotations."""

from typing import Final

from sandbox.world.context import Context
from sandbox.world.kubelet.applications import Applications, Line
from sandbox.world.kubelet.behaviour import annotated
from sandbox.world.kubelet.containers import Spell
from sandbox.world.kubelet.kubelet import Kubelet
from sandbox.world.objects import Obj, containers, spec, uid

_APART: Final = 0.05  # seconds between the lines of one burst
_AGAIN: Final = 30.0  # a process that lives on says the same again
_BURSTS: Final = 60


class Logbook:
    """The log source of an API server."""

    def __init__(self, ctx: Context, kubelet: Kubelet, apps: Applications) -> None:
        self._ctx = ctx
        self._kubelet = kubelet
        self._apps = apps

    def read(self, pod: Obj, container: str, *, previous: bool) -> list[Line]:
        run = self._kubelet.runs.get(uid(pod))
        entry = next((e for e in run.every if e.name == container), None) if run else None
        if entry is None or not entry.spells:
            return []
        if previous:
            ended = [spell for spell in entry.spells if spell.ended]
            return self._lines(pod, container, ended[-1], previous=True) if ended else []
        return self._lines(pod, container, entry.spells[-1], previous=False)

    def _lines(self, pod: Obj, container: str, spell: Spell, *, previous: bool) -> list[Line]:
        until = spell.ended or self._ctx.now
        told = annotated(pod, container, "previous-logs") if previous else None
        told = told or annotated(pod, container, "logs")
        if told is not None:
            return _bursts(told.strip().splitlines(), spell.began, until, again=not spell.ended)
        every = [*(spec(pod).get("initContainers") or []), *containers(pod)]
        wanted = next(c for c in every if c["name"] == container)
        return self._apps.lines(pod, wanted, spell.began, until) or []


def _bursts(lines: list[str], began: float, until: float, *, again: bool) -> list[Line]:
    times = int((until - began) / _AGAIN) + 1 if again else 1
    first = max(0, times - _BURSTS)
    return [
        (began + burst * _AGAIN + index * _APART, line)
        for burst in range(first, times)
        for index, line in enumerate(lines)
    ]
