"""A namespace as it was at one moment: plain objects by kind, logs of what failed, and what could not be seen.

Diagnosis reads nothing else, so the same detectors run over a live cluster and over a recording.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tools.cluster.kinds import BY_KIND, BY_PLURAL
from tools.cluster.objects import controller, event_time, name, uid
from tools.metrics.signals import Signal
from tools.spec import Evidence, Json


@dataclass(frozen=True, slots=True)
class Text:
    """A container's log: `previous` is that of the run before the last restart."""

    pod: str
    container: str
    previous: bool
    text: str


@dataclass
class Snapshot:
    """`items` are by plural kind. A kind that is not a key was not read: nothing may be concluded from it."""

    cluster: str
    namespace: str
    now: datetime
    items: dict[str, list[Json]]
    logs: list[Text] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    signals: tuple[Signal, ...] = ()
    services: dict[str, str] = field(default_factory=dict)  # `<kind>/<name>` of a workload -> its service
    needs: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # service -> services it cannot work without

    def of(self, plural: str) -> list[Json]:
        return self.items.get(plural, [])

    def knows(self, plural: str) -> bool:
        return plural in self.items

    def named(self, plural: str, wanted: str) -> Json | None:
        return next((item for item in self.of(plural) if name(item) == wanted), None)

    def log(self, pod: str, container: str) -> Text | None:
        """The most telling log: of the run that ended, else of the present one."""
        mine = [t for t in self.logs if (t.pod, t.container) == (pod, container) and t.text.strip()]
        return min(mine, key=lambda t: not t.previous, default=None)

    @cached_property
    def _events(self) -> dict[tuple[str, str], list[Json]]:
        found: dict[tuple[str, str], list[Json]] = {}
        for event in sorted(self.of("events"), key=event_time, reverse=True):
            about = event.get("involvedObject") or {}
            found.setdefault((about.get("kind", ""), about.get("name", "")), []).append(event)
        return found

    def events(self, plural: str, item: Json, *reasons: str) -> list[Json]:
        """Events about the object, newest first. An object of the same name before it has another uid."""
        mine = self._events.get((BY_PLURAL[plural].kind, name(item)), [])
        return [
            e
            for e in mine
            if (e["involvedObject"].get("uid") in {None, "", uid(item)})
            and (not reasons or e.get("reason") in reasons)
        ]

    @cached_property
    def _by_uid(self) -> dict[str, tuple[str, Json]]:
        return {
            uid(item): (plural, item) for plural, items in self.items.items() for item in items if uid(item)
        }

    def root(self, plural: str, item: Json) -> tuple[str, Json]:
        """The workload on top of the ownership chain, as far as it can be seen."""
        for _ in range(4):
            ref = controller(item)
            above = self._by_uid.get(ref["uid"]) if ref else None
            if above is None:
                return plural, item
            plural, item = above
        return plural, item

    def address(self, plural: str, item_name: str) -> str:
        """`k8s:<cluster>/<ns>/<kind>/<name>`; cluster-wide kinds have `-` for the namespace."""
        kind = BY_PLURAL[plural]
        return f"k8s:{self.cluster}/{self.namespace if kind.namespaced else '-'}/{kind.singular}/{item_name}"

    def fact(self, plural: str, item: Json, path: str, value: object, *, label: str = "") -> Evidence:
        """One field of one object as evidence."""
        kind = BY_PLURAL[plural]
        text = str(value)
        return Evidence(
            f"{self.address(plural, name(item))}#{path}",
            label or f"{kind.singular} {name(item)}: {path.rsplit('.', 1)[-1]}",
            text,
            untrusted=plural == "events" or path.endswith("message"),
        )

    def told(self, event: Json) -> Evidence:
        """An event as evidence. Its text was written by something else."""
        about = event.get("involvedObject") or {}
        kind = BY_KIND.get(about.get("kind", ""))
        subject = f"{kind.singular if kind else about.get('kind', '').lower()} {about.get('name', '')}"
        return Evidence(
            f"{self.address('events', name(event))}#message",
            f"event {event.get('reason', '')} on {subject}",
            str(event.get("message", ""))[:400],
            untrusted=True,
        )

    def said(self, log: Text, line: str) -> Evidence:
        """A log line as evidence."""
        which = " (previous run)" if log.previous else ""
        ref = f"log:{self.cluster}/{self.namespace}/{log.pod}/{log.container}@{self.now.strftime('%Y-%m-%dT%H:%M:%SZ')}"
        return Evidence(ref, f"log of {log.pod}/{log.container}{which}", line[:400], untrusted=True)


def near_names(wanted: str, known: Iterable[str]) -> list[str]:
    """Names that a person may have meant, best first."""
    from rapidfuzz import fuzz, process

    return [m[0] for m in process.extract(wanted, list(known), scorer=fuzz.WRatio, limit=3, score_cutoff=65)]
