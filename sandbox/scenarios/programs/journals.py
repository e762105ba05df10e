"""What programs log: when each kind of line came, and its text, the same however often it is read."""

import base64
import hashlib
import json
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.scenarios.programs.flow import Flow
from sandbox.scenarios.programs.model import LogRule
from sandbox.scenarios.programs.units import Unit, version
from sandbox.world.kubelet.applications import Line
from sandbox.world.objects import Obj, status, uid

KEPT: Final = 1500  # lines of one kind of one container
_PLACE: Final = re.compile(r"\{(\w+)(?::([^}]*))?\}")


@dataclass
class _Kind:
    """`spent` counts units of the rule; a line comes at each multiple of `every`."""

    spent: float = 0.0
    said: int = 0
    times: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=KEPT))


class Journals:
    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str, int], _Kind] = {}

    def tick(self, flow: Flow, step: float) -> None:
        for unit in flow.units:
            if not unit.ready:
                continue
            for index, rule in enumerate(unit.program.logs):
                grown = _grown(rule, flow, unit, step)
                if grown > 0:
                    self._grow(
                        self._kinds.setdefault((*unit.id, index), _Kind()), rule, grown, (flow.now, step)
                    )

    def _grow(self, kind: _Kind, rule: LogRule, grown: float, when: tuple[float, float]) -> None:
        now, step = when
        before, kind.spent = kind.spent, kind.spent + grown
        following = (kind.said + rule.offset + 1) * rule.every
        while following <= kind.spent:
            kind.times.append((kind.said, now - step + step * (following - before) / grown))
            kind.said += 1
            following += rule.every

    def kept(self) -> list[Any]:
        """Everything, as JSON."""
        return [[*key, kind.spent, kind.said, list(kind.times)] for key, kind in self._kinds.items()]

    def restore(self, kept: list[Any]) -> None:
        for pod, container, index, spent, said, times in kept:
            pairs = deque(((number, at) for number, at in times), maxlen=KEPT)
            self._kinds[pod, container, index] = _Kind(spent, said, pairs)

    def lines(
        self, pod: Obj, container: Obj, rules: tuple[LogRule, ...], span: tuple[float, float]
    ) -> list[Line]:
        """What one run of a container wrote."""
        began, ended = span
        found: list[Line] = []
        for index, rule in enumerate(rules):
            if rule.per == "start":
                at = began + 0.01 * index
                found.append((at, _text(rule.text, pod, container, index)))
                continue
            kind = self._kinds.get((uid(pod), str(container["name"]), index))
            for number, at in kind.times if kind else ():
                if began <= at <= ended:
                    found.append((at, _text(rule.text, pod, container, number * 31 + index)))
        return sorted(found)


def _grown(rule: LogRule, flow: Flow, unit: Unit, step: float) -> float:
    if rule.per == "second":
        return step
    service = flow.service(unit.key)
    requests = service.rate / service.ready * step if service.ready else 0.0
    pool = unit.program.pool
    if rule.per == "closed":
        return step if rule.to in service.closed else 0.0
    match rule.per:
        case "request":
            return requests * (1 - service.failing)
        case "error":
            return requests * service.failing
        case "usual":
            return requests * (unit.program.traffic.errors if unit.program.traffic else 0.0)
        case "shortage" if pool is None or pool.database not in service.closed:
            return requests * service.shortage * (pool.pain if pool else 0.0)
        case _:
            return 0.0


def _text(template: str, pod: Obj, container: Obj, number: int) -> str:
    seed = hashlib.sha256(f"{uid(pod)}/{container['name']}/{number}".encode()).digest()

    def fill(found: re.Match[str]) -> str:
        make = _MADE.get(found[1])
        return make(found[2] or "", seed, pod, container) if make else found[0]

    return _PLACE.sub(fill, template)


def _whole(bounds: str, seed: bytes, pod: Obj, container: Obj) -> str:
    del pod, container
    low, high = (int(part) for part in bounds.split("-"))
    return str(low + int.from_bytes(seed[:4]) % (high - low + 1))


def _env(key: str, seed: bytes, pod: Obj, container: Obj) -> str:
    del seed, pod
    return next((str(e.get("value", "")) for e in container.get("env") or [] if e["name"] == key), "unset")


def _token(_: str, seed: bytes, pod: Obj, container: Obj) -> str:
    """A signed-looking token of nobody: made here, so that none stands in a file."""
    del pod, container
    head, body = (
        _packed(part) for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": "checkout", "n": seed[0]})
    )
    return f"{head}.{body}.{base64.urlsafe_b64encode(seed).decode().rstrip('=')}"


def _packed(part: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode().rstrip("=")


_MADE: Final[dict[str, Callable[[str, bytes, Obj, Obj], str]]] = {
    "hex": lambda _, seed, *__: seed.hex()[:8],
    "int": _whole,
    "env": _env,
    "token": _token,
    "version": lambda _, __, ___, container: version(str(container.get("image", ""))),
    "ip": lambda _, __, pod, ___: str(status(pod).get("podIP", "")),
}
