"""Recorded answers of the real API against the local one: the same models read both, both have the same shape."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.oci.sdk import operations, shapes
from sandbox.scenarios.loader import load
from tests.unit.oci_running import Running, running

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "oci"
FILES = ("core", "identity", "monitoring", "resource_search")
CLIENTS = {
    "core": "ComputeClient", "identity": "IdentityClient", "monitoring": "MonitoringClient",
    "resource_search": "ResourceSearchClient",
}  # fmt: skip
NOT_SERVED = {"list_auth_tokens", "update_group", "update_vcn"}
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/oci is not beside the project"),
]


def recorded(service: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"cloud-custodian__{service}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["operation"] and row["response"]["status"] == 200]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    tenancy = load("shop").tenancy
    assert tenancy is not None
    with running(tenancy, tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


@pytest.mark.parametrize("service", FILES)
def test_recorded_requests_have_the_routes_that_are_served(service: str) -> None:
    from sandbox.oci.api.routes import Routes

    routes = Routes([service])
    for row in recorded(service):
        match = routes.match(row["request"]["method"], f"/{service}{row['request']['path']}")
        assert match.operation.name == row["operation"]
        assert match.operation.parameters.response == row["response_type"]
        assert set(row["request"]["query"]) <= set(match.operation.parameters.query)


@pytest.mark.parametrize("service", FILES)
def test_recorded_answers_have_the_shape_that_the_models_say_but_for_what_the_sdk_does_not_know(
    service: str,
) -> None:
    for row in recorded(service):
        found = shapes.faults(service, row["response_type"], row["response"]["body"])
        wrong = [one for one in found if "has no field" not in one and "is missing" not in one]
        assert wrong == [], row["operation"]


@pytest.mark.parametrize("service", FILES)
def test_the_sdk_reads_every_recorded_answer(local: Running, service: str) -> None:
    client = local.client(service, CLIENTS[service]).base_client
    for row in recorded(service):
        text = json.dumps(row["response"]["body"]).encode()
        data = client.deserialize_response_data(text, row["response_type"], False)
        if isinstance(row["response"]["body"], list):
            assert len(data) == len(row["response"]["body"])


# Object storage is not served: no tool asks it. Its recordings still tell whether the SDK's models read what Oracle sends.
ELSEWHERE = ("cloud-custodian__object_storage", "oci-cli__object_storage")


def elsewhere(file: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("file", ELSEWHERE)
def test_the_sdk_reads_every_recorded_answer_of_a_service_that_is_not_served(
    local: Running, file: str
) -> None:
    from oci.object_storage import ObjectStorageClient

    client = ObjectStorageClient(local.config(), service_endpoint=local.server.url).base_client
    read = 0
    for row in elsewhere(file):
        body = row["response"]["body"]
        if row["response"]["status"] != 200 or row["response_type"] in {None, "str"}:
            continue
        found = [
            one
            for one in shapes.faults("object_storage", row["response_type"], body)
            if "has no field" not in one and "is missing" not in one
        ]
        assert found == [], row["operation"]
        data = client.deserialize_response_data(json.dumps(body).encode(), row["response_type"], False)
        assert not isinstance(body, list) or len(data) == len(body)
        read += 1
    client.session.close()
    assert read == {ELSEWHERE[0]: 21, ELSEWHERE[1]: 126}[file]


def test_every_recorded_refusal_becomes_its_word() -> None:
    from oci.exceptions import ServiceError

    from tools.errors import NotAllowed
    from tools.oracle.failures import Asked, Changed, refused

    words = {403: NotAllowed, 412: Changed}
    seen = 0
    for row in elsewhere(ELSEWHERE[1]):
        status, body, headers = (row["response"][key] for key in ("status", "body", "headers"))
        if status < 400:
            continue
        error = ServiceError(status, body["code"], headers, body["message"])
        found = refused(Asked("Object Storage", "us-ashburn-1", row["operation"]), error)
        assert isinstance(found, words[status])
        assert found.upstream_id == headers["opc-request-id"]
        seen += 1
    assert seen == 3


def test_all_recorded_interactions_are_accounted_for() -> None:
    """327: read and of the shape, a plain text, without a body, a refusal, or of no operation of the SDK's table."""
    rows = [row for file in FOLDER.glob("*.jsonl") for row in elsewhere(file.stem)]
    fates: dict[str, int] = {}
    for row in rows:
        status, kind = row["response"]["status"], row["response_type"]
        fate = (
            "no operation" if row["operation"] is None
            else "refused" if status >= 400
            else "no body" if status in {204, 304}
            else "plain text" if kind == "str"
            else "read"
        )  # fmt: skip
        fates[fate] = fates.get(fate, 0) + 1
    assert sum(fates.values()) == 327
    assert fates == {"read": 286, "plain text": 13, "no body": 13, "refused": 3, "no operation": 12}


