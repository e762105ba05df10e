"""Nodes: state, versions, taints, room; of one node also its pods, and what would keep it from being drained."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from tools.cluster.diagnosis.nodes import PRESSURES
from tools.cluster.diagnosis.scheduling import requests, taint_words
from tools.cluster.objects import (
    annotated,
    condition,
    controller,
    created,
    event_time,
    finished,
    labels,
    meta,
    name,
    restarts,
    selects,
    spec,
    status,
    when,
)  # fmt: skip
from tools.cluster.quantity import amount, cores, size
from tools.cluster.several import Several, several
from tools.cluster.survey import owner_name, unwell
from tools.errors import AskBack
from tools.reads.digest import counted, listed, short
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import ago
from tools.services.where import Place, find
from tools.spec import NAME, Call, Json, Result, Scoped, Tool

KINDS = ("pods", "poddisruptionbudgets", "events")
NODES = ("node", "state", "version", "age", "pods", "cpu asked", "memory asked", "problems")
PODS = ("pod", "state", "owner", "cpu", "memory", "restarts")
MIRROR = "kubernetes.io/config.mirror"
ZONE = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region", "node.kubernetes.io/instance-type")


class Args(Scoped):
    name: str | None = Field(
        None, max_length=253, pattern=NAME, description="one node; left out: all of them"
    )
    limit: int = Field(30, ge=1, le=200, description="how many lines")


@dataclass(slots=True)
class Load:
    pods: list[Json] = field(default_factory=list)
    asked: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    seen = await several(place.api, KINDS, "", need=("nodes",))
    loads: dict[str, Load] = defaultdict(Load)
    for pod in seen.of("pods"):
        if spec(pod).get("nodeName") and not finished(pod):
            load = loads[str(spec(pod)["nodeName"])]
            load.pods.append(pod)
            for resource, value in requests(pod).items():
                load.asked[resource] += value
    if args.name is None:
        return _all(call, place, args, seen, loads)
    node = next((n for n in seen.of("nodes") if name(n) == args.name), None)
    if node is None:
        raise AskBack(
            f"There is no node {args.name!r} on {place.api.name}. Which one?",
            tuple(name(n) for n in seen.of("nodes"))[:20],
        )
    return _one(call, place, args, seen, (node, loads[args.name]))


def _problems(node: Json) -> list[str]:
    bad = [
        str(c["type"])
        for c in status(node).get("conditions") or []
        if c["type"] in PRESSURES and c.get("status") == "True"
    ]
    ready = condition(node, "Ready")
    if ready.get("status") != "True":
        bad.insert(0, f"not ready ({ready.get('reason', 'no condition')})")
    if spec(node).get("unschedulable"):
        bad.append("cordoned")
    return bad


def _share(node: Json, load: Load, resource: str) -> str:
    can = amount((status(node).get("allocatable") or {}).get(resource))
    return f"{load.asked.get(resource, Decimal(0)) / can:.0%}" if can else "?"


def _version(node: Json) -> str:
    return str((status(node).get("nodeInfo") or {}).get("kubeletVersion", "?"))


def _all(call: Call, place: Place, args: Args, seen: Several, loads: dict[str, Load]) -> Result:
    nodes = seen.of("nodes")
    versions = sorted({_version(node) for node in nodes})
    bad = sum(bool(_problems(node)) for node in nodes)
    head = f"{counted(len(nodes), 'node')} on {place.api.name}, {bad} with a problem, kubelets {listed(versions, 4)}."
    return told(
        Answer(head, "Nodes", NODES, "nodes", place.scope("now"), args.limit, seen.unseen),
        (_node(call, place, node, loads[name(node)], seen) for node in nodes),
    )


def _node(call: Call, place: Place, node: Json, load: Load, seen: Several) -> Thing:
    bad, pods = (
        _problems(node),
        f"{len(load.pods)}/{(status(node).get('allocatable') or {}).get('pods', '?')}",
    )
    shares = [_share(node, load, resource) if seen.knows("pods") else "?" for resource in ("cpu", "memory")]
    state = "; ".join(bad) or "ready"
    words = f"{state}, kubelet {_version(node)}, {ago(created(node), call.now)} old, {pods} pods, {shares[0]} of cpu and {shares[1]} of memory asked for"
    taints = [taint_words(t) for t in spec(node).get("taints") or []]
    return Thing(
        f"node {name(node)}",
        words + (f", taints {listed(taints, 3)}" if taints else ""),
        f"k8s:{place.api.name}/-/node/{name(node)}#status.conditions",
        (name(node), state, _version(node), ago(created(node), call.now), pods, *shares, "; ".join(bad)),
        {"name": name(node), "problems": bad, "version": _version(node), "pods": len(load.pods), "taints": taints, "cpu_asked": shares[0], "memory_asked": shares[1], "labels": {k: v for k, v in labels(node).items() if k in ZONE}, "provider_id": str(spec(node).get("providerID", ""))},
        rank=0 if bad and bad != ["cordoned"] else 4 if bad else 9,
        value=state,
    )  # fmt: skip


def _one(call: Call, place: Place, args: Args, seen: Several, what: tuple[Json, Load]) -> Result:
    node, load = what
    mine = [p for p in load.pods if call.reach.namespace(place.api.name, str(meta(p).get("namespace", "")))]
    head = _node(call, place, node, load, seen)
    keep = _kept_from_draining(mine, seen)
    notes = [*_facts(node, call.now), *_events(node, seen, call.now)]
    notes += [f"draining it: {text}" for text in keep] or [
        "draining it: no pod that may be seen stands against it"
    ]
    return told(
        Answer(f"{head.label}: {head.words}.", f"Pods on {name(node)}", PODS, "pods", place.scope("now"), args.limit, seen.unseen, notes, {"node": head.data, "draining": keep}, untrusted=True),
        (_pod(call, place, pod) for pod in mine),
    )  # fmt: skip


def _facts(node: Json, now: datetime) -> list[str]:
    info, can = status(node).get("nodeInfo") or {}, status(node).get("allocatable") or {}
    where = [f"{key.rpartition('/')[2]} {labels(node)[key]}" for key in ZONE if labels(node).get(key)]
    addresses = [f"{a.get('type')} {a.get('address')}" for a in status(node).get("addresses") or []]
    changed = when(condition(node, "Ready").get("lastTransitionTime"))
    return [
        f"can give {cores(amount(can.get('cpu')))} cpu, {size(amount(can.get('memory')))} memory; {info.get('osImage', 'unknown system')}, {info.get('containerRuntimeVersion', 'unknown runtime')}",
        f"{listed(where, 4) or 'no zone known'}; {listed(addresses, 4) or 'no address known'}; instance {spec(node).get('providerID') or 'unknown'}",
        f"readiness is as it is for {ago(changed, now)}",
    ]  # fmt: skip


def _events(node: Json, seen: Several, now: datetime) -> list[str]:
    mine = [
        e
        for e in seen.of("events")
        if (e.get("involvedObject") or {}).get("kind") == "Node"
        and e["involvedObject"].get("name") == name(node)
    ]
    return [
        f"{ago(event_time(e), now)} ago {e.get('reason')}: {short(str(e.get('message', '')), 140)}"
        for e in sorted(mine, key=event_time, reverse=True)[:4]
    ]


def _kept_from_draining(pods: list[Json], seen: Several) -> list[str]:
    """What a drain would meet: budgets without a disruption left, pods nobody makes again, data that would be lost."""
    found = []
    movable = [
        p for p in pods if MIRROR not in annotated(p) and (controller(p) or {}).get("kind") != "DaemonSet"
    ]
    for budget in seen.of("poddisruptionbudgets"):
        held = [
            p
            for p in movable
            if meta(p).get("namespace") == meta(budget).get("namespace")
            and selects(spec(budget).get("selector"), labels(p))
        ]
        if held and int(status(budget).get("disruptionsAllowed") or 0) == 0:
            found.append(
                f"budget {meta(budget).get('namespace')}/{name(budget)} allows no disruption now ({counted(len(held), 'pod')} of it here)"
            )
    bare = [f"{meta(p).get('namespace')}/{name(p)}" for p in movable if controller(p) is None]
    local = [
        f"{meta(p).get('namespace')}/{name(p)}"
        for p in movable
        if any("emptyDir" in v for v in spec(p).get("volumes") or [])
    ]
    found += [f"nobody would make {listed(bare, 4)} again"] if bare else []
    found += [f"{listed(local, 4)} would lose local data"] if local else []
    return found


def _pod(call: Call, place: Place, pod: Json) -> Thing:
    space, (kind, owner) = str(meta(pod).get("namespace", "")), owner_name(pod)
    bad, asks = unwell(pod, call.now), requests(pod)
    cpu, memory = cores(asks.get("cpu", 0)), size(asks.get("memory", 0))
    state = bad or str(status(pod).get("phase", "?"))
    return Thing(
        f"{space}/{name(pod)}",
        f"{state}, of {kind} {owner}, asks for {cpu} cpu and {memory}, {restarts(pod)} restarts",
        f"k8s:{place.api.name}/{space}/pod/{name(pod)}#spec.nodeName",
        (f"{space}/{name(pod)}", state, f"{kind}/{owner}", cpu, memory, str(restarts(pod))),
        {"namespace": space, "name": name(pod), "state": state, "owner_kind": kind, "owner": owner, "cpu": str(asks.get("cpu", 0)), "memory": str(asks.get("memory", 0)), "restarts": restarts(pod)},
        rank=0 if bad else 9,
    )  # fmt: skip


K8S_NODE = Tool(
    name="k8s_node",
    summary="One node or all: conditions, kubelet version, taints, its pods, events, instance behind it, and what would keep it from being drained.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("what runs on worker-2?", "describe node worker-2", "can worker-2 be drained?"),
    cache_s=10,
)
