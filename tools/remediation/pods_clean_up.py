"""Delete pods that have ended: failed, evicted and succeeded ones, which only take room in lists and quotas."""

from __future__ import annotations

from collections import Counter
from typing import Final

from tools.approved import Approved
from tools.cluster.api import Api
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import controller, created, meta, name, selector_text, spec, stamp, status, uid
from tools.cluster.workloads import reason
from tools.errors import GiveUp, NotAllowed, TryLater
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
    Ownership,
    Reread,
    Target,
)
from tools.remediation import deleting
from tools.remediation.arguments import CleanUpArgs
from tools.remediation.single import drift
from tools.services.where import Place, find, kind_named, need_namespace
from tools.spec import Call, Json, Risk

PHASES: Final = ("Failed", "Succeeded")
HOLD_S = 3.0
DEADLINE_S = 60.0


async def plan(call: Call, args: CleanUpArgs) -> Draft:
    place = await find(call, args)
    namespace = need_namespace(place)
    ended, warnings = await ended_in(place, namespace)
    free = [pod for pod in ended if not meta(pod).get("finalizers") and not deleting.ending(pod)]
    if not free:
        of = f"of {place.service.name} " if place.service else ""
        raise GiveUp(
            f"no failed, evicted or finished pod {of}can be deleted in {namespace}: nothing to clean up"
        )
    chosen = sorted(free, key=lambda pod: (created(pod), name(pod)))[: args.limit]
    writes = [deleting.deletion(pod) for pod in chosen]
    home = await place.api.get(BY_PLURAL["namespaces"], "", namespace)
    service = {"service": place.service.name} if place.service else {}
    draft = Draft(
        action="pods_clean_up",
        args={**service, "cluster": place.api.name, "namespace": namespace, "limit": args.limit},
        target=Target(provider="kubernetes", cluster=place.api.name, namespace=namespace, kind="Namespace", name=namespace, uid=uid(home)),
        title=f"Delete {len(chosen)} ended pods in {namespace}",
        shown={key(pod): sealed(pod) for pod in chosen},
        changes=tuple(FieldChange(path=key(pod), before=words(pod), after="deleted") for pod in chosen),
        dry_run="",
        blast=Blast(objects=len(chosen), pods=len(chosen), percent=0, summary=_summary(chosen)),
        reversible=False,
        undo="cannot be undone; none of these pods runs",
        rollback=None,
        write={"method": "DELETE", "each": writes},
        check=Check(
            criterion="each of these pods is gone",
            deadline_s=DEADLINE_S,
            hold_s=HOLD_S,
            params={"since": stamp(call.now), "pods": {name(pod): uid(pod) for pod in chosen}},
        ),
        before={"ended pods": str(len(free))},
        ownership=Ownership(),
        warnings=(*warnings, *_warnings(ended, free, chosen)),
        risk=Risk.LOW,
    )  # fmt: skip
    return draft.model_copy(update={"dry_run": await deleting.try_out(call, draft, writes)})


async def ended_in(place: Place, namespace: str) -> tuple[list[Json], list[str]]:
    """Ended pods there, of the service alone where one was named; and what of it was not looked at."""
    if place.service is None:
        return await _ended(place.api, namespace), []
    found: dict[str, Json] = {}
    unseen = []
    for ref in place.refs:
        item = await place.api.get(kind_named(ref.kind), ref.namespace, ref.name)
        selector = selector_text(spec(item).get("selector") or {})
        if ref.namespace != namespace or not selector:
            unseen.append(f"pods of {ref.kind} {ref.name} in {ref.namespace} are left alone")
            continue
        found |= {uid(pod): pod for pod in await _ended(place.api, namespace, selector)}
    return list(found.values()), unseen


async def _ended(api: Api, namespace: str, labels: str = "") -> list[Json]:
    found: list[Json] = []
    for phase in PHASES:
        found += await api.listing(
            deleting.PODS, namespace, fieldSelector=f"status.phase={phase}", labelSelector=labels
        )
    return found


def key(pod: Json) -> str:
    return f"pod {name(pod)}"


def sealed(pod: Json) -> str:
    return f"{uid(pod)} {status(pod).get('phase')}"


def words(pod: Json) -> str:
    """`Failed (Evicted), since 2026-11-24T09:00:00Z`."""
    phase, why = str(status(pod).get("phase")), reason(pod)
    return f"{phase}{f' ({why})' if why != phase else ''}, from {stamp(created(pod))}"


