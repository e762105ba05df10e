"""Users and groups of identity domains other than Default, as the tools on access see them: over a socket, by the SDK."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.domain_tenancy import PARTNERS, with_domains
from tests.unit.oci_running import Running, running
from tests.unit.oracle_calls import Desk, desk
from tools.errors import AskBack, GiveUp
from tools.oracle.connection import Connection
from tools.oracle.credentials import Principal
from tools.oracle.services import Endpoints
from tools.reads.iam_credentials import IAM_CREDENTIALS
from tools.reads.iam_dynamic_groups import IAM_DYNAMIC_GROUPS
from tools.reads.iam_findings import IAM_FINDINGS
from tools.reads.iam_what_can import IAM_WHAT_CAN
from tools.reads.iam_who_can import IAM_WHO_CAN
from tools.reads.iam_why_not import IAM_WHY_NOT

READ = {"verb": "BUCKET_READ"}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(with_domains(), tmp_path_factory.mktemp("domains"), speed=20) as one:
        yield one


@pytest.fixture
def at(local: Running) -> Iterator[Desk]:
    with desk(local) as one:
        yield one


def fail(local: Running, operation: str, status: int, code: str) -> None:
    service = "identity" if operation == "list_domains" else "identity_domains"
    local.local("/local/faults", {"service": service, "operation": operation, "status": status, "code": code, "times": 9})  # fmt: skip


async def test_who_can_crosses_domains_and_keeps_groups_of_one_name_apart(at):
    found = await at.run(IAM_WHO_CAN, **READ)
    members = {row["who"]: row["members"] for row in found.data["grants"]}
    assert members["group Operators"] == ["operator"]
    assert members["group Partners/Operators"] == ["Partners/dora"]
    assert members["group Partners/Administrators"] == ["Partners/guest-118", "Partners/paul"]
    assert members["group Administrators"] == ["ada"]
    assert "Corp/ada" not in str(found.data), "of Corp/Operators no statement says anything"
    assert found.data["users"]["sure"] == ["Partners/dora", "ada", "operator", "reader"]
    assert found.data["users"]["denied"] == ["Partners/guest-118", "Partners/paul"]
    assert found.could_not_see == ()


async def test_a_deny_of_administrators_reaches_those_of_another_domain(at):
    found = await at.run(IAM_WHAT_CAN, who="'Partners'/'Administrators'")
    assert "BUCKET_READ" not in found.data["permissions"]["sure"]
    assert "BUCKET_DELETE" in found.data["permissions"]["sure"]


async def test_a_bare_name_is_the_group_of_default(at):
    default = await at.run(IAM_WHAT_CAN, who="Operators")
    assert default.data["who"]["name"] == "Operators"
    other = await at.run(IAM_WHAT_CAN, who="Partners/Operators")
    assert other.data["who"]["name"] == "Partners/Operators"
    assert len(other.data["grants"]) == 1 < len(default.data["grants"])


async def test_a_user_of_another_domain_has_the_groups_of_that_domain(at):
    found = await at.run(IAM_WHAT_CAN, who="dora")
    assert (found.data["who"]["name"], found.data["groups"]) == ("Partners/dora", ["Partners/Operators"])
    why = await at.run(IAM_WHY_NOT, who="Partners/paul", **READ)
    assert "deny" in why.digest.lower()
    with pytest.raises(AskBack) as asked:
        await at.run(IAM_WHAT_CAN, who="Partners/nobody")
    assert "Partners/nobody" in str(asked.value)


async def test_the_second_factor_of_users_of_other_domains_is_judged(at):
    found = await at.run(IAM_CREDENTIALS, kind="mfa")
    assert "Partners/dora" in found.data["without_mfa"]
    assert "Partners/paul" not in found.data["without_mfa"]
    checked = await at.run(IAM_FINDINGS, rule="CIS 1.7")
    assert any("Partners/dora" in one["says"] for one in checked.data["findings"])
    assert not any("Partners/paul" in one["says"] for one in checked.data["findings"])
    assert f"credentials of {PARTNERS + 1} users of other identity domains: not read" in checked.could_not_see


async def test_dynamic_groups_of_other_domains_are_held_against_resources(at):
    found = await at.run(IAM_DYNAMIC_GROUPS)
    assert "Partners/jobs" in str(found.data)


async def test_of_a_domain_that_refuses_it_cannot_be_told_and_the_right_is_named(at, local):
    fail(local, "list_groups", 404, "NotAuthorizedOrNotFound")
    found = await at.run(IAM_WHO_CAN, **READ)
    assert found.data["users"]["sure"] == ["ada", "operator", "reader"]
    assert found.data["complete"] is False
    assert any(one.startswith("groups of identity domain Partners:") and "it takes `inspect groups` in lab" in one for one in found.could_not_see)  # fmt: skip
    assert "members of Partners/Operators, Partners/Administrators: cannot tell, its identity domain could not be read" in found.could_not_see  # fmt: skip


async def test_where_domains_are_not_listed_their_names_cannot_be_told_either(at, local):
    fail(local, "list_domains", 404, "NotAuthorizedOrNotFound")
    found = await at.run(IAM_WHO_CAN, **READ)
    assert any("`inspect domains`" in one for one in found.could_not_see)
    assert any("not all identity domains could be listed" in one for one in found.could_not_see)


def test_an_address_without_tls_that_an_answer_names_is_not_signed_for(local):
    connection = Connection(Principal(file=Path(local.server.config_file)), Endpoints({}))
    with pytest.raises(GiveUp, match="not https"):
        connection.call("identity_domains", "list_users", "", 5.0, at="http://domain.example")
    connection.close()
