"""A small tenancy for tests: two compartments, a reader, an operator, an administrator."""

from typing import Any

import yaml

from sandbox.oci.tenancy.file import TenancyFile

TEXT = """
name: acme
regions: [{key: FRA, name: eu-frankfurt-1, home: true}, {key: AMS, name: eu-amsterdam-1}]
principals: {DEFAULT: reader, CHANGE: operator, ADMIN: ada}
resources:
  identity:
    Compartment:
      - {name: prod, fields: {description: production}}
      - {name: prod-data, in: prod, fields: {description: databases of production}}
      - {name: lab, fields: {description: try things}}
    User:
      - {name: reader, fields: {description: reads}}
      - {name: operator, fields: {description: acts}}
      - {name: ada, fields: {description: runs it all, email: ada@acme.example}}
    Group:
      - {name: Readers, fields: {description: read}}
      - {name: Operators, fields: {description: act}}
      - {name: Administrators, fields: {description: all}}
    UserGroupMembership:
      - {name: r, fields: {userId: "@user/reader", groupId: "@group/Readers"}}
      - {name: or, fields: {userId: "@user/operator", groupId: "@group/Readers"}}
      - {name: oo, fields: {userId: "@user/operator", groupId: "@group/Operators"}}
      - {name: a, fields: {userId: "@user/ada", groupId: "@group/Administrators"}}
    Policy:
      - {name: admins, fields: {description: a, statements: ["Allow group Administrators to manage all-resources in tenancy"]}}
      - {name: readers, fields: {description: r, statements: ["Allow group Readers to read all-resources in tenancy"]}}
      - {name: pools, in: prod, fields: {description: p, statements: ["Allow group Operators to manage compute-management-family in compartment prod"]}}
      - {name: balancers, in: prod, fields: {description: b, statements: ["Allow group Operators to use load-balancers in compartment prod"]}}
      - {name: databases, in: prod, fields: {description: d, statements: ["Allow group Operators to use autonomous-databases in compartment prod"]}}
      - {name: nodes, in: prod, fields: {description: n, statements: ["Allow group Operators to manage cluster-node-pools in compartment prod"]}}
      - {name: operators, in: prod, fields: {description: o, statements: ["Allow group Operators to use instance-family in compartment prod"]}}
"""


def tenancy(**more: Any) -> TenancyFile:
    """The small tenancy; `more` replaces parts of it, `resources` are added by service and model."""
    body = yaml.safe_load(TEXT)
    for service, kinds in more.pop("resources", {}).items():
        body["resources"].setdefault(service, {}).update(kinds)
    return TenancyFile.model_validate(body | more)


def instances(count: int, **fields: Any) -> list[dict[str, Any]]:
    usual = {"shape": "VM.Standard.E5.Flex", "availabilityDomain": "Xkqz:EU-FRANKFURT-1-AD-1"}
    return [
        {
            "name": f"node-{number}",
            "in": "prod",
            "created": f"-{count - number + 1}d",
            "fields": usual | fields,
        }
        for number in range(1, count + 1)
    ]