def _summary(chosen: list[Json]) -> str:
    kinds = Counter(reason(pod) for pod in chosen)
    return f"{len(chosen)} pods, none of which runs: " + ", ".join(
        f"{n} {word}" for word, n in kinds.most_common(5)
    )


def _warnings(ended: list[Json], free: list[Json], chosen: list[Json]) -> list[str]:
    said = ["their logs go with them"]
    if len(free) > len(chosen):
        said.append(f"{len(free) - len(chosen)} more stay: the oldest {len(chosen)} go first, then ask again")
    if len(ended) > len(free):
        said.append(f"{len(ended) - len(free)} are left alone: they are ending, or a finalizer holds them")
    bare = [name(pod) for pod in chosen if controller(pod) is None]
    if bare:
        said.append(f"nobody made these, so nothing else tells that they ran: {', '.join(bare[:5])}")
    return said


def _pods(draft: Draft) -> dict[str, str]:
    return {str(pod): str(ident) for pod, ident in draft.check.params["pods"].items()}


async def _there(call: Call, draft: Draft) -> dict[str, Json]:
    api = call.cluster(draft.target.cluster)
    return await deleting.standing(api, draft.target.namespace, _pods(draft))


async def reread(call: Call, draft: Draft) -> Reread:
    """Each pod still the same and still ended; one that went by itself is drift too: the list is what was approved."""
    there = await _there(call, draft)
    now = {key(pod): sealed(pod) for pod in there.values() if not deleting.ending(pod)}
    return Reread(drift(draft, {"metadata.uid": draft.target.uid, **now}), draft.target.uid)


async def dry_run(call: Call, draft: Draft, precondition: str) -> str:
    del precondition  # the uids stand in the writes
    return await deleting.try_out(call, draft, draft.write["each"])


async def apply(call: Call, approved: Approved, precondition: str) -> Applied:
    del precondition
    return await deleting.send(call, approved, approved.draft.write["each"])


async def effect(call: Call, draft: Draft, plan_id: str) -> Effect:
    """A part that arrived is an effect: the rest is not sent after it, `observe` says how far it came."""
    del plan_id
    there = await _there(call, draft)
    untouched = [pod for pod in there.values() if not deleting.ending(pod)]
    return Effect.NONE if len(untouched) == len(_pods(draft)) else Effect.DONE


async def observe(call: Call, draft: Draft) -> Observation:
    try:
        there = await _there(call, draft)
    except (TryLater, NotAllowed, GiveUp) as error:
        return Observation(Observed.UNREADABLE, error.reason, {})
    total, left = len(_pods(draft)), sorted(there)
    stay = [pod for pod in left if not deleting.ending(there[pod])]
    before = int(draft.before["ended pods"])
    facts = {"ended pods": f"{before - total + len(left)} (of those counted before)"}
    gone = f"{total - len(left)} of {total} pods are gone"
    if stay:
        return Observation(Observed.FAILED, f"{gone}; still there: {', '.join(stay[:5])}", facts)
    return Observation(Observed.NOT_YET if left else Observed.HOLDS, gone, facts)


async def roll_back(call: Call, approved: Approved) -> Applied:
    del call
    raise GiveUp(f"the pods of {approved.plan_id} are deleted: nothing brings them back")


async def observe_rollback(call: Call, draft: Draft) -> Observation:
    del call
    return Observation(
        Observed.FAILED, f"the ended pods in {draft.target.namespace} are deleted for good", {}
    )


PODS_CLEAN_UP = Action(
    name="pods_clean_up",
    summary="Delete failed, evicted and finished pods of a namespace or service.",
    args=CleanUpArgs,
    risk=Risk.LOW,
    reversible=False,
    reads=("pods", "namespace", "workloads of the service"),
    writes=("pods: deleted, each by uid",),
    verified="each of these pods is gone",
    needs_kubernetes=("get,list,delete pods", "get namespaces,deployments.apps,statefulsets.apps,daemonsets.apps,jobs.batch"),
    needs_oci=(),
    examples=("clean up failed pods in shop", "delete the evicted pods of checkout", "remove finished pods in namespace batch"),
    says=(
        "(clean up|cleanup|clean|remove|delete|purge|sweep) [all] [the] (failed|evicted|dead|finished|completed|failed and evicted|evicted and failed|completed and failed) pods",
        "clean up [all] [the] pods that failed",
    ),
    plan=plan,
    reread=reread,
    dry_run=dry_run,
    apply=apply,
    effect=effect,
    observe=observe,
    roll_back=roll_back,
    observe_rollback=observe_rollback,
)  # fmt: skip
