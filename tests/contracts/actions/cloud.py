"""A local Oracle Cloud that all its rigs share: the same acts as of the cluster, in Oracle's words."""

from __future__ import annotations

import itertools
from collections import defaultdict
from contextlib import contextmanager

from tests.contracts.actions import balancers, cloud_tenancy, databases, node_pools, pools, stacks
from tests.contracts.actions.rig import Case, Rig
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import desk

COUNT = 200
SHAPE = {"ocpus": 2.0, "memoryInGBs": 16.0}
WRITES = (
    frozenset({"instance_action", "update_instance"})
    | cloud_tenancy.WRITES
    | pools.WRITES
    | balancers.WRITES
    | databases.WRITES
    | node_pools.WRITES
    | stacks.WRITES
)


class Cloud:
    """A case's `path` is the OCID of what it is about."""

    def __init__(self, local, clients) -> None:
        self.local, self.clients = local, clients
        self._numbers = itertools.count(1)
        self._of = defaultdict(lambda: itertools.count(1))

    @property
    def records(self):
        return self.local.server.tenancy.records

    def clear(self):
        self.local.local("/local/faults", method="DELETE")

    def order(self, **fault):
        self.local.local("/local/faults", fault)

    def refuse(self, case, times=1_000):
        """The principal that changes has lost its right."""
        self.order(profile="CHANGE", status=404, times=times)

    def ignore(self, case):
        """The change is accepted, and nothing comes of it."""
        self.order(profile="CHANGE", fails=True, times=1_000)

    def spoil(self, case):
        """The first change comes to nothing, the next one would."""
        self.order(profile="CHANGE", fails=True, times=1)

    def hide(self, case):
        self.order(profile="DEFAULT", status=404, times=1_000)

    def lose(self, case, writes=1):
        self.order(profile="CHANGE", drop="after", times=1)

    def sent(self, case):
        rows = self.local.local("/local/calls")["calls"]
        return [row for row in rows if row["operation"] in WRITES and case.path in row["target"]]

    def writes(self, case):
        return [row for row in self.sent(case) if row["status"] < 300]

    def forget_calls(self):
        self.local.server.front.calls.clear()

    def number(self, kind):
        """Of one that no other case knows."""
        return next(self._of[kind])

    def instance(self):
        """One that no other case knows."""
        name = f"node-{next(self._numbers)}"
        return name, self.local.ocid("instance", name)


def power(place, words, state="RUNNING"):
    name, ident = place.instance()
    record = place.records.get(ident, "Instance")
    place.records.change(record, {"lifecycleState": state}, place.local.clock())

    def seen():
        """Its state, and how often it was restarted: a reset ends where it began."""
        place.records.settle()
        done = [
            one
            for one in place.records.of("work_requests", "WorkRequest")
            if one.body["resources"][0]["identifier"] == ident and one.body["status"] == "SUCCEEDED"
        ]
        restarts = sum("Reset" in one.body["operationType"] for one in done)
        return record.body["lifecycleState"], restarts

    def put(before):
        """A moment later: what it is becoming comes first."""
        place.records.later(place.local.clock() + 0.2, record, {"lifecycleState": before[0]})

    def drift():
        place.records.change(record, {"displayName": f"{name}-renamed"}, place.local.clock())

    return Case({"resource": name}, f"{words} instance {name}", ident, seen, put, drift, lambda: None)


def shape(place, state="RUNNING"):
    name, ident = place.instance()
    record = place.records.get(ident, "Instance")
    place.records.change(record, {"lifecycleState": state}, place.local.clock())

    def seen():
        place.records.settle()
        return dict(record.body["shapeConfig"]), record.body["lifecycleState"]

    def put(before):
        place.records.later(place.local.clock() + 0.2, record, {"shapeConfig": before[0]})

    def drift():
        place.records.change(record, {"shapeConfig": SHAPE | {"ocpus": 3.0}}, place.local.clock())

    args = {"resource": name, "ocpus": 4, "memory_gb": 32}
    return Case(args, f"give instance {name} 4 ocpus and 32 gb", ident, seen, put, drift, lambda: None)


@contextmanager
def cloud(folder):
    core = pools.resources()
    core["Instance"] += instances(COUNT, shapeConfig=SHAPE)
    services = {"load_balancer": balancers.resources(), "database": databases.resources()}
    services |= {"container_engine": node_pools.resources()}
    more = {"identity": {"Policy": cloud_tenancy.policies()}}
    file = tenancy(resources={"core": core, **services, **more})
    with running(file, folder, speed=400) as local, desk(local) as at:
        yield Cloud(local, at.clients)


# A stop that somebody else sent looks the same until the audit names us, minutes later: `tells` is False.
NO_TRY = {"dry run": "Oracle Cloud has no dry run for it"}
WHOLE = {"way back": "what fails leaves the instance as it was: there is nothing to take back"}
SAME = {
    "reverted": "it ends in the state that it began in: its work request tells, and that does not go back"
}
RIGS = (
    Rig(
        "instance_start",
        lambda place, _: power(place, "start", "STOPPED"),
        tells=False,
        without=NO_TRY | WHOLE,
        at="cloud",
    ),
    Rig(
        "instance_stop",
        lambda place, _: power(place, "stop"),
        tells=False,
        without=NO_TRY | WHOLE,
        at="cloud",
    ),
    Rig(
        "instance_reset",
        lambda place, _: power(place, "reset"),
        irreversible=True,
        without=NO_TRY | SAME,
        at="cloud",
    ),
    Rig(
        "instance_hard_reset",
        lambda place, _: power(place, "hard reset"),
        irreversible=True,
        without=NO_TRY | SAME,
        at="cloud",
    ),
    Rig("instance_shape", lambda place, _: shape(place), without=NO_TRY | WHOLE, at="cloud"),
)
