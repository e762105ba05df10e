"""Work requests: what Oracle is doing to resources now, and what failed with which reason."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import Field

from tools.oracle.everywhere import dicts, either, everywhere, moment, number
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted, short
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import Window, ago, start
from tools.spec import Call, Json, Result, Tool

SERVICES = ("work_requests", "container_engine")
GOING = frozenset({"ACCEPTED", "IN_PROGRESS", "CANCELING", "WAITING", "NEEDS_ATTENTION"})
EXPLAINED = 10  # failures whose errors are asked for
COLUMNS = ("what", "state", "done", "accepted", "on", "error", "compartment", "region")


class Args(CloudArgs):
    resource: str | None = Field(None, max_length=300, description="OCID of the resource it is about")
    since: Window = Field("1d", description="accepted since: 2h, 1d, 7d")
    all_states: bool = Field(False, description="also those that succeeded; else unfinished and failed ones")
    limit: int = Field(20, ge=1, le=100, description="work requests shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    asked = await asyncio.gather(*(everywhere(where, name, "list_work_requests") for name in SERVICES))
    unseen = list(dict.fromkeys(text for one in asked for text in one.unseen))
    found = [
        item | {"service": name} for name, one in zip(SERVICES, asked, strict=True) for item in one.items
    ]
    begin = start(args.since, call.now)
    recent = [item for item in found if (at := moment(item, "timeAccepted")) is not None and at >= begin]
    mine = [item for item in recent if args.resource is None or args.resource in _idents(item)]
    shown = [item for item in mine if args.all_states or text_of(item, "status") != "SUCCEEDED"]
    failed = [item for item in shown if text_of(item, "status") == "FAILED"][:EXPLAINED]
    reasons = await asyncio.gather(*(_reason(where, item, unseen) for item in failed))
    why = {text_of(item, "id"): reason for item, reason in zip(failed, reasons, strict=True)}
    going = sum(text_of(item, "status") in GOING for item in mine)
    bad = sum(text_of(item, "status") == "FAILED" for item in mine)
    head = f"{counted(len(mine), 'work request')} in the last {args.since}: {going} under way, {bad} failed."
    answer = Answer(
        head, "Work requests", COLUMNS, "work_requests", where.scope(args.since), args.limit, unseen,
        more={"under_way": going, "failed": bad}, untrusted=True,
    )  # fmt: skip
    return told(answer, [_thing(call, where, item, why.get(text_of(item, "id"), "")) for item in shown])


def _idents(item: Json) -> list[str]:
    return [text_of(one, "identifier") for one in dicts(item.get("resources"))]


async def _reason(where: Where, item: Json, unseen: list[str]) -> str:
    arguments: dict[str, Any] = (
        {"compartment_id": text_of(item, "compartmentId")} if item["service"] != SERVICES[0] else {}
    )

    async def ask() -> Json:
        listing = await where.api.listing(
            item["service"], "list_work_request_errors", region=text_of(item, "region"), cap=5,
            work_request_id=text_of(item, "id"), **arguments,
        )  # fmt: skip
        return {
            "why": "; ".join(f"{text_of(one, 'code')}: {text_of(one, 'message')}" for one in listing.items)
        }

    found = await either(ask, unseen, f"errors of {text_of(item, 'operationType')}")
    return text_of(found, "why")


def _thing(call: Call, where: Where, item: Json, why: str) -> Thing:
    state, what = text_of(item, "status"), text_of(item, "operationType")
    done = number(item, "percentComplete")
    percent = f"{done:.0f}%" if done is not None else ""
    accepted = moment(item, "timeAccepted")
    when = f"{ago(accepted, call.now)} ago" if accepted else ""
    on = ", ".join(_idents(item)[:2])
    place = f"{where.path(item)}, {text_of(item, 'region')}"
    words = "; ".join(
        filter(None, (f"{state} {percent}".strip(), f"accepted {when}", short(why, 300), place, on))
    )
    row = (what, state, percent, when, on, short(why, 160), where.path(item), text_of(item, "region"))
    data = {
        "id": text_of(item, "id"), "what": what, "state": state, "percent": done, "accepted": text_of(item, "timeAccepted"),
        "resources": _idents(item), "error": why, "compartment": where.path(item), "region": text_of(item, "region"),
    }  # fmt: skip
    rank = 0 if state == "FAILED" else (1 if state in GOING else 9)
    return Thing(what, words, f"oci:{text_of(item, 'id')}#status", row, data, rank, state)


OCI_WORK_REQUESTS = Tool(
    name="oci_work_requests",
    summary="What Oracle Cloud is doing to resources now, and which of its work failed with what reason.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "which work requests failed today?",
        "what is oracle doing right now?",
        "why did the launch fail?",
    ),
    cache_s=10,
)
