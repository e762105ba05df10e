"""Two policies held against each other: what the words say is what the answers do."""

import random

import pytest

from agents.policy.compile import compile_policy
from agents.policy.diff import differences, other_keys
from agents.policy.policy import Policy
from agents.policy.probes import Pretend, probes

HEAD = """
people:
  - {id: "T1A:U1A", name: alice}
  - {id: "T1A:U1B", name: bob}
groups:
  sre: {people: [alice, bob], slack_usergroup: "T1A:S1A"}
bindings:
"""


def policy(*bindings, head=HEAD):
    lines = "".join(f"  - {{{line}}}\n" for line in bindings) or "  []\n"
    return Policy(compile_policy(head + lines), Pretend())


def said(old, new):
    return [str(line) for line in differences(old, new)]


ALICE = 'subjects: ["person:alice"], role: viewer, channels: ["COPS"], clusters: ["*"], namespaces: ["shop"]'
VIEWS = "cost:read, genai:use, kubernetes:read, monitoring:read"


def words(line):
    """With the rights in the order of the alphabet."""
    return line.replace("monitoring:read, kubernetes:read, cost:read, genai:use", VIEWS)


def test_the_same_is_no_difference_however_it_is_written():
    other = ALICE.replace('"shop"', '"shop", "shop"')
    assert said(policy(ALICE), policy(ALICE)) == []
    assert said(policy(ALICE), policy(other.replace("person:alice", "person:alice"), ALICE)) == []
    assert said(policy(), policy()) == []


def test_who_gains_what_where_and_who_loses_it():
    assert list(map(words, said(policy(), policy(ALICE)))) == [f"alice gains {VIEWS} in COPS on */shop"]
    assert list(map(words, said(policy(ALICE), policy()))) == [f"alice loses {VIEWS} in COPS on */shop"]


def test_a_namespace_more_and_a_channel_less():
    wider = ALICE.replace('["shop"]', '["shop", "shop-*"]').replace('["COPS"]', '["dm"]')
    found = said(policy(ALICE), policy(wider))
    assert any(line.startswith("alice gains") and "in dm on */shop, */shop-*" in line for line in found), (
        found
    )
    assert any(line.startswith("alice loses") and "in COPS on */shop" in line for line in found), found


def test_a_higher_risk_says_what_it_was():
    role = ALICE.replace("viewer", "operator")
    (line,) = said(policy(role + ", max_risk: low"), policy(role + ", max_risk: high"))
    assert line.endswith("up to high risk (so far up to low)")
    (line,) = said(policy(role), policy(role + ", max_risk: low"))
    assert line.endswith("up to critical risk (kept up to low)")


def test_a_deny_takes_from_everybody_it_names_and_groups_of_slack_are_named():
    sre = 'subjects: ["group:sre"], role: viewer, channels: ["COPS"], clusters: ["*"], namespaces: ["*"]'
    deny = 'subjects: ["group:sre"], role: viewer, deny: true, namespaces: ["pay"]'
    (line,) = said(policy(sre, deny), policy(sre))
    assert line.startswith("Slack group T1A:S1A, alice, bob gain ")
    assert line.endswith("in COPS on */pay")


def test_a_tool_that_is_left_out_widens():
    narrow = ALICE + ', tools: ["cost_*"]'
    (line,) = said(policy(narrow), policy(ALICE))
    assert "gains" in line
    assert "any other tool" in line or "with" not in line


def test_a_permission_in_a_role_counts():
    roles = 'roles:\n  viewer: ["cost:read"%s]\n'
    old, new = (policy(ALICE, head=roles % more + HEAD) for more in ("", ', "audit:read"'))
    assert said(old, new) == ["alice gains audit:read in COPS on */shop"]
    assert "roles" not in other_keys(old, new)


def test_what_else_was_changed_is_named():
    assert other_keys(policy(), policy(head="limits: {changes_global_hour: 3}\n" + HEAD)) == ("limits",)


PARTS = {
    "subjects": ['["person:alice"]', '["person:bob"]', '["group:sre"]'],
    "role": ["viewer", "operator", "admin"],
    "channels": ['["COPS"]', '["dm", "C*"]', '["*"]'],
    "clusters": ['["*"]', '["prod"]'],
    "namespaces": ['["shop"]', '["shop-*", "pay"]', '["*"]'],
}


@pytest.mark.parametrize("seed", range(25))
def test_every_change_of_an_answer_is_in_the_words_and_no_other(seed):
    """Against asking every place about everybody, one after the other."""
    rng = random.Random(seed)

    def some():
        lines = [
            ", ".join(f"{k}: {rng.choice(v)}" for k, v in PARTS.items()) for _ in range(rng.randrange(3))
        ]
        return policy(*(line + (", deny: true" if rng.random() < 0.2 else "") for line in lines))

    old, new = some(), some()
    from agents.people import Actor

    asked = probes((old, new))
    changed = set()
    for name, user in (("alice", "U1A"), ("bob", "U1B")):
        actor = Actor("T1A", user, standing="member")
        for right in ("monitoring:read", "remediation:execute", "system:write"):
            for probe in asked:
                before, after = probe.allowed(old, actor, right), probe.allowed(new, actor, right)
                if before != after:
                    changed.add(
                        (name, "gains" if after > before else "loses", right, probe.channel, probe.target)
                    )
    told = {
        (who, line.change, right, channel, target)
        for line in differences(old, new)
        for who in line.who
        if who in {"alice", "bob"}
        for right in line.permissions
        if right in {"monitoring:read", "remediation:execute", "system:write"}
        for channel in line.channels
        for target in line.targets
    }
    assert told == changed
