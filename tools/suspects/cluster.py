"""Changes that the cluster's own objects tell of: rollouts, writes of anything else, nodes that came or went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tools.cluster.api import Api, with_writers
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import condition, created, meta, name, owned_by, when
from tools.cluster.revisions import Revision, is_restart, revisions
from tools.cluster.secrecy import safe_value
from tools.cluster.several import Several, several
from tools.cluster.writes import writes
from tools.spec import Json, Reach
from tools.suspects.model import Suspect

ROLLED = ("deployments", "replicasets")
WRITTEN = (
    "statefulsets", "daemonsets", "cronjobs", "services", "ingresses", "networkpolicies", "configmaps", "horizontalpodautoscalers",
    "poddisruptionbudgets", "resourcequotas", "limitranges", "roles", "rolebindings",
)  # fmt: skip
SET_UP = timedelta(minutes=2)  # what is created so soon after the oldest object came with the place itself
NOISE = frozenset({"kube-root-ca.crt", "kubernetes"})


@dataclass(frozen=True, slots=True)
class Window:
    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        return self.since <= at <= self.until


@dataclass(frozen=True, slots=True)
class About:
    """What was asked about: names of its workloads, and of those it needs, as (namespace, name)."""

    own: frozenset[tuple[str, str]] = frozenset()
    needed: frozenset[tuple[str, str]] = frozenset()
    namespace: str = ""

    def near(self, namespace: str, named: str) -> int:
        if (namespace, named) in self.own:
            return 3
        if (namespace, named) in self.needed:
            return 2
        spaces = {space for space, _ in self.own} | ({self.namespace} if self.namespace else set())
        return 1 if namespace in spaces else 0


def _only_writers(item: Json) -> Json:
    """Who wrote it is all that is kept: a ConfigMap may be large and hold anything."""
    return {"metadata": meta(item)}


async def read(api: Api, namespace: str, reach: Reach) -> Several:
    """Raises ToolError when not even Deployments can be read."""
    reduce = dict.fromkeys(WRITTEN, _only_writers) | {"deployments": with_writers}
    wide = () if namespace else ("nodes",)
    return await several(
        api, (*ROLLED, *WRITTEN, *wide), namespace, reach=reach, need=("deployments",), reduce=reduce
    )


def suspects(cluster: str, seen: Several, window: Window, about: About) -> Iterator[Suspect]:
    times = [created(item) for plural in (*ROLLED, *WRITTEN, "nodes") for item in seen.of(plural)]
    begun = min(times, default=window.since)
    for one in _all(cluster, seen, window, about):
        made = one.what.endswith((" created", " joined"))
        yield replace(one, initial=made and one.at - begun <= SET_UP)


def _all(cluster: str, seen: Several, window: Window, about: About) -> Iterator[Suspect]:
    for item in seen.of("deployments"):
        yield from _rollouts(cluster, item, seen.of("replicasets"), window, about)
    for plural in ("deployments", *WRITTEN):
        for item in seen.of(plural):
            yield from _written(cluster, plural, item, window, about)
    for node in seen.of("nodes"):
        yield from _node(cluster, node, window)


def _rollouts(cluster: str, item: Json, sets: list[Json], window: Window, about: About) -> Iterator[Suspect]:
    space = str(meta(item).get("namespace", ""))
    for one in revisions(item, [rs for rs in sets if owned_by(rs, item)]):
        if not window.holds(one.at) or not (one.changes or one.number == 1):
            continue
        ref = f"k8s:{cluster}/{space}/replicaset/{name(one.replicaset)}#spec.template"
        what = f"rollout of {name(item)} (revision {one.title}): {_changed(one)}"
        yield Suspect(one.at, "cluster", what, one.manager, f"{cluster}/{space}", ref, about.near(space, name(item)), one.cause)  # fmt: skip


def _changed(one: Revision) -> str:
    if not one.changes:
        return "created"
    if is_restart(one.changes):
        return "restart only"
    words = [f"{c.env or c.path.removeprefix('spec.')} {c.before or 'unset'} -> {c.after or 'unset'}" for c in one.changes]  # fmt: skip
    return "; ".join(words[:4]) + (f"; {len(words) - 4} more" if len(words) > 4 else "")


def _written(cluster: str, plural: str, item: Json, window: Window, about: About) -> Iterator[Suspect]:
    """A Deployment's template is told as a rollout, with what changed: here only the rest of it."""
    space, kind = str(meta(item).get("namespace", "")), BY_PLURAL[plural]
    if name(item) in NOISE:
        return
    for write in writes(item):
        fields = [f for f in write.fields if plural != "deployments" or f != "spec.template"]
        if not window.holds(write.at) or not fields or (plural == "deployments" and write.created):
            continue
        did = "created" if write.created else "written"
        part = f" ({', '.join(fields[:4])})" if not write.created else ""
        ref = f"k8s:{cluster}/{space}/{kind.singular}/{name(item)}#metadata.managedFields"
        what = f"{kind.singular} {safe_value('', name(item))} {did}{part}"
        yield Suspect(
            write.at, "cluster", what, write.manager, f"{cluster}/{space}", ref, about.near(space, name(item))
        )


def _node(cluster: str, node: Json, window: Window) -> Iterator[Suspect]:
    ref = f"k8s:{cluster}/-/node/{name(node)}"
    if window.holds(created(node)):
        yield Suspect(created(node), "cluster", f"node {name(node)} joined", "", cluster, f"{ref}#metadata.creationTimestamp")  # fmt: skip
    ready = condition(node, "Ready")
    at = when(ready.get("lastTransitionTime"))
    if ready.get("status") != "True" and window.holds(at):
        yield Suspect(at, "cluster", f"node {name(node)} is not ready any more", "", cluster, f"{ref}#status.conditions", 1)  # fmt: skip
