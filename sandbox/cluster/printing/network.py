"""Services and what stands before and behind them, as tables."""

from typing import Any, Final

from sandbox.cluster.metadata import Obj, name_of
from sandbox.cluster.printing.columns import NONE, Printer, age, columns, pairs, selector

UNSET: Final = "<unset>"


def some(items: list[str], most: int = 3) -> str:
    """`a,b,c + 2 more...`"""
    shown = ",".join(items[:most])
    return f"{shown} + {len(items) - most} more..." if len(items) > most else shown


def _balanced(obj: Obj) -> list[str]:
    entries = ((obj.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return [item.get("ip") or item.get("hostname") or "" for item in entries]


def _service(obj: Obj, now: float) -> list[Any]:
    spec = obj.get("spec") or {}
    head = [name_of(obj), spec.get("type", "ClusterIP"), spec.get("clusterIP") or NONE, _external(obj, spec)]
    ports = ",".join(_port(port) for port in spec.get("ports") or []) or NONE
    return [*head, ports, age(obj, now), pairs(spec.get("selector"))]


def _external(obj: Obj, spec: Obj) -> str:
    given = spec.get("externalIPs") or []
    match spec.get("type"):
        case "LoadBalancer":
            return ",".join([*_balanced(obj), *given]) or "<pending>"
        case "ExternalName":
            return str(spec.get("externalName", ""))
        case _:
            return ",".join(given) or NONE


def _port(port: Obj) -> str:
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{node}/{port.get('protocol', 'TCP')}"


def _endpoints(obj: Obj, now: float) -> list[Any]:
    listed = [
        f"{address['ip']}:{port['port']}"
        for subset in obj.get("subsets") or []
        for port in subset.get("ports") or []
        for address in subset.get("addresses") or []
    ]
    return [name_of(obj), some(listed) or NONE, age(obj, now)]


def _slice(obj: Obj, now: float) -> list[Any]:
    ports = [str(port.get("port", "*")) for port in obj.get("ports") or []]
    addresses = [ip for item in obj.get("endpoints") or [] for ip in item.get("addresses") or []]
    listed = [some(ports) or UNSET, some(addresses) or UNSET]
    return [name_of(obj), obj.get("addressType", ""), *listed, age(obj, now)]


def _ingress(obj: Obj, now: float) -> list[Any]:
    spec = obj.get("spec") or {}
    hosts = [rule["host"] for rule in spec.get("rules") or [] if rule.get("host")]
    ports = "80, 443" if spec.get("tls") else "80"
    head = [name_of(obj), spec.get("ingressClassName") or NONE, some(hosts) or "*"]
    return [*head, ",".join(_balanced(obj)), ports, age(obj, now)]


def _class(obj: Obj, now: float) -> list[Any]:
    spec = obj.get("spec") or {}
    given = spec.get("parameters")
    group = f".{given['apiGroup']}" if given and given.get("apiGroup") else ""
    parameters = f"{given['kind']}{group}/{given['name']}" if given else NONE
    return [name_of(obj), spec.get("controller", ""), parameters, age(obj, now)]


def _policy(obj: Obj, now: float) -> list[Any]:
    return [name_of(obj), selector((obj.get("spec") or {}).get("podSelector")), age(obj, now)]


NET: Final = "networking.k8s.io/v1"
PRINTERS: Final[dict[str, Printer]] = {
    "v1/services": Printer(
        columns("Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age", "+Selector"), _service
    ),
    "v1/endpoints": Printer(columns("Name", "Endpoints", "Age"), _endpoints),
    "discovery.k8s.io/v1/endpointslices": Printer(
        columns("Name", "AddressType", "Ports", "Endpoints", "Age"), _slice
    ),
    f"{NET}/ingresses": Printer(columns("Name", "Class", "Hosts", "Address", "Ports", "Age"), _ingress),
    f"{NET}/ingressclasses": Printer(columns("Name", "Controller", "Parameters", "Age"), _class),
    f"{NET}/networkpolicies": Printer(columns("Name", "Pod-Selector", "Age"), _policy),
}
