"""A tenancy whose parts belong to services: by name, by tag, by OCID, some of them broken on request."""

from typing import Any

from sandbox.oci.tenancy.file import TenancyFile
from tests.unit.oci_tenancy import tenancy
from tools.services.load import parse

NODE = {"shape": "VM.Standard.E5.Flex", "availabilityDomain": "Xkqz:EU-FRANKFURT-1-AD-1"}
TILL = """
services:
  till:
    compartment: prod
    load_balancer: front
    instances: [role=web, batch-1]
    database: books
    aliases: [kasse]
  plain: {owner: team-plain}
"""
SERVICES = parse(TILL)


def instance(name: str, **more: Any) -> dict[str, Any]:
    fields = NODE | {"freeformTags": more.pop("tags", {})}
    return {"name": name, "in": more.pop("place", "prod"), "fields": fields, **more}


def network(name: str, address: str) -> dict[str, Any]:
    return {
        "Vnic": {"name": name, "in": "prod", "fields": {"availabilityDomain": NODE["availabilityDomain"], "subnetId": "@subnet/net", "privateIp": address, "isPrimary": True}},
        "VnicAttachment": {"name": name, "in": "prod", "fields": {"availabilityDomain": NODE["availabilityDomain"], "instanceId": f"@instance/{name}", "vnicId": f"@vnic/{name}", "subnetId": "@subnet/net"}},
    }  # fmt: skip


def backend(address: str) -> dict[str, Any]:
    return {"name": f"{address}:80", "ipAddress": address, "port": 80, "weight": 1, "drain": False, "backup": False, "offline": False}  # fmt: skip


def file(storage: float = 71) -> TenancyFile:
    """`till` with two web instances behind a load balancer, a batch instance and a database; `lab` by tag alone."""
    webs = [("web-1", "10.0.0.1"), ("web-2", "10.0.0.2")]
    balancer = {
        "shapeName": "flexible", "isPrivate": False, "ipAddresses": [{"ipAddress": "203.0.113.9", "isPublic": True}],
        "subnetIds": ["@subnet/net"],
        "backendSets": {"web": {"name": "web", "policy": "ROUND_ROBIN", "healthChecker": {"protocol": "HTTP", "port": 80, "urlPath": "/", "returnCode": 200, "responseBodyRegex": ".*"}, "backends": [backend(a) for _, a in webs]}},
    }  # fmt: skip
    base = {
        "dbName": "BOOKS", "dbWorkload": "OLTP", "dbVersion": "23ai", "computeModel": "ECPU", "computeCount": 4,
        "dataStorageSizeInTBs": 1, "isFreeTier": False,
    }  # fmt: skip
    resources = {
        "core": {
            "Instance": [
                *(instance(name, tags={"role": "web"}) for name, _ in webs),
                instance("batch-1"),
                instance("gpu-1", place="lab", tags={"Service": "training"}),
                instance("elsewhere-1", place="lab", tags={"role": "web"}),
            ],
            **{kind: [network(name, address)[kind] for name, address in webs] for kind in ("Vnic", "VnicAttachment")},
        },
        "load_balancer": {"LoadBalancer": [{"name": "front", "in": "prod", "fields": balancer}]},
        "database": {"AutonomousDatabase": [{"name": "books", "in": "prod", "fields": base}]},
    }  # fmt: skip
    metrics = [
        {
            "namespace": "oci_autonomous_database", "resource": "@autonomousdatabase/books",
            "metrics": {"CpuUtilization": {"base": 20, "unit": "percent"}, "StorageUtilization": {"base": storage, "unit": "percent"}},
        }
    ]  # fmt: skip
    return tenancy(resources=resources, metrics=metrics)
