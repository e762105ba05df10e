"""Workloads with the pods that they own, as diagnosis and the read tools see them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import count, created, finished, name, owned_by, pod_ready, spec, status, uid
from tools.cluster.snapshot import Snapshot
from tools.spec import Json

ROOTS = ("deployments", "statefulsets", "daemonsets", "cronjobs", "jobs", "replicasets", "pods")


@dataclass(frozen=True, slots=True)
class Workload:
    """`plural` is the kind of the topmost owner; bare pods and replica sets are workloads of their own."""

    plural: str
    item: Json
    pods: tuple[Json, ...]

    @property
    def name(self) -> str:
        return name(self.item)

    @property
    def kind(self) -> str:
        return BY_PLURAL[self.plural].singular

    @property
    def live(self) -> tuple[Json, ...]:
        return tuple(pod for pod in self.pods if not finished(pod))

    @property
    def ready(self) -> int:
        return sum(pod_ready(pod) for pod in self.live)

    @property
    def desired(self) -> int:
        """Pods that there should be."""
        match self.plural:
            case "deployments" | "statefulsets" | "replicasets":
                return int(spec(self.item).get("replicas", 1))
            case "daemonsets":
                return count(self.item, "desiredNumberScheduled")
            case "pods":
                return 0 if finished(self.item) else 1
            case _:
                return 0

    def replicasets(self, snap: Snapshot) -> list[Json]:
        return snap.owned("replicasets", self.item)

    def current(self, snap: Snapshot) -> Json | None:
        """The ReplicaSet that the Deployment wants now."""
        from tools.cluster.revisions import revision_of

        return max(self.replicasets(snap), key=lambda rs: (revision_of(rs), created(rs)), default=None)


def workloads(snap: Snapshot) -> tuple[Workload, ...]:
    """Every workload of the snapshot, in the order of ROOTS; owned ones appear under their owner only."""
    pods: dict[str, list[Json]] = defaultdict(list)
    for pod in snap.of("pods"):
        pods[uid(snap.root("pods", pod)[1])].append(pod)
    return tuple(
        Workload(plural, item, tuple(pods.get(uid(item), ())))
        for plural in ROOTS
        for item in snap.of(plural)
        if snap.root(plural, item)[1] is item
    )


def pods_of(pods: tuple[Json, ...], replicaset: Json) -> list[Json]:
    return [pod for pod in pods if owned_by(pod, replicaset)]


def reason(pod: Json) -> str:
    """The word that explains a pod's state best, as a column of `kubectl get pods` would show it."""
    for kind in ("initContainerStatuses", "containerStatuses"):
        for entry in status(pod).get(kind) or []:
            state = entry.get("state") or {}
            waiting, ended = state.get("waiting") or {}, state.get("terminated") or {}
            if waiting.get("reason") and waiting["reason"] != "PodInitializing":
                return str(waiting["reason"])
            if ended.get("reason") and ended["reason"] != "Completed":
                return str(ended["reason"])
    return str(status(pod).get("reason") or status(pod).get("phase") or "Unknown")
