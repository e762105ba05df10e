"""Autoscalers: what each scales, between which bounds, by which metrics, and why one does not scale."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pydantic import Field

from tools.cluster.objects import (
    condition,
    containers,
    count,
    event_time,
    meta,
    name,
    spec,
    status,
    template,
    when,
)
from tools.cluster.quantity import amount
from tools.cluster.several import Several, several
from tools.reads.digest import counted, short
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import ago
from tools.services.where import Place, find
from tools.spec import NAME, Call, Json, Result, Scoped, Tool

COLUMNS = ("autoscaler", "scales", "now", "wants", "bounds", "metrics", "problems")
TARGETS = {"Deployment": "deployments", "StatefulSet": "statefulsets"}


class Args(Scoped):
    name: str | None = Field(
        None, max_length=253, pattern=NAME, description="one autoscaler, or the workload that it scales"
    )
    limit: int = Field(30, ge=1, le=200, description="how many, those with problems first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    seen = await several(
        place.api,
        (*TARGETS.values(), "events"),
        place.namespace,
        reach=call.reach,
        need=("horizontalpodautoscalers",),
    )
    names = {args.name} if args.name else {ref.name for ref in place.refs}
    found = [h for h in seen.of("horizontalpodautoscalers") if not names or {name(h), _target(h)[1]} & names]
    things = [_thing(call, place, hpa, seen) for hpa in found]
    where = f"in namespace {place.namespace}" if place.namespace else f"on {place.api.name}"
    head = f"{counted(len(found), 'autoscaler')} {where}, {sum(t.rank < 9 for t in things)} with a problem."
    if not found:
        head = f"No autoscaler {f'for {args.name or args.service} ' if names else ''}{where}: replicas stay as they are set."
    return told(
        Answer(head, "Autoscalers", COLUMNS, "autoscalers", place.scope("now"), args.limit, seen.unseen, _scaled(call, found, seen), untrusted=True),
        things,
    )  # fmt: skip


def _target(hpa: Json) -> tuple[str, str]:
    ref = spec(hpa).get("scaleTargetRef") or {}
    return str(ref.get("kind", "")), str(ref.get("name", ""))


def _thing(call: Call, place: Place, hpa: Json, seen: Several) -> Thing:
    space, (kind, target) = str(meta(hpa).get("namespace", "")), _target(hpa)
    low, high = int(spec(hpa).get("minReplicas") or 1), int(spec(hpa).get("maxReplicas") or 0)
    now, want = count(hpa, "currentReplicas"), count(hpa, "desiredReplicas")
    metrics = [f"{label} {have or 'unknown'} of {goal}" for label, have, goal in _metrics(hpa)]
    problems = list(_problems(hpa, seen, now, (low, high)))
    last = status(hpa).get("lastScaleTime")
    scaled = f", last scaled {ago(when(last), call.now)} ago" if last else ", never scaled"
    words = f"scales {kind.lower()} {target}, {now} now, wants {want}, between {low} and {high}, by {'; '.join(metrics) or 'no metric'}{scaled}"
    return Thing(
        f"{space}/{name(hpa)}",
        f"{'; '.join(problems)}; {words}" if problems else words,
        f"k8s:{place.api.name}/{space}/horizontalpodautoscaler/{name(hpa)}#status",
        (f"{space}/{name(hpa)}", f"{kind.lower()} {target}", str(now), str(want), f"{low}-{high}", "; ".join(metrics), "; ".join(problems)),
        {"namespace": space, "name": name(hpa), "target_kind": kind, "target": target, "current": now, "desired": want, "min": low, "max": high, "metrics": [{"metric": m, "current": h, "target": g} for m, h, g in _metrics(hpa)], "last_scaled": last or "", "problems": problems},
        rank=0 if any("does not" in p or "cannot" in p for p in problems) else 2 if problems else 9,
        value=f"{now} of {low}-{high}, wants {want}",
    )  # fmt: skip


def _metrics(hpa: Json) -> Iterator[tuple[str, str, str]]:
    """(what, now, goal) of each metric."""
    now = [_values(m, "current") for m in status(hpa).get("currentMetrics") or []]
    for metric in spec(hpa).get("metrics") or []:
        label, _, goal = _values(metric, "target")
        have = next((value for name_, _, value in now if name_ == label and value), "")
        yield label, have, goal


def _values(metric: Json, part: str) -> tuple[str, str, str]:
    kind = str(metric.get("type", ""))
    inner = metric.get(kind[:1].lower() + kind[1:]) or {}
    label = str(inner.get("name") or (inner.get("metric") or {}).get("name") or kind)
    values = inner.get(part) or {}
    if values.get("averageUtilization") is not None:
        return label, kind, f"{values['averageUtilization']} %"
    return label, kind, str(values.get("averageValue") or values.get("value") or "")


def _problems(hpa: Json, seen: Several, now: int, bounds: tuple[int, int]) -> Iterator[str]:
    low, high = bounds
    for kind, words in (("AbleToScale", "cannot scale"), ("ScalingActive", "does not scale")):
        one = condition(hpa, kind)
        if one.get("status") == "False":
            yield f"{words} ({one.get('reason', '')}: {short(str(one.get('message', '')), 160)})"
    plural = TARGETS.get(_target(hpa)[0])
    target = next((i for i in seen.of(plural or "") if name(i) == _target(hpa)[1] and meta(i).get("namespace") == meta(hpa).get("namespace")), None)  # fmt: skip
    if plural and seen.knows(plural) and target is None:
        yield f"cannot scale: {_target(hpa)[0]} {_target(hpa)[1]} does not exist"
    if target is not None and (without := _without_requests(hpa, target)):
        yield f"does not know the share: {', '.join(without)}"
    if now >= high > 0:
        over = condition(hpa, "ScalingLimited").get("status") == "True"
        yield f"is at its maximum of {high}" + (" and wants more" if over and condition(hpa, "ScalingLimited").get("reason") == "TooManyReplicas" else "")  # fmt: skip
    if low == high:
        yield "its bounds are the same: it can change nothing"


def _without_requests(hpa: Json, target: Json) -> list[str]:
    """Containers that a share of their request is asked of, and that have none."""
    shares = [
        str((metric.get("resource") or {}).get("name"))
        for metric in spec(hpa).get("metrics") or []
        if metric.get("type") == "Resource" and ((metric.get("resource") or {}).get("target") or {}).get("type") == "Utilization"
    ]  # fmt: skip
    return [
        f"container {container['name']} has no {resource} request"
        for resource in shares
        for container in containers(template(target))
        if amount(((container.get("resources") or {}).get("requests") or {}).get(resource)) == Decimal(0)
    ]


def _scaled(call: Call, found: list[Json], seen: Several) -> list[str]:
    """What they did lately, as the cluster still remembers."""
    names = {(meta(h).get("namespace"), name(h)) for h in found}
    events = [
        e for e in seen.of("events")
        if e.get("reason") == "SuccessfulRescale" and ((e.get("involvedObject") or {}).get("namespace"), (e.get("involvedObject") or {}).get("name")) in names
    ]  # fmt: skip
    newest = sorted(events, key=event_time, reverse=True)[:5]
    return [
        f"{ago(event_time(e), call.now)} ago {e['involvedObject']['name']}: {short(str(e.get('message', '')), 160)}"
        for e in newest
    ]


K8S_AUTOSCALING = Tool(
    name="k8s_autoscaling",
    summary="Horizontal pod autoscalers: target, bounds, metrics now against goal, what they did, why one does not scale or is at its maximum.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("how does the autoscaler of checkout behave?", "which HPAs are at their maximum?", "why does cart not scale up?"),
    cache_s=10,
)  # fmt: skip
