"""Policies in the local world: packets pass as the product's own evaluator says, and programs that are cut off say so."""

import random

import pytest

from sandbox.scenarios.programs.flow import Flow
from sandbox.scenarios.programs.journals import Journals
from sandbox.scenarios.programs.model import LogRule, Pool, Program, Traffic
from sandbox.scenarios.programs.network import Network
from sandbox.scenarios.programs.units import Unit
from tools.cluster.netpol import evaluate
from tools.cluster.netpol.ends import of_pod

SPACES = {"shop": {"team": "a"}, "ops": {"team": "b"}}


def pod(name, space, labels, address):
    held = {"name": "app", "ports": [{"name": "http", "containerPort": 8080}]}
    return {
        "metadata": {"name": name, "namespace": space, "labels": labels, "uid": name},
        "spec": {"nodeName": "n1", "containers": [held]},
        "status": {"phase": "Running", "podIP": address},
    }


PODS = [
    pod(f"p{n}", rng_space, {"app": app, "tier": tier}, f"10.0.{n}.7")
    for n, (rng_space, app, tier) in enumerate(
        [("shop", "web", "front"), ("shop", "db", "back"), ("ops", "web", "front"), ("ops", "tool", "back")]
    )
]


def selector(rng):
    return rng.choice([
        {}, {"matchLabels": {"app": rng.choice(["web", "db", "tool"])}}, {"matchLabels": {"tier": rng.choice(["front", "back"])}},
        {"matchExpressions": [{"key": "app", "operator": rng.choice(["In", "NotIn"]), "values": ["web", "db"]}]},
        {"matchExpressions": [{"key": "tier", "operator": rng.choice(["Exists", "DoesNotExist"])}]},
    ])  # fmt: skip


def peer(rng):
    return rng.choice([
        {"podSelector": selector(rng)}, {"namespaceSelector": {"matchLabels": {"team": rng.choice("ab")}}},
        {"namespaceSelector": {}, "podSelector": selector(rng)}, {"ipBlock": {"cidr": "10.0.0.0/16", "except": [f"10.0.{rng.randrange(4)}.0/24"]}},
    ])  # fmt: skip


def port(rng):
    return rng.choice([
        {"port": 8080}, {"port": 80}, {"port": "http"}, {"port": "other"}, {"protocol": "UDP"}, {"port": 8000, "endPort": 8100}, {"protocol": "TCP"},
    ])  # fmt: skip


def policy(rng, number):
    rules = {}
    for way, word in (("ingress", "from"), ("egress", "to")):
        if rng.random() < 0.6:
            rules[way] = [
                {key: made for key, made in ((word, [peer(rng) for _ in range(rng.randrange(3))]), ("ports", [port(rng) for _ in range(rng.randrange(3))])) if made}
                for _ in range(rng.randrange(3))
            ]  # fmt: skip
    kinds = {"policyTypes": rng.choice([["Ingress"], ["Egress"], ["Ingress", "Egress"]])} if rng.random() < 0.5 else {}  # fmt: skip
    return {"metadata": {"name": f"n{number}", "namespace": rng.choice(["shop", "ops"])}, "spec": {"podSelector": selector(rng), **kinds, **rules}}  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_packets_pass_as_the_evaluator_of_the_product_says(seed):
    rng = random.Random(seed)
    seen = set()
    spaces = [{"metadata": {"name": name, "labels": labels}} for name, labels in SPACES.items()]
    for _ in range(400):
        policies = [policy(rng, n) for n in range(rng.randrange(4))]
        client, server = rng.sample(PODS, 2)
        ends = (of_pod(one, SPACES[one["metadata"]["namespace"]]) for one in (client, server))
        verdict = evaluate.decide(policies, *ends, evaluate.Flow(8080)).allowed
        assert Network.of(policies, spaces).open(client, server) is verdict, policies
        seen.add(verdict)
    assert seen == {True, False}


DATABASE = pod("db", "shop", {"app": "db"}, "10.0.1.7")
CLOSED = {"metadata": {"name": "closed", "namespace": "shop"}, "spec": {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]}}  # fmt: skip
LINES = (
    LogRule(per="closed", to="db", text="timed out"),
    LogRule(per="shortage", text="no connection left"),
)
TILL = Program(images=("till",), traffic=Traffic(rates={"shop": 10.0}), pool=Pool(database="db"), logs=LINES)
STORE = Program.model_validate({"images": ["db"], "database": {}})


def said(policies):
    client = pod("till", "shop", {"app": "till"}, "10.0.0.7")
    units = [
        Unit(one, one["spec"]["containers"][0], title, program, 1.0, True)
        for one, title, program in ((client, "till", TILL), (DATABASE, "db", STORE))
    ]
    flow = Flow({"till": TILL, "db": STORE}, units, 100.0, Network.of(policies, []))
    journals = Journals()
    journals.tick(flow, 10.0)
    lines = journals.lines(client, client["spec"]["containers"][0], LINES, (0.0, 200.0))
    return flow.service(("shop", "till")), {text for _, text in lines}, flow.lending["shop", "db"].wanted


def test_a_program_that_is_cut_off_fails_holds_nothing_and_says_why():
    well, quiet, wanted = said([])
    assert (well.failing < 0.1, quiet, wanted > 0) == (True, set(), True)
    cut, lines, wanted = said([CLOSED])
    assert (cut.closed, lines, wanted) == (frozenset({"db"}), {"timed out"}, 0)
    assert cut.failing > 0.4
