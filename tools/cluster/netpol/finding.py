"""From what people call the two ends of a connection to pods, ports and addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address

from tools.cluster.api import Api
from tools.cluster.netpol.ends import DEFAULT, End, of_pod, outside
from tools.cluster.netpol.evaluate import Flow
from tools.cluster.objects import (
    containers,
    finished,
    labels,
    meta,
    name,
    selects,
    selects_plainly,
    spec,
    template,
)
from tools.cluster.several import Several, several
from tools.cluster.snapshot import near_names
from tools.errors import AskBack
from tools.spec import Json, Reach

OUTSIDE = {"internet", "outside", "world", "the internet"}
HOLDERS = ("deployments", "statefulsets", "daemonsets", "jobs", "cronjobs")
READ = ("services", *HOLDERS, "networkpolicies", "namespaces")


@dataclass(frozen=True, slots=True)
class Named:
    """One end as it was written: a namespace and a name, or an address."""

    text: str
    namespace: str
    name: str

    @property
    def outside(self) -> bool:
        return self.text.lower() in OUTSIDE or _address(self.text)


def _address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class Found:
    """Pods of an end; `service` where it is a Service by that name. `planned` when there are no pods, only a template."""

    named: Named
    kind: str
    ends: list[End] = field(default_factory=list)
    service: Json | None = None
    planned: bool = False
    note: str = ""
    pods: list[Json] = field(default_factory=list)


def named(text: str, namespace: str) -> Named:
    """`checkout`, `shop/checkout`, `10.0.0.7`, `internet`."""
    text = text.strip()
    space, slash, rest = text.partition("/")
    return Named(text, space if slash else namespace, rest if slash else text)


async def read(api: Api, spaces: Iterable[str], reach: Reach) -> dict[str, Several]:
    """What is needed of each namespace; pods and policies must be readable, or nothing can be said.

    Raises:
        ToolError: pods or policies cannot be read there.
    """
    return {
        space: await several(api, READ, space, reach=reach, need=("pods", "networkpolicies"))
        for space in dict.fromkeys(spaces)
    }


def find(end: Named, seen: Several, *, target: bool) -> Found:
    """Raises AskBack when nothing in the namespace is called so."""
    if end.outside:
        address = "" if end.text.lower() in OUTSIDE else end.text
        return Found(end, "address", [outside(address)])
    space = next((labels(s) for s in seen.of("namespaces") if name(s) == end.namespace), {})
    services = [s for s in seen.of("services") if name(s) == end.name]
    holder = next(((k, i) for k in HOLDERS for i in seen.of(k) if name(i) == end.name), None)
    if services and (target or holder is None):
        if spec(services[0]).get("type") == "ExternalName":
            return _elsewhere(end, services[0])
        chosen = [p for p in seen.of("pods") if selects_plainly(spec(services[0]).get("selector"), labels(p))]
        return _found(Found(end, "service", service=services[0]), chosen, space)
    if holder is not None:
        return _held(end, *holder, seen, space)
    pods = [p for p in seen.of("pods") if name(p) == end.name]
    if pods:
        return _found(Found(end, "pod"), pods, space)
    known = {name(i) for kind in ("services", *HOLDERS, "pods") for i in seen.of(kind)}
    raise AskBack(
        f"Nothing in namespace {end.namespace} is called {end.name!r}. Which one?",
        tuple(near_names(end.name, known)),
    )


def _elsewhere(end: Named, service: Json) -> Found:
    """A Service that is only another name for a host whose address nobody here knows."""
    host = spec(service).get("externalName")
    return Found(
        end,
        "name",
        [outside()],
        note=f"Service {end.name} is another name for {host}: judged is any address outside",
    )


def _held(end: Named, kind: str, item: Json, seen: Several, space: dict[str, str]) -> Found:
    """The pods of a workload; where it has none just now, one as it would make it."""
    body = template(spec(item).get("jobTemplate") or {}) if kind == "cronjobs" else template(item)
    selector = spec(item).get("selector") or {"matchLabels": labels(body)}
    pods = [p for p in seen.of("pods") if labels(p) and selects(selector, labels(p))]
    found = _found(Found(end, kind.removesuffix("s")), pods, space)
    if not found.ends:
        planned = {
            "metadata": {"name": end.name, "namespace": end.namespace, "labels": labels(body)},
            "spec": spec(body),
        }
        found.ends, found.planned = [of_pod(planned, space)], True
        found.pods = [planned]
        found.note = f"{end.text} has no running pod: judged is one as its template makes it"
    return found


def _found(found: Found, pods: list[Json], space: dict[str, str]) -> Found:
    found.pods = [p for p in pods if not finished(p) and not meta(p).get("deletionTimestamp")]
    found.ends = [of_pod(pod, space) for pod in found.pods]
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """A port that a client asks for, and the one that the pod must answer on; `lost` says why there is none."""

    asked: str
    flow: Flow
    lost: str = ""


def wanted(found: Found, port: str | None, protocol: str | None) -> list[Wanted]:
    """The ports to look at: the one that was named, else all that the Service or the containers offer."""
    if found.service is not None:
        return _of_service(found, port, protocol)
    how = protocol or DEFAULT
    if port is None:
        offered = _offered(found.pods)
        return [Wanted(f"{p} {n}", Flow(n, p)) for p, n in offered if protocol in {None, p}] or [
            Wanted("", Flow(None, how))
        ]
    if port.isdigit():
        return [Wanted(f"{how} {port}", Flow(int(port), how))]
    number = next((n for end in found.ends if (n := end.number(port, how)) is not None), None)
    lost = "" if number is not None else f"no container of {found.named.text} has a port named {port}"
    return [Wanted(f"{how} {port}", Flow(number, how), lost)]


def _of_service(found: Found, port: str | None, protocol: str | None) -> list[Wanted]:
    known = spec(found.service or {}).get("ports") or []
    mine = [
        p for p in known
        if (port is None or port in {str(p.get("port")), p.get("name")}) and protocol in {None, p.get("protocol") or DEFAULT}
    ]  # fmt: skip
    if not mine:
        offers = ", ".join(f"{p.get('protocol') or DEFAULT} {p.get('port')}" for p in known) or "no port"
        lost = f"Service {found.named.name} does not offer {port or protocol}; it offers {offers}"
        return [Wanted(str(port), Flow(None, protocol or DEFAULT), lost)]
    return [_behind(found, p) for p in mine]


def _behind(found: Found, port: Json) -> Wanted:
    how = str(port.get("protocol") or DEFAULT)
    goal = port.get("targetPort") or port.get("port")
    if str(goal).isdigit():
        return Wanted(f"{how} {port['port']}", Flow(int(str(goal)), how))
    number = next((n for end in found.ends if (n := end.number(str(goal), how)) is not None), None)
    lost = (
        ""
        if number is not None or not found.ends
        else f"the target port {goal} of Service {found.named.name} is a name that no container of its pods has"
    )
    return Wanted(f"{how} {port['port']}", Flow(number, how), lost)


def _offered(pods: list[Json]) -> list[tuple[str, int]]:
    ports = {
        (str(port.get("protocol") or DEFAULT), int(port["containerPort"]))
        for pod in pods
        for container in containers(pod)
        for port in container.get("ports") or []
    }
    return sorted(ports)
