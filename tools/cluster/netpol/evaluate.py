"""What NetworkPolicies decide about one connection, by the rules of networking.k8s.io/v1.

A pod that no policy of a direction selects lets everything pass; one that any selects lets pass only what some rule
of some of them names. A connection passes when the source's egress and the target's ingress both let it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Literal

from tools.cluster.netpol.ends import DEFAULT, End
from tools.cluster.objects import meta, name, selects, spec
from tools.spec import Json

Direction = Literal["egress", "ingress"]
_PEERS = {"egress": "to", "ingress": "from"}


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection to a port number; None is a port that nobody named, which only a rule without ports lets pass."""

    port: int | None
    protocol: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that lets it pass: rule `index` of the policy's direction. `by_address` when only an ipBlock matched a pod."""

    policy: Json
    index: int
    by_address: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One direction's decision. `isolating` are the policies that select the pod; `by` the rule that lets it pass.

    `closed` is one that lets the peer pass to another port; `doubt` says why the answer may not hold.
    """

    direction: Direction
    allowed: bool
    isolating: tuple[Json, ...] = ()
    by: Rule | None = None
    near: Json | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`allowed` is False as soon as one side says no."""

    egress: Side
    ingress: Side

    @property
    def allowed(self) -> bool:
        return self.egress.allowed and self.ingress.allowed

    @property
    def refusing(self) -> tuple[Side, ...]:
        return tuple(side for side in (self.egress, self.ingress) if not side.allowed)


def decide(policies: Iterable[Json], source: End, target: End, flow: Flow) -> Verdict:
    """A pod always reaches itself; an end outside the cluster has no policies of its own."""
    every = list(policies)
    if source.pod and source == target:
        return Verdict(Side("egress", allowed=True), Side("ingress", allowed=True))
    return Verdict(
        _side("egress", every, source, target, flow), _side("ingress", every, source, target, flow)
    )


def types(policy: Json) -> set[str]:
    """The directions that a policy isolates; what the server fills in where it is left out."""
    given = spec(policy).get("policyTypes")
    return set(given) if given else {"Ingress", *(("Egress",) if spec(policy).get("egress") else ())}


def isolating(policies: Iterable[Json], end: End, direction: Direction) -> tuple[Json, ...]:
    """The policies of that direction that select the pod."""
    return tuple(
        policy
        for policy in policies
        if end.pod
        and meta(policy).get("namespace") == end.namespace
        and direction.capitalize() in types(policy)
        and selects(spec(policy).get("podSelector") or {}, dict(end.labels))
    )


def _side(direction: Direction, policies: list[Json], source: End, target: End, flow: Flow) -> Side:
    subject, peer = (source, target) if direction == "egress" else (target, source)
    mine = isolating(policies, subject, direction)
    if not mine:
        return Side(direction, allowed=True)
    rules = [rule for policy in mine for rule in _fitting(direction, policy, peer, target, flow)]
    best = min(rules, key=lambda rule: rule.by_address, default=None)
    near = None if best else _near(direction, mine, peer)
    return Side(direction, best is not None, mine, best, near, _doubt(subject, best))


def _doubt(subject: End, by: Rule | None) -> str:
    if subject.host:
        return f"{subject.words} uses the network of its node, where policies do not reliably apply"
    if by is not None and by.by_address:
        return f"policy {name(by.policy)} lets it pass by an address range only; whether pods count there depends on the network plugin"
    return ""


def _fitting(direction: Direction, policy: Json, peer: End, target: End, flow: Flow) -> list[Rule]:
    found = []
    for index, rule in enumerate(spec(policy).get(direction) or []):
        how = _peer(policy, rule.get(_PEERS[direction]) or [], peer)
        if how and _port(rule.get("ports") or [], target, flow):
            found.append(Rule(policy, index, by_address=how == "address"))
    return found


def _near(direction: Direction, policies: Iterable[Json], peer: End) -> Json | None:
    """A policy that names this peer, with other ports: what a person most likely meant to open."""
    return next(
        (
            policy
            for policy in policies
            for rule in spec(policy).get(direction) or []
            if rule.get("ports") and _peer(policy, rule.get(_PEERS[direction]) or [], peer)
        ),
        None,
    )


def _peer(policy: Json, peers: list[Json], end: End) -> str:
    """How the list names this end: as `all`, `pod` or `address`; empty when it does not."""
    if not peers:
        return "all"
    ways = {_one(policy, peer, end) for peer in peers}
    return next((way for way in ("pod", "address") if way in ways), "")


def _one(policy: Json, peer: Json, end: End) -> str:
    block = peer.get("ipBlock")
    if block is not None:
        if not _within(block, end):
            return ""
        return "address" if end.pod else "pod"
    if not end.pod:
        return ""
    spaces = peer.get("namespaceSelector")
    if spaces is None:
        near = meta(policy).get("namespace") == end.namespace
    else:
        near = selects(spaces, dict(end.space))
    pods = peer.get("podSelector")
    return "pod" if near and (pods is None or selects(pods, dict(end.labels))) else ""


def _within(block: Json, end: End) -> bool:
    """Whether the block holds the address. An end outside whose address nobody gave is in a block that holds all."""
    if end.address is None:
        return not end.pod and block.get("cidr") in {"0.0.0.0/0", "::/0"}
    inside = end.address in ip_network(str(block.get("cidr")), strict=False)
    return inside and not any(
        end.address in ip_network(str(e), strict=False) for e in block.get("except") or []
    )


def _port(ports: list[Json], target: End, flow: Flow) -> bool:
    return not ports or any(_opens(port, target, flow) for port in ports)


def _opens(port: Json, target: End, flow: Flow) -> bool:
    if (port.get("protocol") or DEFAULT) != flow.protocol:
        return False
    wanted = port.get("port")
    if wanted is None:
        return True
    if flow.port is None:
        return False
    if isinstance(wanted, str):
        return target.number(wanted, flow.protocol) == flow.port
    return int(wanted) <= flow.port <= int(port.get("endPort") or wanted)
