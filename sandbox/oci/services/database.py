"""Autonomous databases: listed, started, stopped, and given more or less of what they run on."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Service, Table
from sandbox.oci.errors import bad_parameter, incorrect_state
from sandbox.oci.services.listing import getting, listing, shown
from sandbox.oci.services.works import Work
from sandbox.oci.tenancy.records import Json, Record

MODEL: Final = "AutonomousDatabase"
POWER_S: Final = 18.0
SCALE_S: Final = 15.0
SCALED: Final = frozenset({"computeCount", "dataStorageSizeInTBs"})
NAMED: Final = frozenset({"displayName", "freeformTags", "definedTags"})


def _power(title: str, needs: str, passes: str, ends: str) -> Service:
    def act(call: Call) -> Answer:
        found = call.record(MODEL, call.path["autonomousDatabaseId"])
        _in_state(found, needs)
        _moves(call, found, passes, {"lifecycleState": needs if call.fails else ends}, POWER_S)
        return _answer(call, found, title, POWER_S, {"lifecycleState": needs})

    return act


def _update(call: Call) -> Answer:
    found = call.record(MODEL, call.path["autonomousDatabaseId"])
    if other := call.body.keys() - SCALED - NAMED:
        raise bad_parameter(f"{', '.join(sorted(other))} of a database cannot be updated here")
    before: Json = {key: found.body.get(key) for key in call.body}
    named = {key: value for key, value in call.body.items() if key in NAMED}
    call.tenancy.records.change(found, named, call.now)
    scaled = {key: value for key, value in call.body.items() if key in SCALED}
    if not scaled:
        return Answer(shown("database", MODEL, found), found, before=before)
    _may_scale(found, scaled)
    done = {} if call.fails else scaled
    _moves(call, found, "SCALE_IN_PROGRESS", {"lifecycleState": "AVAILABLE", **done}, SCALE_S)
    return _answer(call, found, "Scale autonomous database", SCALE_S, before)


def _may_scale(found: Record, scaled: Json) -> None:
    _in_state(found, "AVAILABLE")
    if found.body.get("isFreeTier"):
        raise bad_parameter("an Always Free database cannot be scaled")
    if scaled.get("computeCount", 2) < 2:
        raise bad_parameter(f"computeCount must be at least 2, not {scaled['computeCount']:g}")
    if scaled.get("dataStorageSizeInTBs", 1 << 20) < found.body["dataStorageSizeInTBs"]:
        raise bad_parameter("dataStorageSizeInTBs cannot be made smaller; shrink the database instead")


def _in_state(found: Record, needs: str) -> None:
    if found.state != needs:
        raise incorrect_state(
            f"Autonomous database {found.id} is {found.state}; this takes one that is {needs}"
        )


def _moves(call: Call, found: Record, passes: str, ends: Json, lasts: float) -> None:
    call.tenancy.records.change(found, {"lifecycleState": passes}, call.now)
    call.tenancy.records.later(call.now + lasts / call.speed, found, ends)


def _answer(call: Call, found: Record, title: str, lasts: float, before: Json) -> Answer:
    work = Work(title, "autonomousdatabase", found).follow(call, call.now + lasts / call.speed)
    return Answer(shown("database", MODEL, found), found, {"opc-work-request-id": work}, before)


def _backups(call: Call) -> Answer:
    """Of one database, or of a compartment, the latest first."""
    kind, database = "AutonomousDatabaseBackup", call.query.get("autonomousDatabaseId")
    place = call.record(MODEL, database).compartment if database else call.text("compartmentId")
    call.need(place)
    found = [one for one in call.tenancy.records.of("database", kind) if one.compartment == place]
    found = [one for one in found if database in {None, one.body["autonomousDatabaseId"]}]
    found.sort(key=lambda one: str(one.body.get("timeStarted")), reverse=True)
    return Answer([shown("database", "AutonomousDatabaseBackupSummary", one) for one in found])


TABLE: Final[Table] = {
    "list_autonomous_database_backups": _backups,
    "list_db_systems": listing("database", "DbSystem", "DbSystemSummary"),
    "list_autonomous_databases": listing("database", MODEL, "AutonomousDatabaseSummary"),
    "get_autonomous_database": getting("database", MODEL, "autonomousDatabaseId"),
    "start_autonomous_database": _power("Start autonomous database", "STOPPED", "STARTING", "AVAILABLE"),
    "stop_autonomous_database": _power("Stop autonomous database", "AVAILABLE", "STOPPING", "STOPPED"),
    "update_autonomous_database": _update,
}
