"""Dashboards found and read, against the local Grafana with the real client."""

import pytest

from sandbox.prometheus.grafana import Grafana as Server
from tests.unit.cluster_desk import Desk
from tools.clients import Clients
from tools.cluster.clusters import Clusters
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.metrics.grafana import Grafana
from tools.reads.prom_dashboards import PROM_DASHBOARDS
from tools.services.directory import Services
from tools.services.model import Service

TOKEN = "glsa_local"
BOARDS = [
    {"uid": "chk1", "title": "Checkout overview", "folder": "Shop", "tags": ["shop"], "templating": {"list": [{"name": "pod"}]}, "panels": [
        {"id": 1, "type": "timeseries", "title": "Errors", "targets": [{"expr": "rate(http_errors[5m])"}]},
        {"id": 2, "type": "row", "panels": [{"id": 3, "type": "stat", "title": "Connections", "targets": [{"expr": "db_connections"}]}]},
    ]},
    {"uid": "pg", "title": "PostgreSQL", "tags": ["db"], "panels": []},
    {"uid": "gw", "title": "Front door", "tags": ["gateway"], "panels": []},
]  # fmt: skip


@pytest.fixture
async def server():
    one = Server(BOARDS, TOKEN)
    await one.start()
    yield one
    await one.stop()


def desk(server, token=TOKEN):
    services = Services(confirmed={
        "checkout": Service(name="checkout", dashboards=("https://elsewhere.example/x",)), "gateway": Service(name="gateway"),
    })  # fmt: skip
    return Desk(Clients(Clusters(()), services, grafana=Grafana(server.url, token)))


async def titles(at, **args):
    try:
        found = await at.run(PROM_DASHBOARDS, **args)
    finally:
        await at.clients.grafana.close()
    return [one["title"] for one in found.data["dashboards"]], found


async def test_dashboards_are_found_by_words_tag_and_service_with_their_links(server):
    assert (await titles(desk(server)))[0] == ["Checkout overview", "Front door", "PostgreSQL"]
    assert (await titles(desk(server), text="postgres"))[0] == ["PostgreSQL"]
    assert (await titles(desk(server), tag="db"))[0] == ["PostgreSQL"]
    found, result = await titles(desk(server), service="checkout")
    assert found == ["Checkout overview"]
    assert result.data["dashboards"][0]["link"] == f"{server.url}/d/chk1/checkout-overview"
    assert result.data["mapped"] == ["https://elsewhere.example/x"]
    assert (await titles(desk(server), service="gateway"))[0] == ["Front door"], "by its tag"


async def test_the_panels_of_one_say_what_they_ask(server):
    at = desk(server)
    found = await at.run(PROM_DASHBOARDS, uid="chk1")
    assert [(p["title"], p["queries"]) for p in found.data["panels"]] == [("Errors", ["rate(http_errors[5m])"]), ("Connections", ["db_connections"])]  # fmt: skip
    assert found.data["variables"] == ["pod"]
    with pytest.raises(AskBack, match="no dashboard with the id"):
        await at.run(PROM_DASHBOARDS, uid="nope")
    await at.clients.grafana.close()


async def test_no_right_no_answer_and_nothing_found_are_three_things(server):
    with pytest.raises(NotAllowed, match="token"):
        await titles(desk(server, "wrong"))
    assert (await titles(desk(server), text="zebra"))[1].digest.startswith(
        "Grafana shows me no dashboard for zebra"
    )
    await server.stop()
    with pytest.raises(TryLater, match="cannot be reached"):
        await titles(desk(server), seconds=2)
    with pytest.raises(GiveUp, match="GRAFANA_URL"):
        await Desk(Clients(Clusters(()), Services.load(None))).run(PROM_DASHBOARDS)


def test_a_path_that_leads_elsewhere_is_not_followed():
    one = Grafana("https://grafana.example/")
    assert one.link("/d/x/y") == "https://grafana.example/d/x/y"
    assert one.link("//evil.example/d") == one.link("https://evil.example") == "https://grafana.example"
