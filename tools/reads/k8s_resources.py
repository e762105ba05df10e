"""Which objects are there? One kind as columns, or one object whole; values of Secrets are never read."""

from __future__ import annotations

import json
from datetime import datetime

from pydantic import Field

from tools.cluster.api import without_noise
from tools.cluster.kinds import KINDS, RBAC, Kind, kind_of
from tools.cluster.objects import (
    condition,
    containers,
    count,
    created,
    meta,
    name,
    pod_ready,
    restarts,
    spec,
    status,
    template,
)
from tools.cluster.secrecy import safe_value
from tools.cluster.workloads import reason
from tools.marks import mark
from tools.reads.belonging import belonging
from tools.reads.digest import TABLED, digest, listed
from tools.reads.windows import ago
from tools.services.where import Place, allow, find, need_namespace
from tools.spec import Call, Evidence, Json, Result, Scoped, Table, Tool

ACCESS = frozenset(word for kind in KINDS if kind.group == RBAC for word in (kind.plural, kind.singular))


class Args(Scoped):
    kind: str = Field(
        min_length=2, max_length=40, description="e.g. pods, deployments, services, configmaps, nodes"
    )
    name: str | None = Field(
        None, max_length=253, pattern=r"^[A-Za-z0-9][-A-Za-z0-9.:]*$", description="one object"
    )
    selector: str | None = Field(
        None, max_length=200, pattern=r"^[-A-Za-z0-9_./=,! ()]+$", description="label selector"
    )
    limit: int = Field(50, ge=1, le=500)


def needs(args: Args) -> str:
    """Who may do what is read with one right, whichever tool reads it."""
    return "iam:read" if args.kind.strip().lower() in ACCESS else "kubernetes:read"


async def run(call: Call, args: Args) -> Result:
    kind = kind_of(args.kind)
    place = await find(call, args)
    if args.name:
        namespace = need_namespace(place) if kind.namespaced else ""
        if kind.plural == "namespaces":
            allow(call, place.api.name, args.name)
        return _one(place, kind, await place.api.get(kind, namespace, args.name))
    namespace = place.namespace if kind.namespaced else ""
    more = {"labelSelector": args.selector} if args.selector else {}
    items = await place.api.listing(kind, namespace, reduce=without_noise, **more)
    if kind.namespaced:
        items = [i for i in items if call.reach.namespace(place.api.name, meta(i).get("namespace", ""))]
    elif kind.plural == "namespaces":
        items = [i for i in items if call.reach.namespace(place.api.name, name(i))]
    own = await belonging(place, kind, items) if place.service else None
    return _list(call, place, kind, items if own is None else own, args.limit, whose=own is not None)


def _list(
    call: Call, place: Place, kind: Kind, items: list[Json], limit: int, *, whose: bool = False
) -> Result:
    """`whose` is true where the items are those of the service alone; otherwise the head says that they are not."""
    columns = ("namespace", "name", "state", "age") if kind.namespaced else ("name", "state", "age")
    rows = tuple(_row(kind, item, call.now) for item in items[:limit])
    head = f"{len(items)} {kind.singular if len(items) == 1 else kind.plural} {_where(place, kind, whose=whose)}on {place.api.name}."
    head += _not_told(place.service.name) if place.service and not whose else ""
    rest = [f"showing {len(rows)} of {len(items)}"] if len(items) > len(rows) else []
    return Result(
        data={"items": [dict(zip(columns, row, strict=True)) for row in rows], "total": len(items)},
        digest=digest([head + mark(1), *("  ".join(row) for row in rows), *rest]),
        scope=place.scope("now"),
        evidence=(
            Evidence(
                f"k8s:{place.api.name}/{place.namespace or '-'}/{kind.singular}/*#items",
                kind.plural,
                str(len(items)),
            ),
        ),
        tables=(
            Table(
                kind.plural, columns, tuple(_row(kind, item, call.now) for item in items[:TABLED]), len(items)
            ),
        )
        if rows
        else (),
        untrusted=True,
    )


