"""Nodes: their first status, their heartbeats, and what is done about one that went silent."""

import copy
from typing import Final

from sandbox.world.clock import micro, stamp
from sandbox.world.context import Context
from sandbox.world.events import Source
from sandbox.world.objects import Obj, annotations, condition, deleting, name, spec, status, uid
from sandbox.world.scheduling.affinity import untolerated

NODES: Final = "v1/nodes"
PODS: Final = "v1/pods"
LEASES: Final = "coordination.k8s.io/v1/leases"
KIND: Final = ("v1", "Node")
SOURCE: Final = Source("node-controller")
UNREACHABLE: Final = "node.kubernetes.io/unreachable"
_BEAT: Final = 10.0
_SILENCE: Final = 40.0  # the node monitor's grace period
_EVICTION: Final = 300.0
_SILENT: Final = {"reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status."}
_GOOD: Final = (
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
)


def reconcile(ctx: Context) -> None:
    for node in ctx.access.list(NODES):
        if annotations(node).get("sim/down"):
            _silent(ctx, node)
        else:
            _alive(ctx, node)


def _alive(ctx: Context, node: Obj) -> None:
    ctx.reminders.pop(f"silent/{uid(node)}", None)
    if (condition(node, "Ready") or {}).get("status") != "True":
        ctx.access.set_status(NODES, node, _well(ctx, node))
        text = f"Node {name(node)} status is now: NodeReady"
        ctx.recorder.record(Source("kubelet", name(node)), node, KIND, ("Normal", "NodeReady", text))
    kept = [taint for taint in spec(node).get("taints") or [] if taint["key"] != UNREACHABLE]
    if kept != (spec(node).get("taints") or []):
        fresh = ctx.access.get(NODES, "", name(node)) or node
        changed = copy.deepcopy(fresh)
        changed["spec"]["taints"] = kept
        ctx.access.update(NODES, changed)
    key = f"beat/{name(node)}"
    if ctx.live and (key not in ctx.reminders or ctx.due(ctx.reminders[key])):
        _beat(ctx, node)
        ctx.reminders[key] = ctx.now + _BEAT
        ctx.timers.at(ctx.reminders[key])


def _well(ctx: Context, node: Obj) -> Obj:
    now = stamp(ctx.now)
    before = status(node)
    capacity = before.get("capacity") or {
        "cpu": "4",
        "ephemeral-storage": "50Gi",
        "memory": "8Gi",
        "pods": "110",
    }
    return before | {
        "capacity": capacity,
        "allocatable": before.get("allocatable") or capacity,
        "conditions": [
            {
                "type": kind,
                "status": value,
                "lastHeartbeatTime": now,
                "lastTransitionTime": now,
                "reason": reason,
                "message": message,
            }
            for kind, value, reason, message in _GOOD
        ],
        "addresses": before.get("addresses") or [{"type": "InternalIP", "address": "127.0.0.1"}],
        "nodeInfo": before.get("nodeInfo") or _info(),
    }


def _info() -> Obj:
    empty = dict.fromkeys(("machineID", "systemUUID", "bootID", "kubeProxyVersion"), "")
    return empty | {
        "kernelVersion": "6.12.0",
        "osImage": "Simulated Linux",
        "containerRuntimeVersion": "containerd://2.2.0",
        "kubeletVersion": "v1.36.2",
        "operatingSystem": "linux",
        "architecture": "amd64",
    }


def _beat(ctx: Context, node: Obj) -> None:
    old = ctx.access.get(LEASES, "kube-node-lease", name(node))
    renewed = {"renewTime": micro(ctx.now)}
    if old is None:
        metadata = {"name": name(node), "namespace": "kube-node-lease"}
        body = {"holderIdentity": name(node), "leaseDurationSeconds": 40}
        ctx.access.create(LEASES, {"metadata": metadata, "spec": body | renewed})
    else:
        ctx.access.update(LEASES, old | {"spec": spec(old) | renewed})


def _silent(ctx: Context, node: Obj) -> None:
    key = f"silent/{uid(node)}"
    unknown = (condition(node, "Ready") or {}).get("status") == "Unknown"
    if not unknown:
        if ctx.rings(key, _SILENCE):
            _mark(ctx, node)
        return
    for pod in ctx.access.list(PODS):
        if spec(pod).get("nodeName") == name(node):
            _lost(ctx, pod, node)


def _mark(ctx: Context, node: Obj) -> None:
    now = stamp(ctx.now)
    entries = [
        c | {"status": "Unknown", "lastTransitionTime": now} | _SILENT for c in status(node)["conditions"]
    ]
    stored = ctx.access.set_status(NODES, node, status(node) | {"conditions": entries})
    changed = copy.deepcopy(stored)
    taints = [t for t in spec(node).get("taints") or [] if t["key"] != UNREACHABLE]
    added = [
        {"key": UNREACHABLE, "effect": effect, "timeAdded": now} for effect in ("NoSchedule", "NoExecute")
    ]
    changed["spec"]["taints"] = taints + added
    ctx.access.update(NODES, changed)
    text = f"Node {name(node)} status is now: NodeNotReady"
    ctx.recorder.record(SOURCE, node, KIND, ("Normal", "NodeNotReady", text))
    ctx.reminders[f"evict/{uid(node)}"] = ctx.wait(_EVICTION)


def _lost(ctx: Context, pod: Obj, node: Obj) -> None:
    """Nobody vouches for the pod: it is not ready, and after some minutes it is told to go."""
    ready = condition(pod, "Ready")
    if ready is not None and ready["status"] == "True":
        now = stamp(ctx.now)
        entries = [
            c | {"status": "False", "lastTransitionTime": now} if c["type"] == "Ready" else c
            for c in status(pod)["conditions"]
        ]
        pod = ctx.access.set_status(PODS, pod, status(pod) | {"conditions": entries})
        ctx.recorder.record(SOURCE, pod, ("v1", "Pod"), ("Warning", "NodeNotReady", "Node is not ready"))
    evicted = ctx.rings(f"evict/{uid(node)}", _EVICTION) and untolerated_for_good(pod, node)
    if evicted and not deleting(pod):
        ctx.access.delete(PODS, pod)


def untolerated_for_good(pod: Obj, node: Obj) -> bool:
    """Pods tolerate a silent node for some minutes; daemons for ever."""
    timed = [t for t in spec(pod).get("tolerations") or [] if t.get("tolerationSeconds") is not None]
    lasting = [t for t in spec(pod).get("tolerations") or [] if t not in timed]
    return bool(untolerated({"spec": {"tolerations": lasting}}, node, ("NoExecute",)))
