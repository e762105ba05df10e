"""Who calls the local OCI, and what identity answers: the unmodified SDK over a real socket."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sandbox.oci.tenancy.building import BadTenancy
from tests.unit.oci_running import Running, ShiftedClock, refused, running
from tests.unit.oci_tenancy import tenancy


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running(tenancy(), tmp_path_factory.mktemp("oci")) as one:
        yield one


def identity(local: Running, profile: str = "DEFAULT", **more: Any) -> Any:
    return local.client("identity", "IdentityClient", profile, **more)


def test_the_sdk_reads_the_tenancy_and_the_whole_tree_of_compartments(local: Running) -> None:
    client = identity(local)
    found = client.get_tenancy(local.root).data
    assert (found.name, found.home_region_key) == ("acme", "FRA")
    tree = client.list_compartments(local.root, compartment_id_in_subtree=True, access_level="ANY").data
    assert {one.name: one.compartment_id for one in tree} == {
        "prod": local.root, "lab": local.root, "prod-data": local.ocid("compartment", "prod"),
    }  # fmt: skip
    direct = client.list_compartments(local.root, sort_by="NAME").data
    assert [one.name for one in direct] == ["lab", "prod"]
    assert client.get_compartment(local.ocid("compartment", "prod-data")).data.lifecycle_state == "ACTIVE"


def test_people_groups_policies_and_keys_are_listed(local: Running) -> None:
    client = identity(local)
    assert {one.name for one in client.list_users(local.root).data} == {"reader", "operator", "ada"}
    assert client.list_users(local.root, name="ada").data[0].email == "ada@acme.example"
    ada = local.ocid("user", "ada")
    groups = client.list_user_group_memberships(local.root, user_id=ada).data
    assert [client.get_group(one.group_id).data.name for one in groups] == ["Administrators"]
    policies = client.list_policies(local.root).data
    assert {one.name for one in policies} == {"admins", "readers"}, "one compartment, not its subtree"
    assert client.list_api_keys(ada).data[0].fingerprint == local.config("ADMIN")["fingerprint"]


def test_regions_and_availability_domains(local: Running) -> None:
    client = identity(local)
    subscribed = client.list_region_subscriptions(local.root).data
    assert [(one.region_name, one.is_home_region) for one in subscribed] == [
        ("eu-frankfurt-1", True), ("eu-amsterdam-1", False),
    ]  # fmt: skip
    assert [one.key for one in client.list_regions().data] == ["FRA", "AMS"]
    domains = client.list_availability_domains(local.root).data
    assert [one.name[-4:] for one in domains] == ["AD-1", "AD-2", "AD-3"]


def test_a_subtree_is_listed_of_the_tenancy_alone(local: Running) -> None:
    prod = local.ocid("compartment", "prod")
    problem = refused(identity(local).list_compartments, prod, compartment_id_in_subtree=True)
    assert (problem.status, problem.code) == (400, "InvalidParameter")


def test_another_key_is_not_authenticated(local: Running) -> None:
    config = local.config() | {"key_file": local.config("ADMIN")["key_file"]}
    problem = refused(identity(local, config=config).get_tenancy, local.root)
    assert (problem.status, problem.code) == (401, "NotAuthenticated")


def test_an_unknown_fingerprint_is_not_authenticated(local: Running) -> None:
    config = local.config() | {"fingerprint": ":".join(["00"] * 16)}
    problem = refused(identity(local, config=config).get_tenancy, local.root)
    assert (problem.status, problem.code) == (401, "NotAuthenticated")


def test_an_unsigned_request_is_not_authenticated(local: Running) -> None:
    import oci
    from oci._vendor import requests

    answer = requests.get(f"{local.server.endpoints['identity']}/20160918/regions", timeout=5)
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message"}
    assert answer.headers["opc-request-id"]
    del oci


@pytest.mark.parametrize("ahead", [301, -301])
def test_a_clock_more_than_five_minutes_off_is_told_both_times(tmp_path: Path, ahead: int) -> None:
    clock = ShiftedClock()
    with running(tenancy(), tmp_path, clock=clock) as local:
        clock.ahead = ahead - ahead / abs(ahead) * 10
        assert identity(local).list_regions().status == 200, "a little less is let through"
        clock.ahead = ahead
        problem = refused(identity(local).list_regions)
    assert (problem.status, problem.code) == (401, "NotAuthenticated")
    assert "is not within allowed clock skew" in problem.message
    assert str(dt.datetime.now(dt.UTC).year) in problem.message


def test_a_body_that_was_changed_on_the_way_is_not_authenticated(local: Running) -> None:
    import oci
    from oci._vendor import requests

    config = local.config()
    signer = oci.signer.Signer(config["tenancy"], config["user"], config["fingerprint"], config["key_file"])
    url = f"{local.server.endpoints['identity']}/20160918/policies"
    request = requests.Request("POST", url, auth=signer, json={"name": "a"}).prepare()
    request.body = b'{"name": "b"}'
    with requests.Session() as session:
        answer = session.send(request)
    assert (answer.status_code, answer.json()["code"]) == (401, "NotAuthenticated")


def with_session(local: Running, token: str = "") -> Any:
    """A client that signs with a token, as the profile of a session has it."""
    import oci

    config = local.config("SESSION")
    token = token or Path(config["security_token_file"]).read_text()
    private = oci.signer.load_private_key_from_file(config["key_file"])
    return identity(
        local, "SESSION", config=config, signer=oci.auth.signers.SecurityTokenSigner(token, private)
    )


def test_a_session_reads_as_the_one_it_was_begun_for_until_it_is_over(local: Running) -> None:
    assert with_session(local).get_tenancy(local.root).data.name == "acme"
    local.server.principals.begin_session(local.clock() - 3700)
    problem = refused(with_session(local).get_tenancy, local.root)
    assert (problem.status, problem.code) == (401, "NotAuthenticated")
    local.server.principals.begin_session(local.clock())


def test_a_session_of_somebody_elses_making_is_not_authenticated(local: Running) -> None:
    header, claims, signature = Path(local.config("SESSION")["security_token_file"]).read_text().split(".")
    for token in (f"{header}.{claims}.{signature[::-1]}", f"{header}.{header}.{signature}", "token", "a.b.c"):
        assert refused(with_session(local, token).get_tenancy, local.root).status == 401


def test_what_may_not_be_seen_and_what_is_not_there_answer_alike(local: Running) -> None:
    client = identity(local, "CHANGE")
    missing = refused(client.get_policy, local.ocid("policy", "nothing"))
    assert (missing.status, missing.code) == (404, "NotAuthorizedOrNotFound")
    other = refused(client.get_tenancy, "ocid1.tenancy.oc1..another")
    assert (other.status, other.code, other.message) == (404, "NotAuthorizedOrNotFound", missing.message)


def test_the_callers_request_id_is_kept_in_the_answers(local: Running) -> None:
    client = identity(local)
    answer = client.get_tenancy(local.root)
    ours, first, second = answer.request_id.split("/")
    assert ours
    assert first != second


def test_every_object_has_fields_that_the_sdk_does_not_know_and_it_reads_them_all_the_same(
    local: Running,
) -> None:
    plain = identity(local, skip_deserialization=True).list_users(local.root).data
    assert all("previewLifecyclePhase" in one for one in plain)
    assert not hasattr(identity(local).list_users(local.root).data[0], "preview_lifecycle_phase")


def test_an_operation_of_the_sdk_that_is_not_served_says_so(local: Running) -> None:
    problem = refused(identity(local).list_tag_defaults)
    assert (problem.status, problem.code) == (501, "NotImplemented")


def test_the_configuration_file_and_the_keys_are_for_their_owner_alone(local: Running) -> None:
    for path in [local.server.config_file, *local.server.config_file.parent.glob("keys/*.pem")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_tenancy_that_the_sdk_would_not_understand_is_refused(tmp_path: Path) -> None:
    wrong = {"identity": {"DynamicGroup": [{"name": "x", "fields": {"matchingRools": "any"}}]}}
    with (
        pytest.raises(BadTenancy, match=r"DynamicGroup x: .*matchingR"),
        running(tenancy(resources=wrong), tmp_path),
    ):
        pass
