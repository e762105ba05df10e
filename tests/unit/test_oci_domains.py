"""Identity domains of the local OCI: the unmodified SDK asks each at its own address, page by page, by SCIM."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.domain_tenancy import MFA, PARTNERS, with_domains
from tests.unit.oci_running import Running, refused, running


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    file: TenancyFile = with_domains()
    with running(file, tmp_path_factory.mktemp("domains")) as one:
        yield one


def domain(local: Running, name: str, profile: str = "DEFAULT") -> Any:
    found = local.client("identity", "IdentityClient").list_domains(local.ocid("compartment", "lab")).data
    url = next(one.url for one in found if one.display_name == name)
    return local.client("identity_domains", "IdentityDomainsClient", profile, service_endpoint=url)


def test_a_domain_is_listed_in_its_compartment_alone(local: Running) -> None:
    client = local.client("identity", "IdentityClient")
    found = client.list_domains(local.ocid("compartment", "lab")).data
    assert {one.display_name: one.type for one in found} == {"Partners": "SECONDARY", "Corp": "SECONDARY"}
    assert client.list_domains(local.root).data == []


def test_each_domain_has_its_own_people_by_pages_of_start_index_and_count(local: Running) -> None:
    client = domain(local, "Partners")
    first = client.list_users(start_index=1, count=100).data
    assert (first.total_results, len(first.resources), first.start_index) == (PARTNERS, 100, 1)
    rest = client.list_users(start_index=101, count=100).data
    assert len(rest.resources) == PARTNERS - 100
    assert not {one.id for one in first.resources} & {one.id for one in rest.resources}
    assert [one.user_name for one in domain(local, "Corp").list_users().data.resources] == ["ada"]


def test_members_and_the_second_factor_are_shown_to_who_asks_for_them_by_name(local: Running) -> None:
    client = domain(local, "Partners")
    plain = client.list_groups().data.resources
    assert {one.display_name for one in plain} == {"Operators", "Administrators"}
    assert all(one.members is None for one in plain)
    named = client.list_groups(attributes="members").data.resources
    dora = local.ocid("user", "dora")
    assert dora in {member.ocid for one in named for member in one.members or []}
    user = client.list_users(attributes=f"groups,{MFA}:mfaStatus", count=1).data.resources[0]
    assert user.ocid == dora
    assert [one.display for one in user.groups] == ["Operators"]
    told = user.urn_ietf_params_scim_schemas_oracle_idcs_extension_mfa_user
    assert told.mfa_status == "UN_ENROLLED"
    assert client.list_dynamic_resource_groups().data.resources[0].matching_rule.startswith("ALL {")


def test_whose_policy_does_not_reach_the_domain_sees_nothing(local: Running) -> None:
    assert refused(domain(local, "Partners").list_users, filter='userName eq "x"').status == 400
    for region in local.server.regions.values():
        policies = region.tenancy.records.of("identity", "Policy")
        next(one for one in policies if one.name == "readers").body["statements"] = [
            "Allow group Readers to inspect domains in tenancy",
            "Allow group Readers to inspect users in tenancy",
        ]
    assert domain(local, "Partners").list_users().data.total_results == PARTNERS
    assert refused(domain(local, "Partners").list_groups).status == 404
