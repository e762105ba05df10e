"""From labels, Helm's marks, tags and topology to lines for the service map, each with where it was read. Nothing is guessed.

What others wrote (labels, tags) is only ever taken where it has the form of a name; what fits twice is a question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from tools.cluster.helm import NAME as RELEASE
from tools.cluster.objects import annotated, labels, meta, name
from tools.services.discover import NAME_LABELS, service_word
from tools.services.model import Service, ServiceName
from tools.spec import Json

MOST: Final = 40
OWNERS: Final = frozenset({"team", "owner", "owned-by", "squad"})
_OWNER: Final = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.@ ]{0,79}")
_NAME: TypeAdapter[str] = TypeAdapter(ServiceName)
_SYSTEM: Final = re.compile(r"kube-[a-z-]+")


@dataclass(frozen=True, slots=True)
class Workload:
    cluster: str
    kind: str
    item: Json

    @property
    def namespace(self) -> str:
        return str(meta(self.item).get("namespace", ""))

    @property
    def label(self) -> str:
        return f"{self.kind} {self.namespace}/{name(self.item)}"


@dataclass(frozen=True, slots=True)
class Cloudy:
    """A resource of Oracle Cloud: `addresses` are those of a load balancer, `tag` the key that names its service."""

    kind: str
    called: str
    path: str
    service: str = ""
    tag: str = ""
    owners: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Front:
    """A Service that is reached from outside: which pods it sends to, at which addresses."""

    cluster: str
    namespace: str
    called: str
    selector: Mapping[str, str]
    addresses: tuple[str, ...]


@dataclass
class Entry:
    """What would be written, where each line was read, and what has to be asked."""

    name: str
    namespace: str
    cluster: str
    lines: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    asks: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)  # compartments that any of it was read from
    twice: bool = False  # the name fits several places

    @property
    def label(self) -> str:
        return f"{self.name} in {self.namespace}"

    def put(self, line: str, value: Any, source: str) -> None:
        self.lines[line], self.sources[line] = value, source

    def json(self) -> Json:
        return {
            "name": self.name, "label": self.label, "cluster": self.cluster, "namespace": self.namespace,
            "lines": self.lines, "sources": self.sources, "asks": self.asks, "paths": self.paths, "twice": self.twice,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    workloads: Sequence[Workload]
    fronts: Sequence[Front] = ()
    cloud: Sequence[Cloudy] = ()
    dashboards: Sequence[tuple[str, str]] = ()  # title and tags, address


@dataclass(frozen=True, slots=True)
class Proposal:
    """`odd` counts names that are no names of a service, `more` what did not fit; `namesakes` are called as a service of
    the map and are none of its workloads.
    """

    entries: tuple[Entry, ...]
    odd: int = 0
    more: int = 0
    namesakes: tuple[str, ...] = ()


def propose(seen: Seen, known: Iterable[Service]) -> Proposal:
    """Of what no service of the map claims yet."""
    claimed = {str(ref) for service in known for ref in service.workloads}
    taken = {word for service in known for word in service.words()}
    groups: dict[tuple[str, str, str], list[Workload]] = defaultdict(list)
    odd, namesakes = 0, []
    for one in seen.workloads:
        word = service_word(one.item)
        ref = f"{one.cluster}/{one.namespace}/{one.kind}/{name(one.item)}"
        if ref in claimed or _SYSTEM.fullmatch(one.namespace):
            continue
        if word.lower() in taken:
            namesakes.append(one.label)
            continue
        if not _is_name(word):
            odd += 1
            continue
        groups[word, one.cluster, one.namespace].append(one)
    entries = [_entry(key, members, seen) for key, members in sorted(groups.items())]
    for entry in entries:
        _ask_twice(entry, entries)
    return Proposal(tuple(entries[:MOST]), odd, max(0, len(entries) - MOST), tuple(sorted(namesakes)))


def _is_name(word: str) -> bool:
    try:
        _NAME.validate_python(word)
    except ValidationError:
        return False
    return True


def _ask_twice(entry: Entry, entries: Sequence[Entry]) -> None:
    others = [one for one in entries if one.name.lower() == entry.name.lower() and one is not entry]
    if others:
        where = ", ".join(f"{one.namespace} of {one.cluster}" for one in others)
        entry.twice = True
        entry.asks.insert(0, f"{entry.name} is in {where}, too: which one is meant?")


def _entry(key: tuple[str, str, str], members: Sequence[Workload], seen: Seen) -> Entry:
    word, cluster, namespace = key
    entry = Entry(word, namespace, cluster)
    refs = [
        {"cluster": cluster, "namespace": namespace, "kind": one.kind, "name": name(one.item)}
        for one in members
    ]
    entry.put("workloads", refs, "; ".join(_why(one) for one in members[:5]))
    mine = [one for one in seen.cloud if one.service == word.lower()]
    _owner(entry, members, mine)
    _cloud(entry, members, mine, seen)
    _boards(entry, seen.dashboards)
    return entry


def _why(one: Workload) -> str:
    marks = labels(one.item) | _template(one.item)
    key = next((key for key in NAME_LABELS if marks.get(key)), "")
    why = f"label {key} of {one.label}" if key else f"the name of {one.label}"
    release = annotated(one.item).get(RELEASE, "")
    return f"{why}, of Helm release {release}" if _is_name(release) else why


def _template(item: Json) -> dict[str, str]:
    made = ((item.get("spec") or {}).get("template") or {}).get("metadata") or {}
    return {str(key): str(text) for key, text in (made.get("labels") or {}).items()}


def _owner(entry: Entry, members: Sequence[Workload], cloud: Sequence[Cloudy]) -> None:
    found: dict[str, str] = {}
    for one in members:
        for key, text in (labels(one.item) | _template(one.item) | annotated(one.item)).items():
            if key.rpartition("/")[2].lower() in OWNERS and _OWNER.fullmatch(str(text)):
                found.setdefault(str(text), f"{key} of {one.label}")
    for part in cloud:
        for owner in part.owners:
            if _OWNER.fullmatch(owner):
                found.setdefault(owner, f"tag of {part.kind} {part.called}")
    _one(entry, "owner", found)


def _cloud(entry: Entry, members: Sequence[Workload], mine: Sequence[Cloudy], seen: Seen) -> None:
    tagged = {part.kind: [p for p in mine if p.kind == part.kind] for part in mine}
    balancers = {p.called: f"its tag {p.tag}={entry.name}" for p in tagged.get("loadbalancer", ())}
    for front in _fronts(members, seen.fronts):
        for part in seen.cloud:
            if shared := sorted(set(front.addresses) & set(part.addresses)):
                balancers.setdefault(
                    part.called, f"Service {front.namespace}/{front.called} has its address {shared[0]}"
                )
    _one(entry, "load_balancer", balancers)
    _one(entry, "database", {p.called: f"its tag {p.tag}={entry.name}" for p in tagged.get("autonomousdatabase", ())})  # fmt: skip
    if machines := tagged.get("instance"):
        tag = f"{machines[0].tag}={entry.name}"
        entry.put("instances", [tag], f"{len(machines)} instances carry that tag")
    parts = [*mine, *(p for p in seen.cloud if p.called == entry.lines.get("load_balancer"))]
    entry.paths = sorted(
        {p.path for p in (*mine, *(p for p in seen.cloud if p.called in balancers)) if p.path}
    )
    _one(entry, "compartment", {p.path: f"{p.kind} {p.called} is there" for p in parts if p.path})


def _fronts(members: Sequence[Workload], fronts: Sequence[Front]) -> list[Front]:
    pods = [(one.cluster, one.namespace, _template(one.item)) for one in members]
    return [
        front
        for front in fronts
        if front.selector
        and any(
            (cluster, namespace) == (front.cluster, front.namespace)
            and front.selector.items() <= marks.items()
            for cluster, namespace, marks in pods
        )
    ]


def _boards(entry: Entry, boards: Sequence[tuple[str, str]]) -> None:
    word = re.compile(rf"(?<![\w-]){re.escape(entry.name)}(?![\w-])", re.IGNORECASE)
    found = [address for text, address in boards if word.search(text)]
    if 0 < len(found) <= 3:
        entry.put("dashboards", found, "Grafana: title or tag names it")
    elif found:
        entry.asks.append(f"{len(found)} dashboards of Grafana name it: which belong to it?")


def _one(entry: Entry, line: str, found: Mapping[str, str]) -> None:
    """The only one there is, or a question."""
    if len(found) == 1:
        ((value, source),) = found.items()
        entry.put(line, value, source)
    elif found:
        said = "; ".join(f"{value} ({source})" for value, source in list(found.items())[:5])
        entry.asks.append(f"{line.replace('_', ' ')} could be {said}")
