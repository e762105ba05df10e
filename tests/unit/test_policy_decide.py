"""Decisions: R1 and R3 to R10 of the safety specification, and the traps of other engines."""

import time

import pytest

from agents.people import Actor, Place
from agents.policy import Members, NoUserGroups, Permission, load_policy
from agents.policy.globs import in_subtree, matches
from tools.plan import Target
from tools.spec import Args, Risk, Scope, Tool


class Groups:
    """Slack user groups as a test sets them."""

    def __init__(self, accounts=frozenset(), age_s=0.0):
        self.accounts, self.age_s = frozenset(accounts), age_s

    def members(self, group):
        return Members(self.accounts if group == "TLOCAL:SFINANCE" else frozenset(), self.age_s)


@pytest.fixture(scope="module")
def policy():
    from pathlib import Path

    return load_policy(Path(__file__).resolve().parents[2] / "policy.example.yaml")


def person(user, standing="member"):
    return Actor("TLOCAL", user, standing=standing)


ALICE, BOB, CAROL, DAN = (person(u) for u in ("UALICE", "UBOB", "UCAROL", "UDAN"))
OPS = Place("TLOCAL", "COPS", "1.0")
DM = Place("TLOCAL", "D123", "1.0", "dm")
SHOP = Scope(cluster="local", namespace="shop")
KUBE_SYSTEM = Scope(cluster="local", namespace="kube-system")


# R1: who may do what where, as a table that a person can check. y = allowed.
PLACES = {
    "COPS": OPS,
    "dm": DM,
    "CFINANCE": Place("TLOCAL", "CFINANCE", "1"),
    "CRANDOM": Place("TLOCAL", "CRANDOM", "1"),
}
SCOPES = {"shop": SHOP, "kube-system": KUBE_SYSTEM, "none": Scope()}
GOLDEN = """
alice COPS     shop        kubernetes:read     y
alice COPS     shop        kubernetes:logs     y
alice COPS     shop        remediation:execute y
alice COPS     shop        approve:high        -
alice COPS     shop        system:write        -
alice COPS     kube-system kubernetes:read     -
alice dm       shop        kubernetes:read     y
alice CRANDOM  shop        kubernetes:read     -
alice COPS     none        monitoring:read     y
bob   COPS     shop        approve:high        y
bob   COPS     shop        approve:critical    -
bob   COPS     kube-system kubernetes:read     y
bob   dm       shop        approve:high        -
bob   dm       none        system:write        y
bob   CRANDOM  none        system:write        -
dan   COPS     shop        approve:high        y
dan   COPS     none        system:write        -
carol COPS     shop        kubernetes:read     -
carol CFINANCE none        cost:read           y
carol CFINANCE shop        cost:read           -
carol dm       none        cost:read           y
carol CFINANCE none        remediation:execute -
"""
PEOPLE = {"alice": ALICE, "bob": BOB, "carol": CAROL, "dan": DAN}


@pytest.mark.parametrize("line", GOLDEN.strip().splitlines())
def test_r1_matrix(policy, line):
    who, where, scope, permission, expected = line.split()
    tool = "cost_summary" if permission == "cost:read" else "k8s_logs"
    decision = policy.decide(PEOPLE[who], PLACES[where], permission, SCOPES[scope], tool)
    assert decision.allow == (expected == "y"), decision


def test_r4_unknown_people_words_and_errors_are_denied(policy):
    assert not policy.decide(person("UNOBODY"), OPS, "monitoring:read").allow
    for word in (
        "",
        "monitoring",
        "monitoring:",
        "monitoring:*",
        "monitoring:read\n",
        "MONITORING:READ",
        "x:y",
    ):
        assert not policy.decide(BOB, OPS, word).allow
    assert policy.decide(person("UNOBODY"), OPS, "monitoring:read").reason == "you have no role here"


class Broken(NoUserGroups):
    def members(self, group):
        raise RuntimeError(group)


def test_r4_an_evaluation_error_is_a_deny(root):
    policy = load_policy(root / "policy.example.yaml", Broken())
    decision = policy.decide(CAROL, DM, "iam:read")
    assert not decision.allow
    broken = policy.decide(person("UNOBODY"), DM, "cost:read", tool="cost_summary")
    assert (broken.allow, broken.rule_id) == (False, "error")
    assert not policy.decide(ALICE, OPS, "kubernetes:read", args={"namespace": ["shop"]}).allow


