"""Changes of Oracle Cloud beside power, through the whole bot: ordered in words or by a pasted line, run, taken back by a button."""

import pytest

from tests.contracts.actions.balancers import backend, balancer
from tests.contracts.actions.databases import database
from tests.journeys.bot_house import POLICY, actions_of, house, is_card, texts_of
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy

REACH = POLICY.replace('namespaces: ["shop', 'compartments: ["prod"], namespaces: ["shop')


@pytest.fixture
async def place(tmp_path):
    """A house with a tenancy beside it; `place.oci` is the local one."""
    resources = {
        "core": {"Instance": instances(1, shapeConfig={"ocpus": 2.0, "memoryInGBs": 16.0})},
        "load_balancer": {"LoadBalancer": [balancer("shop-lb", backend(1), backend(2))]},
        "database": {"AutonomousDatabase": [database("reports")]},
    }
    (tmp_path / "oci").mkdir()
    with running(tenancy(resources=resources), tmp_path / "oci", speed=20) as local:
        async with house(tmp_path, policy=REACH) as found:
            found.oci = local
            env = local.server.environment()
            names = ("OCI_CONFIG_FILE", "OCI_CHANGE_PROFILE", "OCI_ENDPOINTS")
            async with found.open(**{name.lower(): env[name] for name in names}):
                yield found


def body(place, kind: str, model: str, name: str):
    records = place.oci.server.tenancy.records
    records.settle()
    return records.get(place.oci.ocid(kind, name), model).body


def drained(place) -> bool:
    return body(place, "loadbalancer", "LoadBalancer", "shop-lb")["backendSets"]["web"]["backends"][0][
        "drain"
    ]


async def undo_card(place, card):
    return await place.slack.wait_for(
        lambda: next(
            (
                m
                for m in place.slack.replies("COPS", card["thread_ts"])
                if is_card(m) and "Undo:" in m["text"] and m["ts"] != card["ts"]
            ),
            None,
        ),
        20,
    )


async def test_a_backend_is_drained_and_the_button_brings_it_back(place):
    card = await place.card("drain backend 10.0.0.1:8080 of load balancer shop-lb")
    assert "drain" in texts_of(card["blocks"])
    assert not drained(place)
    await place.click(card, "plan_approve", "UBOB")
    done = await place.until(card, "Succeeded in")
    assert drained(place)
    assert "plan_undo" in actions_of(done)
    await place.click(done, "plan_undo", "UALICE")
    back = await undo_card(place, card)
    await place.click(back, "plan_approve", "UBOB")
    await place.until(back, "Succeeded in")
    assert not drained(place)


async def test_a_reboot_is_on_the_card_before_anybody_approves(place):
    card = await place.card("give instance node-1 4 ocpus and 32 gb")
    said = texts_of(card["blocks"])
    assert "it is rebooted for this" in said
    assert "memory (GB)" in said
    await place.click(card, "plan_approve", "UBOB")
    await place.until(card, "Succeeded in")
    assert body(place, "instance", "Instance", "node-1")["shapeConfig"] == {"ocpus": 4.0, "memoryInGBs": 32.0}


async def test_a_pasted_line_is_the_same_change(place):
    ident = place.oci.ocid("autonomousdatabase", "reports")
    card = await place.card(
        f"oci db autonomous-database update --autonomous-database-id {ident} --compute-count 8"
    )
    assert "Scale database reports to 8 ECPUs" in texts_of(card["blocks"])
    assert body(place, "autonomousdatabase", "AutonomousDatabase", "reports")["computeCount"] == 4.0
