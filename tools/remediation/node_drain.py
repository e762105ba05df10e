"""Empty a node: no new pods, and those that can run elsewhere are evicted, one after the other, as their budgets allow."""

from __future__ import annotations

import asyncio
from typing import Final

from tools.approved import Approved
from tools.cluster.kinds import BY_KIND
from tools.cluster.objects import controller, count, meta, name, pod_ready, spec, stamp, uid
from tools.errors import GiveUp, NotAllowed, ToolError, TryLater
from tools.plan import (
    Action,
    Applied,
    Blast,
    Check,
    Draft,
    Effect,
    FieldChange,
    Observation,
    Observed,
    Reread,
)
from tools.remediation import deleting, evicting, room, single
from tools.remediation import node as nodes
from tools.remediation.arguments import DrainArgs
from tools.remediation.node_cordon import SWITCH
from tools.remediation.single import Single
from tools.remediation.writing import apply_marked, dry_run, patch
from tools.spec import Call, Json, Risk

HOLD_S: Final = 5.0
DEADLINE_S: Final = 300.0
MAKERS: Final = (
    "ReplicaSet",
    "StatefulSet",
    "ReplicationController",
)  # that say how many of theirs are ready


async def plan(call: Call, args: DrainArgs) -> Draft:
    found = await nodes.node(call, args)
    pods = await nodes.pods_on(found.api, found.name)
    _may_go(found, pods, args)
    left = nodes.others(await found.api.listing(nodes.NODES, ""), found.name)
    if pods and not left:
        raise GiveUp(
            f"no other node of {found.api.name} takes pods: those of {found.name} would have no place"
        )
    evictions = [evicting.eviction(pod) for pod in pods]
    draft = Draft(
        action="node_drain",
        args={"cluster": found.api.name, "name": found.name, **args.model_dump(exclude={"cluster", "name"}, exclude_defaults=True)},
        target=nodes.target_of(found),
        title=f"Drain node {found.name}",
        shown={f"pod {key(pod)}": uid(pod) for pod in pods},
        changes=_changes(found, pods),
        dry_run="",
        blast=Blast(objects=1 + len(pods), pods=len(pods), summary=f"{len(pods)} pods are evicted; {len(left)} other nodes take them"),
        reversible=True,
        undo="uncordon it; evicted pods do not come back by that",
        rollback={"unschedulable": SWITCH.is_on(found.item)},
        write={**SWITCH.write(found, on=True), "each": evictions},
        check=Check(
            criterion="the node is cordoned, these pods are gone and their controllers have as many ready as they want",
            deadline_s=DEADLINE_S,
            hold_s=HOLD_S,
            params={"since": stamp(call.now), "mark": found.mark, "pods": {key(p): uid(p) for p in pods}, "makers": _makers(pods)},
        ),
        before={"node": nodes.state(found.item), "pods to evict": str(len(pods))},
        warnings=(*await room.lacking(found.api, pods, left), *_warnings(pods)),
        risk=Risk.HIGH if any(pod_ready(pod) for pod in pods) else Risk.MEDIUM,
    )  # fmt: skip
    return draft.model_copy(update={"dry_run": await tried(call, draft, found.version)})


def key(pod: Json) -> str:
    return f"{meta(pod)['namespace']}/{name(pod)}"


def _changes(found: Single, pods: list[Json]) -> tuple[FieldChange, ...]:
    cordon = FieldChange(path="spec.unschedulable", before=_word(found), after="true")
    return (
        cordon,
        *(FieldChange(path=f"pod {key(pod)}", before="runs here", after="evicted") for pod in pods),
    )


def _word(found: Single) -> str:
    return "true" if SWITCH.is_on(found.item) else "false"


def _may_go(found: Single, pods: list[Json], args: DrainArgs) -> None:
    """What would be lost for good needs to be asked for by name."""
    if SWITCH.is_on(found.item) and not pods:
        raise GiveUp(f"node {found.name} is cordoned and empty already: nothing to change")
    bare = [key(pod) for pod in pods if controller(pod) is None]
    if bare and not args.lose_bare_pods:
        raise GiveUp(f"nothing makes {', '.join(bare[:5])} again: say lose_bare_pods to evict them too")
    local = [key(pod) for pod in pods if _holds_data(pod)]
    if local and not args.lose_local_data:
        raise GiveUp(f"{', '.join(local[:5])} keep data in emptyDir volumes: say lose_local_data to lose it")


def _holds_data(pod: Json) -> bool:
    """A volume in memory is no data that anybody keeps."""
    volumes = spec(pod).get("volumes") or []
    return any("emptyDir" in v and (v["emptyDir"] or {}).get("medium") != "Memory" for v in volumes)


def _makers(pods: list[Json]) -> list[dict[str, str]]:
    """Controllers whose pods must be ready elsewhere."""
    found = {}
    for pod in pods:
        ref = controller(pod) or {}
        if ref.get("kind") in MAKERS:
            found[ref["uid"]] = {
                "kind": ref["kind"],
                "namespace": str(meta(pod)["namespace"]),
                "name": ref["name"],
            }
    return list(found.values())


def _warnings(pods: list[Json]) -> list[str]:
    said = ["what else runs on the node (DaemonSets, static pods) stays"]
    single_ones = [key(pod) for pod in pods if not [p for p in pods if p is not pod and _same_maker(p, pod)]]
    if single_ones:
        said.append("each moves with a gap unless others of it run elsewhere: " + ", ".join(single_ones[:5]))
    return said


def _same_maker(one: Json, other: Json) -> bool:
    return (controller(one) or {}).get("uid") == (controller(other) or {}).get("uid")


