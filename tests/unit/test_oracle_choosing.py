"""What is offered where several things have a name means one of them when it is sent back, whatever lies below it."""

import pytest

from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.oracle_calls import desk
from tools.errors import AskBack
from tools.reads.oci_describe import OCI_DESCRIBE
from tools.reads.oci_instance import OCI_INSTANCE

PLACES = [("prod", ""), ("prod-data", ""), ("prod-data", "eu-amsterdam-1"), ("lab", ""), ("lab", "")]


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    usual = instances(1)[0]["fields"]
    named = [
        {"name": f"i{number}", "in": place, "created": "-2d", "fields": usual | {"displayName": "web 1"}}
        | ({"region": region} if region else {})
        for number, (place, region) in enumerate(PLACES)
    ]  # fmt: skip
    file = tenancy(resources={"core": {"Instance": named}})
    with running(file, tmp_path_factory.mktemp("oci"), speed=20) as local, desk(local) as one:
        yield one


@pytest.mark.parametrize("tool", [OCI_INSTANCE, OCI_DESCRIBE], ids=["instance", "describe"])
@pytest.mark.parametrize("wanted", ["web 1", "nothing like it at all"])
async def test_each_option_means_one_thing(at, tool, wanted):
    if tool is OCI_DESCRIBE and wanted != "web 1":
        wanted = "web 2"  # near enough to be offered something
    with pytest.raises(AskBack) as asked:
        await at.run(tool, resource=wanted)
    options = asked.value.options
    found = [(await at.run(tool, resource=option)).evidence[0].ref.partition("#")[0] for option in options]
    assert len(set(found)) == len(options) >= (5 if wanted != "web 2" else 1)


async def test_an_option_is_read_after_its_state_changed(at):
    with pytest.raises(AskBack) as asked:
        await at.run(OCI_DESCRIBE, resource="web 1")
    option = next(one for one in asked.value.options if "(Instance, prod, " in one)
    assert (await at.run(OCI_DESCRIBE, resource=option.replace("RUNNING", "STOPPED"))).evidence
