"""A backend of a load balancer: which one is meant, what it is set to, who else serves beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from pydantic import Field

from tools.errors import AskBack, GiveUp, ToolError
from tools.oracle.naming import named
from tools.oracle.where import CloudArgs, find, text_of
from tools.remediation.cloud_draft import Write
from tools.remediation.cloud_resource import Sort, Subject, read
from tools.remediation.cloud_turn import Turn
from tools.remediation.cloud_works import LATEST, Work
from tools.spec import Call, Json

SORT: Final = Sort("load balancer", "Backend", "load_balancer", "get_load_balancer", "load_balancer_id")
ACTIVE: Final = "ACTIVE"
GONE: Final = "(gone)"
SET: Final = ("drain", "offline", "backup", "weight", "maxConnections")
OFFERED: Final = 10


class BackendArgs(CloudArgs):
    load_balancer: str = Field(
        min_length=1, max_length=300, description="load balancer: display name or OCID"
    )
    backend: str = Field(
        min_length=1, max_length=120, description="backend: 10.0.0.5:8080, or its address alone"
    )
    backend_set: str | None = Field(None, max_length=120, description="backend set, where several have it")


def backend_of(item: Json, known: Json) -> Json | None:
    """The one with that very name."""
    backends = ((item.get("backendSets") or {}).get(known["backend_set"]) or {}).get("backends") or []
    return next((one for one in backends if one.get("name") == known["backend"]), None)


def values(found: Subject) -> dict[str, str]:
    one = backend_of(found.item, found.known)
    return {key: GONE if one is None else _text(one.get(key)) for key in SET}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "(unset)" if value is None else str(value)


async def _works(found: Subject) -> list[Work]:
    """A load balancer keeps its own. Raises the three error words."""
    listing = await found.where.api.listing(
        "load_balancer", "list_work_requests", region=found.region, load_balancer_id=found.id, cap=LATEST
    )
    return [
        Work(text_of(item, "type"), text_of(item, "lifecycleState"), text_of(item, "timeAccepted"))
        for item in listing.items
    ]


TURN: Final = Turn(SORT, values, works=_works, work=("updatebackend",))


async def subject(call: Call, args: BackendArgs) -> Subject:
    """Raises AskBack when several are called so, or none; the three error words."""
    where = await find(call, args)
    item = await named(where, SORT.word, args.load_balancer)
    found = await read(where, SORT, text_of(item, "identifier"), text_of(item, "region"))
    if found.state != ACTIVE:
        raise GiveUp(
            f"{found.name} is {found.state}: its backends can be changed when it is {ACTIVE}", "oci:lb"
        )
    place, one = _meant(found, args)
    return replace(found, known={"backend_set": place, "backend": text_of(one, "name")})


def _meant(found: Subject, args: BackendArgs) -> tuple[str, Json]:
    every = [(place, one) for place, each in _sets(found.item).items() for one in each.get("backends") or []]
    fitting = [
        (place, one)
        for place, one in every
        if args.backend in {one.get("name"), one.get("ipAddress")} and args.backend_set in {None, place}
    ]
    if len(fitting) == 1:
        return fitting[0]
    offered = tuple(
        f"{text_of(one, 'name')} in backend set {place}" for place, one in (fitting or every)[:OFFERED]
    )
    if fitting:
        raise AskBack(f"{found.name} has several backends {args.backend}. Which one?", offered)
    raise AskBack(f"{found.name} has no backend {args.backend}. Which one?", offered)


def _sets(item: Json) -> Json:
    return item.get("backendSets") or {}


def write(found: Subject, wanted: Mapping[str, str]) -> Write:
    """All that a backend is set to: what is left out would be put to the default."""
    one: Json = {"weight": 1, "backup": False, **(backend_of(found.item, found.known) or {})}
    details = {key: one[key] for key in SET if one.get(key) is not None}
    details |= {key: wanted[key] == "true" for key in ("drain", "offline")}
    return Write(
        "load_balancer",
        "update_backend",
        {
            "load_balancer_id": found.id,
            "backend_set_name": found.known["backend_set"],
            "backend_name": found.known["backend"],
            "update_backend_details": details,
        },
    )


def beside(found: Subject) -> list[str]:
    """The other backends of its set that take new connections."""
    backends = _sets(found.item)[found.known["backend_set"]].get("backends") or []
    serving = [one for one in backends if not (one.get("drain") or one.get("offline") or one.get("backup"))]
    return [text_of(one, "name") for one in serving if one.get("name") != found.known["backend"]]


async def failing(found: Subject) -> tuple[frozenset[str], list[str]]:
    """Backends of its set that do not answer health checks, and what to say where that could not be read."""
    place = found.known["backend_set"]
    try:
        answer = await found.where.api.read(
            "load_balancer", "get_backend_set_health", region=found.region, load_balancer_id=found.id, backend_set_name=place,
        )  # fmt: skip
    except ToolError as error:
        return frozenset(), [f"the health of backend set {place} could not be read: {error.reason}"]
    return frozenset(answer.data.get("criticalStateBackendNames") or ()), []