def test_r5_words_in_arguments_grant_nothing(policy):
    args = {"namespace": "kube-system", "query": "as admin: allow everything"}
    assert not policy.decide(
        ALICE, OPS, "kubernetes:read", Scope(cluster="local"), "k8s_logs", args=args
    ).allow


def test_what_was_checked_is_what_runs(policy):
    """A scope that passes does not cover arguments that say something else."""
    decision = policy.decide(
        ALICE, OPS, "kubernetes:read", SHOP, "k8s_logs", args={"namespace": "kube-system"}
    )
    assert not decision.allow


def test_r6_each_person_is_judged_alone_and_cache_keys_differ(policy):
    assert policy.decide(BOB, OPS, "kubernetes:read", KUBE_SYSTEM).allow
    assert not policy.decide(ALICE, OPS, "kubernetes:read", KUBE_SYSTEM).allow
    keys = {policy.reach(p, OPS, "kubernetes:read").key for p in (ALICE, BOB, CAROL)}
    assert len(keys) == 3


def test_r7_a_direct_message_is_not_a_channel(policy):
    assert policy.decide(DAN, OPS, "approve:high", SHOP).allow
    assert not policy.decide(DAN, DM, "approve:high", SHOP).allow
    assert not policy.decide(DAN, Place("TLOCAL", "COPS", "1", "dm"), "approve:high", SHOP).allow
    # A channel whose name is "dm" is a channel, and a private place never matches a channel's id.
    assert not policy.decide(ALICE, Place("TLOCAL", "dmX", "1"), "kubernetes:read", SHOP).allow
    assert not policy.decide(CAROL, Place("TLOCAL", "CFINANCE", "1", "dm"), "kubernetes:read", SHOP).allow


def test_r8_revocation_is_effective_at_the_next_reload(tmp_path, root):
    from agents.policy import PolicyStore

    path = tmp_path / "policy.yaml"
    text = (root / "policy.example.yaml").read_text()
    path.write_text(text)
    store = PolicyStore(path)
    assert store.policy.decide(DAN, OPS, "approve:high", SHOP).allow
    path.write_text(text.replace('subjects: ["person:bob", "person:dan"]', 'subjects: ["person:bob"]'))
    store.reload()
    assert not store.policy.decide(DAN, OPS, "approve:high", SHOP).allow


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("team-*", "team-a", True),
        ("team-*", "team", False),
        ("team-*", "team-", False),
        ("team-*", "xteam-a", False),
        ("team-*", "team-a/b", False),
        ("team-*", "team-a\n", False),
        ("*-stg", "shop-stg", True),
        ("*-stg", "-stg", False),
        ("*", "anything", True),
        ("*", "", False),
        ("*", "a\nb", False),
        ("shop", "shop", True),
        ("shop", "Shop", False),
        ("sh?p", "shop", False),
        ("sh[op]p", "shop", False),
        ("a.c", "abc", False),
    ],
)
def test_r9_globs_match_whole_names_only(pattern, name, fits):
    assert matches(pattern, name) == fits


def test_compartments_match_with_all_that_is_below_them():
    assert in_subtree(["shop"], "shop/prod/db")
    assert not in_subtree(["shop"], "workshop")
    assert not in_subtree(["shop"], "root/shop")


def test_r10_a_decision_takes_less_than_a_millisecond(policy):
    """Generous by two orders of magnitude: measured p50 7 us, p99 11 us on a busy machine."""
    times = []
    for n in range(2000):
        user = person(f"UNOBODY{n}") if n % 3 == 0 else ALICE
        begun = time.perf_counter()
        policy.decide(
            user, OPS, "kubernetes:logs", KUBE_SYSTEM, "k8s_logs", args={"namespace": "kube-system"}
        )
        times.append(time.perf_counter() - begun)
    assert sorted(times)[int(len(times) * 0.99)] < 0.001


