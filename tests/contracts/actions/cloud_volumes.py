"""Volumes of Oracle Cloud, one of its own a case: tagged, backed up, deleted."""

from __future__ import annotations

from sandbox.oci.tenancy.records import Record
from sandbox.oci.times import stamp
from tests.contracts.actions.cloud import NO_TRY, WHOLE
from tests.contracts.actions.rig import Case, Rig

AD = "Xkqz:EU-FRANKFURT-1-AD-1"


def usual(place, kind, name):
    prod = place.local.ocid("compartment", "prod")
    return {
        "id": place.local.ocid(kind, name), "displayName": name, "compartmentId": prod, "lifecycleState": "AVAILABLE",
        "timeCreated": stamp(place.local.clock() - 3_600), "freeformTags": {"team": "shop"}, "definedTags": {},
    }  # fmt: skip


def volume_of(place, name):
    body = usual(place, "volume", name)
    body |= {"availabilityDomain": AD, "sizeInGBs": 100, "sizeInMBs": 102_400}
    return place.records.add(Record(body["id"], body["compartmentId"], "core", "Volume", body))


def backup_of(place, volume, name):
    body = usual(place, "volumebackup", name)
    body |= {"volumeId": volume.id, "type": "FULL", "sourceType": "MANUAL", "sizeInGBs": 100}
    return place.records.add(Record(body["id"], body["compartmentId"], "core", "VolumeBackup", body))


def renamed(place, record):
    return lambda: place.records.change(
        record, {"displayName": f"{record.name}-renamed"}, place.local.clock()
    )


def tagged(place, n):
    record = volume_of(place, f"tagged-{n}")

    def put(before):
        place.records.change(record, {"freeformTags": dict(before)}, place.local.clock())

    return Case(
        {"resource": record.name, "tags": {"owner": "erin"}},
        f"tag volume {record.name} with owner=erin",
        record.id,
        lambda: dict(record.body["freeformTags"]),
        put,
        renamed(place, record),
        lambda: None,
    )


def backed_up(place, n):
    record = volume_of(place, f"saved-{n}")
    place.forget_calls()

    def mine():
        place.records.settle()
        return [one for one in place.records.of("core", "VolumeBackup") if one.body["volumeId"] == record.id]

    def seen():
        return sorted(one.name for one in mine() if one.state == "AVAILABLE")

    def put(before):
        for one in mine():
            if one.name not in before:
                place.records.change(one, {"lifecycleState": "TERMINATED"}, place.local.clock())

    words = f"back up volume {record.name}"
    return Case(
        {"resource": record.name}, words, "/volumeBackups", seen, put, renamed(place, record), lambda: None
    )


def deleted(place, n):
    record = volume_of(place, f"old-{n}")
    backup_of(place, record, f"kept-{n}")

    def seen():
        place.records.settle()
        return record.state

    def put(before):
        """Whatever was still to become of it does not."""
        place.records.due = [one for one in place.records.due if one.id != record.id]
        place.records.change(record, {"lifecycleState": before}, place.local.clock())

    words = f"delete volume {record.name}"
    return Case({"resource": record.name}, words, record.id, seen, put, renamed(place, record), lambda: None)


RIGS = (
    Rig("tags_apply", tagged, without=NO_TRY | WHOLE, at="cloud"),
    Rig("volume_backup", backed_up, without=NO_TRY, at="cloud"),
    Rig("volume_delete", deleted, irreversible=True, without=NO_TRY, at="cloud"),
)
