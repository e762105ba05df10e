"""What containers and nodes use now, from metrics.k8s.io."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tools.cluster.api import Api
from tools.cluster.quantity import amount

GROUP = "/apis/metrics.k8s.io/v1beta1"


@dataclass(frozen=True, slots=True)
class Usage:
    """One container's use: cores and bytes."""

    namespace: str
    pod: str
    container: str
    cpu: Decimal
    memory: Decimal


async def pod_usage(api: Api, namespace: str = "", selector: str = "") -> list[Usage]:
    """Use of every container.

    Raises:
        GiveUp: NotServed when there is no metrics-server.
    """
    path = f"{GROUP}/namespaces/{namespace}/pods" if namespace else f"{GROUP}/pods"
    answer = await api.read(path, {"labelSelector": selector} if selector else None)
    return [
        Usage(
            item["metadata"].get("namespace", namespace),
            item["metadata"]["name"],
            container["name"],
            amount((container.get("usage") or {}).get("cpu")),
            amount((container.get("usage") or {}).get("memory")),
        )
        for item in answer.get("items") or []
        for container in item.get("containers") or []
    ]


async def node_usage(api: Api) -> dict[str, tuple[Decimal, Decimal]]:
    """Cores and bytes in use by node."""
    answer = await api.read(f"{GROUP}/nodes")
    return {
        item["metadata"]["name"]: (
            amount((item.get("usage") or {}).get("cpu")),
            amount((item.get("usage") or {}).get("memory")),
        )
        for item in answer.get("items") or []
    }
