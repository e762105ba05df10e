"""What would still fit? How many more pods of a shape, or of a workload, the nodes and the quota would take."""

from __future__ import annotations

from collections import Counter

from pydantic import Field, field_validator

from tools.cluster.diagnosis.scheduling import requests
from tools.cluster.fitting import Asked, Room, rooms, within_quota
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import containers, meta, name, spec, template
from tools.cluster.quantity import quantity, shown
from tools.cluster.several import several
from tools.errors import AskBack, ToolError
from tools.reads.digest import counted, listed
from tools.reads.told import Answer, Thing, told
from tools.services.where import Place, find, need_namespace, workload_of
from tools.spec import NAME, Call, Json, Result, Scoped, Tool

COLUMNS = ("node", "fits", "bound by")
NOT_JUDGED = "pod affinity, topology spread, volumes and preemption: the scheduler looks at them too, and may take fewer"
HOLDERS = ("deployments", "statefulsets", "daemonsets", "jobs")


class Args(Scoped):
    name: str | None = Field(None, max_length=253, pattern=NAME, description="workload whose pods are meant")
    cpu: str | None = Field(None, max_length=20, description="cpu request of one pod, e.g. 500m")
    memory: str | None = Field(None, max_length=20, description="memory request of one pod, e.g. 1Gi")
    count: int | None = Field(None, ge=1, le=100_000, description="how many are wanted")

    @field_validator("cpu", "memory")
    @classmethod
    def is_a_quantity(cls, value: str | None) -> str | None:
        if value is not None and quantity(value) < 0:
            raise ValueError("a request is not below zero")
        return value


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    pod, whose = await _shape(place, args)
    asked = Asked()

    def reduce(item: Json) -> None:
        asked.add(item)

    await place.api.listing(BY_PLURAL["pods"], reduce=reduce)
    nodes = await place.api.listing(BY_PLURAL["nodes"])
    found = rooms(nodes, pod, asked)
    limit, unseen = await _quota(place, pod)
    return _result(place, args, found, (pod, whose), (limit, unseen))


async def _shape(place: Place, args: Args) -> tuple[Json, str]:
    """A pod of the shape that is meant, and whose it is in words."""
    named = {k: v for k, v in (("cpu", args.cpu), ("memory", args.memory)) if v}
    if args.name or place.refs:
        body, who = await _template(place, args)
        if named:
            raise AskBack("Of the workload, or of a shape? Name one of the two.")
        return {"metadata": meta(body), "spec": spec(body)}, who
    if not named:
        raise AskBack("How large is one pod? Name cpu and memory, or a workload.")
    words = " and ".join(f"{value} {key}" for key, value in named.items())
    return {
        "metadata": {},
        "spec": {"containers": [{"name": "one", "resources": {"requests": named}}]},
    }, f"a pod of {words}"


async def _template(place: Place, args: Args) -> tuple[Json, str]:
    namespace = need_namespace(place)
    if not args.name:
        kind, wanted = workload_of(place, "deployment", None)
        return template(await place.api.get(kind, namespace, wanted)), f"a pod of {wanted}"
    seen = await several(place.api, HOLDERS, namespace)
    found = next((item for plural in HOLDERS for item in seen.of(plural) if name(item) == args.name), None)
    if found is None:
        raise AskBack(f"There is no workload {args.name!r} in {namespace} on {place.api.name}.")
    return template(found), f"a pod of {args.name}"


async def _quota(place: Place, pod: Json) -> tuple[tuple[int, str] | None, list[str]]:
    """The narrowest limit of the namespace's quotas."""
    if not place.namespace:
        return None, []
    try:
        quotas = await place.api.listing(BY_PLURAL["resourcequotas"], place.namespace)
    except ToolError as error:
        return None, [f"quotas: {error.reason}"]
    limits = [
        (left[0], f"quota {name(q)}: {left[1]}") for q in quotas if (left := within_quota(q, pod)) is not None
    ]
    return min(limits, default=None), []


def _result(
    place: Place,
    args: Args,
    found: list[Room],
    shape: tuple[Json, str],
    quota: tuple[tuple[int, str] | None, list[str]],
) -> Result:
    pod, whose = shape
    limit, unseen = quota
    on_nodes = sum(room.fits for room in found)
    total = min(on_nodes, limit[0]) if limit else on_nodes
    asks = ", ".join(f"{shown(r, v)} {r}" for r, v in requests(pod).items())
    head = f"{total} more fit on {place.api.name}: {whose}{f' ({asks})' if asks else ''}."
    if args.count:
        head = f"{'Yes' if total >= args.count else 'No'}: {args.count} wanted. {head}"
    notes = []
    if limit and limit[0] < on_nodes:
        notes.append(f"The nodes would take {on_nodes}, but {limit[1]} lets in {limit[0]}.")
    if not asks and containers(pod):
        notes.append(
            "It asks for nothing, so only the number of pods a node may hold counts; what it uses is another matter."
        )
    closed = Counter(room.closed.partition(" ")[0] for room in found if room.closed)
    if closed:
        notes.append(
            f"{counted(sum(closed.values()), 'node')} {'takes' if closed.total() == 1 else 'take'} none: {listed(sorted({r.closed for r in found if r.closed}), 4)}."
        )
    more = {
        "fits": total,
        "on_nodes": on_nodes,
        "quota": {"left": limit[0], "by": limit[1]} if limit else None,
        "asks": {r: str(v) for r, v in requests(pod).items()},
        "enough": total >= args.count if args.count else None,
    }
    return told(
        Answer(head, "What would still fit", COLUMNS, "nodes", place.scope("now"), 20, [*unseen, NOT_JUDGED], notes, more),
        (_thing(place, room) for room in found),
    )  # fmt: skip


def _thing(place: Place, room: Room) -> Thing:
    words = f"none: {room.closed}" if room.closed else f"{room.fits} more, then {room.bound} is used up"
    return Thing(
        f"node {room.node}",
        words,
        f"k8s:{place.api.name}/-/node/{room.node}#status.allocatable",
        (room.node, str(room.fits), room.closed or room.bound),
        {"name": room.node, "fits": room.fits, "bound": room.bound, "closed": room.closed},
        rank=-room.fits,
    )


K8S_FITS = Tool(
    name="k8s_fits",
    summary="What would still fit in the cluster: how many more pods of a size, or replicas of a workload, nodes and quota would take.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("would 5 more replicas of checkout fit?", "how many pods with 2 cpu and 4Gi still fit?", "what would still fit in the cluster?"),
    cache_s=15,
)  # fmt: skip
