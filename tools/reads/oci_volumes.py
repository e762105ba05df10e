"""Block volumes: what they hang on, how big, when backed up; those that hang on nothing first."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from pydantic import Field

from tools.oracle.everywhere import everywhere, live, moment, number, partly
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import ago
from tools.spec import Call, Json, Result, Tool

HELD = frozenset({"ATTACHED", "ATTACHING", "DETACHING"})
STALE = timedelta(days=30)
COLUMNS = ("volume", "state", "GB", "attached to", "last backup", "created", "compartment", "region")


class Args(CloudArgs):
    resource: str | None = Field(
        None, max_length=300, description="volume: part of its name, or OCID; left out: all"
    )
    unattached: bool = Field(False, description="only those that hang on nothing")
    limit: int = Field(20, ge=1, le=100, description="volumes shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    volumes, held, backups = await asyncio.gather(
        everywhere(where, "blockstorage", "list_volumes"),
        partly("attachments", everywhere(where, "compute", "list_volume_attachments")),
        partly("backups", everywhere(where, "blockstorage", "list_volume_backups")),
    )
    if args.unattached and held.failed:
        raise held.failed  # nothing else answers this question
    on = {
        text_of(one, "volumeId"): text_of(one, "instanceId")
        for one in held.items
        if text_of(one, "lifecycleState") in HELD
    }
    last: dict[str, Json] = {}
    for one in sorted(backups.items, key=lambda one: text_of(one, "timeCreated")):
        if text_of(one, "lifecycleState") == "AVAILABLE":
            last[text_of(one, "volumeId")] = one
    mine = [one for one in volumes.items if live(one) and _fits(one, args.resource)]
    # A volume may hang on an instance of a compartment that was not seen: then nobody says that it is free.
    sure = not held.unseen and where.top is where.tenancy.compartments.root and len(where.compartments) == len(where.tenancy.compartments.all)  # fmt: skip
    free = [] if held.failed else [one for one in mine if text_of(one, "id") not in on]
    shown = free if args.unattached else mine
    size = sum(number(one, "sizeInGBs") or 0 for one in free)
    word = "hang on nothing" if sure else "hang on nothing that I may see"
    head = f"{counted(len(mine), 'volume')}, {len(free)} {word} ({size:g} GB)."
    if held.failed:
        head = f"{counted(len(mine), 'volume')}; what they hang on could not be seen."
    unseen = list(dict.fromkeys((*volumes.unseen, *held.unseen, *backups.unseen)))
    answer = Answer(
        head, "Volumes", COLUMNS, "volumes", where.scope(), args.limit, unseen,
        more={"unattached": None if held.failed else len(free), "unattached_gb": None if held.failed else size, "sure": sure}, untrusted=True,
    )  # fmt: skip
    things = [
        _thing(
            call,
            where,
            one,
            None if held.failed else on.get(text_of(one, "id"), ""),
            None if backups.failed else last.get(text_of(one, "id"), {}),
        )
        for one in shown
    ]
    return told(answer, things)


def _fits(one: Json, wanted: str | None) -> bool:
    low = (wanted or "").lower()
    return low in text_of(one, "displayName").lower() or low == text_of(one, "id").lower()


def _thing(call: Call, where: Where, one: Json, instance: str | None, backup: Json | None) -> Thing:
    """`instance` and `backup` are None where these could not be listed; empty where there is none."""
    name, state = text_of(one, "displayName"), text_of(one, "lifecycleState")
    size = number(one, "sizeInGBs") or 0
    made, saved = moment(one, "timeCreated"), moment(backup or {}, "timeCreated")
    created = f"{ago(made, call.now)} ago" if made else ""
    backed = f"{ago(saved, call.now)} ago" if saved else ("not known" if backup is None else "none seen")
    hangs = f"attached to {instance}" if instance else "attached to nothing seen"
    if instance is None:
        hangs = "not known what it is attached to"
    stale = backup is not None and (saved is None or call.now - saved > STALE)
    place = f"{where.path(one)}, {text_of(one, 'region')}"
    words = f"{state}, {size:g} GB, {hangs}, last backup {backed}, created {created}; {place}"
    row = (
        name,
        state,
        f"{size:g}",
        "not known" if instance is None else (instance or "nothing seen"),
        backed,
        created,
        where.path(one),
        text_of(one, "region"),
    )
    data = {
        "id": text_of(one, "id"), "name": name, "state": state, "gb": size, "instance": instance or None, "attachment_known": instance is not None, "backup_known": backup is not None,
        "last_backup": text_of(backup or {}, "timeCreated") or None, "created": text_of(one, "timeCreated"),
        "compartment": where.path(one), "region": text_of(one, "region"),
    }  # fmt: skip
    rank = 0 if instance == "" else (4 if stale else 9)
    return Thing(name, words, f"oci:{text_of(one, 'id')}#attachment", row, data, rank, hangs)


OCI_VOLUMES = Tool(
    name="oci_volumes",
    summary="Block volumes of Oracle Cloud: attached to what, size, last backup; unattached ones first.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "which volumes are attached to nothing?",
        "volumes without backup",
        "what is old-scratch attached to?",
    ),
    cache_s=60,
)