def _where(place: Place, kind: Kind, *, whose: bool) -> str:
    owner = f"of {place.service.name} " if place.service and whose else ""
    if not kind.namespaced:
        return owner
    return owner + (f"in {place.namespace} " if place.namespace else "in every namespace that you may see ")


def _not_told(service: str) -> str:
    """Said where the kind belongs to nobody: the number must not pass for the service's own."""
    return f" They do not tell which of them belong to {service}."


def _row(kind: Kind, item: Json, now: datetime) -> tuple[str, ...]:
    own = (name(item), state(kind, item), ago(created(item), now))
    return (meta(item).get("namespace", ""), *own) if kind.namespaced else own


def state(kind: Kind, item: Json) -> str:
    """The few words that a column needs."""
    match kind.plural:
        case "pods":
            return f"{'ready' if pod_ready(item) else reason(item)}, {restarts(item)} restarts, {spec(item).get('nodeName', 'no node')}"
        case "deployments" | "statefulsets" | "replicasets":
            images = listed([c.get("image", "") for c in containers(template(item))], 3)
            return f"{count(item, 'readyReplicas')}/{spec(item).get('replicas', 1)} ready, {images}"
        case "daemonsets":
            return f"{count(item, 'numberReady')}/{count(item, 'desiredNumberScheduled')} ready"
        case "services":
            ports = ", ".join(
                f"{p.get('port')}->{p.get('targetPort')}" for p in spec(item).get("ports") or []
            )
            return f"{spec(item).get('type', '')} {ports}"
        case "nodes":
            ready = condition(item, "Ready").get("status")
            return ("Ready" if ready == "True" else "NotReady") + (
                ", cordoned" if spec(item).get("unschedulable") else ""
            )
        case "configmaps":
            return f"keys {listed(sorted(item.get('data') or {}), 6)}"
        case "jobs":
            return f"{count(item, 'succeeded')} succeeded, {count(item, 'failed')} failed"
        case _:
            return str(status(item).get("phase") or "")


def _one(place: Place, kind: Kind, item: Json) -> Result:
    shown = cleaned(without_noise(item))
    text = json.dumps(shown, indent=1, ensure_ascii=False, sort_keys=True)
    where = meta(item).get("namespace") or "-"
    return Result(
        data={"object": shown},
        digest=digest([f"{kind.kind} {name(item)}: {state(kind, item)}{mark(1)}", text]),
        scope=place.scope("now"),
        evidence=(
            Evidence(
                f"k8s:{place.api.name}/{where}/{kind.singular}/{name(item)}#metadata.resourceVersion",
                f"{kind.kind} {name(item)}",
                str(meta(item).get("resourceVersion", "")),
            ),
        ),
        raw=text,
        untrusted=True,
    )


def cleaned(value: object, key: str = "") -> object:
    """The object with values hidden that stand under secret-like names, in fields and in name/value pairs."""
    if isinstance(value, dict):
        named = value.get("name")
        if isinstance(named, str) and isinstance(value.get("value"), str):
            return {**value, "value": safe_value(named, value["value"])}
        return {k: cleaned(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [cleaned(v, key) for v in value]
    if isinstance(value, str) and key not in _STRUCTURE:
        return safe_value(key, value)
    return value


# Keys of the API itself that only sound secret: their values are names.
_STRUCTURE = {
    "key",
    "topologyKey",
    "secretName",
    "serviceAccountName",
    "secretKeyRef",
    "tokenAudience",
    "configMapKeyRef",
}

K8S_RESOURCES = Tool(
    name="k8s_resources",
    summary="List objects of a kind (pods, deployments, services, configmaps, nodes ...) or show one object; never Secret values.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    stricter=needs,
    examples=("list pods in shop", "show deployment checkout", "which namespaces are there?"),
    cache_s=5,
)
