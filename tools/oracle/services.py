"""The SDK's clients that we use, and what is particular about each service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Service:
    """`module` under `oci` names the endpoint too; `rate` is calls a second where Oracle documents a limit, else 0."""

    module: str
    client: str
    words: str
    rate: float = 0.0


SERVICES: Final[Mapping[str, Service]] = {
    "audit": Service("audit", "AuditClient", "Audit"),
    "compute": Service("core", "ComputeClient", "Compute"),
    "database": Service("database", "DatabaseClient", "Database"),
    "identity": Service("identity", "IdentityClient", "Identity"),
    "load_balancer": Service("load_balancer", "LoadBalancerClient", "Load Balancing"),
    "monitoring": Service("monitoring", "MonitoringClient", "Monitoring", rate=10.0),
    "network": Service("core", "VirtualNetworkClient", "Networking"),
    "search": Service("resource_search", "ResourceSearchClient", "Resource Search"),
    "usage": Service("usage_api", "UsageapiClient", "Usage"),
    "work_requests": Service("work_requests", "WorkRequestClient", "Work Requests"),
}


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where services are reached when not at Oracle's own addresses: by module, or `*` for a prefix of all."""

    addresses: Mapping[str, str]

    @classmethod
    def parse(cls, setting: str) -> Endpoints:
        """`core=http://...,monitoring=http://...` or `*=http://...`; the setting was checked when it was read."""
        entries = (entry.partition("=") for entry in setting.split(",") if entry.strip())
        return cls({name.strip(): address.strip().rstrip("/") for name, _, address in entries})

    @property
    def one_place(self) -> bool:
        """One address for every region: asking each of them would find everything as often."""
        return "*" in self.addresses

    def of(self, service: Service) -> str:
        """Empty: the SDK's own, by region."""
        if service.module in self.addresses:
            return self.addresses[service.module]
        base = self.addresses.get("*", "")
        return f"{base}/{service.module}" if base else ""
