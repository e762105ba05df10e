"""Rigs of instance pools, in the cloud of all rigs there."""

from tests.contracts.actions.rig import Case, Rig
from tests.unit.oci_tenancy import instances

COUNT = 80
EACH = 2
WRITES = frozenset({"update_instance_pool", "start_instance_pool", "softstop_instance_pool"})
SPOT = "Xkqz:EU-FRANKFURT-1-AD-1"


def pool(name, **fields):
    """A pool as a tenancy file has it."""
    usual = {
        "instanceConfigurationId": f"@instanceconfiguration/{name}",
        "placementConfigurations": [{"availabilityDomain": SPOT, "primarySubnetId": "@subnet/nodes"}],
        "size": EACH,
    }
    return {"name": name, "in": "prod", "fields": usual | fields}


def of_pool(name, count=EACH, **more):
    """Its instances."""
    return [
        one | {"name": f"{name}-{number}", **more}
        for number, one in enumerate(
            instances(count, instanceConfigurationId=f"@instanceconfiguration/{name}"), 1
        )
    ]


def resources(count=COUNT):
    """Of the service core: pools and their instances."""
    names = [f"pool-{number}" for number in range(1, count + 1)]
    return {
        "InstancePool": [pool(name) for name in names],
        "Instance": [one for name in names for one in of_pool(name)],
    }


def members(place, record):
    config = record.body["instanceConfigurationId"]
    found = [
        one
        for one in place.records.of("core", "Instance")
        if one.body.get("instanceConfigurationId") == config
    ]
    return [one for one in found if one.state not in {"TERMINATING", "TERMINATED"}]


def case_of(place, n, words, state="RUNNING", **args):
    name = f"pool-{n}"
    ident = place.local.ocid("instancepool", name)
    record = place.records.get(ident, "InstancePool")
    for one in (record, *members(place, record)):
        place.records.change(one, {"lifecycleState": state}, place.local.clock())

    def seen():
        place.records.settle()
        return record.body["size"], record.state

    def put(before):
        """A moment later: what it is becoming comes first."""
        size, state = before
        place.records.later(place.local.clock() + 0.2, record, {"size": size, "lifecycleState": state})

    def drift():
        place.records.change(record, {"displayName": f"{name}-renamed"}, place.local.clock())

    return Case({"resource": name, **args}, words.format(name), ident, seen, put, drift, lambda: None)


NO_TRY = {"dry run": "Oracle Cloud has no dry run for it"}
WHOLE = {"way back": "what fails leaves the pool as it was: there is nothing to take back"}
RIGS = (
    Rig(
        "instance_pool_size",
        lambda place, _: case_of(place, place.number("pool"), "scale instance pool {} to 4", size=4),
        tells=False,
        without=NO_TRY,
        at="cloud",
    ),
    Rig(
        "instance_pool_stop",
        lambda place, _: case_of(place, place.number("pool"), "stop instance pool {}"),
        tells=False,
        without=NO_TRY | WHOLE,
        at="cloud",
    ),
    Rig(
        "instance_pool_start",
        lambda place, _: case_of(place, place.number("pool"), "start instance pool {}", "STOPPED"),
        tells=False,
        without=NO_TRY | WHOLE,
        at="cloud",
    ),
)
