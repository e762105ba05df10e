"""Databases: state, size, how full, who reaches them, when they were backed up last."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from pydantic import Field

from tools.oracle.everywhere import either, everywhere, live, moment, number, one_of, partly
from tools.oracle.where import CloudArgs, Where, find, text_of
from tools.reads.digest import counted
from tools.reads.told import Answer, Thing, told
from tools.reads.windows import ago
from tools.spec import Call, Json, Result, Tool

WELL = frozenset({"AVAILABLE", "STANDBY"})
STALE = timedelta(days=2)  # automatic backups come daily
ASKED = 60  # databases whose backups are asked for
COLUMNS = ("database", "kind", "state", "size", "last backup", "concerns", "compartment", "region")


class Args(CloudArgs):
    resource: str | None = Field(
        None, max_length=300, description="database: part of its name, or OCID; left out: all"
    )
    limit: int = Field(20, ge=1, le=100, description="databases shown")


async def run(call: Call, args: Args) -> Result:
    where = await find(call, args)
    autonomous, systems = await asyncio.gather(
        partly("Autonomous databases", everywhere(where, "database", "list_autonomous_databases")),
        partly("DB systems", everywhere(where, "database", "list_db_systems")),
    )
    one_of(autonomous, systems)
    unseen = list(dict.fromkeys((*autonomous.unseen, *systems.unseen)))
    mine = [one for one in autonomous.items if live(one) and _fits(one, args.resource)]
    backups = await asyncio.gather(*(_backup(where, one, unseen) for one in mine[:ASKED]))
    if len(mine) > ASKED:
        unseen.append(f"backups of {len(mine) - ASKED} more databases: at most {ASKED} are asked")
    known: list[Json] = [*backups, *([{}] * max(0, len(mine) - ASKED))]
    things = [_autonomous(call, where, one, backup) for one, backup in zip(mine, known, strict=True)]
    things += [_system(where, one) for one in systems.items if live(one) and _fits(one, args.resource)]
    odd = sum(thing.rank < 9 for thing in things)
    head = f"{counted(len(things), 'database')}, {odd} with something to look at."
    blind = [
        name for name, one in (("Autonomous databases", autonomous), ("DB systems", systems)) if one.failed
    ]
    head += f" Not counted, because they could not be listed: {blind[0]}." if blind else ""
    return told(
        Answer(head, "Databases", COLUMNS, "databases", where.scope(), args.limit, unseen, untrusted=True),
        things,
    )


def _fits(one: Json, wanted: str | None) -> bool:
    low = (wanted or "").lower()
    names = (text_of(one, "displayName"), text_of(one, "dbName"))
    return low == text_of(one, "id").lower() or any(low in name.lower() for name in names)


async def _backup(where: Where, one: Json, unseen: list[str]) -> Json:
    """The latest that can be restored, under `time`; without it none was found."""

    async def ask() -> Json:
        listing = await where.api.listing(
            "database", "list_autonomous_database_backups", region=text_of(one, "region"), cap=50,
            autonomous_database_id=text_of(one, "id"), sort_by="TIMECREATED", sort_order="DESC",
        )  # fmt: skip
        done = [each for each in listing.items if text_of(each, "lifecycleState") == "ACTIVE"]
        return {"asked": True, "time": max((text_of(each, "timeEnded") for each in done), default="")}

    return await either(ask, unseen, f"backups of {text_of(one, 'displayName')}")


def _autonomous(call: Call, where: Where, one: Json, backup: Json) -> Thing:
    last = moment(backup, "time")
    concerns = _concerns(call.now, one, backup, last)
    size = _size(one)
    when = f"{ago(last, call.now)} ago" if last else ("none seen" if backup.get("asked") else "not known")
    kind = f"Autonomous {text_of(one, 'dbWorkload')}".strip()
    return _thing(where, one, (kind, size, when), concerns)


def _system(where: Where, one: Json) -> Thing:
    size = ", ".join(filter(None, (text_of(one, "shape"), text_of(one, "databaseEdition"))))
    state = text_of(one, "lifecycleState")
    return _thing(where, one, ("DB system", size, "not asked"), [] if state in WELL else [f"it is {state}"])


def _concerns(now: datetime, one: Json, backup: Json, last: datetime | None) -> list[str]:
    found = []
    if (state := text_of(one, "lifecycleState")) not in WELL:
        found.append(f"it is {state}")
    if backup.get("asked") and (last is None or now - last > STALE):
        found.append("no backup in two days")
    public = not text_of(one, "privateEndpoint") and not text_of(one, "subnetId")
    if public and not one.get("whitelistedIps"):
        found.append("its public endpoint takes connections from any address")
    used, room = number(one, "usedDataStorageSizeInGBs"), number(one, "dataStorageSizeInGBs")
    if used is not None and room and used / room >= 0.8:
        found.append(f"storage is {used / room:.0%} full")
    return found


def _size(one: Json) -> str:
    compute, storage = number(one, "computeCount"), number(one, "dataStorageSizeInTBs")
    scaling = " (auto scaling)" if one.get("isAutoScalingEnabled") else ""
    parts = (
        f"{compute:g} {text_of(one, 'computeModel') or 'compute units'}{scaling}" if compute else "",
        f"{storage:g} TB" if storage else "",
    )
    return ", ".join(filter(None, parts))


def _thing(where: Where, one: Json, is_: tuple[str, str, str], concerns: list[str]) -> Thing:
    """`is_`: its kind, its size, its last backup."""
    kind, size, backup = is_
    name, state = text_of(one, "displayName") or text_of(one, "dbName"), text_of(one, "lifecycleState")
    version = text_of(one, "dbVersion")
    worry = f"; {'; '.join(concerns)}" if concerns else ""
    words = f"{kind} {version}, {state}, {size}, last backup {backup}{worry}; {where.path(one)}, {text_of(one, 'region')}"
    row = (name, kind, state, size, backup, "; ".join(concerns), where.path(one), text_of(one, "region"))
    data = {
        "id": text_of(one, "id"), "name": name, "kind": kind, "state": state, "version": version, "size": size,
        "last_backup": backup, "concerns": concerns, "compartment": where.path(one), "region": text_of(one, "region"),
    }  # fmt: skip
    rank = 0 if state not in WELL else (3 if concerns else 9)
    return Thing(name, words, f"oci:{text_of(one, 'id')}#lifecycleState", row, data, rank, state)


OCI_DATABASE = Tool(
    name="oci_database",
    summary="Oracle databases: state, size, how full, last backup, who can reach them.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=(
        "how are the databases?",
        "when was shop-reports backed up?",
        "which databases have a public endpoint?",
    ),
    cache_s=60,
)
