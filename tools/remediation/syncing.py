"""The object by which Argo CD or Flux keeps something as Git has it: found by name or by what it manages, and its switch.

Argo CD has no switch of its own in all versions: automated sync is taken out and kept in an annotation, as it was.
"""

from __future__ import annotations

import json
from typing import Any, Final

from tools.approved import Approved
from tools.cluster.gitops import ARGO_HOME, FLUX_HOME, GITOPS
from tools.cluster.objects import annotated, condition, spec, status
from tools.errors import GiveUp
from tools.plan import Applied, Draft, Effect, Observation, Observed, Reread
from tools.remediation import single
from tools.remediation.arguments import SyncArgs
from tools.remediation.ownership import mark_of
from tools.remediation.single import Single
from tools.remediation.writing import MERGE, patch
from tools.services.where import Place, allow, find, need_namespace, workload_of
from tools.spec import Call, Json

KEPT: Final = "cloudops/paused-sync"
_POLICY: Final = {"prune", "selfHeal", "allowEmpty"}
_MOST: Final = 5  # names of one sentence


async def chosen(call: Call, args: SyncArgs) -> Single:
    """Raises GiveUp when nothing of the kind is there, or the workload is managed by neither."""
    place = await find(call, args)
    if args.name is None:
        return await _managing(call, place)
    kind = GITOPS[args.kind or "application"]
    homes = dict.fromkeys((place.namespace, ARGO_HOME if kind is GITOPS["application"] else FLUX_HOME))
    for home in filter(None, homes):
        allow(call, place.api.name, home)
        try:
            return await single.single(place.api, kind, home, args.name)
        except GiveUp as error:
            if not error.not_found:
                raise
    where = " or ".join(filter(None, homes))
    raise GiveUp(f"there is no {kind.kind} {args.name} in {where} on {place.api.name}", not_found=True)


async def _managing(call: Call, place: Place) -> Single:
    """What keeps the service's only workload as Git has it."""
    kind, name = workload_of(place, "deployment", None)
    mark = mark_of(await place.api.get(kind, need_namespace(place), name))
    if mark is None or mark.kind is None:
        raise GiveUp(f"{name} is managed by neither Argo CD nor Flux: there is no sync to pause or resume")
    allow(call, place.api.name, mark.namespace)
    return await single.single(place.api, mark.kind, mark.namespace, mark.name)


def is_argo(found: Single) -> bool:
    return found.kind is GITOPS["application"]


def policy_of(item: Json) -> Json | None:
    """The automated policy as written, in force or not."""
    found: Json | None = (spec(item).get("syncPolicy") or {}).get("automated")
    return found


def runs(found: Single) -> bool:
    """Whether it writes by itself."""
    if not is_argo(found):
        return not spec(found.item).get("suspend")
    policy = policy_of(found.item)
    return policy is not None and policy.get("enabled") is not False


def shown(item: Json) -> dict[str, str]:
    """The switch, in the words of either kind."""
    if item.get("kind") == GITOPS["application"].kind:
        policy = policy_of(item)
        return {"spec.syncPolicy.automated": "(unset)" if policy is None else text(policy)}
    return {"spec.suspend": str(bool(spec(item).get("suspend"))).lower()}


def text(policy: Json) -> str:
    return json.dumps(policy, sort_keys=True, separators=(",", ":"))


def kept_policy(item: Json) -> Json | None:
    """What a pause of ours took out; an annotation that anybody may have written, so only known switches are taken."""
    try:
        found: Any = json.loads(annotated(item).get(KEPT, ""))
    except ValueError:
        return None
    known = isinstance(found, dict) and all(k in _POLICY and isinstance(v, bool) for k, v in found.items())
    return found if known else None


def argo_body(policy: Json | None, kept: str | None) -> Json:
    """A merge body: `None` takes a field out."""
    return {"spec": {"syncPolicy": {"automated": policy}}, "metadata": {"annotations": {KEPT: kept}}}


def flux_body(*, suspend: bool) -> Json:
    return {"spec": {"suspend": True if suspend else None}}


def facts(item: Json) -> dict[str, str]:
    """How it says that it is: words of its own status."""
    sync = (status(item).get("sync") or {}).get("status")
    health = (status(item).get("health") or {}).get("status")
    ready = condition(item, "Ready").get("status")
    said = {"sync": sync, "health": health, "ready": ready}
    return {key: str(value)[:40] for key, value in said.items() if value}


def apart(item: Json) -> list[str]:
    """Resources that are not as Git has them, which a sync puts back."""
    found = [r for r in status(item).get("resources") or [] if r.get("status") == "OutOfSync"]
    names = [f"{r.get('kind')} {r.get('namespace', '')}/{r.get('name')}"[:120] for r in found[:_MOST]]
    return names + ([f"{len(found) - _MOST} more"] if len(found) > _MOST else [])


def managed(item: Json) -> str:
    """How many objects it keeps, where it says so."""
    entries = status(item).get("resources") or (status(item).get("inventory") or {}).get("entries") or []
    return f"{len(entries)} objects" if entries else "what it manages"


async def reread(call: Call, draft: Draft) -> Reread:
    return await single.reread(call, draft, shown)


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    return await single.effect(call, draft, plan_id, shown)


async def roll_back(call: Call, approved: Approved) -> Applied:
    """The switch as it was, unless somebody else turned it meanwhile."""
    draft = approved.draft
    kept = draft.rollback or {}
    argo = "automated" in kept
    body = argo_body(kept["automated"], kept.get("kept")) if argo else flux_body(suspend=kept["suspend"])
    after = {change.path: change.after for change in draft.changes}

    def ours(found: Single) -> bool:
        return shown(found.item) in (after, draft.shown)

    return await single.put_back(call, approved, patch(draft.write["path"], MERGE, body), ours)


async def observe_back(call: Call, draft: Draft, back: str, not_back: str) -> Observation:
    async def judge(found: Single) -> Observation:
        if shown(found.item) == draft.shown:
            return Observation(Observed.HOLDS, back, facts(found.item))
        return Observation(Observed.FAILED, not_back, facts(found.item))

    return await single.look(call, draft, judge)
