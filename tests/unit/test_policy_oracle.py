"""R2: 10,000 generated questions, one answer: the engine's and a brute-force oracle's of 30 lines."""

import fnmatch
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.people import Actor, Place
from agents.policy.compile import compile_policy
from agents.policy.permissions import Permission
from agents.policy.policy import Policy
from tools.spec import Risk, Scope

NAMES = ("ann", "ben", "cat")
CHANNELS = ("CA", "CB", "dm", "*")
NAMESPACES = ("team-a", "team-*", "shop", "*")
CLUSTERS = ("east", "west", "*")
TOOLS = ("k8s_*", "k8s_logs", "cost_*", "*")
ROLES = {
    "low": ["monitoring:read"],
    "mid": ["low", "kubernetes:*"],
    "top": ["mid", "approve:*", "remediation:execute"],
}


# What the roles hold stands for most questions: a question that no role holds says nothing about denies and places.
ASKED = ["monitoring:read", "kubernetes:logs", "remediation:execute"] * 4 + [p.value for p in Permission]


def some(values, low=0):
    return st.lists(st.sampled_from(values), min_size=low, max_size=2, unique=True)


def wide(values):
    """Half of them reach everywhere, so that many questions are granted before a deny is asked."""
    return st.one_of(st.just(["*"]), some(values))


BINDING = st.fixed_dictionaries(
    {
        "subjects": some([f"person:{n}" for n in NAMES] + ["group:both"], 1),
        "role": st.sampled_from(["low", "mid", "top", "top"]),
        "channels": wide(CHANNELS),
        "clusters": wide(CLUSTERS),
        "namespaces": wide(NAMESPACES),
        "tools": wide(TOOLS),
        "max_risk": st.sampled_from([None, None, *(r.value for r in Risk)]),
        "deny": st.sampled_from([False, False, True]),
    }
)
QUESTION = st.fixed_dictionaries(
    {
        "who": st.sampled_from([*NAMES, *NAMES, "zed"]),
        "standing": st.sampled_from(["member"] * 8 + ["guest", "unknown"]),
        "channel": st.sampled_from(["CA", "CB", "CC"]),
        "kind": st.sampled_from(["channel", "channel", "dm", "cli"]),
        "cluster": st.sampled_from(["", "east", "west"]),
        "namespace": st.sampled_from(["", "team-a", "team", "shop", "xteam-a"]),
        "tool": st.sampled_from(["", "k8s_logs", "cost_summary"]),
        "permission": st.sampled_from(ASKED),
        "risk": st.sampled_from(list(Risk)),
    }
)


def oracle(bindings, q):
    """The same rules, written down the slow and obvious way."""

    def permissions(role):
        found = set()
        for item in ROLES[role]:
            if item in ROLES:
                found |= permissions(item)
            elif item.endswith("*"):
                found |= {p.value for p in Permission if p.value.startswith(item[:-1])}
            else:
                found.add(item)
        return found

    def fits(patterns, name):
        for p in patterns:
            if name and p in {name, "*"}:
                return True
            if "*" in p and fnmatch.fnmatchcase(name, p) and name != p.replace("*", ""):
                return True
        return False

    def about(b):
        return f"person:{q.who}" in b["subjects"] or (
            "group:both" in b["subjects"] and q.who in ("ann", "ben")
        )

    channel = q.channel if q.kind == "channel" else "dm"
    mine = [b for b in bindings if about(b) and q.permission in permissions(b["role"])]
    tool_ok = lambda b: not q.tool or not b["tools"] or fits(b["tools"], q.tool)  # noqa: E731
    if q.standing != "member":
        return False
    for b in mine:
        if (
            b["deny"]
            and tool_ok(b)
            and all(
                not b[key] or (bool(value) and fits(b[key], value))
                for key, value in (
                    ("channels", channel),
                    ("clusters", q.cluster),
                    ("namespaces", q.namespace),
                )
            )
        ):
            return False
    return any(
        not b["deny"]
        and fits(b["channels"], channel)
        and tool_ok(b)
        and (b["max_risk"] is None or q.risk.rank <= Risk(b["max_risk"]).rank)
        and (not q.cluster or fits(b["clusters"], q.cluster))
        and (not q.namespace or fits(b["namespaces"], q.namespace))
        for b in mine
    )


@pytest.mark.timeout(240)
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    bindings=st.lists(BINDING, min_size=2, max_size=8), questions=st.lists(QUESTION, min_size=20, max_size=20)
)
def test_r2_engine_and_oracle_agree(bindings, questions):
    """500 policies with 20 questions each, a fifth of them granted, some only but for a deny."""
    data = {
        "people": [{"id": f"T1A:U{n.upper()}", "name": n} for n in NAMES],
        "groups": {"both": {"people": ["ann", "ben"]}},
        "roles": ROLES,
        "bindings": [{k: v for k, v in b.items() if v is not None} for b in bindings],
    }
    policy = Policy(compile_policy(yaml.safe_dump(data)))
    for question in questions:
        q = SimpleNamespace(**question)
        actor = Actor("T1A", f"U{q.who.upper()}", standing=q.standing)
        place = Place("T1A", q.channel, "1", q.kind)
        decision = policy.decide(
            actor,
            place,
            q.permission,
            Scope(cluster=q.cluster, namespace=q.namespace),
            q.tool,
            risk=q.risk,
        )
        assert decision.allow == oracle(bindings, q), (decision, question)
        assert decision.rule_id
        if q.cluster and q.namespace and not q.risk.rank:
            reach = policy.reach(actor, place, q.permission, q.tool)
            assert reach.namespace(q.cluster, q.namespace) == decision.allow, (reach, question)
        assert decision.reason
