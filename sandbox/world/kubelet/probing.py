"""Probes that cannot succeed, told from the pod's spec alone: a port nobody listens on, a command that fails."""

from dataclasses import dataclass
from typing import Final

from sandbox.world.objects import Obj

_FAILING: Final = ("exit 1", "false", "/bin/false")
_PERIOD: Final = 10.0
_THRESHOLD: Final = 3


@dataclass(frozen=True)
class Hopeless:
    """A probe that always fails: what it says, and after how many seconds that has consequences."""

    message: str
    after: float


def hopeless(container: Obj, kind: str) -> Hopeless | None:
    """`kind` is livenessProbe, readinessProbe or startupProbe. None: the probe may succeed."""
    probe = container.get(kind)
    if not probe:
        return None
    message = _refusal(container, probe)
    if message is None:
        return None
    tries = probe.get("failureThreshold", _THRESHOLD)
    after = probe.get("initialDelaySeconds", 0) + tries * probe.get("periodSeconds", _PERIOD)
    return Hopeless(message, after)


def _refusal(container: Obj, probe: Obj) -> str | None:
    command = (probe.get("exec") or {}).get("command") or []
    if command:
        return "" if str(command[-1]).strip() in _FAILING else None
    http, tcp = probe.get("httpGet"), probe.get("tcpSocket")
    wanted = (http or tcp or {}).get("port")
    declared = container.get("ports") or []
    listening = {p.get("containerPort") for p in declared} | {p.get("name") for p in declared}
    if wanted is None or not declared or wanted in listening:
        return None
    if http:
        path = http.get("path", "/")
        return f'Get "http://{{ip}}:{wanted}{path}": dial tcp {{ip}}:{wanted}: connect: connection refused'
    return f"dial tcp {{ip}}:{wanted}: connect: connection refused"