# before the write


async def tried(call: Call, draft: Draft, precondition: str) -> str:
    """The cordon and each eviction by itself; a budget that holds one back now is waited for, and said."""
    said = await dry_run(call, draft, precondition)
    held = 0
    for write in draft.write["each"]:
        try:
            await deleting.try_out(call, draft, [write])
        except TryLater as error:
            if "disruption budget" not in error.reason:
                raise
            held += 1
    return said + (f"; budgets hold back {held} of {len(draft.write['each'])} pods now" if held else "")


async def reread(call: Call, draft: Draft) -> Reread:
    """The same node with the same pods to move."""
    found = await single.single_of(call, draft)
    pods = await nodes.pods_on(found.api, found.name)
    now = {"metadata.uid": uid(found.item), **{f"pod {key(pod)}": uid(pod) for pod in pods}}
    fresh = tuple(
        FieldChange(path=path, before="(not there)", after="runs here")
        for path in now
        if path not in {"metadata.uid", *draft.shown}
    )
    return Reread((*single.drift(draft, now), *fresh), found.version)  # fmt: skip


# the write


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    """The cordon with the plan's mark, then the evictions; what they leave over the verification tells."""
    first = await apply_marked(call, approved, precondition)
    try:
        done = await evicting.send(call, approved, approved.draft.write["each"])
    except ToolError as error:  # the cordon has arrived: what is so is read, not guessed
        return Applied(first.upstream_id, f"cordoned; {error.reason}")
    return Applied(first.upstream_id, f"cordoned; {done.detail}")


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    """The mark of the cordon, which comes first, proves that it began; evictions are never sent anew."""
    found = await single.single_of(call, draft)
    if uid(found.item) != draft.target.uid:
        return Effect.CANNOT_TELL
    return Effect.DONE if found.mark == plan_id else Effect.NONE


async def observe(call: Call, draft: Draft) -> Observation:
    return await single.look(call, draft, lambda found: _emptied(found, draft))


async def _emptied(found: Single, draft: Draft) -> Observation:
    there = await _there(found, draft)
    facts = {"node": nodes.state(found.item), "pods to evict": str(len(there))}
    if not SWITCH.is_on(found.item):
        return Observation(Observed.FAILED, single.reverted(found, draft, "the cordon"), facts)
    if there:
        return Observation(
            Observed.NOT_YET, f"{len(there)} pods are still there: {', '.join(there[:3])}", facts
        )
    waiting = [text for maker in draft.check.params["makers"] if (text := await _short_of(found, maker))]
    if waiting:
        return Observation(Observed.NOT_YET, "; ".join(waiting[:3]), facts)
    return Observation(Observed.HOLDS, "the node is empty and what ran there is ready elsewhere", facts)


async def _there(found: Single, draft: Draft) -> list[str]:
    sealed: dict[str, str] = draft.check.params["pods"]
    looked = await asyncio.gather(*(deleting.look_at(found.api, *pod.split("/", 1)) for pod in sealed))
    pairs = zip(sealed.items(), looked, strict=True)
    return [pod for (pod, ident), item in pairs if item is not None and uid(item) == ident]


async def _short_of(found: Single, maker: dict[str, str]) -> str:
    """Why a controller has not what it wants; empty when it has, or is gone."""
    try:
        item = await found.api.get(BY_KIND[maker["kind"]], maker["namespace"], maker["name"])
    except (GiveUp, NotAllowed) as error:
        if isinstance(error, GiveUp) and error.not_found:
            return ""
        raise
    ready, wanted = count(item, "readyReplicas"), int(spec(item).get("replicas") or 0)
    return "" if ready >= wanted else f"{maker['name']} has {ready} of {wanted} ready"


async def roll_back(call: Call, approved: Approved) -> Applied:
    """The cordon alone can be taken back; where the node was cordoned before, it stays."""
    on = bool((approved.draft.rollback or {})["unschedulable"])
    write = patch(
        approved.draft.write["path"],
        approved.draft.write["content_type"],
        {"spec": {"unschedulable": True if on else None}},
    )
    return await single.put_back(call, approved, write, lambda _: True)  # fmt: skip


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    wanted = bool((draft.rollback or {})["unschedulable"])

    async def judge(found: Single) -> Observation:
        facts = {"node": nodes.state(found.item)}
        if SWITCH.is_on(found.item) is wanted:
            return Observation(Observed.HOLDS, "the cordon is as it was; evicted pods run elsewhere", facts)
        return Observation(Observed.FAILED, "the cordon was not put back", facts)

    return await single.look(call, draft, judge)


NODE_DRAIN = Action(
    name="node_drain",
    summary="Empty a node: cordon it and evict its pods as their disruption budgets allow.",
    args=DrainArgs,
    risk=Risk.MEDIUM,
    reversible=True,
    reads=("node", "nodes", "pods", "their controllers"),
    writes=("node: spec.unschedulable", "pods: evicted, by uid"),
    verified="the node is cordoned, these pods are gone and their controllers have as many ready as they want",
    needs_kubernetes=("get,list,patch nodes", "get,list,delete pods", "create pods/eviction", "get replicasets.apps,statefulsets.apps"),
    needs_oci=(),
    examples=("drain node worker-2", "empty node worker-1", "move everything off node worker-3"),
    says=(
        "drain [the] [node] {name}",
        "(empty|evacuate) [the] node {name}",
        "(move|take|get) (everything|all pods) off [the] [node] {name}",
    ),
    plan=plan,
    reread=reread,
    dry_run=tried,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
)  # fmt: skip