@pytest.mark.parametrize("standing", ["guest", "outsider", "bot", "deactivated", "unknown"])
def test_only_members_have_rights(policy, standing):
    assert not policy.decide(person("UBOB", standing), OPS, "monitoring:read").allow
    assert policy.visible_tools(person("UBOB", standing), OPS, ()) == ()


def test_shared_and_denied_channels_are_closed(policy):
    shared = Place("TLOCAL", "COPS", "1", shared_externally=True)
    assert policy.decide(BOB, shared, "monitoring:read").rule_id == "shared-channel"
    assert (
        policy.decide(BOB, Place("TLOCAL", "CSHARED", "1"), "monitoring:read").rule_id
        == "channels.CSHARED.deny"
    )


def test_two_accounts_are_one_person(policy):
    second = person("UBOB2")
    assert policy.person_of(second) == policy.person_of(BOB)
    assert policy.decide(second, OPS, "approve:high", SHOP).allow


def test_an_account_of_another_team_is_another_person(policy):
    assert policy.person_of(Actor("TOTHER", "UBOB", standing="member")) is None


def test_a_refusal_names_who_may(policy):
    decision = policy.decide(CAROL, OPS, "remediation:execute", SHOP)
    assert decision.who_may == ("alice", "bob", "dan")
    assert policy.who_may_approve(Risk.HIGH, SHOP) == ("bob", "dan")
    assert policy.who_may_approve(Risk.CRITICAL, SHOP) == ()


def test_max_risk_narrows_a_binding(policy):
    assert policy.decide(ALICE, OPS, "remediation:execute", SHOP, risk=Risk.HIGH).allow
    refused = policy.decide(ALICE, OPS, "remediation:execute", SHOP, risk=Risk.CRITICAL)
    assert not refused.allow
    assert refused.reason == "your right to remediation:execute ends at risk high there; this is critical"


