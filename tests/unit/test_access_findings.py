"""The rules on access: each finds what it is for with its proof, leaves what is fine alone, and says where it cannot tell."""

import pytest

from tests.unit.access_worlds import TREE, ident, secret, world
from tools.access.findings.table import RULES
from tools.access.findings.world import check

FINE = (
    "Allow group Administrators to manage all-resources in tenancy",
    "Allow group Devs to read buckets in compartment shop",
)


def found(ident_, *texts, **more):
    """What the rule says of a tenancy with these statements."""
    (rule,) = [one for one in RULES if one.id == ident_]
    (told,) = check([rule], world(*FINE, *texts, **more))
    return told


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("CIS 1.2", "Allow  group Devs to MANAGE all-resources\nin tenancy where request.region = 'phx'"),
        ("CIS 1.2", "Allow any-group to manage all-resources in tenancy"),
        ("CIS 1.2", f"Allow group Devs to manage all-resources in compartment id {TREE.root.id}"),
        ("CIS 1.3", "Allow group Devs to manage groups in tenancy"),
        ("CIS 1.3", "Allow group Devs to {GROUP_UPDATE} in tenancy"),
        ("CIS 1.3", "Allow group Devs to use groups in tenancy where any {target.group.name != 'Administrators', request.region = 'phx'}"),
        ("CIS 1.15", "Allow group Devs to manage volume-family in compartment shop"),
        ("CIS 1.15", "Allow group Devs to manage buckets in compartment shop where request.permission != 'BUCKET_READ'"),
        ("TOXIC policies", "Allow group Devs to manage policies in compartment lab"),
        ("TOXIC policies", "Allow group Devs to {POLICY_UPDATE} in tenancy"),
        ("TOXIC rules", "Allow group Devs to manage dynamic-groups in tenancy"),
        ("TOXIC anybody", "Allow any-user to read buckets in tenancy"),
        ("TOXIC anybody", "Allow any-user to read buckets in tenancy where any {request.principal.type = 'instance', request.region = 'phx'}"),
        ("TOXIC anybody", "Allow any-group to read buckets in tenancy where request.principal.type != 'instance'"),
        ("TOXIC others", "Admit any-user of any-tenancy to read buckets in tenancy"),
        ("TOXIC others", "Admit group A of tenancy B to manage buckets in tenancy"),
        ("TOXIC machines manage", "Allow dynamic-group nodes to manage all-resources in tenancy"),
    ],
)  # fmt: skip
def test_what_a_statement_gives_too_much_is_found_with_the_statement_as_its_proof(rule, text):
    told = found(rule, text)
    assert told.status == "fail"
    assert told.findings[0].proofs[0].ref == "oci:ocid1.policy.oc1..p#statements[2]"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("CIS 1.2", "Allow group Devs to manage all-resources in compartment shop"),
        ("CIS 1.2", "Allow group 'Default'/'administrators' to manage all-resources in tenancy"),
        ("CIS 1.2", "Deny group Devs to manage all-resources in tenancy"),
        ("CIS 1.3", "Allow group Devs to manage groups in tenancy where target.group.name != 'Administrators'"),
        ("CIS 1.3", "Allow group Devs to use users in tenancy where all {request.region = 'phx', target.group.name != 'Administrators'}"),
        ("CIS 1.3", "Allow group Devs to inspect groups in tenancy"),
        ("CIS 1.15", "Allow group Devs to manage volumes in tenancy where request.permission != 'VOLUME_DELETE'"),
        ("CIS 1.15", "Allow group Devs to use volume-family in tenancy"),
        ("TOXIC policies", "Allow group Devs to read policies in tenancy"),
        ("TOXIC policies", "Allow group Devs to manage policies in tenancy where request.permission = 'POLICY_READ'"),
        ("TOXIC rules", "Allow group Devs to inspect dynamic-groups in tenancy"),
        ("TOXIC anybody", "Allow any-user to read buckets in tenancy where all {request.principal.type = 'instance', request.region = 'phx'}"),
        ("TOXIC others", "Admit group A of tenancy B to read audit-events in tenancy"),
    ],
)  # fmt: skip
def test_what_is_narrow_enough_passes(rule, text):
    assert found(rule, text).status == "pass"


