"""Files of teams: their own bindings under a ceiling that the policy states, refused beyond it with line and key."""

import random

import pytest

from agents.people import Actor, Place
from agents.policy import PolicyError, PolicyStore, load_policy
from agents.policy.compile import compile_policy
from agents.policy.diff import differences
from agents.policy.globs import any_matches, in_subtree, matches
from agents.policy.policy import Policy
from agents.policy.probes import Pretend
from agents.policy.teams import TeamError, _covered, with_teams
from tests.unit.cli_process import run
from tools.spec import Risk, Scope

BASE = """
people:
  - {id: "T1A:U1A", name: alice}
  - {id: "T1A:U1B", name: bob}
  - {id: "T1A:U1C", name: carol}
groups:
  shop: {people: [alice, bob]}
teams:
  shop: {to: ["group:shop"], roles: [operator, approver], channels: ["CSHOP", "dm"], clusters: ["prod-*"], namespaces: ["shop", "shop-*"], compartments: ["shop"], max_risk: high}
"""
GOOD = """
version: 1
groups:
  night: {people: [alice]}
bindings:
  - {subjects: ["group:shop"], role: viewer, channels: ["CSHOP"], clusters: ["prod-*"], namespaces: ["shop-*"], max_risk: low}
  - {subjects: ["group:night"], role: approver, channels: ["CSHOP", "dm"], clusters: ["prod-1"], namespaces: ["shop"], compartments: ["shop/web"], max_risk: high}
"""
ALICE, CAROL = (Actor("T1A", user, standing="member") for user in ("U1A", "U1C"))
SHOP = Place("T1A", "CSHOP", "")


@pytest.fixture
def files(tmp_path):
    (tmp_path / "policy.yaml").write_text(BASE)
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "shop.yaml").write_text(GOOD)
    return tmp_path


def may(policy, right="approve:high", who=ALICE, risk=Risk.HIGH, **scope):
    return policy.decide(
        who, SHOP, right, Scope(**(scope or {"cluster": "prod-1", "namespace": "shop"})), risk=risk
    )


def test_a_teams_bindings_hold_and_name_their_file_and_line(files):
    policy = load_policy(files / "policy.yaml")
    decision = may(policy)
    assert (decision.allow, decision.rule_id) == (True, "teams/shop.yaml:bindings[1]:approver")
    assert policy.rule(decision.rule_id).line == 7
    assert not may(policy, cluster="prod-2", namespace="shop").allow
    assert not may(policy, risk=Risk.CRITICAL).allow
    assert may(policy, compartment="shop/web/a").allow
    assert not may(policy, compartment="shop").allow


LINE = '{subjects: ["group:shop"], role: operator, channels: ["CSHOP"], clusters: ["prod-1"], namespaces: ["shop"], max_risk: low%s}'


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('"group:shop"', '"person:carol"', "subjects", "carol is beyond the team's ceiling (group:shop)"),
        ("operator", "admin", "role", "beyond the team's ceiling (operator, approver)"),
        ('"CSHOP"', '"COPS"', "channels[0]", "'COPS' is beyond"),
        ('"CSHOP"', '"*"', "channels[0]", "'*' is beyond"),
        ('"prod-1"', '"prod*"', "clusters[0]", "'prod*' is beyond"),
        ('"shop"]', '"shop", "pay"]', "namespaces[1]", "'pay' is beyond the team's ceiling (shop, shop-*)"),
        ('"shop"]', '"sho*"]', "namespaces[0]", "beyond"),
        ("%s", ', compartments: ["shop-2"]', "compartments[0]", "beyond"),
        (", max_risk: low", "", "max_risk", "max_risk: high; write that or a lower one"),
        ("low", "critical", "max_risk", "write that or a lower one"),
        ("operator", "breaker", "role", "unknown role"),
    ],
)
def test_what_reaches_beyond_is_refused_with_line_and_key(files, old, new, key, words):
    assert old in LINE
    line = LINE.replace(old, new).replace("%s", "")
    (files / "teams" / "shop.yaml").write_text(f"version: 1\nbindings:\n  - {line}\n")
    with pytest.raises(PolicyError) as caught:
        load_policy(files / "policy.yaml")
    text = str(caught.value)
    assert text.startswith(f"teams/shop.yaml: line 3, bindings[0].{key}: "), text
    assert words in text


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("shp.yaml", "version: 1\n", "teams/shp.yaml: the policy states no ceiling for a team 'shp' (`teams`); did you mean shop?"),
        ("shop.yaml", "version: 1\nroles: {x: []}\n", "teams/shop.yaml: line 2, roles: unknown key"),
        ("shop.yaml", "people: []\n", "teams/shop.yaml: line 1, people: unknown key"),
        ("shop.yaml", "groups:\n  shop: {people: [alice]}\n", "line 2, groups.shop: a group of the policy has this name"),
        ("shop.yaml", "groups:\n  x: {people: [alcie]}\n", "line 2, groups.x.people[0]: unknown person 'alcie'; did you mean alice?"),
        ("shop.yaml", "bindings: [\n", "teams/shop.yaml: line 2: not YAML"),
    ],
)  # fmt: skip
def test_what_a_teams_file_cannot_say(files, name, text, words):
    (files / "teams" / name).write_text(text)
    with pytest.raises(PolicyError) as caught:
        load_policy(files / "policy.yaml")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("deny", "words"),
    [
        ('subjects: ["person:carol"], role: operator, deny: true', "names namespaces or compartments"),
        (
            'subjects: ["person:carol"], role: operator, deny: true, namespaces: ["shop"]',
            "names their clusters",
        ),
        (
            'subjects: ["person:carol"], role: operator, deny: true, clusters: ["prod-*"], namespaces: ["pay"]',
            "'pay' is beyond",
        ),
    ],
)
def test_a_deny_of_a_team_reaches_its_own_places_only(files, deny, words):
    (files / "teams" / "shop.yaml").write_text(f"bindings:\n  - {{{deny}}}\n")
    with pytest.raises(PolicyError, match=words):
        load_policy(files / "policy.yaml")


