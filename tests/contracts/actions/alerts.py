"""A local Alertmanager: silences, and what goes wrong with them."""

from __future__ import annotations

from contextlib import asynccontextmanager

from sandbox.prometheus.alertmanager import WRITES, Alertmanager, Trouble
from tests.contracts.actions.rig import Case, Rig
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.metrics.alertmanager import Alertmanager as Client
from tools.services.directory import Services

LATER = "2099-01-01T00:00:00Z"


class Alerts:
    """A case's `path` is the place of all silences: each begins to count anew."""

    def __init__(self, server, firing, clients) -> None:
        self.server, self.firing, self.clients = server, firing, clients

    def clear(self):
        self.server.trouble = Trouble()

    def refuse(self, case, times=1_000):
        self.server.trouble = Trouble(refused=WRITES)

    def ignore(self, case):
        self.server.trouble = Trouble(ignored=True)

    def spoil(self, case):
        self.server.trouble = Trouble(ignored=True)

    def hide(self, case):
        self.server.trouble = Trouble(refused=frozenset({"GET"}))

    def lose(self, case, writes=1):
        self.server.trouble = Trouble(lost=True)

    def sent(self, case):
        return [one for one in self.server.calls if one[0] in WRITES]

    def writes(self, case):
        return [one for one in self.sent(case) if one[2] < 300]


def silence(place, n):
    name, namespace = f"Alert{n}", f"case-{n}"
    place.firing.append({"alertname": name, "namespace": namespace})
    place.server.calls.clear()

    def mine():
        return [one for one in place.server.silences.values() if one["matchers"][0]["value"] == name]

    def seen():
        return sorted(one["id"] for one in mine() if place.server._state(one) == "active")

    def put(before):
        for one in mine():
            if one["id"] not in before:
                one["endsAt"] = one["startsAt"]

    def drift():
        other = {
            "id": f"other-{n}",
            "startsAt": "2026-01-01T00:00:00Z",
            "endsAt": LATER,
            "comment": "by hand",
            "createdBy": "bob",
        }
        matchers = [{"name": "alertname", "value": name}, {"name": "namespace", "value": namespace}]
        place.server.silences[f"other-{n}"] = other | {"matchers": matchers}

    args = {"alert": name, "namespace": namespace, "hours": 2}
    return Case(
        args, f"silence alert {name} in {namespace} for 2 hours", "/silences", seen, put, drift, lambda: None
    )


@asynccontextmanager
async def alerts():
    firing = []
    server = Alertmanager(lambda: firing)
    await server.start()
    client = Client(server.url)
    clients = Clients(Clusters(()), Services.load(None), alerts=client)
    try:
        yield Alerts(server, firing, clients)
    finally:
        await client.close()
        await server.stop()


RIGS = (
    Rig(
        "silence_create",
        silence,
        without={
            "dry run": "Alertmanager has no dry run",
            "way back": "what does not come about leaves no silence: there is nothing to end",
        },
        at="alerts",
    ),
)
