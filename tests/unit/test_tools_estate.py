"""What hangs in the shop's tenancy: balancers, databases, clusters, secrets, limits, work, security problems."""

import pytest
from pydantic import ValidationError

from tests.unit.estate_shop import at, local
from tools.errors import AskBack, GiveUp, NotAllowed, TryLater
from tools.reads.oci_clusters import OCI_CLUSTERS
from tools.reads.oci_database import OCI_DATABASE
from tools.reads.oci_limits import OCI_LIMITS
from tools.reads.oci_load_balancer import OCI_LOAD_BALANCER
from tools.reads.oci_problems import OCI_PROBLEMS
from tools.reads.oci_secrets import OCI_SECRETS
from tools.reads.oci_work_requests import OCI_WORK_REQUESTS

__all__ = ["at", "local"]
REGION = {"region": "frankfurt"}
ASKED = {
    OCI_LOAD_BALANCER: ("list_load_balancers", REGION),
    OCI_DATABASE: ("list_autonomous_databases list_db_systems", REGION),
    OCI_CLUSTERS: ("list_clusters", REGION),
    OCI_SECRETS: ("list_secrets", REGION),
    OCI_LIMITS: ("list_limit_values", {"limited": "compute", **REGION}),
    OCI_WORK_REQUESTS: ("list_work_requests", REGION),
    OCI_PROBLEMS: ("list_problems", {}),
}
ERRORS = {503: TryLater, 403: NotAllowed, 404: GiveUp}


@pytest.mark.parametrize("tool", ASKED, ids=lambda tool: tool.name)
@pytest.mark.parametrize("status", ERRORS)
async def test_oracle_that_refuses_is_an_error_and_never_nothing_found(at, local, tool, status):
    operation, args = ASKED[tool]
    for one in operation.split():
        local.local("/local/faults", {"operation": one, "status": status, "times": 200})
    seconds = 1.5 if status == 503 else 30
    with pytest.raises(ERRORS[status]):
        await at.run(tool, seconds=seconds, compartment="shop-prod", **args)


@pytest.mark.parametrize("tool", ASKED, ids=lambda tool: tool.name)
async def test_nobody_sees_what_is_not_theirs(at, tool):
    with pytest.raises(NotAllowed):
        await at.run(tool, paths=("elsewhere",))
    with pytest.raises(ValidationError):
        await at.run(tool, surprise="x")


async def test_a_backend_that_does_not_answer_is_named_and_comes_first(at, local):
    found = await at.run(OCI_LOAD_BALANCER)
    first, second = found.data["backend_sets"]
    assert (first["load_balancer"], first["health"], first["down"]) == (
        "shop-staging",
        "CRITICAL",
        ["10.0.10.90:8080"],
    )
    assert second["health"] == "OK"
    assert found.digest.startswith("2 load balancers, 2 backend sets: 1 not healthy.")
    assert (
        found.evidence[0].ref
        == f"oci:{local.ocid('loadbalancer', 'shop-staging')}#backendSets.old-frontend.health"
    )
    one = await at.run(OCI_LOAD_BALANCER, resource="shop-public")
    assert one.data["load_balancers"] == 1
    with pytest.raises(AskBack):
        await at.run(OCI_LOAD_BALANCER, resource="shop")


async def test_health_that_is_not_told_is_unknown_and_said(at, local):
    local.local("/local/faults", {"operation": "get_backend_set_health", "status": 404, "times": 1})
    found = await at.run(OCI_LOAD_BALANCER, resource="shop-public")
    assert found.data["backend_sets"][0]["health"] == "UNKNOWN"
    assert found.could_not_see[0].startswith("health of shop-public/frontend")


async def test_a_database_tells_its_backup_and_that_anybody_reaches_it(at, local):
    found = await at.run(OCI_DATABASE, resource="reports")
    (one,) = found.data["databases"]
    assert one["last_backup"] == "8h ago"
    assert one["concerns"] == ["its public endpoint takes connections from any address"]
    local.local("/local/faults", {"operation": "list_autonomous_database_backups", "status": 404, "times": 1})
    blind = await at.run(OCI_DATABASE, resource="reports")
    assert blind.data["databases"][0]["last_backup"] == "not known"
    assert any("backups of shop-reports" in text for text in blind.could_not_see)


async def test_a_pool_that_lacks_a_node_says_why(at):
    found = await at.run(OCI_CLUSTERS)
    pool, cluster = found.data["clusters"]
    assert pool["nodes"] == "3 of 4"
    assert pool["concerns"][0].startswith("oke-pool1-d FAILING: standard-e5-core-count")
    assert "1 minor version behind" in pool["concerns"][1]
    assert cluster["concerns"] == ["upgrades wait: v1.31.10, v1.32.1"]


async def test_secrets_tell_their_age_and_never_their_value(at):
    found = await at.run(OCI_SECRETS)
    ages = {one["name"]: one["age_days"] for one in found.data["secrets"]}
    assert ages == {"payments-api-key": 400, "reports-db-password": 300, "edge-certificate-key": 12}
    assert found.data["secrets"][0]["concerns"][0].startswith("runs out in")
    assert "content" not in found.digest.lower()
    patient = await at.run(OCI_SECRETS, older_than_days=365)
    assert {one["name"] for one in patient.data["secrets"] if one["concerns"]} == {
        "payments-api-key",
        "edge-certificate-key",
    }


async def test_limits_that_are_used_up_come_first_and_a_part_of_the_tenancy_sees_none(at):
    found = await at.run(OCI_LIMITS)
    assert {one["name"]: one["left"] for one in found.data["limits"]} == {
        "standard-e5-core-count": 0,
        "gpu-a10-count": 0,
        "total-storage-gb": 140,
    }
    assert found.data["checked"] == 6
    every = await at.run(OCI_LIMITS, at_least=0, name="vcn")
    assert [one["name"] for one in every.data["limits"]] == ["vcn-count"]
    with pytest.raises(NotAllowed, match="whole tenancy"):
        await at.run(OCI_LIMITS, paths=("shop",))


async def test_use_that_is_not_told_is_not_headroom(at, local):
    local.local("/local/faults", {"operation": "get_resource_availability", "status": 404, "times": 1})
    found = await at.run(OCI_LIMITS, limited="vcn", at_least=0)
    assert found.data["limits"] == []
    assert "use of vcn-count is not told" in found.could_not_see[0]


async def test_work_that_failed_says_why(at):
    found = await at.run(OCI_WORK_REQUESTS)
    assert (found.data["failed"], found.data["under_way"]) == (1, 0)
    assert found.data["work_requests"][0]["error"].startswith("LimitExceeded: standard-e5-core-count")
    assert (await at.run(OCI_WORK_REQUESTS, since="10m")).data["total"] == 0


async def test_open_problems_come_with_advice_and_only_where_one_may_look(at, local):
    found = await at.run(OCI_PROBLEMS)
    assert [one["name"] for one in found.data["problems"]] == ["shop-public", "data-science"]
    assert found.data["problems"][0]["advice"] == "let the bastion's addresses in, and nobody else"
    assert (await at.run(OCI_PROBLEMS, all_states=True)).data["total"] == 3
    assert (await at.run(OCI_PROBLEMS, risk="critical")).data["total"] == 1
    assert (await at.run(OCI_PROBLEMS, paths=("shop",))).data["total"] == 0
    local.local("/local/faults", {"operation": "get_configuration", "status": 403, "times": 1})
    assert "reporting region" in (await at.run(OCI_PROBLEMS)).could_not_see[0]
