"""Which incident an alert belongs to. One is joined for a reason that can be said; without one a new incident begins.

Hiding a problem inside another's incident is worse than a card too many, so that closeness in time alone is no reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from agents.triage.alert import Alert
from agents.triage.fingerprint import fingerprint
from agents.triage.subject import Subject, subject_of
from agents.triage.topology import Topology

TOGETHER = timedelta(minutes=15)  # alerts of one thing, since something was last heard of it
STILL = timedelta(minutes=45)  # the same while it still fires
CASCADE = timedelta(minutes=10)  # alerts of what needs each other
RELAPSE = timedelta(minutes=30)  # again after it was over
EARLIER = timedelta(hours=1)  # than the first telling; what fires for longer began by itself
FORGOTTEN = timedelta(hours=12)  # a repeat of what never said that it is over

# What comes slowly or stands for itself: it explains no outage and is explained by none.
_APART = re.compile(
    r"cert(?:ificate)?s?\b.{0,30}(?:expir|renew)|expir|backup|budget(?!burn)|cost|licen[cs]e|quota|secur|vulnerab|cve|audit|login|brute|watchdog|deadman|snapshot|patch|compliance",
    re.IGNORECASE,
)
_WHOLE_CLUSTER = re.compile(
    r"kube-?api(?:server)?(?:down|unreach|error|latency)|apiserver|etcd|coredns|kubedns|kube-?proxy|kubeletdown|cni", re.IGNORECASE
)  # fmt: skip


class Reason(IntEnum):
    """The stronger the higher."""

    NEW = 0
    CLUSTER = 1
    MENTIONED = 2
    NEEDS = 3
    NODE = 4
    SERVICE = 5
    RESOURCE = 6
    SAME = 7


WORDS: dict[Reason, str] = {
    Reason.NEW: "nothing that is under way explains it",
    Reason.CLUSTER: "its whole cluster is in trouble",
    Reason.MENTIONED: "it names the service in trouble",
    Reason.NEEDS: "one of the two services needs the other",
    Reason.NODE: "it is the same machine",
    Reason.SERVICE: "it is the same service",
    Reason.RESOURCE: "it is the same resource",
    Reason.SAME: "it is the same alert again",
}


@dataclass(slots=True)
class Seen:
    """One fingerprint inside an incident, with the newest alert of it. `times` counts deliveries that fire."""

    alert: Alert
    subject: Subject
    services: frozenset[str]
    first: datetime
    last: datetime
    firing: bool
    times: int = 1


@dataclass(slots=True)
class Incident:
    id: str
    began: datetime
    seen: dict[str, Seen] = field(default_factory=dict)

    @property
    def last(self) -> datetime:
        return max(one.last for one in self.seen.values())

    @property
    def since(self) -> datetime:
        """When the first of it began as the alerts tell, which is before they were told."""
        told = (one.alert.began or one.first for one in self.seen.values())
        return min([self.began, *(at for at in told if at >= self.began - EARLIER)])

    @property
    def firing(self) -> bool:
        return any(one.firing for one in self.seen.values())


@dataclass(frozen=True, slots=True)
class Placed:
    """`opened`: the first alert of its incident. `changed` is false for what tells nothing new: a repeat, a second "over"."""

    incident: Incident
    fingerprint: str
    reason: Reason
    opened: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class _One:
    alert: Alert
    mark: str
    subject: Subject
    services: frozenset[str]
    apart: bool


class Correlator:
    """Alerts in the order of their clock. `name` makes the id of a new incident from its number, `live` are known ones, newest last."""

    def __init__(
        self,
        topology: Topology,
        name: Callable[[int], str] = "incident-{}".format,
        live: Iterable[Incident] = (),
    ) -> None:
        self._topology = topology
        self._name = name
        self._count = 0
        self._live = list(live)

    def place(self, alert: Alert) -> Placed:
        one = self._known(alert)
        self._live = [i for i in self._live if alert.at - i.last <= FORGOTTEN]
        incident, reason = self._best(one)
        if incident is None:
            return Placed(self._open(one), one.mark, Reason.NEW, opened=True, changed=True)
        return Placed(incident, one.mark, reason, opened=False, changed=_join(incident, one))

    def _known(self, alert: Alert) -> _One:
        subject = subject_of(alert)
        services = self._topology.about(alert, subject)
        apart = _APART.search(f"{alert.name}") is not None
        return _One(alert, fingerprint(alert), subject, services, apart)

    def _best(self, one: _One) -> tuple[Incident | None, Reason]:
        """The strongest reason; of several incidents with it, the one heard of last."""
        judged = ((self._reason(one, incident), incident.last, at) for at, incident in enumerate(self._live))
        reason, _, at = max(judged, default=(Reason.NEW, one.alert.at, -1))
        return (None, Reason.NEW) if reason is Reason.NEW else (self._live[at], reason)

    def _reason(self, one: _One, incident: Incident) -> Reason:
        if (before := incident.seen.get(one.mark)) and _again(one.alert, before):
            return Reason.SAME
        if one.alert.status == "resolved":
            return self._over(one, incident)
        return max(
            (self._relation(one, other, incident) for other in incident.seen.values()), default=Reason.NEW
        )

    def _over(self, one: _One, incident: Incident) -> Reason:
        """An end belongs to a beginning: of the same rule about the same thing, told by somebody else or for another pod of it."""
        known = _ended_by(incident, one)
        named = known is not None and (known.firing or one.alert.at - known.last <= RELAPSE)
        return Reason.RESOURCE if named else Reason.NEW

    def _relation(self, one: _One, other: Seen, incident: Incident) -> Reason:
        quiet = one.alert.at - other.last
        if quiet > (STILL if other.firing else TOGETHER) or one.subject.elsewhere(other.subject):
            return Reason.NEW
        if one.apart or _APART.search(other.alert.name):
            return Reason.NEW
        if _same(one.subject.resource, other.subject.resource):
            return Reason.RESOURCE
        if one.services & other.services and not _namesakes(one.subject, other.subject):
            return Reason.SERVICE
        if _same(one.subject.node, other.subject.node):
            return Reason.NODE
        return self._looser(one, other, incident) if quiet <= CASCADE else Reason.NEW

    def _looser(self, one: _One, other: Seen, incident: Incident) -> Reason:
        if self._follows(one.services, other.services) or self._explains(one, other, incident):
            return Reason.NEEDS
        if self._named(one.alert, other.services) or self._named(other.alert, one.services):
            return Reason.MENTIONED
        clusters = _same(one.subject.cluster, other.subject.cluster)
        if clusters and (_WHOLE_CLUSTER.search(other.alert.name) or _WHOLE_CLUSTER.search(one.alert.name)):
            return Reason.CLUSTER
        return Reason.NEW

    def _follows(self, services: frozenset[str], on: frozenset[str]) -> bool:
        return any(self._topology.needs(mine, theirs) for mine in services for theirs in on)

    def _explains(self, one: _One, other: Seen, incident: Incident) -> bool:
        """A second cause is an incident of its own: what fires is explained once."""
        if not self._follows(other.services, one.services):
            return False
        rest = (seen for seen in incident.seen.values() if seen is not other)
        return not any(self._follows(other.services, seen.services) for seen in rest)

    def _named(self, alert: Alert, services: frozenset[str]) -> bool:
        return bool(self._topology.mentioned(alert.text) & services)

    def _open(self, one: _One) -> Incident:
        self._count += 1
        incident = Incident(self._name(self._count), one.alert.at)
        incident.seen[one.mark] = _first(one)
        self._live.append(incident)
        return incident


def _first(one: _One) -> Seen:
    firing = one.alert.status == "firing"
    return Seen(one.alert, one.subject, one.services, one.alert.at, one.alert.at, firing, int(firing))


def _join(incident: Incident, one: _One) -> bool:
    """Whether it tells something new."""
    before = incident.seen.get(one.mark) or _ended_by(incident, one)
    firing = one.alert.status == "firing"
    if before is None:
        incident.seen[one.mark] = _first(one)
        return True
    changed = before.firing != firing or before.alert.severity != one.alert.severity
    before.firing, before.last = firing, max(before.last, one.alert.at)
    before.times += int(firing)
    before.alert = one.alert if firing else before.alert
    return changed


def _ended_by(incident: Incident, one: _One) -> Seen | None:
    if one.alert.status == "firing":
        return None
    name = one.alert.name.lower()
    fits = [s for s in incident.seen.values() if s.alert.name.lower() == name and _alike(one, s)]
    return max(fits, key=lambda s: (s.firing, s.last), default=None)


def _again(alert: Alert, before: Seen) -> bool:
    """A repeat began when its first telling did; what began after we last heard of it had ended in between, told or not."""
    known = before.alert.began
    anew = bool(alert.began and known and alert.began > max(known, before.last))
    still = before.firing and not anew
    return alert.at - before.last <= (FORGOTTEN if still else RELAPSE)


def _alike(one: _One, other: Seen) -> bool:
    """A message that says no more than the rule's name ends what that rule began."""
    silent = not (one.services or one.subject.names or one.subject.node)
    return silent or bool(
        one.services & other.services
        or _same(one.subject.resource, other.subject.resource)
        or _same(one.subject.node, other.subject.node)
        or one.subject.names & other.subject.names
    )


def _same(one: str, other: str) -> bool:
    return bool(one) and one == other


def _namesakes(one: Subject, other: Subject) -> bool:
    """A service of the same name in another namespace."""
    return bool(one.namespace and other.namespace and one.namespace != other.namespace)