def test_a_ceiling_that_is_wrong_names_its_key_in_the_policy(files):
    for old, new, words in (
        (
            "[operator, approver]",
            "[operator, aprover]",
            "teams.shop.roles[1]: unknown role 'aprover'; did you mean approver?",
        ),
        ('to: ["group:shop"]', 'to: ["group:shp"]', "teams.shop.to[0]: unknown subject"),
        ("max_risk: high", "max_risk: huge", "teams.shop.max_risk"),
    ):
        (files / "policy.yaml").write_text(BASE.replace(old, new))
        with pytest.raises(PolicyError) as caught:
            load_policy(files / "policy.yaml")
        assert f"policy.yaml: line 9, {words}" in str(caught.value), str(caught.value)


def test_a_teams_file_is_read_again_when_it_is_written_added_or_gone(files):
    store = PolicyStore(files / "policy.yaml")
    before = store.policy.hash
    assert store.reload() is None
    (files / "teams" / "shop.yaml").write_text(GOOD.replace('["group:night"]', '["person:bob"]'))
    assert store.reload().problem == ""
    assert (store.policy.hash != before, may(store.policy).allow) == (True, False)
    (files / "teams" / "shop.yaml").write_text(GOOD.replace('"shop-*"', '"*"'))
    assert "'*' is beyond" in store.reload().problem
    assert not store.changes_allowed
    (files / "teams" / "shop.yaml").unlink()
    assert store.reload().problem == ""
    assert not may(store.policy, "monitoring:read", cluster="prod-1", namespace="shop-a").allow
    (files / "teams" / "shop.yaml").write_text(GOOD)
    store.reload()
    assert (store.policy.hash, may(store.policy).allow) == (before, True)


NAMES = ["shop", "shop-a", "shop-*", "*", "s*p", "pay", "shop/web", "shop/*", "*-a", "sh*-*", "**", "p*"]


@pytest.mark.parametrize("covers", [any_matches, in_subtree])
def test_what_is_covered_has_no_name_that_is_not(covers):
    """Every name that fits the narrower pattern fits the wider one."""
    runs = ["x", "-", "shop", "a-b", "web", "pay"]
    for wide in NAMES:
        for narrow in NAMES:
            if not _covered(narrow, [wide], covers):
                continue
            for run_ in runs:
                name = narrow.replace("*", run_)
                assert not matches(narrow, name) or covers([wide], name), (narrow, wide, name)


PARTS = {
    "subjects": ['["group:shop"]', '["person:alice"]', '["person:carol"]'],
    "role": ["viewer", "operator", "approver", "admin"],
    "channels": ['["CSHOP"]', '["dm", "CSHOP"]', '["C*"]', '["*"]'],
    "clusters": ['["prod-*"]', '["prod-1"]', '["*"]'],
    "namespaces": ['["shop"]', '["shop-*", "shop"]', '["*"]', '["shop*"]'],
    "compartments": ['["shop/web"]', '["shop"]', '["*"]', "[]"],
    "max_risk": ["low", "high", "critical"],
}


def test_whatever_file_is_taken_gives_nobody_more_than_the_ceiling():
    """Held against a policy in which the ceiling itself is a binding: adding the team's file changes no answer."""
    rng, taken = random.Random(7), 0
    whole = '\nbindings:\n  - {subjects: ["group:shop"], role: approver, channels: ["CSHOP", "dm"], clusters: ["prod-*"], namespaces: ["shop", "shop-*"], compartments: ["shop"], max_risk: high}\n'
    base = compile_policy(BASE + whole)
    for _ in range(3000):
        line = ", ".join(f"{key}: {rng.choice(values)}" for key, values in PARTS.items())
        try:
            together = with_teams(base, {"shop.yaml": f"bindings:\n  - {{{line}}}\n"})
        except TeamError:
            continue
        taken += 1
        if taken <= 40:
            assert differences(Policy(base, Pretend()), Policy(together, Pretend())) == (), line
    assert taken >= 20


def test_check_on_the_command_line_names_file_line_and_key(files):
    assert run(files, "policy", "check", "policy.yaml").out == "fine: 3 people, 2 bindings, 1 teams\n"
    (files / "teams" / "shop.yaml").write_text(GOOD.replace('"shop-*"', '"*"'))
    found = run(files, "policy", "check", "policy.yaml")
    assert (found.code, found.out.startswith("WRONG teams/shop.yaml: line 6, bindings[0].namespaces[0]")) == (
        1,
        True,
    ), found
    assert run(files, "policy", "check", "policy.yaml", "--json").json["ok"] is False
    assert run(files, "policy", "check").code == 2
