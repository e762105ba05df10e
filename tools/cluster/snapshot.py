"""A namespace as it was at one moment: plain objects by kind, logs of what failed, and what could not be seen.

Diagnosis reads nothing else, so the same detectors run over a live cluster and over a recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tools.cluster.kinds import BY_KIND, BY_PLURAL
from tools.cluster.objects import controller, event_time, labels, name, selects, spec, uid
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
    refused: dict[str, str] = field(default_factory=dict)  # plural kind -> why the bot may not list it
    rounds: int = 0  # times that the cluster was waited for
    left: tuple[str, ...] = ()  # kinds that were not looked at because a cause was found without them
    spared: frozenset[str] = frozenset()  # kinds that what was read shows to have nothing to tell
    signals: tuple[Signal, ...] = ()
    services: dict[str, str] = field(default_factory=dict)  # `<kind>/<name>` of a workload -> its service
    needs: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # service -> services it cannot work without

    def of(self, plural: str) -> list[Json]:
        return self.items.get(plural, [])

    def knows(self, plural: str) -> bool:
        return plural in self.items

    def add(self, plural: str, items: list[Json]) -> None:
        """One more kind that was read; what was worked out from the others is worked out anew."""
        self.items[plural] = items
        for known in ("_events", "_by_uid", "_by_name", "_owned", "_backing_off"):
            self.__dict__.pop(known, None)

    def named(self, plural: str, wanted: str) -> Json | None:
        return self._by_name.get(plural, {}).get(wanted)

    @cached_property
    def _by_name(self) -> dict[str, dict[str, Json]]:
        return {
            plural: {name(item): item for item in reversed(items)} for plural, items in self.items.items()
        }

    def owned(self, plural: str, owner: Json) -> list[Json]:
        """What it controls of that kind, in the order of the list."""
        return self._owned.get((plural, uid(owner)), [])

    @cached_property
    def _owned(self) -> dict[tuple[str, str], list[Json]]:
        found: dict[tuple[str, str], list[Json]] = {}
        for plural, items in self.items.items():
            for item in items:
                if ref := controller(item):
                    found.setdefault((plural, str(ref.get("uid"))), []).append(item)
        return found

    def backing_off(self, deployment: str) -> list[Json]:
        """Back-off events about pods of the Deployment, those that are gone included."""
        return self._backing_off.get(deployment, [])

    @cached_property
    def _backing_off(self) -> Mapping[str, list[Json]]:
        found: dict[str, list[Json]] = {}
        for event in self.of("events"):
            about = event.get("involvedObject") or {}
            if event.get("reason") == "BackOff" and about.get("kind") == "Pod":
                found.setdefault(str(about.get("name", "")).rsplit("-", 2)[0], []).append(event)
        return found

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
            above = above or self._deployed(item, ref)
            if above is None:
                return plural, item
            plural, item = above
        return plural, item

    def _deployed(self, item: Json, ref: Json | None) -> tuple[str, Json] | None:
        """The Deployment of a pod whose ReplicaSet was not read: the ReplicaSet is called after it and the template's hash."""
        hashed = labels(item).get("pod-template-hash")
        if ref is None or ref.get("kind") != "ReplicaSet" or self.knows("replicasets") or not hashed:
            return None
        found = self.named("deployments", str(ref["name"]).removesuffix(f"-{hashed}"))
        mine = found is not None and selects(spec(found).get("selector"), labels(item))
        return ("deployments", found) if found is not None and mine else None

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
