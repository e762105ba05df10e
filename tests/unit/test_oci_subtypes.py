"""Whatever of its kinds a resource is, a list shows it with the fields of that kind, and a tool reads it."""

import pytest

from sandbox.oci.sdk import models, operations
from sandbox.oci.services import SERVICES
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import desk
from tools.reads.oci_volumes import OCI_VOLUMES

DOMAIN = "Xkqz:EU-FRANKFURT-1-AD-1"
OWN = {
    "iscsi": {
        "ipv4": "169.254.2.2",
        "iqn": "iqn.2015-12.com.oracleiaas:1",
        "port": 3260,
        "isMultipath": True,
    },
    "emulated": {},
    "nvme": {},
    "paravirtualized": {},
}
# What is answered as one of several kinds itself; nested ones are kept as they are.
WHOLE = {("core", "VolumeAttachment"): set(OWN)}


def attachment(kind):
    usual = {"instanceId": "@instance/node-1", "volumeId": f"@volume/{kind}", "availabilityDomain": DOMAIN}
    fields = usual | {"attachmentType": kind, "lifecycleState": "ATTACHED"} | OWN[kind]
    return {"name": kind, "in": "prod", "created": "-1d", "fields": fields}


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    usual = {"availabilityDomain": DOMAIN, "sizeInMBs": 51200, "sizeInGBs": 50, "lifecycleState": "AVAILABLE"}
    volumes = [{"name": kind, "in": "prod", "created": "-2d", "fields": usual} for kind in OWN]
    core = {"Instance": instances(1), "Volume": volumes, "VolumeAttachment": list(map(attachment, OWN))}
    with running(tenancy(resources={"core": core}), tmp_path_factory.mktemp("oci"), speed=20) as one:
        yield one


def test_these_are_all_that_is_answered_as_one_of_several_kinds():
    found = {}
    for service, table in SERVICES.items():
        for one in operations.operations(service):
            kind = one.parameters.response.removeprefix("list[").removesuffix("]")
            if one.name in table and models.is_model(service, kind) and models.model(service, kind).kinds:
                found[service, kind] = set(models.model(service, kind).kinds)
    assert found == WHOLE


@pytest.mark.parametrize("kind", OWN)
def test_each_kind_is_listed_with_its_own_fields(local, kind):
    client = local.client("core", "ComputeClient")
    found = client.list_volume_attachments(local.ocid("compartment", "prod")).data
    mine = next(one for one in found if one.attachment_type == kind)
    shown = {mine.attribute_map[key]: getattr(mine, key) for key in mine.swagger_types}
    assert {key: shown[key] for key in OWN[kind]} == OWN[kind]


async def test_a_volume_hangs_on_its_instance_by_whatever_kind(local):
    with desk(local) as one:
        result = await one.run(OCI_VOLUMES)
    assert result.data["unattached"] == 0
    assert not [line for line in result.could_not_see if "attachments" in line]
