"""Block and boot volumes: what they hang on, their backups, which take time, and their end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

from sandbox.oci.api.call import Answer, Call, Service, Table
from sandbox.oci.errors import bad_parameter, incorrect_state
from sandbox.oci.services.listing import chosen, getting, listing, shown
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import stamp

BACKUP_S: Final = 60.0
ENDING_S: Final = 8.0
HELD: Final = frozenset({"ATTACHED", "ATTACHING", "DETACHING"})
CHANGEABLE: Final = frozenset({"displayName", "freeformTags", "definedTags"})
IDENT: Final = {"Volume": "volumeId", "BootVolume": "bootVolumeId"}


def _backing_up(volume_model: str) -> Service:
    """A backup of one that is AVAILABLE: CREATING for a while, then AVAILABLE; `fails` ends it FAULTY."""
    model, ident = f"{volume_model}Backup", IDENT[volume_model]

    def create(call: Call) -> Answer:
        volume = call.record(volume_model, str(call.body[ident]))
        if volume.state != "AVAILABLE":
            raise incorrect_state(
                f"Volume {volume.id} is {volume.state}; a backup takes one that is AVAILABLE"
            )
        records, now = call.tenancy.records, stamp(call.now)
        body: Json = {
            "id": call.tenancy.names.ocid(model.lower(), uuid.uuid4().hex),
            "compartmentId": volume.compartment,
            "displayName": call.body.get("displayName") or f"{volume.name}-backup",
            "freeformTags": call.body.get("freeformTags") or {},
            "definedTags": call.body.get("definedTags") or {},
            "lifecycleState": "CREATING",
            "sizeInGBs": volume.body.get("sizeInGBs"),
            "sourceType": "MANUAL",
            "type": call.body.get("type") or "INCREMENTAL",
            "timeCreated": now,
            "timeRequestReceived": now,
            ident: volume.id,
        }
        backup = records.add(Record(body["id"], volume.compartment, "core", model, body))
        records.later(
            call.now + BACKUP_S / call.speed,
            backup,
            {"lifecycleState": "FAULTY" if call.fails else "AVAILABLE"},
        )
        return Answer(shown("core", model, backup), backup)

    return create


def _ending(model: str, parameter: str, refuse: Callable[[Call, Record], None]) -> Service:
    """TERMINATING, then TERMINATED, in which it is seen for a while."""

    def delete(call: Call) -> Answer:
        one = call.record(model, call.path[parameter])
        if one.state in {"TERMINATING", "TERMINATED"}:
            raise incorrect_state(f"{one.id} is {one.state} already")
        refuse(call, one)
        before: Json = {"lifecycleState": one.state}
        records, was = call.tenancy.records, one.state
        records.change(one, {"lifecycleState": "TERMINATING"}, call.now)
        records.later(
            call.now + ENDING_S / call.speed, one, {"lifecycleState": was if call.fails else "TERMINATED"}
        )
        return Answer(None, one, before=before)

    return delete


def _attached(call: Call, volume: Record) -> None:
    """Raises Refused(409) for a volume that an instance holds."""
    for kind, ident in (("VolumeAttachment", "volumeId"), ("BootVolumeAttachment", "bootVolumeId")):
        for one in call.tenancy.records.of("core", kind):
            if one.body.get(ident) == volume.id and one.state in HELD:
                raise incorrect_state(f"Volume {volume.id} is attached to {one.body['instanceId']}")


def _whole(call: Call, one: Record) -> None:
    """Raises Refused(409) for a backup that is still being made."""
    del call
    if one.state in {"CREATING", "REQUEST_RECEIVED"}:
        raise incorrect_state(f"Backup {one.id} is {one.state}")


def _updating(model: str, parameter: str) -> Service:
    def update(call: Call) -> Answer:
        volume = call.record(model, call.path[parameter])
        if other := call.body.keys() - CHANGEABLE:
            raise bad_parameter(f"only names and tags can be updated here, not {', '.join(other)}")
        before: Json = {key: volume.body.get(key) for key in call.body}
        if not call.fails:
            call.tenancy.records.change(volume, call.body, call.now)
        return Answer(shown("core", model, volume), volume, before=before)

    return update


def _volumes(model: str) -> Service:
    """The compartment may be left out: then it is the tenancy's."""

    def list_(call: Call) -> Answer:
        place = call.query.get("compartmentId") or call.tenancy.root
        call.need(place)
        found = [one for one in call.tenancy.records.of("core", model) if one.compartment == place]
        return Answer([shown("core", model, one) for one in chosen(call, found)])

    return list_


def _boot_attachments(call: Call) -> Answer:
    """Of one availability domain, which must be said."""
    call.text("availabilityDomain")
    return listing("core", "BootVolumeAttachment")(call)


TABLE: Final[Table] = {
    "list_volumes": _volumes("Volume"),
    "get_volume": getting("core", "Volume", "volumeId"),
    "update_volume": _updating("Volume", "volumeId"),
    "delete_volume": _ending("Volume", "volumeId", _attached),
    "list_boot_volumes": _volumes("BootVolume"),
    "get_boot_volume": getting("core", "BootVolume", "bootVolumeId"),
    "update_boot_volume": _updating("BootVolume", "bootVolumeId"),
    "list_volume_attachments": listing("core", "VolumeAttachment"),
    "list_boot_volume_attachments": _boot_attachments,
    "create_volume_backup": _backing_up("Volume"),
    "list_volume_backups": listing("core", "VolumeBackup"),
    "get_volume_backup": getting("core", "VolumeBackup", "volumeBackupId"),
    "delete_volume_backup": _ending("VolumeBackup", "volumeBackupId", _whole),
    "create_boot_volume_backup": _backing_up("BootVolume"),
    "list_boot_volume_backups": listing("core", "BootVolumeBackup"),
    "get_boot_volume_backup": getting("core", "BootVolumeBackup", "bootVolumeBackupId"),
    "delete_boot_volume_backup": _ending("BootVolumeBackup", "bootVolumeBackupId", _whole),
}
