"""A service in both worlds through the whole bot: what of Oracle Cloud is at fault, ruled out, or not to be seen."""

import pytest

from tests.journeys.bot_house import POLICY, house, texts_of
from tests.unit.oci_running import running
from tests.unit.oci_service_parts import TILL, file

REACH = POLICY.replace('namespaces: ["shop', 'compartments: ["*"], namespaces: ["shop')
WORKLOAD = "    workloads: [{cluster: local, namespace: shop, kind: deployment, name: cart}]\n"
BOTH = TILL.replace("    compartment: prod\n", f"    compartment: prod\n{WORKLOAD}", 1)
ALONE = (
    TILL.replace("services:\n", "")
    .replace("  till:", "  vault:")
    .replace("kasse", "tresor")
    .replace("plain", "rest")
)


@pytest.fixture
async def place(tmp_path):
    """A house with a tenancy beside it: `till` runs in both, `vault` in Oracle Cloud alone."""
    (tmp_path / "oci").mkdir()
    with running(file(), tmp_path / "oci", speed=50) as local:
        async with house(tmp_path, policy=REACH) as found:
            (tmp_path / "services.yaml").write_text(f"{BOTH.rstrip()}\n{ALONE}")
            found.oci = local
            env = local.server.environment()
            names = ("OCI_CONFIG_FILE", "OCI_CHANGE_PROFILE", "OCI_ENDPOINTS")
            async with found.open(**{name.lower(): env[name] for name in names}) as bot:
                await bot.core.clients.prepare()
                yield found


def said(message: dict) -> str:
    return f"{message['text']}\n{texts_of(message.get('blocks', []))}"


def stop(place, name: str) -> None:
    client = place.oci.client("core", "ComputeClient", "ADMIN")
    client.instance_action(place.oci.ocid("instance", name), "STOP")
    while client.get_instance(place.oci.ocid("instance", name)).data.lifecycle_state != "STOPPED":
        pass


async def test_what_serves_in_oracle_cloud_is_ruled_out(place):
    answer = said(await place.ask("why is till failing?"))
    assert "till is healthy" in answer
    assert "Oracle Cloud: load balancer front is ACTIVE (2 of 2 backends answer)" in answer
    assert "database books is AVAILABLE" in answer


async def test_what_does_not_serve_is_the_finding_with_its_proof_and_what_to_do(place):
    stop(place, "web-2")
    answer = said(await place.ask("why is till down?"))
    assert (
        "till has a fault in Oracle Cloud: load balancer front gets no answer from 1 of 2 backends" in answer
    )
    assert "Also: instance web-2 is STOPPED [" in answer
    assert f"oci:{place.oci.ocid('instance', 'web-2')}#lifecycleState" in answer
    assert "start instance web-2" in answer


async def test_a_service_of_oracle_cloud_alone_is_answered_from_there(place):
    answer = said(await place.ask("why is vault failing?"))
    assert "5 of 5 parts of vault in Oracle Cloud serve" in answer
    assert "database books is AVAILABLE" in said(await place.ask("is the database of vault up?"))


async def test_oracle_that_is_away_is_said_and_the_cluster_answers(place):
    place.oci.local("/local/faults", {"service": "resource_search", "status": 503, "times": 500})
    answer = said(await place.ask("why is till failing?"))
    assert "till is healthy" in answer
    assert "oci service" in answer
    assert "Oracle Cloud: load balancer front" not in answer


async def test_a_cluster_that_is_away_is_said_and_oracle_cloud_answers(place):
    stop(place, "web-2")
    await place.cluster.stop()
    answer = said(await place.ask("why is till failing?"))
    assert "I could not look into the cluster" in answer
    assert "instance web-2 is STOPPED" in answer
    await place.cluster.start()
