"""Block and boot volumes: what hangs on them and what backups there are, as the cards of their changes show it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from tools.errors import GiveUp
from tools.oracle.where import text_of
from tools.remediation.alarm import moment
from tools.remediation.cloud_item import Item, Kind, read, tags_of
from tools.remediation.cloud_kinds import BOOT_VOLUME, VOLUME
from tools.spec import Json

HELD: Final = frozenset({"ATTACHED", "ATTACHING", "DETACHING"})
AVAILABLE: Final = "AVAILABLE"


@dataclass(frozen=True, slots=True)
class Sort:
    """A block volume or a boot volume: the same, by other names. `field` is where what belongs to it names it."""

    kind: Kind
    field: str
    backups: Kind
    list_backups: str
    create_backup: str
    delete_backup: str


SORTS: Final = {
    "Volume": Sort(
        VOLUME, "volumeId",
        Kind("VolumeBackup", "volume backup", "blockstorage", "get_volume_backup", "volume_backup_id"),
        "list_volume_backups", "create_volume_backup", "delete_volume_backup",
    ),
    "BootVolume": Sort(
        BOOT_VOLUME, "bootVolumeId",
        Kind("BootVolumeBackup", "boot volume backup", "blockstorage", "get_boot_volume_backup", "boot_volume_backup_id"),
        "list_boot_volume_backups", "create_boot_volume_backup", "delete_boot_volume_backup",
    ),
}  # fmt: skip


def sort_of(found: Item) -> Sort:
    return SORTS[found.kind.model]


def shown(found: Item, backups: list[Json]) -> dict[str, str]:
    return {
        "displayName": found.name,
        "lifecycleState": text_of(found.body, "lifecycleState"),
        "size": size(found),
        "newest backup": newest(backups),
        **tags_of(found.body),
    }


def size(found: Item) -> str:
    return f"{found.body.get('sizeInGBs', '?')} GB"


def newest(backups: list[Json]) -> str:
    whole = [one for one in backups if text_of(one, "lifecycleState") == AVAILABLE]
    one = max(whole, key=lambda each: text_of(each, "timeCreated"), default=None)
    return f"{text_of(one, 'displayName')} of {moment(text_of(one, 'timeCreated'))}" if one else "none"


async def backups_of(found: Item) -> list[Json]:
    """All that Oracle lists, those that are gone too."""
    sort = sort_of(found)
    of_it: Json = {sort.kind.ident: found.id}
    listing = await found.where.api.listing(
        "blockstorage", sort.list_backups, region=found.region,
        compartment_id=text_of(found.body, "compartmentId"), **of_it,
    )  # fmt: skip
    return listing.items


async def boot_volume_of(instance: Item) -> Item:
    """The one that it starts from. Raises GiveUp where Oracle shows none."""
    listing = await instance.where.api.listing(
        "compute", "list_boot_volume_attachments", region=instance.region, instance_id=instance.id,
        availability_domain=text_of(instance.body, "availabilityDomain"), compartment_id=text_of(instance.body, "compartmentId"),
    )  # fmt: skip
    held = [text_of(one, "bootVolumeId") for one in listing.items if text_of(one, "lifecycleState") in HELD]
    if not held:
        raise GiveUp(f"I see no boot volume of {instance.name}", "oci:Block Volume")
    return await read(instance.where, BOOT_VOLUME, held[0], instance.region)


async def holders(found: Item) -> list[str]:
    """OCIDs of the instances that it is attached to. Attachments may be in another compartment than their volume."""

    async def held(compartment: str) -> list[str]:
        listing = await found.where.api.listing(
            "compute",
            "list_volume_attachments",
            region=found.region,
            compartment_id=compartment,
            volume_id=found.id,
        )
        return [text_of(one, "instanceId") for one in listing.items if text_of(one, "lifecycleState") in HELD]

    lists = await asyncio.gather(*(held(one.id) for one in found.where.tenancy.compartments.all))
    return [ident for each in lists for ident in each]


def must_be_available(found: Item) -> None:
    state = text_of(found.body, "lifecycleState")
    if state != AVAILABLE:
        raise GiveUp(f"{found.name} is {state}, not {AVAILABLE}", "oci:Block Volume")
