"""Volumes: claims with size, class and who mounts them; pending, lost, full and unused ones first."""

from __future__ import annotations

from pydantic import Field

from tools.cluster.claims import KINDS, Claim, claims, stray
from tools.cluster.objects import created, name, spec, status
from tools.cluster.several import several
from tools.errors import ToolError
from tools.reads.digest import counted, listed
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import ago
from tools.services.where import Place, find
from tools.spec import NAME, Call, Json, Result, Scoped, Tool

FULL = 0.9
USED = "max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_used_bytes{kind}) / max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_capacity_bytes{kind})"  # fmt: skip
COLUMNS = ("claim", "phase", "size", "class", "used", "mounted by", "problems")


class Args(Scoped):
    name: str | None = Field(None, max_length=253, pattern=NAME, description="one claim")
    limit: int = Field(30, ge=1, le=200, description="how many claims, those with problems first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    seen = await several(
        place.api, KINDS, place.namespace, reach=call.reach, need=("persistentvolumeclaims",)
    )
    found = [one for one in claims(seen, call.now) if args.name in {None, name(one.item)}]
    unseen = [*seen.unseen, *await _filled(call, place, found)]
    lost = [v for v in stray(seen) if _told(call, place, v)] if not place.namespace and not args.name else []
    notes = [f"volume {name(v)} ({(spec(v).get('capacity') or {}).get('storage', '?')}) is {status(v)['phase']}: its claim {(spec(v).get('claimRef') or {}).get('namespace')}/{(spec(v).get('claimRef') or {}).get('name')} is gone" for v in lost[:10]]  # fmt: skip
    bad = sum(bool(one.problems) for one in found)
    where = f"in namespace {place.namespace}" if place.namespace else f"on {place.api.name}"
    head = f"{counted(len(found), 'volume claim')} {where}, {bad} with a problem."
    head += f" {counted(len(lost), 'volume')} without a claim." if lost else ""
    more = {"stray": [{"name": name(v), "phase": status(v)["phase"], "size": (spec(v).get("capacity") or {}).get("storage", "")} for v in lost]}  # fmt: skip
    return told(
        Answer(head, "Volume claims", COLUMNS, "claims", place.scope("now"), args.limit, unseen, notes, more, untrusted=True),
        (_thing(call, place, one) for one in found),
    )  # fmt: skip


def _told(call: Call, place: Place, volume: Json) -> bool:
    """A volume is as visible as the namespace of the claim that held it."""
    return call.reach.namespace(
        place.api.name, str((spec(volume).get("claimRef") or {}).get("namespace", ""))
    )


async def _filled(call: Call, place: Place, found: list[Claim]) -> list[str]:
    """How full they are, where the kubelet's figures are collected."""
    if call.clients.metrics is None or not found:
        return ["how full they are: no Prometheus is set up here"] if found else []
    kind = f'{{namespace="{place.namespace}"}}' if place.namespace else ""
    try:
        samples = await call.clients.metrics.instant(USED.replace("{kind}", kind), call.now, 4.0)
    except ToolError as error:
        return [f"how full they are: {error.reason}"]
    shares = {(s.labels.get("namespace"), s.labels.get("persistentvolumeclaim")): s.last for s in samples}
    for one in found:
        one.full = shares.get((one.namespace, name(one.item)))
        if one.full is not None and one.full >= FULL:
            one.problems.insert(0, f"{one.full:.0%} full")
    return [] if shares else ["how full they are: Prometheus has no figures of the kubelet on them"]


def _thing(call: Call, place: Place, one: Claim) -> Thing:
    phase, kind = (
        str(status(one.item).get("phase", "?")),
        str(spec(one.item).get("storageClassName") or "no class"),
    )
    used = f"{one.full:.0%}" if one.full is not None else ""
    mounted = listed(one.users, 3) or ("waits for its first pod" if one.waits else "nothing")
    trouble = "; ".join(one.problems)
    words = f"{phase}, {one.size}, {kind}{f', {used} used' if used else ''}, mounted by {mounted}, {ago(created(one.item), call.now)} old"
    return Thing(
        one.title,
        f"{trouble}; {words}" if trouble else words,
        f"k8s:{place.api.name}/{one.namespace}/persistentvolumeclaim/{name(one.item)}#status.phase",
        (one.title, phase, one.size, kind, used, mounted, trouble),
        {"namespace": one.namespace, "name": name(one.item), "phase": phase, "size": one.size, "class": kind, "volume": str(spec(one.item).get("volumeName") or ""), "reclaim": str(spec(one.volume or {}).get("persistentVolumeReclaimPolicy", "")), "users": one.users, "full": one.full, "waits": one.waits, "problems": one.problems},
        rank=_rank(one),
        value=phase,
        untrusted=True,
    )  # fmt: skip


def _rank(one: Claim) -> int:
    if not one.problems:
        return 9
    return 3 if one.problems == ["no pod uses it"] else 0


K8S_VOLUMES = Tool(
    name="k8s_volumes",
    summary="Persistent volume claims: bound, pending, full, unused, with size, storage class and the pods that mount them.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("which volume claims are pending?", "persistent volumes of shop", "which PVCs are unused?"),
    cache_s=15,
)
