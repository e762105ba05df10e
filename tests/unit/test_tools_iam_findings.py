"""Findings and credentials, asked of the shop's tenancy: its known faults, and what could not be seen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk
from tools.errors import AskBack, NotAllowed, TryLater
from tools.reads.iam_credentials import IAM_CREDENTIALS
from tools.reads.iam_findings import IAM_FINDINGS

SHOP = Path(__file__).parents[2] / "sandbox/scenarios/shop/oracle.yaml"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with running(file, tmp_path_factory.mktemp("shop"), speed=20) as one:
        yield one


@pytest.fixture
def at(shop: Running) -> Iterator[Desk]:
    with desk(shop) as one:
        yield one


async def test_the_shop_is_found_out(at, shop):
    found = await at.run(IAM_FINDINGS)
    said = [(one["rule"], one["says"].partition(" ")[0]) for one in found.data["findings"]]
    assert said == [
        ("CIS 1.2", "group:DataScience"),
        ("CIS 1.12", "alba@shop.example,"),
        ("CIS 1.7", "erin@shop.example"),
        ("CIS 1.8", "bob@shop.example"),
        ("CIS 1.10", "erin@shop.example"),
        ("CIS 1.15", "group:CloudOpsOperators"),
        ("CIS 1.4", "passwords"),
    ]
    assert found.evidence[0].ref == f"oci:{shop.ocid('policy', 'data-science')}#statements[0]"
    assert found.data["complete"] is True
    assert any("CIS 1.5, CIS 1.6" in one for one in found.could_not_see)
    statuses = {one["id"]: one["status"] for one in found.data["rules"]}
    assert (statuses["CIS 1.17"], statuses["CIS 1.11"]) == ("pass", "cannot tell")


async def test_one_rule_and_graver_ones_alone_can_be_asked_for(at):
    one = await at.run(IAM_FINDINGS, rule="cis 1.1")
    assert [rule["id"] for rule in one.data["rules"]] == ["CIS 1.1"]
    grave = await at.run(IAM_FINDINGS, severity="critical")
    assert {rule["severity"] for rule in grave.data["rules"]} == {"critical"}
    with pytest.raises(AskBack):
        await at.run(IAM_FINDINGS, rule="ISO 27001")
    with pytest.raises(NotAllowed):
        await at.run(IAM_FINDINGS, paths=("shop",))


async def test_what_could_not_be_read_is_no_pass(at, shop):
    shop.local("/local/faults", {"operation": "list_api_keys", "status": 404, "times": 90})
    found = await at.run(IAM_FINDINGS)
    statuses = {one["id"]: one["status"] for one in found.data["rules"]}
    assert statuses["CIS 1.8"] == "cannot tell"
    assert statuses["TOXIC policies"] == "pass so far"
    assert found.could_not_see[0].startswith("credentials: ")


async def test_old_credentials_are_listed_with_their_age_and_never_their_secret(at):
    found = await at.run(IAM_CREDENTIALS)
    old = {(one["user"], one["kind"], one["days"]) for one in found.data["credentials"] if one["stale"]}
    assert old == {("bob@shop.example", "api-key", 400), ("erin@shop.example", "auth-token", 140)}
    assert found.data["without_mfa"] == ["erin@shop.example"]
    assert "BEGIN" not in str(found)
    assert [one.ref.partition("#")[2].partition("/")[0] for one in found.evidence] == [
        "api-key",
        "auth-token",
        "isMfaActivated",
    ]
    young = await at.run(IAM_CREDENTIALS, days=10, kind="customer-secret-key")
    assert [one["days"] for one in young.data["credentials"]] == [20]


async def test_a_user_whose_keys_are_not_shown_is_named_and_all_of_them_end_it(at, shop):
    with pytest.raises(AskBack):
        await at.run(IAM_CREDENTIALS, who="nobody")
    shop.local("/local/faults", {"operation": "list_auth_tokens", "status": 404, "times": 1})
    found = await at.run(IAM_CREDENTIALS)
    assert found.data["complete"] is False
    assert found.could_not_see[0].startswith("credentials of ")
    shop.local("/local/faults", {"operation": "list_users", "status": 503, "times": 90})
    with pytest.raises(TryLater):
        await at.run(IAM_CREDENTIALS, seconds=4)
