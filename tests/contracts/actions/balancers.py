"""Rigs of the backends of load balancers, in the cloud of all rigs there."""

import copy

from tests.contracts.actions.pools import NO_TRY
from tests.contracts.actions.rig import Case, Rig

COUNT = 75
WRITES = frozenset({"update_backend"})
CHECKER = {
    "protocol": "HTTP",
    "port": 8080,
    "urlPath": "/healthz",
    "returnCode": 200,
    "responseBodyRegex": ".*",
}
WHOLE = {"way back": "what fails leaves the backend as it was: there is nothing to take back"}


def backend(number, **fields):
    address = f"10.0.0.{number}"
    usual = {"name": f"{address}:8080", "ipAddress": address, "port": 8080, "weight": 2}
    return usual | {"drain": False, "backup": False, "offline": False} | fields


def balancer(name, *backends, **more):
    """A load balancer as a tenancy file has it, with one backend set `web`; `more` are further ones."""
    sets = {"web": backends, **more}
    whole = {
        place: {"name": place, "policy": "ROUND_ROBIN", "healthChecker": CHECKER, "backends": list(each)}
        for place, each in sets.items()
    }
    return {"name": name, "in": "prod", "fields": {"shapeName": "flexible", "backendSets": whole}}


def resources(count=COUNT):
    return {
        "LoadBalancer": [balancer(f"lb-{n}", backend(1), backend(2), backend(3)) for n in range(1, count + 1)]
    }


def case_of(place, words, **begins):
    name = f"lb-{place.number('balancer')}"
    ident = place.local.ocid("loadbalancer", name)
    record = place.records.get(ident, "LoadBalancer")

    def sets(**fields):
        found = copy.deepcopy(record.body["backendSets"])
        found["web"]["backends"][0].update(fields)
        return {"backendSets": found}

    def seen():
        place.records.settle()
        one = record.body["backendSets"]["web"]["backends"][0]
        return one["drain"], one["offline"]

    def put(before):
        """A moment later: what it is becoming comes first."""
        drain, offline = before
        place.records.later(place.local.clock() + 0.2, record, sets(drain=drain, offline=offline))

    def drift():
        place.records.change(record, sets(weight=7), place.local.clock())

    place.records.change(record, sets(**begins), place.local.clock())
    args = {"load_balancer": name, "backend": "10.0.0.1:8080"}
    return Case(args, words.format("10.0.0.1:8080", name), ident, seen, put, drift, lambda: None)


RIGS = tuple(
    Rig(action, lambda place, _, words=words, begins=begins: case_of(place, words, **begins), without=NO_TRY | WHOLE, at="cloud")
    for action, words, begins in (
        ("backend_drain", "drain backend {} of load balancer {}", {}),
        ("backend_offline", "take backend {} out of load balancer {}", {}),
        ("backend_online", "put backend {} back into load balancer {}", {"offline": True}),
    )
)  # fmt: skip
