"""A list that is refused everywhere costs its own part of an answer: the rest is told, and what is not known is said."""

from importlib import import_module

import pytest

from agents.policy.defaults import DEFAULT_ROLES
from tests.unit.estate_shop import at, local
from tools.errors import NotAllowed
from tools.reads.oci_console import OCI_CONSOLE
from tools.reads.oci_database import OCI_DATABASE
from tools.reads.oci_logs import OCI_LOGS
from tools.reads.oci_network import OCI_NETWORK
from tools.reads.oci_volumes import OCI_VOLUMES

__all__ = ["at", "local"]
ONE = {"region": "frankfurt", "compartment": "shop-prod"}
PARTS = [
    (OCI_DATABASE, "list_db_systems", "DB systems"),
    (OCI_DATABASE, "list_autonomous_databases", "Autonomous databases"),
    (OCI_VOLUMES, "list_volume_attachments", "attachments"),
    (OCI_VOLUMES, "list_volume_backups", "backups"),
    (OCI_NETWORK, "list_vcns", "networks"),
    (OCI_NETWORK, "list_security_lists", "security lists"),
    (OCI_NETWORK, "list_route_tables", "route tables"),
    (OCI_NETWORK, "list_internet_gateways", "internet gateways"),
    (OCI_NETWORK, "list_network_security_groups", "network security groups"),
]


@pytest.fixture(scope="module", autouse=True)
def models():
    """The SDK's modules take seconds to be read on a busy machine: not within a call's time."""
    for name in ("oci.core", "oci.database"):
        import_module(name)


def refuse(local, *operations):
    for operation in operations:
        local.local("/local/faults", {"operation": operation, "status": 403, "times": 200})


@pytest.mark.parametrize(("tool", "operation", "what"), PARTS, ids=lambda one: getattr(one, "name", one))
async def test_a_list_that_is_refused_costs_only_itself(at, local, tool, operation, what):
    refuse(local, operation)
    found = await at.run(tool, **ONE)
    assert [one for one in found.could_not_see if one.startswith(f"{what}: ")]


async def test_databases_of_which_no_kind_is_listed_are_no_answer(at, local):
    refuse(local, "list_db_systems", "list_autonomous_databases")
    with pytest.raises(NotAllowed):
        await at.run(OCI_DATABASE, **ONE)


async def test_a_kind_that_was_not_listed_is_not_counted_as_none(at, local):
    refuse(local, "list_autonomous_databases")
    found = await at.run(OCI_DATABASE, **ONE)
    assert "Not counted, because they could not be listed: Autonomous databases." in found.digest


async def test_a_volume_is_not_called_free_when_attachments_are_not_seen(at, local):
    refuse(local, "list_volume_attachments", "list_volume_backups")
    found = await at.run(OCI_VOLUMES, **ONE)
    assert found.data["volumes"]
    assert found.data["unattached"] is None
    assert "what they hang on could not be seen" in found.digest
    assert "attached to nothing" not in found.digest
    assert "none seen" not in found.digest
    with pytest.raises(NotAllowed):
        await at.run(OCI_VOLUMES, unattached=True, **ONE)


async def test_nothing_is_called_closed_when_security_lists_are_not_seen(at, local):
    refuse(local, "list_security_lists")
    found = await at.run(OCI_NETWORK, **ONE)
    assert "what is open is not known" in found.digest
    assert not any(one["rules_whole"] for one in found.data["subnets"])
    asked = await at.run(OCI_NETWORK, port=22, **ONE)
    assert "not known whether it is let in" in asked.digest


@pytest.mark.parametrize("tool", [OCI_LOGS, OCI_CONSOLE], ids=lambda one: one.name)
def test_logs_of_machines_need_the_right_to_read_logs(tool):
    assert tool.permission == "kubernetes:logs"
    assert tool.permission not in DEFAULT_ROLES["viewer"]
    assert tool.permission in DEFAULT_ROLES["operator"]