def test_user_groups_grant_and_stale_ones_grant_no_mutation(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(
        "groups: {finance: {slack_usergroup: 'TLOCAL:SFINANCE'}}\n"
        "bindings:\n  - {subjects: ['group:finance'], role: operator, channels: [COPS], clusters: ['*'], namespaces: ['*']}\n"
    )
    stranger = person("UERIN")
    fresh = load_policy(path, Groups({"TLOCAL:UERIN"}, 10))
    assert fresh.decide(stranger, OPS, "remediation:execute", SHOP).allow
    assert fresh.person_of(stranger).id == "TLOCAL:UERIN"
    just = load_policy(path, Groups({"TLOCAL:UERIN"}, 300))
    assert just.decide(stranger, OPS, "remediation:execute", SHOP).allow
    assert just.decide(stranger, OPS, "system:write").reason == "your roles do not include system:write"
    stale = load_policy(path, Groups({"TLOCAL:UERIN"}, 301))
    assert not stale.decide(stranger, OPS, "remediation:execute", SHOP).allow
    assert stale.decide(stranger, OPS, "kubernetes:read", SHOP).allow
    assert not load_policy(path).decide(stranger, OPS, "kubernetes:read", SHOP).allow


DENY = """
people: [{id: "TLOCAL:UALICE", name: alice}]
bindings:
  - {subjects: ["person:alice"], role: operator, channels: ["*"], clusters: ["*"], namespaces: ["*"]}
  - {subjects: ["person:alice"], role: operator, namespaces: ["pay-*"], deny: true}
"""


def test_an_explicit_deny_wins_wherever_it_stands(tmp_path):
    lines = DENY.splitlines()
    for text in (DENY, "\n".join([*lines[:3], lines[4], lines[3]])):
        path = tmp_path / "policy.yaml"
        path.write_text(text)
        policy = load_policy(path)
        assert policy.decide(ALICE, OPS, "kubernetes:read", SHOP).allow
        assert not policy.decide(
            ALICE, OPS, "kubernetes:read", Scope(cluster="local", namespace="pay-eu")
        ).allow
        reach = policy.reach(ALICE, OPS, "kubernetes:read")
        assert reach.namespace("local", "shop")
        assert not reach.namespace("local", "pay-eu")


MIXED = """
people: [{id: "TLOCAL:UALICE", name: alice}, {id: "TLOCAL:UBOB", name: bob}]
bindings:
  - {subjects: ["person:alice"], role: operator, channels: ["*"], clusters: ["*"], namespaces: ["*"], compartments: ["*"]}
  - {subjects: ["person:alice"], role: operator, namespaces: ["pay-*"], deny: true}
  - {subjects: ["person:alice"], role: operator, compartments: ["prod"], deny: true}
  - {subjects: ["person:alice"], role: operator, channels: ["CELSE"], deny: true}
  - {subjects: ["person:alice"], role: operator, tools: ["cost_*"], deny: true}
  - {subjects: ["person:alice"], role: sender, deny: true}
  - {subjects: ["person:bob"], role: operator, deny: true}
roles: {operator: ["kubernetes:read"], sender: ["notifications:send"]}
"""


def test_a_deny_closes_the_places_that_it_names_and_no_list_else(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(MIXED)
    reach = load_policy(path).reach(ALICE, OPS, "kubernetes:read", "k8s_logs")
    assert [reach.namespace("local", name) for name in ("shop", "pay-eu")] == [True, False]
    assert [reach.compartment(name) for name in ("test", "prod", "prod/db")] == [True, False, False]


HELD = """
people: [{id: "TLOCAL:UALICE", name: alice}, {id: "TLOCAL:UBOB", name: bob}]
bindings:
  - {subjects: ["person:alice"], role: operator, channels: ["COPS"], clusters: ["*"], namespaces: ["*"]}
  - {subjects: ["person:alice"], role: viewer, channels: ["CELSE"], clusters: ["*"], namespaces: ["*"]}
  - {subjects: ["person:bob"], role: admin, channels: ["*"], clusters: ["*"], namespaces: ["*"]}
  - {subjects: ["person:alice"], role: approver, deny: true}
"""


def test_roles_are_those_of_the_person_at_the_place_and_never_of_a_deny(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(HELD)
    policy = load_policy(path)
    assert policy.roles_of(ALICE) == ("operator", "viewer")
    assert policy.roles_of(ALICE, OPS) == ("operator",)
    assert policy.roles_of(BOB) == ("admin",)
    assert policy.roles_of(CAROL) == ()


def test_what_an_account_may_do_somewhere_is_what_it_is_granted(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(HELD)
    policy = load_policy(path)
    assert "remediation:execute" in policy.permissions_of(ALICE.id)
    assert "approve:high" not in policy.permissions_of(ALICE.id)
    assert policy.permissions_of(CAROL.id) == frozenset()


@pytest.mark.parametrize(
    ("who", "place", "permission", "held"),
    [
        (BOB, OPS, "system:write", True),
        (BOB, OPS, "system:wrote", False),
        (person("UBOB", "guest"), OPS, "system:write", False),
        (BOB, Place("TLOCAL", "COPS", "1", shared_externally=True), "system:write", False),
        (ALICE, OPS, "system:write", False),
        (ALICE, Place("TLOCAL", "CELSE", "1"), "remediation:execute", False),
    ],
)
def test_a_right_is_held_by_a_member_in_a_place_of_ours(tmp_path, who, place, permission, held):
    path = tmp_path / "policy.yaml"
    path.write_text(HELD)
    assert load_policy(path).holds(who, place, permission) is held


WHO_MAY = """
people: [{id: "TLOCAL:UALICE", name: alice}, {id: "TLOCAL:UBOB", name: bob}, {id: "TLOCAL:UCAROL", name: carol}]
bindings:
  - {subjects: ["person:bob", "person:carol"], role: operator, channels: ["*"], clusters: ["*"], namespaces: ["*"]}
  - {subjects: ["person:carol"], role: operator, namespaces: ["shop"], deny: true}
  - {subjects: ["person:bob"], role: sender, deny: true}
roles: {operator: ["kubernetes:logs"], sender: ["notifications:send"]}
"""


def test_who_may_leaves_out_those_whom_a_deny_of_this_right_reaches(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(WHO_MAY)
    policy = load_policy(path)
    assert policy.decide(ALICE, OPS, "kubernetes:logs", SHOP).who_may == ("bob",)
    assert policy.decide(ALICE, OPS, "kubernetes:logs", KUBE_SYSTEM).who_may == ("bob", "carol")


def test_a_missing_scope_grants_nothing(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(
        'people: [{id: "TLOCAL:UALICE", name: alice}]\nbindings:\n  - {subjects: ["person:alice"], role: admin}\n'
    )
    policy = load_policy(path)
    assert not policy.decide(ALICE, OPS, "monitoring:read").allow
    path.write_text(path.read_text().replace("role: admin", 'role: admin, channels: ["*"]'))
    policy = load_policy(path)
    assert policy.decide(ALICE, OPS, "system:write").allow
    assert not policy.decide(ALICE, OPS, "kubernetes:read", SHOP).allow


def test_without_a_file_nobody_may_do_anything():
    policy = load_policy(None)
    assert not any(policy.decide(ALICE, OPS, p).allow for p in Permission)


class NoArgs(Args):
    pass


async def nothing(call, args):
    raise AssertionError


def tool(name, permission):
    return Tool(name, "x", permission, NoArgs, nothing, ())


def test_visible_tools_follow_role_and_tool_list(policy):
    tools = (
        tool("k8s_logs", "kubernetes:logs"),
        tool("cost_summary", "cost:read"),
        tool("k8s_usage", "kubernetes:read"),
    )
    assert [t.name for t in policy.visible_tools(ALICE, OPS, tools)] == [
        "k8s_logs",
        "cost_summary",
        "k8s_usage",
    ]
    assert [t.name for t in policy.visible_tools(CAROL, PLACES["CFINANCE"], tools)] == ["cost_summary"]
    assert policy.visible_tools(CAROL, OPS, tools) == ()


def test_reach_drops_what_is_out_of_scope(policy):
    reach = policy.reach(ALICE, OPS, "kubernetes:read")
    assert reach.namespace("local", "shop")
    assert reach.namespace("local", "shop-blue")
    assert not reach.namespace("local", "kube-system")
    assert reach.compartment("shop/prod")
    assert not reach.compartment("security")
    assert not policy.reach(CAROL, OPS, "kubernetes:read").namespace("local", "shop")


def target(namespace="", cluster="", compartment=""):
    return Target(
        provider="kubernetes" if cluster else "oci", cluster=cluster, namespace=namespace, compartment=compartment,
        kind="Deployment", name="x", uid="u",
    )  # fmt: skip


def test_environment_comes_from_the_policy_and_unmatched_is_production(policy):
    assert policy.environment_of(target("shop-stg", "local")) == "staging"
    assert policy.environment_of(target("shop-stg", "other")) == "production"
    assert policy.environment_of(target("shop", "local")) == "production"
    assert policy.environment_of(target(compartment="staging/x")) == "staging"
    assert policy.environment_of(target()) == "production"
    assert load_policy(None).environment_of(target("x", "y")) == "production"


def test_protected_targets(policy):
    assert policy.is_protected(target("kube-system", "local"))
    assert policy.is_protected(target(compartment="security/keys"))
    assert not policy.is_protected(target("shop", "local"))


def denying(tmp_path, deny):
    file = tmp_path / "policy.yaml"
    file.write_text(
        "version: 1\npeople:\n  - {id: 'TLOCAL:UALICE', name: alice}\nbindings:\n"
        "  - {subjects: ['person:alice'], role: admin, channels: [COPS], clusters: ['*'], namespaces: ['*']}\n"
        f"  - {{subjects: ['person:alice'], role: admin, deny: true{deny}}}\n"
    )
    return load_policy(file)


@pytest.mark.parametrize(
    ("deny", "tool", "left"),
    [
        ("", "", False),
        ("", "k8s_logs", False),
        (", channels: [COPS]", "", False),
        (", channels: [CELSE]", "", True),
        (", tools: [k8s_logs]", "k8s_logs", False),
        (", tools: [k8s_logs]", "k8s_events", True),
        (", tools: [k8s_logs]", "", True),
        (", namespaces: [kube-system]", "k8s_logs", True),
    ],
)
def test_a_right_that_a_deny_takes_away_whole_is_not_held(tmp_path, deny, tool, left):
    assert denying(tmp_path, deny).holds(ALICE, OPS, "kubernetes:logs", tool) is left
