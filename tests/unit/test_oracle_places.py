"""The three ways to be somebody by where one runs, with Oracle's own signers against the services beside such a place."""

import asyncio
import time

import pytest

from sandbox.oci.place import HOST, METADATA, Place
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import tenancy
from tools.errors import GiveUp, NotAllowed, TryLater
from tools.oracle import places
from tools.oracle.connection import Connection
from tools.oracle.credentials import Principal
from tools.oracle.services import Endpoints

REGION = "eu-frankfurt-1"


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    with running(tenancy(), tmp_path_factory.mktemp("oci"), speed=20) as one:
        yield one


@pytest.fixture
async def place(local, tmp_path):
    async with Place(local.server.principals, REGION, tmp_path / "place", time.time) as found:
        yield found


async def asked(mode, local, auth=""):
    """What Identity says of the tenancy to who we are."""
    addresses = f"*={local.server.url}/{{region}}" + (f",auth={auth}" if auth else "")
    connection = Connection(Principal(mode), Endpoints.parse(addresses))
    try:
        return await asyncio.to_thread(_tenancy, connection)
    finally:
        connection.close()


def _tenancy(connection):
    mine = connection.credentials()
    found = connection.call("identity", "get_tenancy", mine.region, 10, tenancy_id=mine.tenancy)
    return mine.region, mine.tenancy, found.data["name"]


@pytest.fixture
def instance(place, monkeypatch):
    monkeypatch.setenv("OCI_METADATA_BASE_URL", place.url + METADATA)
    return place


@pytest.fixture
async def pod(place, monkeypatch):
    """Where a cluster of Oracle's puts its proxy: always the same port."""
    await place.in_a_cluster()
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", HOST)
    monkeypatch.setenv("OCI_KUBERNETES_SERVICE_ACCOUNT_CERT_PATH", str(place.folder / "ca.crt"))
    monkeypatch.setenv("OCI_RESOURCE_PRINCIPAL_REGION", REGION)
    return place


async def test_an_instance_is_who_its_certificate_says(local, instance):
    assert await asked("instance_principal", local, instance.url) == (REGION, local.root, "acme")
    assert instance.asked.count("/v1/x509") == 1


async def test_an_instance_without_rights_is_not_asked_again_and_told_apart_from_no_instance(local, instance):
    instance.refuse = 401
    with pytest.raises(NotAllowed, match=r"OCI_AUTH=instance_principal.*401 NotAuthenticated"):
        await asked("instance_principal", local, instance.url)
    assert instance.asked.count("/v1/x509") == 1
    instance.refuse = 500
    with pytest.raises(TryLater, match="answers 500"):
        await asked("instance_principal", local, instance.url)
    instance.refuse = 0
    assert (await asked("instance_principal", local, instance.url))[2] == "acme"


async def test_no_instance_is_said_as_such(local, monkeypatch):
    monkeypatch.setenv("OCI_METADATA_BASE_URL", "http://127.0.0.1:9/opc/v2")
    with pytest.raises(GiveUp, match="OCI_AUTH=instance_principal: this is no place that has one"):
        await asked("instance_principal", local)


async def test_a_function_is_who_its_environment_says(local, place, monkeypatch):
    for name, value in place.of_a_function().items():
        monkeypatch.setenv(name, value)
    assert await asked("resource_principal", local) == (REGION, local.root, "acme")


async def test_a_function_whose_token_is_none_is_said_as_such(local, place, monkeypatch):
    for name, value in place.of_a_function().items():
        monkeypatch.setenv(name, value)
    (place.folder / "rpst").write_text("no token")
    with pytest.raises(GiveUp, match=r"OCI_AUTH=resource_principal.*DecodeError"):
        await asked("resource_principal", local)


async def test_a_pod_is_who_its_service_account_says(local, pod):
    found = await asyncio.to_thread(places.signed, "oke_workload_identity", "", pod.folder / "token")
    assert (found.region, found.tenancy) == (REGION, local.root)
    client = local.client("identity", "IdentityClient", config={"region": REGION}, signer=found.signer)
    assert (await asyncio.to_thread(client.get_tenancy, local.root)).data.name == "acme"
    found.signer.requests_session.close()


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [(403, NotAllowed, "the cluster must be an enhanced one"), (401, NotAllowed, "401"), (503, TryLater, "503")],
)  # fmt: skip
async def test_a_pod_that_gets_no_token_hears_why_after_one_request(pod, status, kind, words):
    pod.refuse = status
    with pytest.raises(kind, match=words):
        await asyncio.to_thread(places.signed, "oke_workload_identity", "", pod.folder / "token")
    assert len(pod.asked) == 1


async def test_a_pod_without_a_region_is_told_which_variable_names_it(pod, monkeypatch):
    monkeypatch.delenv("OCI_RESOURCE_PRINCIPAL_REGION")
    with pytest.raises(GiveUp, match="set OCI_RESOURCE_PRINCIPAL_REGION"):
        await asyncio.to_thread(places.signed, "oke_workload_identity", "", pod.folder / "token")
