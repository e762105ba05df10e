"""Resource search and audit of the local OCI: what is found, by whom it was done."""

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.oci_running import Running, refused, running
from tests.unit.oci_tenancy import instances, tenancy


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    web = instances(3, freeformTags={"team": "web"})
    data = instances(4, definedTags={"Ops": {"Tier": "gold"}})[3] | {"in": "prod-data", "state": "STOPPED"}
    vcn = {
        "name": "prod-net",
        "in": "prod",
        "fields": {"cidrBlock": "10.0.0.0/16", "cidrBlocks": ["10.0.0.0/16"]},
    }
    file = tenancy(
        resources={"core": {"Instance": [*web, data], "Vcn": [vcn]}},
        events=[
            {
                "at": "-2h",
                "by": "ada",
                "name": "LaunchInstance",
                "source": "ComputeApi",
                "resource": "@instance/node-2",
            }
        ],
    )
    with running(file, tmp_path_factory.mktemp("oci"), speed=1) as one:
        yield one


def found(local: Running, query: str, profile: str = "DEFAULT", **more: Any) -> list[str]:
    from oci.resource_search.models import StructuredSearchDetails

    client = local.client("resource_search", "ResourceSearchClient", profile)
    answer = client.search_resources(StructuredSearchDetails(query=query), **more)
    return [one.display_name for one in answer.data.items]


NODES = ["node-3", "node-2", "node-1"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("query instance resources", ["node-4", *NODES]),
        ("query instance, vcn resources where lifecycleState = 'available'", ["prod-net"]),
        ("QUERY Instance resources WHERE lifecycleState = 'running' sorted by displayName asc", [*reversed(NODES)]),
        ("query instance resources where lifecycleState == 'running'", []),
        ("query all resources where displayName = 'node-1' || displayName = 'prod-net'", ["node-1", "prod-net"]),
        ("query instance resources where (displayName = 'node-1' or displayName = 'node-4') and lifecycleState != 'STOPPED'", ["node-1"]),
        ("query instance resources where freeformTags.key = 'team' && freeformTags.value = 'web'", NODES),
        ("query instance resources where definedTags.namespace = 'ops' && definedTags.value = 'gold'", ["node-4"]),
        ("query instance resources where timeCreated > Now - 2d", ["node-4", "node-3"]),
        ("query instance resources where timeCreated <= Now - 60h", ["node-1"]),
        ("query instance resources where displayName in ('node-2', 'node-3')", ["node-3", "node-2"]),
        ("query all resources return allAdditionalFields matching 'prod-net'", ["prod-net"]),
    ],
)  # fmt: skip
def test_the_query_language(local: Running, query: str, names: list[str]) -> None:
    assert sorted(found(local, query)) == sorted(names)
    if "sorted" in query:
        assert found(local, query) == names


@pytest.mark.parametrize(
    "query",
    [
        "instances please",
        "query instance",
        "query instance resources where",
        "query instance resources where displayName",
        "query instance resources where displayName ~ 'x'",
        "query instance resources where colour = 'red'",
        "query submarine resources",
        "query instance resources where (displayName = 'x'",
        "query instance resources where timeCreated > Now - soon",
        "query instance resources; drop",
    ],
)
def test_what_is_no_query_is_400_and_says_why(local: Running, query: str) -> None:
    problem = refused(found, local, query)
    assert (problem.status, problem.code) == (400, "InvalidParameter")
    assert "not valid" in problem.message


def test_search_pages(local: Running) -> None:
    from oci import pagination
    from oci.resource_search.models import StructuredSearchDetails

    client = local.client("resource_search", "ResourceSearchClient")
    details = StructuredSearchDetails(query="query all resources")
    whole = pagination.list_call_get_all_results(client.search_resources, details, limit=3).data
    assert len({one.identifier for one in whole}) == len(whole) > 9


def test_free_text_finds_tags(local: Running) -> None:
    from oci.resource_search.models import FreeTextSearchDetails

    client = local.client("resource_search", "ResourceSearchClient")
    items = client.search_resources(FreeTextSearchDetails(text="GOLD")).data.items
    assert [one.display_name for one in items] == ["node-4"]


def test_search_ends_where_the_policies_of_the_caller_end(tmp_path: Any) -> None:
    narrow = "Allow group Readers to inspect instance-family in compartment prod-data"
    policies = [{"name": "readers", "fields": {"description": "", "statements": [narrow]}}]
    data = instances(1)[0] | {"in": "prod-data", "name": "inside"}
    resources = {"core": {"Instance": [*instances(1), data]}, "identity": {"Policy": policies}}
    with running(tenancy(resources=resources), tmp_path) as local:
        assert found(local, "query all resources") == ["inside"]


def window(local: Running) -> tuple[dt.datetime, dt.datetime]:
    now = dt.datetime.fromtimestamp(local.clock(), dt.UTC)
    return now - dt.timedelta(days=1), now + dt.timedelta(seconds=5)


def events(local: Running, compartment: str) -> list[Any]:
    client = local.client("audit", "AuditClient")
    found: list[Any] = client.list_events(compartment, *window(local)).data
    return found


def test_audit_tells_what_people_did_before_the_start(local: Running) -> None:
    first = events(local, local.ocid("compartment", "prod"))[0]
    assert first.data.event_name == "LaunchInstance"
    assert first.data.resource_name == "node-2"
    assert first.data.identity.principal_name == "ada"
    assert 7100 < time.time() - first.event_time.timestamp() < 7400


def test_audit_names_our_own_change_with_its_request_id_and_states(local: Running) -> None:
    ident = local.ocid("instance", "node-1")
    client = local.client("core", "ComputeClient", "CHANGE")
    answer = client.instance_action(ident, "STOP", opc_retry_token="plan-1")
    told = [
        one
        for one in events(local, local.ocid("compartment", "prod"))
        if one.data.event_name == "InstanceAction"
    ]
    assert [one.data.request.id for one in told] == [answer.request_id]
    data = told[0].data
    assert (data.identity.principal_name, data.resource_id) == ("operator", ident)
    assert data.request.parameters == {"action": ["STOP"]}
    assert data.request.headers["opc-retry-token"] == ["plan-1"]
    assert data.state_change.previous == {"lifecycleState": "RUNNING"}
    assert data.state_change.current == {"lifecycleState": "STOPPING"}


def test_an_opc_request_id_of_the_client_is_the_first_part_of_ours_everywhere(local: Running) -> None:
    client = local.client("resource_search", "ResourceSearchClient")
    from oci.resource_search.models import FreeTextSearchDetails

    answer = client.search_resources(FreeTextSearchDetails(text="x"), opc_request_id="turn-01HX/2")
    assert answer.request_id.startswith("turn-01HX/")
    told = [one for one in events(local, local.root) if one.data.event_name == "SearchResources"]
    assert told[-1].data.request.id == answer.request_id


def test_audit_tells_refusals_too(local: Running) -> None:
    ident = local.ocid("instance", "node-3")
    problem = refused(local.client("core", "ComputeClient").instance_action, ident, "STOP")
    told = events(local, local.ocid("compartment", "prod"))[-1]
    assert told.data.request.id == problem.request_id
    assert told.data.response.status == "404"
    assert told.data.identity.principal_name == "reader"


def test_audit_is_of_one_compartment_and_of_its_window(local: Running) -> None:
    assert "LaunchInstance" not in {one.data.event_name for one in events(local, local.root)}
    client = local.client("audit", "AuditClient")
    start, end = window(local)
    assert refused(client.list_events, local.root, end, start).code == "InvalidParameter"
