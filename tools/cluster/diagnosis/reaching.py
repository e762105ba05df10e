"""What the logs of clients say about names that do not resolve and connections that do not come about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from tools.cluster.objects import containers, name, when
from tools.cluster.snapshot import Snapshot, Text
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

How = Literal["absent", "unresolved", "silent", "refused"]
FRESH = timedelta(minutes=30)
_HOW: tuple[tuple[How, re.Pattern[str]], ...] = (
    ("unresolved", re.compile(r"lookup \S+.*(?:i/o timeout|server misbehaving)|EAI_AGAIN|temporary failure in name resolution", re.IGNORECASE)),
    ("absent", re.compile(r"no such host|ENOTFOUND|could not resolve host|name or service not known|name does not resolve|nodename nor servname|UnknownHostException", re.IGNORECASE)),
    ("refused", re.compile(r"connection refused|ECONNREFUSED", re.IGNORECASE)),
    ("silent", re.compile(r"i/o timeout|connect(?:ion|ing)?\b.{0,80}\btimed out|ETIMEDOUT|no route to host|EHOSTUNREACH", re.IGNORECASE)),
)  # fmt: skip
_HOST = re.compile(
    r"(?:lookup |://(?:[^/@\s]*@)?|ENOTFOUND |EAI_AGAIN |resolve host(?:name)?:? [\"']?|UnknownHostException: |"
    r"\bhost=|\bat [\"']|\b(?:to|dial tcp|host|connecting) [\"']?)(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)"
)
_STAMP = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z ")
_WORDS = {"host", "server", "localhost", "the", "a", "port", "upstream"}


@dataclass(frozen=True, slots=True)
class Failure:
    """One line of a client's log. `service` is the name in its own namespace, empty for a host elsewhere."""

    workload: Workload
    pod: Json
    log: Text
    line: str
    how: How
    host: str
    service: str


def failures(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Failure]:
    """The newest line of each (workload, host, kind of failure); lines older than half an hour do not count."""
    seen: set[tuple[str, str, How]] = set()
    for workload in found:
        pods = {name(pod): pod for pod in workload.pods}
        for log in (t for t in snap.logs if t.pod in pods):
            for line in reversed(log.text.splitlines()):
                one = _failure(snap, workload, pods[log.pod], log, line)
                if one is not None and (key := (workload.name, one.host, one.how)) not in seen:
                    seen.add(key)
                    yield one


def _failure(snap: Snapshot, workload: Workload, pod: Json, log: Text, line: str) -> Failure | None:
    how = next((how for how, pattern in _HOW if pattern.search(line)), None)
    if how is None or stale(snap, line):
        return None
    hosts = [
        m["host"] for m in _HOST.finditer(line) if m["host"] not in _WORDS and not _is_address(m["host"])
    ]
    if not hosts:
        return None
    return Failure(workload, pod, log, line, how, hosts[0], near(hosts[0], snap.namespace))


def cut_off(text: str) -> bool:
    """Whether a log speaks of what a NetworkPolicy may have closed: only then is it worth a request to read them."""
    return any(pattern.search(text) for how, pattern in _HOW if how in {"unresolved", "silent"})


def stale(snap: Snapshot, line: str) -> bool:
    """The server stamps every line; one without a stamp counts as fresh."""
    stamped = _STAMP.match(line)
    return bool(stamped) and snap.now - when(f"{stamped[1]}Z" if stamped else None) > FRESH


def _is_address(host: str) -> bool:
    return host.replace(".", "").isdigit()


def near(host: str, namespace: str) -> str:
    """The Service that a host means inside the namespace; empty when it means something elsewhere."""
    parts = host.rstrip(".").split(".")
    if len(parts) == 1:
        return parts[0]
    return parts[0] if parts[1] == namespace and parts[2:3] in ([], ["svc"]) else ""


def written(snap: Snapshot, failure: Failure) -> list[Evidence]:
    """The environment variables of the client that name the host: where somebody would correct it."""
    word = re.compile(rf"(?<![a-z0-9.-]){re.escape(failure.host)}(?![a-z0-9-])")
    return [
        snap.fact("pods", failure.pod, f"spec.containers[{c['name']}].env[{e['name']}].value", e["value"], label=f"env {e['name']}")
        for c in containers(failure.pod)
        for e in c.get("env") or []
        if word.search(str(e.get("value") or "")) and "@" not in str(e["value"])
    ][:2]  # fmt: skip
