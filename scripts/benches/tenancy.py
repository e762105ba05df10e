"""A tenancy with thousands of instances and months of cost for dozens of services, in a process of its own. Says where it is."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))

from sandbox.oci.server import LocalOci
from sandbox.oci.tenancy.file import TenancyFile

TENANCY = """
name: acme
regions: [{key: FRA, name: eu-frankfurt-1, home: true}]
principals: {DEFAULT: reader}
resources:
  identity:
    Compartment: [{name: prod, fields: {description: production}}, {name: lab, fields: {description: try things}}]
    User: [{name: reader, fields: {description: reads}}]
    Group: [{name: Readers, fields: {description: read}}]
    UserGroupMembership: [{name: r, fields: {userId: "@user/reader", groupId: "@group/Readers"}}]
    Policy: [{name: readers, fields: {description: r, statements: ["Allow group Readers to read all-resources in tenancy"]}}]
"""


def tenancy(instances: int, services: int) -> TenancyFile:
    body = yaml.safe_load(TENANCY)
    body["resources"]["core"] = {"Instance": [_instance(number) for number in range(instances)]}
    body["costs"] = [_cost(number) for number in range(services)]
    return TenancyFile.model_validate(body)


def _instance(number: int) -> dict[str, Any]:
    return {
        "name": f"node-{number}",
        "in": "prod",
        "created": f"-{number % 300 + 1}d",
        "fields": {
            "shape": "VM.Standard.E5.Flex",
            "availabilityDomain": "Xkqz:EU-FRANKFURT-1-AD-1",
            "freeformTags": {"team": "shop"},
        },
    }


def _cost(number: int) -> dict[str, Any]:
    return {
        "service": f"SERVICE_{number:02d}",
        "sku": f"Service {number} - Standard",
        "part": f"B{90000 + number}",
        "unit": "HOURS",
        "price": 0.01 + number / 1000,
        "hourly": 1 + number % 7,
        "noise": 0.1,
        "resource": f"@instance/node-{number}",
    }


async def main() -> None:
    arguments = json.loads(sys.argv[1])
    server = LocalOci(tenancy(arguments["instances"], arguments["services"]), Path(arguments["folder"]))
    await server.start()
    print(json.dumps({"config": str(server.config_file), "url": server.url}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(main())
