"""Rigs of stacks of Resource Manager: one of its own a case, with the plan that its newest plan job planned."""

from sandbox.oci.services.stacks import SERVICE
from sandbox.oci.tenancy.records import Record
from sandbox.oci.times import stamp
from tests.contracts.actions.pools import NO_TRY
from tests.contracts.actions.rig import Case, Rig

WRITES = frozenset({"create_job"})
PLAN = {
    "format_version": "1.2",
    "resource_changes": [
        {
            "address": "oci_core_subnet.web",
            "mode": "managed",
            "type": "oci_core_subnet",
            "name": "web",
            "change": {"actions": ["create"], "before": None, "after": {"display_name": "web"}},
        }
    ],
}


def stack_of(place, name, planned=PLAN):
    prod = place.local.ocid("compartment", "prod")
    body = {
        "id": place.local.ocid("ormstack", name), "displayName": name, "compartmentId": prod, "lifecycleState": "ACTIVE",
        "timeCreated": stamp(place.local.clock() - 86_400), "freeformTags": {"team": "shop"}, "definedTags": {},
        "stackDriftStatus": "NOT_CHECKED", "terraformVersion": "1.5.x", "variables": {"db_password": "hunter2-hunter2"},
        "applied": "", "moved": False,
    }  # fmt: skip
    return place.records.add(Record(body["id"], prod, SERVICE, "Stack", body, hidden={"next": planned}))


def plan_job_of(place, stack, name="plan-1", *, planned=PLAN, ago=60, state="SUCCEEDED"):
    at = place.local.clock() - ago
    body = {
        "id": place.local.ocid("ormjob", f"{stack.name}-{name}"), "displayName": name, "stackId": stack.id,
        "compartmentId": stack.compartment, "operation": "PLAN", "lifecycleState": state,
        "timeCreated": stamp(at), "timeFinished": stamp(at), "freeformTags": {}, "definedTags": {},
    }  # fmt: skip
    job = Record(body["id"], stack.compartment, SERVICE, "Job", body, hidden={"plan": planned, "logs": []})
    return place.records.add(job)


def applied(place, n):
    record = stack_of(place, f"stack-{n}")
    plan_job_of(place, record)
    place.forget_calls()

    def seen():
        place.records.settle()
        return record.body["applied"], record.body["moved"]

    def put(before):
        """Somebody undoes by hand what it made, and another look for drift finds it."""
        later = {"applied": before[0], "moved": True, "stackDriftStatus": "DRIFTED"}
        place.records.later(place.local.clock() + 0.2, record, later)

    def drift():
        place.records.change(record, {"terraformVersion": "1.6.x"}, place.local.clock())

    words = f"apply stack {record.name}"
    return Case({"stack": record.name}, words, "/jobs", seen, put, drift, lambda: None)


def planned(place, n):
    record = stack_of(place, f"planned-{n}")
    place.forget_calls()

    def seen():
        place.records.settle()
        jobs = [one for one in place.records.of(SERVICE, "Job") if one.body["stackId"] == record.id]
        return sorted(one.id for one in jobs if one.state == "SUCCEEDED")

    def drift():
        place.records.change(record, {"displayName": f"{record.name}-renamed"}, place.local.clock())

    words = f"plan stack {record.name}"
    return Case({"stack": record.name}, words, "/jobs", seen, lambda _: None, drift, lambda: None)


LASTS = {"reverted": "a job that is done stays done"}
RIGS = (
    Rig("stack_plan", planned, irreversible=True, without=NO_TRY | LASTS, at="cloud"),
    Rig("stack_apply", applied, irreversible=True, without=NO_TRY, at="cloud"),
)
