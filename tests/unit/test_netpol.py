"""NetworkPolicies by the rules of the API: isolation, peers, ports, both sides; against a second reading of the rules."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.cluster.netpol.ends import End, of_pod, outside
from tools.cluster.netpol.evaluate import Flow, decide, types
from tools.cluster.netpol.words import opening, peers, refusal


def pod(name="web", namespace="shop", address="10.0.0.1", *, ports=(), host=False, team="", **labels):
    space = {"kubernetes.io/metadata.name": namespace} | ({"team": team} if team else {})
    body = {
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {"app": name}},
        "spec": {"containers": [{"ports": list(ports)}], "hostNetwork": host},
        "status": {"podIP": address},
    }
    return of_pod(body, space)


def policy(selector=None, namespace="shop", name="p", **spec):
    return {
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"podSelector": {"matchLabels": selector} if selector else {}, **spec},
    }


def pods(**labels):
    return {"podSelector": {"matchLabels": labels}}


def spaces(**labels):
    return {"namespaceSelector": {"matchLabels": labels}}


WEB = pod("web", ports=[{"name": "http", "containerPort": 8080}])
API = pod("api", address="10.0.0.2")
OTHER = pod("web", "other", "10.1.0.1", team="x")
HTTP = Flow(8080)
DENY = policy(policyTypes=["Ingress"])
CASES = [
    ("no policy", [], API, WEB, HTTP, True),
    ("default deny", [DENY], API, WEB, HTTP, False),
    ("a policy of another namespace", [policy(namespace="other")], API, WEB, HTTP, True),
    ("a policy of other pods", [policy({"app": "db"})], API, WEB, HTTP, True),
    ("a pod of the same namespace", [policy(ingress=[{"from": [pods(app="api")]}])], API, WEB, HTTP, True),
    ("a pod selector alone stays in its namespace", [policy(ingress=[{"from": [pods(app="web")]}])], OTHER, WEB, HTTP, False),
    ("a namespace selector alone takes all its pods", [policy(ingress=[{"from": [spaces(team="x")]}])], OTHER, WEB, HTTP, True),
    ("both selectors must fit", [policy(ingress=[{"from": [spaces(team="x") | pods(app="api")]}])], OTHER, WEB, HTTP, False),
    ("two entries are an or", [policy(ingress=[{"from": [spaces(team="x"), pods(app="api")]}])], OTHER, WEB, HTTP, True),
    ("every namespace carries its name", [policy(ingress=[{"from": [spaces(**{"kubernetes.io/metadata.name": "other"})]}])], OTHER, WEB, HTTP, True),
    ("an empty selector takes all pods", [policy(ingress=[{"from": [{"podSelector": {}}]}])], API, WEB, HTTP, True),
    ("an empty rule lets all in", [policy(ingress=[{}])], outside("8.8.8.8"), WEB, HTTP, True),
    ("an empty list of peers lets all in", [policy(ingress=[{"from": []}])], OTHER, WEB, HTTP, True),
    ("policies add up", [DENY, policy(name="q", ingress=[{"from": [pods(app="api")]}])], API, WEB, HTTP, True),
    ("another port", [policy(ingress=[{"ports": [{"port": 80}]}])], API, WEB, HTTP, False),
    ("the port", [policy(ingress=[{"ports": [{"port": 8080}]}])], API, WEB, HTTP, True),
    ("the protocol is TCP where none is said", [policy(ingress=[{"ports": [{"port": 8080}]}])], API, WEB, Flow(8080, "UDP"), False),
    ("a protocol alone", [policy(ingress=[{"ports": [{"protocol": "UDP"}]}])], API, WEB, Flow(53, "UDP"), True),
    ("a range of ports", [policy(ingress=[{"ports": [{"port": 8000, "endPort": 8090}]}])], API, WEB, HTTP, True),
    ("beside a range", [policy(ingress=[{"ports": [{"port": 8000, "endPort": 8079}]}])], API, WEB, HTTP, False),
    ("a port by name", [policy(ingress=[{"ports": [{"port": "http"}]}])], API, WEB, HTTP, True),
    ("a name that the pod has not", [policy(ingress=[{"ports": [{"port": "grpc"}]}])], API, WEB, HTTP, False),
    ("no port named by anybody", [policy(ingress=[{"ports": [{"port": 80}]}])], API, WEB, Flow(None), False),
    ("egress deny", [policy({"app": "api"}, policyTypes=["Egress"])], API, WEB, HTTP, False),
    ("egress of another pod", [policy({"app": "web"}, policyTypes=["Egress"])], API, WEB, HTTP, True),
    ("egress to the pod", [policy({"app": "api"}, policyTypes=["Egress"], egress=[{"to": [pods(app="web")]}])], API, WEB, HTTP, True),
    ("egress by the target's named port", [policy({"app": "api"}, policyTypes=["Egress"], egress=[{"ports": [{"port": "http"}]}])], API, WEB, HTTP, True),
    ("egress lets it, ingress does not", [policy({"app": "api"}, policyTypes=["Egress"], egress=[{}]), policy({"app": "web"})], API, WEB, HTTP, False),
    ("without types, egress rules make it an egress policy too", [policy({"app": "api"}, egress=[{"to": [pods(app="db")]}])], API, WEB, HTTP, False),
    ("an address in a block", [policy(ingress=[{"from": [{"ipBlock": {"cidr": "8.8.0.0/16"}}]}])], outside("8.8.8.8"), WEB, HTTP, True),
    ("an exception of a block", [policy(ingress=[{"from": [{"ipBlock": {"cidr": "8.8.0.0/16", "except": ["8.8.8.0/24"]}}]}])], outside("8.8.8.8"), WEB, HTTP, False),
    ("selectors name no address outside", [policy(ingress=[{"from": [{"podSelector": {}}, spaces()]}])], outside("8.8.8.8"), WEB, HTTP, False),
    ("some address outside is in a block that holds all", [policy(ingress=[{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}])], outside(), WEB, HTTP, True),
    ("and in no smaller one", [policy(ingress=[{"from": [{"ipBlock": {"cidr": "8.0.0.0/8"}}]}])], outside(), WEB, HTTP, False),
    ("an IPv6 block holds no IPv4 address", [policy(ingress=[{"from": [{"ipBlock": {"cidr": "::/0"}}]}])], outside("8.8.8.8"), WEB, HTTP, False),
    ("a pod always reaches itself", [DENY], WEB, WEB, HTTP, True),
    ("expressions", [policy(ingress=[{"from": [{"podSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}}]}])], API, WEB, HTTP, True),
]  # fmt: skip


@pytest.mark.parametrize(("policies", "source", "target", "flow", "passes"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])  # fmt: skip
def test_a_connection(policies, source, target, flow, passes):
    assert decide(policies, source, target, flow).allowed is passes


def test_both_sides_are_said_with_their_policies():
    out = policy({"app": "api"}, name="out", policyTypes=["Egress"], egress=[{"to": [pods(app="db")]}])
    found = decide([out, policy({"app": "web"}, name="in")], API, WEB, HTTP)
    assert [(side.direction, [p["metadata"]["name"] for p in side.isolating]) for side in found.refusing] == [("egress", ["out"]), ("ingress", ["in"])]  # fmt: skip


def test_a_policy_that_names_the_peer_with_another_port_is_named_as_the_nearest():
    near = policy({"app": "web"}, name="near", ingress=[{"from": [pods(app="api")], "ports": [{"port": 80}]}])
    side = decide([near, policy(name="all")], API, WEB, HTTP).ingress
    assert side.near is near
    assert "near names it with other ports (lets in pods with app=api of its namespace on TCP 80)" in refusal(side, WEB, API)  # fmt: skip
    assert opening(side, API, HTTP) == "a rule in shop/near that lets ingress from pods with app=api in namespace shop pass on TCP 8080"  # fmt: skip


def test_a_pod_by_its_address_and_a_pod_of_the_node_are_doubtful():
    block = policy(ingress=[{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}])
    assert "depends on the network plugin" in decide([block], API, WEB, HTTP).ingress.doubt
    host = pod("web", host=True)
    assert "network of its node" in decide([DENY], API, host, HTTP).ingress.doubt


def test_what_a_policy_lets_pass_in_words():
    assert peers(DENY, "ingress") == "lets nothing in"
    rules = [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}], "ports": [{"port": 1, "endPort": 9}, {"protocol": "UDP"}]}]  # fmt: skip
    assert peers(policy(egress=rules), "egress") == "lets out to 10.0.0.0/8 except 10.1.0.0/16 on TCP 1-9, any UDP port"  # fmt: skip
    assert peers(policy(ingress=[{"from": [spaces()]}]), "ingress") == "lets in any pod of any namespace"


# The same rules read once more, as a set of everything that passes: slow, and written without the code above.
LABELS = st.fixed_dictionaries({}, optional={"app": st.sampled_from(["a", "b"]), "tier": st.sampled_from(["x", "y"])})  # fmt: skip
SELECTOR = LABELS.map(lambda labels: {"matchLabels": labels})
BLOCK = st.sampled_from([{"cidr": "10.0.0.0/8"}, {"cidr": "10.0.0.0/8", "except": ["10.0.1.0/24"]}, {"cidr": "0.0.0.0/0"}])  # fmt: skip
PEER = st.one_of(
    SELECTOR.map(lambda s: {"podSelector": s}),
    SELECTOR.map(lambda s: {"namespaceSelector": s}),
    st.tuples(SELECTOR, SELECTOR).map(lambda two: {"podSelector": two[0], "namespaceSelector": two[1]}),
    BLOCK.map(lambda b: {"ipBlock": b}),
)
PORT = st.sampled_from([{"port": 80}, {"port": "http"}, {"port": 70, "endPort": 90}, {"protocol": "UDP"}, {"port": 53, "protocol": "UDP"}])  # fmt: skip


def rules(peers):
    return st.lists(st.fixed_dictionaries({}, optional={peers: st.lists(PEER, max_size=2), "ports": st.lists(PORT, max_size=2)}), max_size=2)  # fmt: skip


POLICY = st.builds(
    lambda namespace, selector, kinds, ingress, egress: {
        "metadata": {"namespace": namespace, "name": "p"},
        "spec": {"podSelector": selector, "policyTypes": kinds, "ingress": ingress, "egress": egress},
    },
    st.sampled_from(["n", "m"]), SELECTOR, st.sampled_from([["Ingress"], ["Egress"], ["Ingress", "Egress"]]),
    rules("from"), rules("to"),
)  # fmt: skip
ENDS = st.one_of(
    st.builds(
        lambda name, namespace, labels, space, address: End(
            name, namespace, tuple(sorted(labels.items())), tuple(sorted(space.items())), ip_address(address), (("http", "TCP", 80),)
        ),
        st.sampled_from(["p", "q"]), st.sampled_from(["n", "m"]), LABELS, LABELS, st.sampled_from(["10.0.0.1", "10.0.1.1", "192.0.2.1"]),
    ),
    st.sampled_from(["10.0.0.9", "10.0.1.9", "192.0.2.9"]).map(outside),
)  # fmt: skip
FLOWS = st.builds(Flow, st.sampled_from([80, 53, 443]), st.sampled_from(["TCP", "UDP"]))


def passes(policies, source, target, flow):
    if source == target:
        return True
    for subject, peer, way, key in ((source, target, "Egress", "to"), (target, source, "Ingress", "from")):
        mine = [p["spec"] for p in policies if subject.pod and p["metadata"]["namespace"] == subject.namespace and way in p["spec"]["policyTypes"] and p["spec"]["podSelector"]["matchLabels"].items() <= dict(subject.labels).items()]  # fmt: skip
        if not mine:
            continue
        homes = {id(p["spec"]): p["metadata"]["namespace"] for p in policies}
        if not any(
            (not rule.get(key) or any(names(homes[id(s)], one, peer) for one in rule[key]))
            and (not rule.get("ports") or any(opens(one, target, flow) for one in rule["ports"]))
            for s in mine for rule in s[way.lower()]
        ):  # fmt: skip
            return False
    return True


def names(home, one, end):
    if "ipBlock" in one:
        inside = [end.address in ip_network(net) for net in (one["ipBlock"]["cidr"], *one["ipBlock"].get("except", ()))]  # fmt: skip
        return inside[0] and not any(inside[1:])
    if not end.pod:
        return False
    fits = "podSelector" not in one or one["podSelector"]["matchLabels"].items() <= dict(end.labels).items()
    if "namespaceSelector" in one:
        return fits and one["namespaceSelector"]["matchLabels"].items() <= dict(end.space).items()
    return fits and home == end.namespace


def opens(one, target, flow):
    if one.get("protocol", "TCP") != flow.protocol:
        return False
    if "port" not in one:
        return True
    if one["port"] == "http":
        return bool(target.pod) and (flow.protocol, flow.port) == ("TCP", 80)
    return flow.port in range(one["port"], one.get("endPort", one["port"]) + 1)


@settings(max_examples=300, deadline=None)
@given(st.lists(POLICY, max_size=3), ENDS, ENDS, FLOWS)
def test_both_readings_of_the_rules_agree(policies, source, target, flow):
    assert decide(policies, source, target, flow).allowed is passes(policies, source, target, flow)


def test_the_directions_of_a_policy():
    assert types(policy()) == {"Ingress"}
    assert types(policy(egress=[{}])) == {"Ingress", "Egress"}
    assert types(policy(policyTypes=["Egress"])) == {"Egress"}
