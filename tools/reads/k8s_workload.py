"""One workload whole: state, containers, what it needs, what points at it, its pods, its warnings."""

from __future__ import annotations

from pydantic import Field

from tools.cluster.api import with_writers
from tools.cluster.describing import (
    KINDS,
    body,
    complaint,
    container_lines,
    managed,
    pointing,
    references,
    state,
    strategy,
)
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import (
    created,
    event_time,
    labels,
    meta,
    name,
    pod_ready,
    restarts,
    selects,
    spec,
    status,
)
from tools.cluster.secrecy import safe_value
from tools.cluster.several import Several, several
from tools.cluster.snapshot import near_names
from tools.cluster.survey import owner_name, unwell
from tools.errors import AskBack
from tools.reads.digest import counted, listed, short
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import ago
from tools.services.where import Place, find, need_namespace
from tools.spec import NAME, Call, Json, Result, Scoped, Tool

HOLDERS = ("deployments", "statefulsets", "daemonsets", "cronjobs", "jobs")
COLUMNS = ("pod", "state", "ready", "node", "restarts", "age")


class Args(Scoped):
    name: str | None = Field(
        None, max_length=253, pattern=NAME, description="Deployment, StatefulSet, DaemonSet, CronJob or Job"
    )
    limit: int = Field(20, ge=1, le=200, description="how many pods, those that are not well first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    namespace = need_namespace(place)
    reduce = dict.fromkeys(HOLDERS, with_writers)
    seen = await several(place.api, (*HOLDERS, *KINDS), namespace, need=("pods",), reduce=reduce)
    plural, item = _which(place, args, seen)
    return _result(call, place, args, seen, (plural, item))


def _which(place: Place, args: Args, seen: Several) -> tuple[str, Json]:
    """Raises AskBack when nothing is called so, or several things are."""
    names = {args.name} if args.name else {ref.name for ref in place.refs}
    found = [(plural, item) for plural in HOLDERS for item in seen.of(plural) if name(item) in names]
    if len(found) == 1:
        return found[0]
    if found:
        raise AskBack("Which workload?", tuple(f"{BY_PLURAL[p].singular} {name(i)}" for p, i in found[:10]))
    known = [name(item) for plural in HOLDERS for item in seen.of(plural)]
    if not names:
        raise AskBack("Which workload?", tuple(known[:10]))
    near = tuple(near_names(min(names), known))
    raise AskBack(
        f"There is no workload {min(names)!r} in {place.namespace} on {place.api.name}. Which one?", near
    )


def _result(call: Call, place: Place, args: Args, seen: Several, which: tuple[str, Json]) -> Result:
    plural, item = which
    kind, pod = BY_PLURAL[plural].singular, body(plural, item)
    mine = _pods(plural, item, seen)
    needs, points = references(pod), list(pointing(plural, item, seen))
    keeper = managed(item)
    head = f"{kind} {name(item)} in {place.namespace} on {place.api.name}: {state(plural, item)}, {ago(created(item), call.now)} old."
    account = spec(pod).get("serviceAccountName") or "default"
    notes = [
        f"{strategy(plural, item)}; runs as service account {account}"
        + (f"; kept by {keeper}" if keeper else ""),
        *(safe_value("", text) for text in container_lines(pod)),
        f"needs: {listed(needs, 12)}" if needs else "needs no configmap, secret or claim",
        f"pointing at it: {'; '.join(points[:10])}"
        if points
        else "nothing points at it: no service, autoscaler or budget",
        *([f"cannot create pods: {short(complaint(item), 200)}"] if complaint(item) else []),
        *_warnings(call, item, mine, seen),
    ]
    more = {
        "workload": {"kind": kind, "name": name(item), "namespace": place.namespace, "state": state(plural, item), "strategy": strategy(plural, item), "service_account": account, "managed_by": keeper, "containers": [{"name": c.get("name"), "image": c.get("image"), "resources": c.get("resources") or {}} for c in spec(pod).get("containers") or []]},
        "needs": needs, "pointing": points,
    }  # fmt: skip
    return told(
        Answer(head, f"Pods of {name(item)}", COLUMNS, "pods", place.scope("now"), args.limit, seen.unseen, notes, more, untrusted=True),
        [_summary(place, plural, item), *(_thing(call, place, one) for one in mine)],
    )  # fmt: skip


def _pods(plural: str, item: Json, seen: Several) -> list[Json]:
    """By owner, read off the pods alone; a CronJob's pods are those of its Jobs."""
    owners = {(BY_PLURAL[plural].singular, name(item))}
    if plural == "cronjobs":
        jobs = [
            j
            for j in seen.of("jobs")
            if any(r.get("uid") == meta(item).get("uid") for r in meta(j).get("ownerReferences") or [])
        ]
        owners |= {("job", name(job)) for job in jobs}
    found = [p for p in seen.of("pods") if owner_name(p) in owners]
    if plural == "cronjobs":
        return found
    return [p for p in found if selects(spec(item).get("selector") or {"matchLabels": {}}, labels(p))]


def _summary(place: Place, plural: str, item: Json) -> Thing:
    kind = BY_PLURAL[plural].singular
    return Thing(f"{kind} {name(item)}", state(plural, item), f"k8s:{place.api.name}/{place.namespace}/{kind}/{name(item)}#status", (f"{kind} {name(item)}", state(plural, item), "", "", "", ""), {"kind": kind, "name": name(item)}, rank=-1)  # fmt: skip


def _thing(call: Call, place: Place, pod: Json) -> Thing:
    bad = unwell(pod, call.now)
    where, ready = str(spec(pod).get("nodeName") or "no node"), "yes" if pod_ready(pod) else "no"
    shown = bad or str(status(pod).get("phase", "?"))
    age = ago(created(pod), call.now)
    return Thing(
        f"pod {name(pod)}",
        f"{shown}, {'ready' if ready == 'yes' else 'not ready'}, on {where}, {counted(restarts(pod), 'restart')}, {age} old",
        f"k8s:{place.api.name}/{place.namespace}/pod/{name(pod)}#status",
        (name(pod), shown, ready, where, str(restarts(pod)), age),
        {"kind": "pod", "name": name(pod), "state": shown, "ready": ready == "yes", "node": str(spec(pod).get("nodeName") or ""), "restarts": restarts(pod), "ip": str(status(pod).get("podIP") or "")},
        rank=0 if bad else 9,
    )  # fmt: skip


def _warnings(call: Call, item: Json, pods: list[Json], seen: Several) -> list[str]:
    names = {name(item), *map(name, pods)} | {
        name(rs)
        for rs in seen.of("replicasets")
        if any(r.get("uid") == meta(item).get("uid") for r in meta(rs).get("ownerReferences") or [])
    }
    mine = [
        e
        for e in seen.of("events")
        if e.get("type") == "Warning" and (e.get("involvedObject") or {}).get("name") in names
    ]
    newest = sorted(mine, key=event_time, reverse=True)[:4]
    return [
        f"warning {ago(event_time(e), call.now)} ago {e.get('reason')}: {short(str(e.get('message', '')), 160)}"
        for e in newest
    ]


K8S_WORKLOAD = Tool(
    name="k8s_workload",
    summary="Describe a workload whole: containers, images, resources, probes, strategy, what it needs, services and autoscalers on it, its pods and warnings.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("describe deployment checkout", "show me the statefulset orders-db", "which services and config does cart use?"),
    cache_s=5,
)  # fmt: skip
