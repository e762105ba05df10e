"""Load balancers and their health, which follows the instances behind them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import hidden
from sandbox.oci.services import backends
from sandbox.oci.services.listing import getting, listing
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.tenancy.tenancy import Tenancy

SERVICE: Final = "load_balancer"
NETWORK: Final = "network_load_balancer"


def _answering(tenancy: Tenancy) -> set[str]:
    """The private addresses behind which an instance runs."""
    records = tenancy.records
    found = set()
    for one in records.of("core", "VnicAttachment"):
        instance = records.by_id.get(one.body["instanceId"])
        vnic = records.by_id.get(one.body.get("vnicId", ""))
        if instance is not None and vnic is not None and instance.state == "RUNNING":
            found.add(str(vnic.body.get("privateIp")))
    return found


def _status(bad: int, total: int) -> str:
    if not bad:
        return "OK"
    return "WARNING" if bad * 2 <= total else "CRITICAL"


def _set_health(one: Json, answering: set[str]) -> Json:
    backends = one["backends"]
    bad = [item["name"] for item in backends if item["ipAddress"] not in answering]
    return {
        "status": _status(len(bad), len(backends)),
        "warningStateBackendNames": [],
        "criticalStateBackendNames": bad,
        "unknownStateBackendNames": [],
        "totalBackendCount": len(backends),
    }


def _health_of(balancer: Record, answering: set[str]) -> Json:
    sets = balancer.body.get("backendSets", {})
    by_status: dict[str, list[str]] = {"OK": [], "WARNING": [], "CRITICAL": []}
    for name, one in sets.items():
        by_status[_set_health(one, answering)["status"]].append(name)
    worst = next(word for word in ("CRITICAL", "WARNING", "OK") if by_status[word] or word == "OK")
    return {
        "status": worst,
        "warningStateBackendSetNames": by_status["WARNING"],
        "criticalStateBackendSetNames": by_status["CRITICAL"],
        "unknownStateBackendSetNames": [],
        "totalBackendSetCount": len(sets),
    }


def _health(call: Call) -> Answer:
    return Answer(_health_of(_balancer(call), _answering(call.tenancy)))


def _healths(call: Call) -> Answer:
    compartment = call.text("compartmentId")
    call.need(compartment)
    answering = _answering(call.tenancy)
    found: Iterable[Record] = call.tenancy.records.of(SERVICE, "LoadBalancer")
    return Answer(
        [
            {"loadBalancerId": one.id, "status": _health_of(one, answering)["status"]}
            for one in found
            if one.compartment == compartment
        ]
    )


def _network_balancers(call: Call) -> Answer:
    found = listing(NETWORK, "NetworkLoadBalancer", "NetworkLoadBalancerSummary")(call)
    return Answer({"items": found.data})


def _network_healths(call: Call) -> Answer:
    """`health` of the record where the file says one (empty: none is told), for its backends are anything with an address."""
    compartment = call.text("compartmentId")
    call.need(compartment)
    records = call.tenancy.records.of(NETWORK, "NetworkLoadBalancer")
    found = [(one.id, one.hidden.get("health", "OK")) for one in records if one.compartment == compartment]
    return Answer(
        {"items": [{"networkLoadBalancerId": ident, "status": word} for ident, word in found if word]}
    )


def _backend_set_health(call: Call) -> Answer:
    one = _balancer(call).body.get("backendSets", {}).get(call.path["backendSetName"])
    if one is None:
        raise hidden()
    return Answer(_set_health(one, _answering(call.tenancy)))


def _backend_sets(call: Call) -> Answer:
    return Answer(list(_balancer(call).body.get("backendSets", {}).values()))


def _balancer(call: Call) -> Record:
    return call.record("LoadBalancer", call.path["loadBalancerId"])


TABLE: Final[Table] = {
    "list_load_balancers": listing(SERVICE, "LoadBalancer"),
    "get_load_balancer": getting(SERVICE, "LoadBalancer", "loadBalancerId"),
    "get_load_balancer_health": _health,
    "list_load_balancer_healths": _healths,
    "list_backend_sets": _backend_sets,
    "get_backend_set_health": _backend_set_health,
} | backends.TABLE

NETWORK_TABLE: Final[Table] = {
    "list_network_load_balancers": _network_balancers,
    "list_network_load_balancer_healths": _network_healths,
}
