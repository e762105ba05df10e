"""Load balancers: who listens where, which backends do not answer, how much bandwidth there is."""

from __future__ import annotations

import asyncio
from functools import partial

from pydantic import Field

from tools.oracle.everywhere import dicts, either, everywhere, live
from tools.oracle.naming import named
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted, listed
from tools.reads.told import Answer, Thing, told
from tools.spec import Call, Json, Result, Tool

RANK = {"CRITICAL": 0, "WARNING": 1, "UNKNOWN": 2, "OK": 9}
ASKED = 100  # backend sets whose health is asked
COLUMNS = (
    "load balancer",
    "backend set",
    "health",
    "down",
    "listens on",
    "bandwidth",
    "compartment",
    "region",
)


class Args(CloudArgs):
    resource: str | None = Field(
        None, max_length=300, description="load balancer: display name or OCID; left out: all"
    )
    limit: int = Field(20, ge=1, le=100, description="backend sets shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    found = await everywhere(where, "load_balancer", "list_load_balancers")
    balancers = [one for one in found.items if live(one)]
    if args.resource:
        wanted = text_of(await named(where, "load balancer", args.resource), "identifier")
        balancers = [one for one in balancers if text_of(one, "id") == wanted]
    unseen = list(found.unseen)
    pairs = [(one, name) for one in balancers for name in one.get("backendSets") or {}]
    health = await asyncio.gather(*(_health(where, one, name, unseen) for one, name in pairs[:ASKED]))
    things = [
        _thing(where, one, name, state) for (one, name), state in zip(pairs[:ASKED], health, strict=True)
    ]
    things += [_bare(where, one) for one in balancers if not one.get("backendSets")]
    if len(pairs) > ASKED:
        unseen.append(f"health of {len(pairs) - ASKED} more backend sets: at most {ASKED} are asked")
    bad = sum(thing.rank < RANK["OK"] for thing in things)
    head = f"{counted(len(balancers), 'load balancer')}, {counted(len(pairs), 'backend set')}: {bad} not healthy."
    answer = Answer(
        head, "Load balancers", COLUMNS, "backend_sets", where.scope(), args.limit, unseen,
        more={"unhealthy": bad, "load_balancers": len(balancers)}, untrusted=True,
    )  # fmt: skip
    return told(answer, things)


async def _health(where: Where, one: Json, name: str, unseen: list[str]) -> Json:
    async def ask() -> Json:
        answer = await where.api.read(
            "load_balancer", "get_backend_set_health", region=text_of(one, "region"),
            load_balancer_id=text_of(one, "id"), backend_set_name=name,
        )  # fmt: skip
        return dict(answer.data)

    return await either(partial(ask), unseen, f"health of {text_of(one, 'displayName')}/{name}")


def _thing(where: Where, one: Json, name: str, health: Json) -> Thing:
    title = text_of(one, "displayName")
    state = text_of(health, "status") or "UNKNOWN"
    down = _down(health)
    backends = dicts(((one.get("backendSets") or {}).get(name) or {}).get("backends"))
    off = [text_of(each, "name") for each in backends if each.get("offline") or each.get("drain")]
    listens = _listens(one, name) or "no listener"
    said = f"{state}, {len(backends) - len(down)} of {counted(len(backends), 'backend')} answer"
    said += f", down: {listed(down)}" if down else ""
    said += f", set to drain or offline: {listed(off)}" if off else ""
    words = f"{said}; {listens}; {_bandwidth(one)}; {where.path(one)}, {text_of(one, 'region')}"
    ref = f"oci:{text_of(one, 'id')}#backendSets.{name}.health"
    row = (
        title,
        name,
        state,
        listed(down),
        listens,
        _bandwidth(one),
        where.path(one),
        text_of(one, "region"),
    )
    data = {
        "id": text_of(one, "id"), "load_balancer": title, "backend_set": name, "health": state, "down": down,
        "backends": len(backends), "off": off, "listens": listens, "addresses": _addresses(one),
        "compartment": where.path(one), "region": text_of(one, "region"),
    }  # fmt: skip
    return Thing(f"{title}/{name}", words, ref, row, data, RANK.get(state, 2), state)


def _bare(where: Where, one: Json) -> Thing:
    title = text_of(one, "displayName")
    words = f"no backend set, so it serves nothing; {where.path(one)}, {text_of(one, 'region')}"
    row = (title, "", "UNKNOWN", "", "", _bandwidth(one), where.path(one), text_of(one, "region"))
    data = {"id": text_of(one, "id"), "load_balancer": title, "backend_set": None, "health": "UNKNOWN"}
    return Thing(title, words, f"oci:{text_of(one, 'id')}#backendSets", row, data, 2, "none")


def _down(health: Json) -> list[str]:
    keys = ("criticalStateBackendNames", "warningStateBackendNames", "unknownStateBackendNames")
    return [str(name) for key in keys for name in health.get(key) or []]


def _listens(one: Json, name: str) -> str:
    mine = [
        each for each in (one.get("listeners") or {}).values() if each.get("defaultBackendSetName") == name
    ]
    return ", ".join(f"{each.get('protocol', '')} {each.get('port', '')}".strip() for each in mine)


def _addresses(one: Json) -> list[str]:
    return [text_of(each, "ipAddress") for each in dicts(one.get("ipAddresses"))]


def _bandwidth(one: Json) -> str:
    details = one.get("shapeDetails") or {}
    low, high = details.get("minimumBandwidthInMbps"), details.get("maximumBandwidthInMbps")
    return f"{low}-{high} Mbit/s" if low and high else text_of(one, "shapeName")


OCI_LOAD_BALANCER = Tool(
    name="oci_load_balancer",
    summary="Health of Oracle Cloud load balancers: backend sets, which backends are down, listeners, bandwidth.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "is the load balancer healthy?",
        "which backends of shop-public are down?",
        "load balancers in shop",
    ),
    cache_s=20,
)
