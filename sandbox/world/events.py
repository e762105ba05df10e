"""Events as the cluster's components record them, folded as their recorders fold them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.world.access import Access
from sandbox.world.clock import Clock, epoch, micro, stamp
from sandbox.world.names import event_name, suffix
from sandbox.world.objects import Obj, meta, name, namespace, uid

EVENTS: Final = "v1/events"
SIMILAR_LIMIT: Final = 10  # so many like events within the window are single ones, then they are combined
SIMILAR_WINDOW: Final = 600.0
LIFETIME: Final = 3600.0  # the API server's --event-ttl


@dataclass(frozen=True)
class Source:
    """Who records: kubelets name their node, controllers do not."""

    component: str
    host: str = ""


class Recorder:
    """Writes Events. Equal ones raise a count, many similar ones become a combined one."""

    def __init__(self, access: Access, clock: Clock, rng: random.Random) -> None:
        self._access = access
        self._clock = clock
        self._rng = rng
        self._seen: dict[tuple[str, ...], str] = {}
        self._similar: dict[tuple[str, ...], list[float]] = {}

    def record(
        self, source: Source, involved: Obj, kind: tuple[str, str], event: tuple[str, str, str]
    ) -> None:
        """`kind` is (apiVersion, kind) of the object; `event` is (type, reason, message)."""
        event_type, reason, message = event
        message = self._combined(involved, event_type, reason, message)
        key = (uid(involved), event_type, reason, message)
        known = self._access.get(EVENTS, _home(involved), self._seen[key]) if key in self._seen else None
        if known is not None and not _ours(known):
            known = None
        if known is not None:
            again = dict(known) | {"count": known["count"] + 1, "lastTimestamp": stamp(self._clock.now())}
            self._access.update(EVENTS, again)
            return
        created = self._create(source, involved, kind, (event_type, reason, message))
        self._seen[key] = name(created)

    def _combined(self, involved: Obj, event_type: str, reason: str, message: str) -> str:
        key = (uid(involved), event_type, reason)
        if (*key, message) in self._seen:
            return message
        now = self._clock.now()
        times = [at for at in self._similar.get(key, []) if at > now - SIMILAR_WINDOW]
        self._similar[key] = [*times, now]
        if len(times) < SIMILAR_LIMIT:
            return message
        prefix = "(combined from similar events): "
        earlier = next((k[3] for k in self._seen if k[:3] == key and k[3].startswith(prefix)), None)
        return earlier or prefix + message

    def _create(
        self, source: Source, involved: Obj, kind: tuple[str, str], event: tuple[str, str, str]
    ) -> Obj:
        now = self._clock.now()
        kubelet = source.component == "kubelet"
        reference = _reference(involved, kind, versioned=not kubelet)
        metadata: Obj = {"name": event_name(name(involved), now + self._rng.random() * 1e-3)}
        if kubelet:
            metadata = {"name": f"{name(involved)}.{suffix(self._rng)}", "generateName": f"{name(involved)}."}
        body = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": metadata | {"namespace": _home(involved)},
            "involvedObject": reference,
            "reason": event[1],
            "message": event[2],
            "source": {"component": source.component} | ({"host": source.host} if source.host else {}),
            "firstTimestamp": stamp(now),
            "lastTimestamp": stamp(now),
            "count": 1,
            "type": event[0],
            "eventTime": None,
            "reportingComponent": "" if kubelet else source.component,
            "reportingInstance": "",
        }
        return self._access.create(EVENTS, body)

    def record_scheduling(self, pod: Obj, event: tuple[str, str, str], action: str) -> None:
        """The scheduler's form: no first and last timestamp, an event time, a series when it repeats."""
        key = (uid(pod), *event)
        known = self._access.get(EVENTS, namespace(pod), self._seen[key]) if key in self._seen else None
        now = self._clock.now()
        if known is not None:
            count = (known.get("series") or {"count": 1})["count"] + 1
            self._access.update(EVENTS, known | {"series": {"count": count, "lastObservedTime": micro(now)}})
            return
        body = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": event_name(name(pod), now + self._rng.random() * 1e-3),
                "namespace": namespace(pod),
            },
            "involvedObject": _reference(pod, ("v1", "Pod"), versioned=True),
            "reason": event[1],
            "message": event[2],
            "source": {},
            "firstTimestamp": None,
            "lastTimestamp": None,
            "type": event[0],
            "eventTime": micro(now),
            "action": action,
            "reportingComponent": "default-scheduler",
            "reportingInstance": "default-scheduler-control-plane-1",
        }
        self._seen[key] = name(self._access.create(EVENTS, body))

    def expire(self) -> float | None:
        """Remove events older than their lifetime; the moment when the next one is due."""
        now = self._clock.now()
        oldest: float | None = None
        for event in self._access.list(EVENTS):
            last = last_seen(event)
            if last + LIFETIME <= now:
                self._access.remove(EVENTS, event)
            else:
                oldest = last if oldest is None else min(oldest, last)
        return None if oldest is None else oldest + LIFETIME


def last_seen(event: Mapping[str, Any]) -> float:
    """When an event was last observed; scheduler events carry it elsewhere than the others."""
    series = event.get("series") or {}
    for text in (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime")):
        if text:
            return epoch(text)
    return epoch(meta(event).get("creationTimestamp"))


def _home(involved: Obj) -> str:
    return namespace(involved) or "default"


def _ours(event: Obj) -> bool:
    return event.get("count") is not None


def _reference(obj: Obj, kind: tuple[str, str], *, versioned: bool) -> Obj:
    reference = {
        "kind": kind[1],
        "namespace": namespace(obj),
        "name": name(obj),
        "uid": uid(obj),
        "apiVersion": kind[0],
        "resourceVersion": str(meta(obj).get("resourceVersion", "")),
    }
    if not versioned:
        del reference["resourceVersion"]
    return {key: value for key, value in reference.items() if value}
