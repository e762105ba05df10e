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
    rare: bool = False  # imported when it is first asked, since few tenancies have what it serves


SERVICES: Final[Mapping[str, Service]] = {
    "announcements": Service("announcements_service", "AnnouncementClient", "Announcements"),
    "audit": Service("audit", "AuditClient", "Audit"),
    "autoscaling": Service("autoscaling", "AutoScalingClient", "Autoscaling"),
    "blockstorage": Service("core", "BlockstorageClient", "Block Volume"),
    "cloud_guard": Service("cloud_guard", "CloudGuardClient", "Cloud Guard"),
    "budget": Service("budget", "BudgetClient", "Budgets"),
    "compute": Service("core", "ComputeClient", "Compute"),
    "compute_management": Service("core", "ComputeManagementClient", "Compute Management"),
    "container_engine": Service("container_engine", "ContainerEngineClient", "Kubernetes Engine"),
    "cost_anomaly": Service("budget", "CostAdClient", "Cost Anomaly Detection"),
    "database": Service("database", "DatabaseClient", "Database"),
    "identity": Service("identity", "IdentityClient", "Identity"),
    "identity_domains": Service("identity_domains", "IdentityDomainsClient", "Identity Domains", rare=True),
    "limits": Service("limits", "LimitsClient", "Limits"),
    "load_balancer": Service("load_balancer", "LoadBalancerClient", "Load Balancing"),
    "log_search": Service("loggingsearch", "LogSearchClient", "Logging Search"),
    "monitoring": Service("monitoring", "MonitoringClient", "Monitoring", rate=10.0),
    "network": Service("core", "VirtualNetworkClient", "Networking"),
    "network_load_balancer": Service(
        "network_load_balancer", "NetworkLoadBalancerClient", "Network Load Balancing"
    ),
    "object_storage": Service("object_storage", "ObjectStorageClient", "Object Storage"),
    "optimizer": Service("optimizer", "OptimizerClient", "Cloud Advisor"),
    "resource_manager": Service("resource_manager", "ResourceManagerClient", "Resource Manager"),
    "search": Service("resource_search", "ResourceSearchClient", "Resource Search"),
    "secrets": Service("secrets", "SecretsClient", "Secret Retrieval"),
    "usage": Service("usage_api", "UsageapiClient", "Usage"),
    "vault": Service("vault", "VaultsClient", "Vault"),
    "work_requests": Service("work_requests", "WorkRequestClient", "Work Requests"),
}


REGION: Final = "{region}"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where services are reached when not at Oracle's own addresses: by module, or `*` for a prefix of all.

    `{region}` in an address stands for the region that is asked; one without it is one place for all.
    """

    addresses: Mapping[str, str]

    @classmethod
    def parse(cls, setting: str) -> Endpoints:
        """`core=http://...,monitoring=http://...` or `*=http://...`; the setting was checked when it was read."""
        entries = (entry.partition("=") for entry in setting.split(",") if entry.strip())
        return cls({name.strip(): address.strip().rstrip("/") for name, _, address in entries})

    @property
    def one_place(self) -> bool:
        """Regions are not told apart: asking each of them would find everything as often."""
        return bool(self.addresses) and not all(REGION in address for address in self.addresses.values())

    @property
    def auth(self) -> str:
        """Where an instance gets its token; named by itself, since its region is known only afterwards."""
        return self.addresses.get("auth", "")

    def of(self, service: Service, region: str) -> str:
        """Empty: the SDK's own, by region."""
        base = self.addresses.get("*", "")
        address = self.addresses.get(service.module) or (f"{base}/{service.module}" if base else "")
        return address.replace(REGION, region)