def test_a_deny_that_surely_takes_it_away_is_counted():
    grant = "Allow group Devs to manage policies in tenancy"
    assert (
        found("TOXIC policies", grant, "Deny group Devs to {POLICY_CREATE, POLICY_UPDATE} in tenancy").status
        == "pass"
    )
    assert (
        found("TOXIC policies", grant, "Deny group Ops to {POLICY_CREATE, POLICY_UPDATE} in tenancy").status
        == "fail"
    )


def test_both_halves_of_a_membership_make_the_finding_and_each_is_a_proof():
    half = "Allow group Devs to use users in tenancy"
    assert found("TOXIC membership", half).status == "pass"
    told = found("TOXIC membership", half, "Allow group Devs to use groups in tenancy")
    assert len(told.findings[0].proofs) == 2


MAKES = "Allow group Devs to manage instances in compartment lab"
READS = "Allow dynamic-group nodes to read secret-family in compartment shop"


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        (f"ANY {{instance.compartment.id = '{ident('lab')}'}}", "fail"),
        (f"ALL {{resource.type = 'instance', resource.compartment.id = '{ident('lab')}'}}", "fail"),
        (f"ALL {{tag.a.b.value = 'c', instance.compartment.id = '{ident('lab')}'}}", "pass"),
        (f"ANY {{instance.compartment.id = '{ident('prod')}'}}", "pass"),
    ],
)
def test_who_makes_an_instance_gains_what_its_dynamic_group_has(rule, status):
    told = found("TOXIC machines", MAKES, READS, rules={"nodes": rule})
    assert told.status == status
    if status == "fail":
        assert "gains SECRET" in told.findings[0].says
        assert [one.ref.partition("#")[2] for one in told.findings[0].proofs] == [
            "statements[2]",
            "matchingRule",
            "statements[3]",
        ]


def test_who_has_it_anyway_gains_nothing_by_an_instance():
    have = "Allow group Devs to manage secret-family in tenancy"
    assert (
        found(
            "TOXIC machines",
            MAKES,
            READS,
            have,
            rules={"nodes": f"ANY {{instance.compartment.id = '{ident('lab')}'}}"},
        ).status
        == "pass"
    )


USER = {
    "id": "u1",
    "name": "ann",
    "email": "ann@x.example",
    "isMfaActivated": True,
    "lifecycleState": "ACTIVE",
}


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ("CIS 1.7", {"isMfaActivated": False}, {"isMfaActivated": False, "capabilities": {"canUseConsolePassword": False}}),
        ("CIS 1.13", {"email": None}, {}),
        ("CIS 1.16", {"lastSuccessfulLoginTime": "2026-10-01T00:00:00+00:00"}, {"lastSuccessfulLoginTime": "2026-11-01T00:00:00+00:00"}),
    ],
)  # fmt: skip
def test_users_are_judged_by_what_oracle_says_of_them(rule, bad, good):
    assert found(rule, users=[USER | bad]).status == "fail"
    assert found(rule, users=[USER | good]).status == "pass"


def test_credentials_are_judged_by_age_number_and_owner():
    old = [secret("api-key", "ann", 91), secret("api-key", "ann", 90), secret("auth-token", "bob", None)]
    assert [one.says for one in found("CIS 1.8", secrets=old).findings] == ["ann has an API key of 91 days"]
    assert found("CIS 1.10", secrets=old).status == "pass"
    assert len(found("CIS 1.17", secrets=old).findings[0].proofs) == 2
    assert found("CIS 1.12", secrets=old, users=[USER]).status == "fail"
    assert found("CIS 1.12", secrets=old, users=[USER | {"id": "u2"}]).status == "pass"
    assert found("CIS 1.4", minimum=8).status == "fail"


@pytest.mark.parametrize("rule", ["CIS 1.8", "CIS 1.12", "CIS 1.17", "CIS 1.4", "CIS 1.5", "CIS 1.16"])
def test_what_is_not_shown_is_no_pass(rule):
    assert found(rule, secrets=None, members=None, minimum=None).status == "cannot tell"


def test_every_rule_has_a_name_of_its_own_and_says_what_to_do():
    assert len({one.id for one in RULES}) == len(RULES) == 24
    assert all(one.fix and one.title for one in RULES)