def answers(local: Running) -> dict[str, Any]:
    """One answer of each recorded operation, as it came over the wire."""
    from oci.core.models import UpdateInstanceDetails
    from oci.monitoring.models import SummarizeMetricsDataDetails
    from oci.resource_search.models import StructuredSearchDetails

    def client(service: str, kind: str = "", profile: str = "ADMIN") -> Any:
        return local.client(service, kind or CLIENTS[service], profile, skip_deserialization=True)

    prod, net = local.ocid("compartment", "shop-prod"), local.ocid("compartment", "network")
    node, compute, network = (
        local.ocid("instance", "oke-pool1-a"),
        client("core"),
        client("core", "VirtualNetworkClient"),
    )
    identity, user = client("identity"), local.ocid("user", "bob@shop.example")
    now = dt.datetime.now(dt.UTC)
    query = SummarizeMetricsDataDetails(
        namespace="oci_computeagent", query="CpuUtilization[1m].mean()", start_time=now - dt.timedelta(hours=1), end_time=now
    )  # fmt: skip
    return {
        "list_instances": compute.list_instances(prod).data,
        "get_instance": compute.get_instance(node).data,
        "update_instance": compute.update_instance(
            node, UpdateInstanceDetails(freeform_tags={"a": "b"})
        ).data,
        "instance_action": compute.instance_action(node, "SOFTRESET").data,
        "list_vcns": network.list_vcns(net).data,
        "get_vcn": network.get_vcn(local.ocid("vcn", "shop-vcn")).data,
        "list_users": identity.list_users(local.root).data,
        "get_user": identity.get_user(user).data,
        "list_groups": identity.list_groups(local.root).data,
        "get_group": identity.get_group(local.ocid("group", "Platform")).data,
        "list_compartments": identity.list_compartments(local.root).data,
        "get_compartment": identity.get_compartment(prod).data,
        "list_region_subscriptions": identity.list_region_subscriptions(local.root).data,
        "summarize_metrics_data": client("monitoring").summarize_metrics_data(prod, query).data,
        "search_resources": client("resource_search")
        .search_resources(StructuredSearchDetails(query="query all resources"))
        .data,
    }


def kinds(data: Any, where: str = "") -> dict[str, set[str]]:
    """The JSON kinds at every path that has a name; keys of tags and the like are all one."""
    found: dict[str, set[str]] = {}
    items = data if isinstance(data, list) else [data]
    for item in items:
        for key, value in item.items() if isinstance(item, dict) else ():
            path = f"{where}.{key}"
            kind = (
                "number"
                if isinstance(value, int | float) and not isinstance(value, bool)
                else type(value).__name__
            )
            found.setdefault(path, set()).add(kind)
            nested = isinstance(value, list) or (isinstance(value, dict) and "Tags" not in key)
            for inner, more in (kinds(value, path) if nested else {}).items():
                found.setdefault(inner, set()).update(more)
    return found


def test_the_same_requests_get_answers_of_the_same_shape(local: Running) -> None:
    ours = answers(local)
    compared = 0
    for service in FILES:
        for row in recorded(service):
            if row["operation"] in NOT_SERVED:
                continue
            mine, body = ours[row["operation"]], row["response"]["body"]
            assert type(mine) is type(body), row["operation"]
            here, there = kinds(mine), kinds(body)
            for path in here.keys() & there.keys():
                both = (here[path] | there[path]) - {"NoneType"}
                assert len(both) <= 1, (row["operation"], path, both)
                compared += 1
    assert compared > 1000


def test_our_answers_have_what_the_recorded_ones_always_have(local: Running) -> None:
    ours = answers_of_lists(local)
    for name, service in (
        ("list_instances", "core"),
        ("list_users", "identity"),
        ("list_compartments", "identity"),
    ):
        items = [
            one for row in recorded(service) if row["operation"] == name for one in row["response"]["body"]
        ]
        always = set.intersection(
            *(({key for key, value in one.items() if value is not None}) for one in items)
        )
        known = operation(service, name)
        missing = {key for key in always & known if any(key not in one for one in ours[name])}
        assert missing <= OPTIONAL, name


OPTIONAL = {
    # of an instance: what the scenario has no reason to say
    "agentConfig", "availabilityConfig", "extendedMetadata", "instanceOptions", "launchMode", "launchOptions",
    "metadata", "shapeConfig", "sourceDetails", "systemTags", "timeMaintenanceRebootDue", "isCrossNumaNode", "imageId",
    "faultDomain", "platformConfig",
    # of a user: what belongs to their sign-in
    "capabilities", "dbUserName", "email", "emailVerified", "externalIdentifier", "identityProviderId",
    "lastSuccessfulLoginTime",
}  # fmt: skip


def operation(service: str, name: str) -> set[str]:
    from sandbox.oci.sdk import models

    one = next(one for one in operations.operations(service) if one.name == name)
    kind = one.parameters.response.removeprefix("list[").removesuffix("]")
    return set(models.model(service, kind).fields)


def answers_of_lists(local: Running) -> dict[str, Any]:
    identity = local.client("identity", "IdentityClient", "ADMIN", skip_deserialization=True)
    compute = local.client("core", "ComputeClient", "ADMIN", skip_deserialization=True)
    return {
        "list_instances": compute.list_instances(local.ocid("compartment", "shop-prod")).data,
        "list_users": identity.list_users(local.root).data,
        "list_compartments": identity.list_compartments(local.root).data,
    }


def disturbed(body: Any) -> Iterator[Any]:
    """The answer with a field that no SDK knows in each object, and once without each field of its records."""
    records = body if isinstance(body, list) else [body]
    yield [one | {"aFieldOfTomorrow": {"deep": [1]}} for one in records]
    for name in {name for one in records for name in one}:
        yield [{key: value for key, value in one.items() if key != name} for one in records]


@pytest.mark.parametrize("service", FILES)
def test_an_answer_with_an_unknown_field_or_without_one_is_still_read(local: Running, service: str) -> None:
    client = local.client(service, CLIENTS[service]).base_client
    tried = 0
    for row in recorded(service):
        body, kind = row["response"]["body"], row["response_type"]
        if not body or kind == "str":
            continue
        one = kind.removeprefix("list[").removesuffix("]")
        for changed in disturbed(body):
            data = client.deserialize_response_data(json.dumps(changed).encode(), f"list[{one}]", False)
            assert len(data) == len(changed)
            tried += 1
    assert tried
