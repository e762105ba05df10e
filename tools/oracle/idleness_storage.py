"""Block and boot volumes that hang on nothing, and backups that are old and that nothing will end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from tools.errors import TryLater
from tools.oracle.everywhere import Everywhere, everywhere, gathered, moment, number, partly
from tools.oracle.idleness_found import Ground, Looked, once
from tools.oracle.prices_change import Wanted
from tools.oracle.prices_pieces import BACKUP, Piece
from tools.oracle.prices_wanted import Asked, built
from tools.oracle.savings_own import all_of_it
from tools.oracle.where import Where, text_of
from tools.reads.windows import ago
from tools.spec import Json

HELD: Final = frozenset({"ATTACHED", "ATTACHING", "DETACHING"})
BACKED_UP: Final = "it is deleted only with a backup of the last day: back it up first"
BY_HAND: Final = "no change of ours deletes it: by hand"
MANY_VOLUMES: Final = 2_000
Ident = Literal["volumeId", "bootVolumeId"]


async def free_volumes(ground: Ground) -> Looked:
    where = ground.where
    volumes, held = await asyncio.gather(
        partly("volumes", everywhere(where, "blockstorage", "list_volumes")),
        partly("attachments of volumes", everywhere(where, "compute", "list_volume_attachments")),
    )
    return _free(ground, "volume", volumes, held, "volumeId")


async def free_boot_volumes(ground: Ground) -> Looked:
    where = ground.where
    volumes = await partly("boot volumes", everywhere(where, "blockstorage", "list_boot_volumes"))
    held = await partly("attachments of boot volumes", _boot_attachments(where, volumes.items))
    return _free(ground, "boot volume", volumes, held, "bootVolumeId")


async def _boot_attachments(where: Where, volumes: Sequence[Json]) -> Everywhere:
    """Oracle lists them by availability domain: those are asked that have a boot volume."""
    domains = {(text_of(one, "region"), text_of(one, "availabilityDomain")) for one in volumes}

    async def ask(region: str, compartment: str) -> tuple[list[Json], bool]:
        lists = [
            await where.api.listing(
                "compute", "list_boot_volume_attachments", region=region, cap=MANY_VOLUMES,
                compartment_id=compartment, availability_domain=domain,
            )
            for place, domain in sorted(domains)
            if place == region
        ]  # fmt: skip
        return [item for one in lists for item in one.items], all(one.whole for one in lists)

    return await gathered(where, ask)


def _free(ground: Ground, kind: Literal["volume", "boot volume"], volumes: Everywhere, held: Everywhere, ident: Ident) -> Looked:  # fmt: skip
    unseen = once((*volumes.unseen, *held.unseen))
    if held.unseen and not held.failed:  # what was not listed may hold any of them: none is called free
        held = replace(held, failed=TryLater("not all attachments could be listed", "oci:compute"))
    if volumes.failed or held.failed:
        return Looked(kind, unseen=unseen, failed=volumes.failed or held.failed)
    on = {text_of(one, ident) for one in held.items if text_of(one, "lifecycleState") in HELD}
    there = [one for one in volumes.items if text_of(one, "lifecycleState") == "AVAILABLE"]
    free = [one for one in there if text_of(one, "id") not in on]
    young = [one for one in free if ground.young(one)]
    # It may hang on an instance of a compartment that was not seen: then nobody says that it is free.
    word = "is attached to nothing" if _whole(ground.where) else "is attached to nothing that I may see"
    found = []
    for one in free:
        if one in young:
            continue
        made = moment(one, "timeCreated")
        size = number(one, "sizeInGBs") or 0
        why = f"{word}, {size:g} GB, since when is not known{_made(made, ground.now)}"
        change = built(Asked(kind, "delete", text_of(one, "id"), text_of(one, "region"), {}), one)
        note = BACKED_UP if change.action else BY_HAND
        found.append(ground.unused(one, change, why, None, f"oci:{text_of(one, 'id')}#attachment", note))
    return Looked(kind, tuple(found), len(there), len(young), unseen=unseen)


async def old_backups(ground: Ground, days: int) -> Looked:
    where = ground.where
    lists = await asyncio.gather(
        partly("volume backups", everywhere(where, "blockstorage", "list_volume_backups")),
        partly("boot volume backups", everywhere(where, "blockstorage", "list_boot_volume_backups")),
    )
    kept = [one for part in lists for one in part.items if text_of(one, "lifecycleState") == "AVAILABLE"]
    oldest = ground.now - timedelta(days=days)
    found = []
    for one in kept:
        made = moment(one, "timeCreated")
        if made is None or made > oldest or moment(one, "expirationTime") is not None:
            continue
        why = f"a {text_of(one, 'sourceType').lower() or 'volume'} backup{_made(made, ground.now)}, and nothing ends it"
        found.append(ground.unused(one, _backup(one), why, made, f"oci:{text_of(one, 'id')}#timeCreated", BY_HAND))  # fmt: skip
    unseen = once(text for part in lists for text in part.unseen)
    return Looked(
        "backup", tuple(found), len(kept), unseen=unseen, failed=lists[0].failed and lists[1].failed
    )


def _backup(one: Json) -> Wanted:
    """Billed by what it holds of its own, which is less than its volume."""
    size = Decimal(str(number(one, "uniqueSizeInGBs") or 0))
    piece = Piece("GB of backup", BACKUP, ("Volume",), size, Decimal(0))
    return Wanted(
        "backup", text_of(one, "id"), text_of(one, "displayName"), text_of(one, "compartmentId"),
        text_of(one, "region"), "delete", "", (piece,) if size else (), all_of_it,
    )  # fmt: skip


def _whole(where: Where) -> bool:
    """Whether every compartment of the tenancy was looked at."""
    tree = where.tenancy.compartments
    return where.top is tree.root and len(where.compartments) == len(tree.all)


def _made(at: datetime | None, now: datetime) -> str:
    return f", made {ago(at, now)} ago" if at else ""
