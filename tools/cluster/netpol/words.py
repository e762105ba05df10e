"""Policies in words: whom a rule names, which ports, and what would have to be added."""

from __future__ import annotations

from tools.cluster.netpol.ends import DEFAULT, End
from tools.cluster.netpol.evaluate import Direction, Flow, Side
from tools.cluster.objects import meta, name, selector_text, spec
from tools.spec import Json

_PEERS = {"egress": "to", "ingress": "from"}


def peers(policy: Json, direction: Direction) -> str:
    """`lets in app=web; any pod of team=x on TCP 80`, or that it lets nothing pass."""
    rules = spec(policy).get(direction) or []
    word = "out to" if direction == "egress" else "in"
    if not rules:
        return f"lets nothing {'out' if direction == 'egress' else 'in'}"
    return f"lets {word} {'; '.join(_rule(rule, direction) for rule in rules[:4])}"


def _rule(rule: Json, direction: Direction) -> str:
    named = [_peer(peer) for peer in rule.get(_PEERS[direction]) or []]
    ports = [_port(port) for port in rule.get("ports") or []]
    whom = " or ".join(named) if named else "anything"
    return whom + (f" on {', '.join(ports)}" if ports else "")


def _peer(peer: Json) -> str:
    block = peer.get("ipBlock")
    if block is not None:
        less = f" except {', '.join(block['except'])}" if block.get("except") else ""
        return f"{block.get('cidr')}{less}"
    pods = peer.get("podSelector")
    spaces = peer.get("namespaceSelector")
    which = f"pods with {selector_text(pods)}" if pods and selector_text(pods) else "any pod"
    if spaces is None:
        return f"{which} of its namespace"
    text = selector_text(spaces)
    return f"{which} of {f'namespaces with {text}' if text else 'any namespace'}"


def _port(port: Json) -> str:
    protocol = port.get("protocol") or DEFAULT
    if port.get("port") is None:
        return f"any {protocol} port"
    return f"{protocol} {port['port']}" + (f"-{port['endPort']}" if port.get("endPort") else "")


def flow_words(flow: Flow) -> str:
    return f"{flow.protocol} {flow.port}" if flow.port is not None else f"any {flow.protocol} port"


def refusal(side: Side, end: End, other: End) -> str:
    """Why a side says no: which policies close the pod, and which one comes near."""
    way = "leave" if side.direction == "egress" else "come in"
    names = ", ".join(f"{meta(p).get('namespace')}/{name(p)}" for p in side.isolating[:4])
    first = f"nothing may {way} at {end.words} but what {names} {'lets' if len(side.isolating) == 1 else 'let'} pass, and no rule names {other.words} there"
    if side.near is not None:
        first += f"; {name(side.near)} names it with other ports ({peers(side.near, side.direction)})"
    else:
        first += f" ({name(side.isolating[0])} {peers(side.isolating[0], side.direction)})"
    return first


def opening(side: Side, other: End, flow: Flow) -> str:
    """The rule that would let it pass, to be added to the policy that comes nearest."""
    policy = side.near or side.isolating[0]
    port = f"{flow.protocol} {flow.port}" if flow.port is not None else "the port"
    way = "to" if side.direction == "egress" else "from"
    return f"a rule in {meta(policy).get('namespace')}/{name(policy)} that lets {side.direction} {way} {_whom(other)} pass on {port}"


def _whom(end: End) -> str:
    if not end.pod:
        return f"{end.address}/32" if end.address else "0.0.0.0/0"
    steady = [f"{k}={v}" for k, v in end.labels if "hash" not in k and "statefulset" not in k]
    return f"pods with {','.join(steady[:3]) or 'no label'} in namespace {end.namespace}"
