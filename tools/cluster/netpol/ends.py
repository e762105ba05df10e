"""The two ends of a connection: a pod with what policies select it by, or an address outside the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from tools.cluster.objects import containers, init_containers, labels, meta, name, spec, status
from tools.spec import Json

Address = IPv4Address | IPv6Address
DEFAULT = "TCP"


@dataclass(frozen=True)
class End:
    """`pod` is empty for an address outside. `ports` are named container ports as (name, protocol, number)."""

    pod: str = ""
    namespace: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    space: tuple[tuple[str, str], ...] = ()  # labels of the namespace
    address: Address | None = None
    ports: tuple[tuple[str, str, int], ...] = ()
    host: bool = False  # it uses the node's own network: policies do not reliably apply

    @property
    def alike(self) -> tuple[object, ...]:
        """Ends of which this is the same stand the same before every policy that names no address."""
        return (self.namespace, self.labels, self.ports, self.host, self.address if not self.pod else None)

    @property
    def words(self) -> str:
        return f"{self.namespace}/{self.pod}" if self.pod else str(self.address or "any address outside")

    def number(self, port: str, protocol: str) -> int | None:
        """The number of a named port of the pod; None when it has no port of that name."""
        return next((n for word, how, n in self.ports if (word, how) == (port, protocol)), None)


def of_pod(pod: Json, space: dict[str, str]) -> End:
    """`space` are the labels of its namespace."""
    place = str(meta(pod).get("namespace", ""))
    named = [
        (str(port["name"]), str(port.get("protocol") or DEFAULT), int(port["containerPort"]))
        for container in [*init_containers(pod), *containers(pod)]
        for port in container.get("ports") or []
        if port.get("name")
    ]
    address = status(pod).get("podIP")
    return End(
        name(pod),
        place,
        tuple(sorted(labels(pod).items())),
        tuple(sorted(({"kubernetes.io/metadata.name": place} | space).items())),
        ip_address(address) if address else None,
        tuple(named),
        bool(spec(pod).get("hostNetwork")),
    )


def outside(text: str = "") -> End:
    """Raises ValueError when the text is no address; empty means: some address outside."""
    return End(address=ip_address(text) if text else None)
