"""Rules of a network: which of them let traffic from somewhere to a port through, and which are open to everybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from tools.oracle.everywhere import dicts
from tools.oracle.where import text_of
from tools.spec import Json

PROTOCOLS = {"1": "ICMP", "6": "TCP", "17": "UDP", "58": "ICMPv6", "all": "all"}
EVERYBODY = frozenset({"0.0.0.0/0", "::/0"})
EXPECTED = frozenset({80, 443})  # ports that a public service has
_OPTIONS = {"TCP": "tcpOptions", "UDP": "udpOptions"}
HIGHEST = 65_535


@dataclass(frozen=True, slots=True)
class Rule:
    """One ingress rule. `low` and `high` are ports, 0 to 65535 when it names none; `holder` is its list or group."""

    holder: str
    holder_id: str
    source: str
    protocol: str
    low: int
    high: int
    about: str

    @property
    def open(self) -> bool:
        return self.source in EVERYBODY

    @property
    def surprising(self) -> bool:
        """Open to everybody at more than the ports of a public service."""
        ports = set(range(self.low, min(self.high, self.low + 2) + 1))
        return self.open and self.protocol not in {"ICMP", "ICMPv6"} and not ports <= EXPECTED

    @property
    def ports(self) -> str:
        if (self.low, self.high) == (0, HIGHEST):
            return "all ports"
        return f"port {self.low}" if self.low == self.high else f"ports {self.low}-{self.high}"

    @property
    def said(self) -> str:
        if self.protocol == "all":
            return f"{self.source} to everything"
        return f"{self.source} to {self.protocol} {self.ports}"

    def lets(self, source: str, port: int | None, protocol: str) -> bool:
        """Whether the whole of `source` may reach `port` by it. A rule that names a group or a service lets nobody by address."""
        asked = protocol.upper()
        if self.protocol not in {"all", asked} or not (port is None or self.low <= port <= self.high):
            return False
        return _inside(source, self.source)


def _inside(small: str, big: str) -> bool:
    try:
        one, other = ip_network(small, strict=False), ip_network(big, strict=False)
    except ValueError:
        return False
    if isinstance(one, IPv4Network) and isinstance(other, IPv4Network):
        return one.subnet_of(other)
    return isinstance(one, IPv6Network) and isinstance(other, IPv6Network) and one.subnet_of(other)


def rules(holder: Json, ingress: Iterable[Json]) -> list[Rule]:
    return [_rule(holder, one) for one in ingress]


def of_list(security_list: Json) -> list[Rule]:
    return rules(security_list, dicts(security_list.get("ingressSecurityRules")))


def _rule(holder: Json, one: Json) -> Rule:
    number = str(one.get("protocol", "all"))
    protocol = PROTOCOLS.get(number, f"protocol {number}")
    span = (one.get(_OPTIONS.get(protocol, "")) or {}).get("destinationPortRange") or {}
    low, high = span.get("min"), span.get("max")
    return Rule(
        text_of(holder, "displayName"),
        text_of(holder, "id"),
        text_of(one, "source"),
        protocol,
        low if isinstance(low, int) else 0,
        high if isinstance(high, int) else HIGHEST,
        text_of(one, "description"),
    )
