"""Rigs of autonomous databases, in the cloud of all rigs there. Their writes take no retry token."""

from tests.contracts.actions.pools import NO_TRY
from tests.contracts.actions.rig import Case, Rig

COUNT = 75
WRITES = frozenset({"start_autonomous_database", "stop_autonomous_database", "update_autonomous_database"})
WHOLE = {"way back": "what fails leaves the database as it was: there is nothing to take back"}


def database(name, **fields):
    """A database as a tenancy file has it."""
    usual = {
        "dbName": name.replace("-", "").upper(),
        "computeModel": "ECPU",
        "computeCount": 4.0,
        "dataStorageSizeInTBs": 1,
    }
    return {"name": name, "in": "prod", "fields": usual | fields}


def resources(count=COUNT):
    return {"AutonomousDatabase": [database(f"db-{number}") for number in range(1, count + 1)]}


def case_of(place, words, state="AVAILABLE", **args):
    name = f"db-{place.number('database')}"
    ident = place.local.ocid("autonomousdatabase", name)
    record = place.records.get(ident, "AutonomousDatabase")
    place.records.change(record, {"lifecycleState": state}, place.local.clock())

    def seen():
        place.records.settle()
        return record.state, record.body["computeCount"]

    def put(before):
        """A moment later: what it is becoming comes first."""
        state, count = before
        place.records.later(
            place.local.clock() + 0.2, record, {"lifecycleState": state, "computeCount": count}
        )

    def drift():
        place.records.change(record, {"displayName": f"{name}-renamed"}, place.local.clock())

    return Case({"resource": name, **args}, words.format(name), ident, seen, put, drift, lambda: None)


RIGS = (
    Rig("database_start", lambda place, _: case_of(place, "start database {}", "STOPPED"), without=NO_TRY | WHOLE, at="cloud"),
    Rig("database_stop", lambda place, _: case_of(place, "stop database {}"), without=NO_TRY | WHOLE, at="cloud"),
    Rig(
        "database_scale", lambda place, _: case_of(place, "scale database {} to 8 ecpus", ecpus=8), without=NO_TRY | WHOLE, at="cloud"
    ),
)  # fmt: skip
