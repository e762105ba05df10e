"""Which programs reach which, by the NetworkPolicies of the cluster, as a network plug-in would enforce them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any, Final

from sandbox.cluster.selectors import matches
from sandbox.world.objects import Obj, containers, labels, name, namespace, spec, status

_PEERS: Final = {"egress": "to", "ingress": "from"}


@dataclass(frozen=True)
class Network:
    """Policies, and the labels of namespaces by their names."""

    policies: tuple[Obj, ...] = ()
    spaces: Mapping[str, Mapping[str, str]] | None = None

    @classmethod
    def of(cls, policies: Iterable[Obj], namespaces: Iterable[Obj]) -> "Network":
        return cls(tuple(policies), {name(item): labels(item) for item in namespaces})

    def open(self, client: Obj, server: Obj) -> bool:
        """Whether the client's pod reaches the first port of the server's."""
        return self._lets("egress", client, server, server) and self._lets("ingress", server, client, server)

    def _lets(self, way: str, at: Obj, other: Obj, server: Obj) -> bool:
        closing = [policy for policy in self.policies if self._closes(policy, at, way)]
        rules = [rule for policy in closing for rule in spec(policy).get(way) or []]
        return not closing or any(self._passes(rule, way, at, other, server) for rule in rules)

    def _closes(self, policy: Obj, pod: Obj, way: str) -> bool:
        held = spec(policy)
        kinds = held.get("policyTypes") or ["Ingress", *(["Egress"] if held.get("egress") else [])]
        mine = namespace(policy) == namespace(pod) and matches(held.get("podSelector") or {}, labels(pod))
        return mine and way.capitalize() in kinds

    def _passes(self, rule: Mapping[str, Any], way: str, at: Obj, other: Obj, server: Obj) -> bool:
        peers = rule.get(_PEERS[way]) or []
        named = not peers or any(self._names(peer, at, other) for peer in peers)
        ports = rule.get("ports") or []
        return named and (not ports or any(_on(port, server) for port in ports))

    def _names(self, peer: Mapping[str, Any], at: Obj, other: Obj) -> bool:
        if block := peer.get("ipBlock"):
            here = status(other).get("podIP", "")
            return _within(here, block["cidr"]) and not any(_within(here, c) for c in block.get("except") or [])  # fmt: skip
        spaces = peer.get("namespaceSelector")
        if spaces is None:
            there = namespace(at) == namespace(other)
        else:
            there = matches(spaces, (self.spaces or {}).get(namespace(other), {}))
        return there and matches(peer.get("podSelector") or {}, labels(other))


def _within(address: str, block: str) -> bool:
    return bool(address) and ip_address(address) in ip_network(block, strict=False)


def _on(port: Mapping[str, Any], server: Obj) -> bool:
    """Programs speak TCP on the first port that their container names."""
    mine: Mapping[str, Any] = next((p for c in containers(server) for p in c.get("ports") or []), {})
    number, wanted = int(mine.get("containerPort") or 0), port.get("port")
    if port.get("protocol", "TCP") != "TCP":
        return False
    if isinstance(wanted, str) and not wanted.isdigit():
        return wanted == mine.get("name")
    return wanted is None or int(wanted) <= number <= int(port.get("endPort") or wanted)
